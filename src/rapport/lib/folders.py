"""Where an installation keeps its files, for what needs no settings and no database."""

import os
from pathlib import Path

DATA_FOLDER = "~/.local/share/rapport"


def data_folder() -> Path:
    """The data folder: RAPPORT_DATA_DIR, or what the file says that RAPPORT_DATA_DIR_FILE names. Raises OSError."""
    file = os.environ.get("RAPPORT_DATA_DIR_FILE")
    named = Path(file).read_text().strip() if file else os.environ.get("RAPPORT_DATA_DIR")
    return Path(named or DATA_FOLDER).expanduser()
