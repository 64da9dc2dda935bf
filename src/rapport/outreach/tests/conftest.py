"""What several tests of sequences share."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

FRIDAY = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


@pytest.fixture
def friday() -> Iterator[None]:
    """It is half past nine on a Friday, in UTC."""
    with time_machine.travel(FRIDAY, tick=False):
        yield
