"""From a clean clone to the sign-in page by one command, and a second start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import ROOT, Figure, free_port, wait_for


def measure(people: int) -> Iterator[Figure]:
    """`make run` in a fresh clone with a warm package cache, so that downloads do not count; then once more."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-startup-"))
    folder.chmod(0o755)
    try:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        _warm_cache(clone)
        yield Figure(
            "startup.first", _start(clone), "s", target=60, note="make run in a clean clone, warm package cache"
        )
        yield Figure("startup.second", _start(clone), "s", target=8, note="make run again, with its data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _warm_cache(clone: Path) -> None:
    """Download everything once into a virtual environment that is thrown away."""
    subprocess.run(["make", "-s", "install", f"PYTHON={sys.executable}"], cwd=clone, check=True, stdout=sys.stderr)
    shutil.rmtree(clone / ".venv")


def _start(clone: Path) -> float:
    port = free_port()
    environ = {**os.environ, "RAPPORT_PORT": str(port), "RAPPORT_DATA_DIR": str(clone / ".data")}
    started = time.monotonic()
    process = subprocess.Popen(
        ["make", "-s", "run", f"PYTHON={sys.executable}"],
        cwd=clone,
        env=environ,
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/account/login/", 300)
        return time.monotonic() - started
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
