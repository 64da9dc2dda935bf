"""An index of what the test's database holds, in a folder of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.search.folder import IndexFolder
from rapport.search.rebuilding import rebuild


@pytest.fixture
def index_folder(tmp_path: Path, settings: Any) -> IndexFolder:
    """The product's search folder, empty."""
    settings.SEARCH_DIR = tmp_path / "search"
    return IndexFolder(settings.SEARCH_DIR)


@pytest.fixture
def index_everybody(index_folder: IndexFolder, db: None) -> Callable[[], None]:
    """Call it to build the index of everybody in the database."""

    def build() -> None:
        rebuild(index_folder, processes=1)

    return build
