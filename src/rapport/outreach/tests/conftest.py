"""What several tests of sequences share."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from tests.servers import smtp as real_smtp

from rapport.outreach.engine import Engine

FRIDAY = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


@pytest.fixture
def friday() -> Iterator[None]:
    """It is half past nine on a Friday, in UTC."""
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def outbox() -> Iterator[real_smtp.Outbox]:
    """A real server that keeps what it takes."""
    with real_smtp.running() as found:
        yield found


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine with one connection for each mailbox."""
    engine = Engine(lanes=1, batch=50, lease_s=30)
    yield engine
    engine.stop()
