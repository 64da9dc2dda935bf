"""Where an installation keeps its files, for what needs no settings and no database."""

import os
from pathlib import Path

DATA_FOLDER = "~/.local/share/rapport"  # as in config/settings.py


def data_folder() -> Path:
    """The data folder (RAPPORT_DATA_DIR)."""
    return Path(os.environ.get("RAPPORT_DATA_DIR") or DATA_FOLDER).expanduser()
