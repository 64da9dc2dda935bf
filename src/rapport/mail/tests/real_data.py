"""Where the real mail lies that tests measure on; it is never part of the repository."""

from pathlib import Path

import pytest

MAIL = Path(__file__).resolve().parents[5] / "shared" / "data" / "mail"


def folder(name: str) -> Path:
    """A folder of real mail; the test is skipped where it is absent."""
    if not (MAIL / name).is_dir():
        pytest.skip(f"real data is absent: {MAIL / name}")
    return MAIL / name
