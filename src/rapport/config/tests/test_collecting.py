"""Python's search for unused cycles in the processes that serve pages."""

import os
import subprocess
import sys
from pathlib import Path

from rapport.lib.collecting import SELDOM


def test_a_web_process_searches_seldom_and_never_what_it_loaded(tmp_path: Path) -> None:
    look = (
        "import gc; from rapport.config import wsgi; from rapport.search.views_fits import fits; "
        "print(gc.get_threshold(), any(known is fits for known in gc.get_objects()))"
    )
    environ = {**os.environ, "RAPPORT_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "rapport.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == f"{SELDOM} False"
