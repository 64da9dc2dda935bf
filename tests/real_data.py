"""Where real data lie that are no part of the project: beside the checkout, or where RAPPORT_REAL_DATA says."""

import os
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ.get("RAPPORT_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")


def folder(name: str = "") -> Path:
    """The real data, or a folder of them; the test is skipped where they are absent."""
    path = REAL_DATA / name
    if not path.is_dir():
        pytest.skip(f"real data are not here: {path} is missing")
    return path
