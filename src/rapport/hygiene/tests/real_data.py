"""Where real data lie, for tests that use them; they are skipped elsewhere."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "duplicates"


def folder(name: str) -> Path:
    """A folder of the duplicate sets, or the test is skipped."""
    path = FOLDER / name
    if not path.is_dir():
        pytest.skip(f"real data are not here: {path}")
    return path
