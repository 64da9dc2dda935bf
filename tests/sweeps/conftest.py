"""The world that the sweeps walk through."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.accounts.models import User
from tests.sweeps.world import World, build_world


@pytest.fixture
def world(make_user: Callable[..., User], tmp_path: Path, settings: Any) -> World:
    settings.SEARCH_DIR = tmp_path / "search"
    return build_world(make_user, settings.SEARCH_DIR)
