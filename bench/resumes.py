"""A folder of real résumés through `rapport import resumes`."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import RAPPORT, REAL_DATA, ROOT, Figure, Installation


def measure(people: int) -> Iterator[Figure]:
    """192 PDFs by the command, from its start to its end, into an empty database; skipped where the data are not here."""
    folder = REAL_DATA / "resumes" / "livecareer"
    if not folder.is_dir():
        return
    count = len(list(folder.rglob("*.pdf")))
    with tempfile.TemporaryDirectory(prefix="rapport-resumes-") as name:
        Path(name).chmod(0o755)
        installation = Installation(0, "resumes")
        installation.folder = Path(name)
        installation.environ["RAPPORT_DATA_DIR"] = name
        installation.run("migrate", "--verbosity", "0")
        started = time.monotonic()
        result = subprocess.run(
            [*RAPPORT, "import", "resumes", str(folder), "--json"],
            env=installation.environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        seconds = time.monotonic() - started
    report = json.loads(result.stdout)
    note = f"{report['created']} stored, {report['failed']} refused, {report['to_look_at']} ask to be looked at"
    yield Figure(
        "resumes.import", seconds, "s", target=30, n=count, note=note,
        peer="pdfminer.six, text alone, seconds for as many (69 s for 121)", peer_value=69 / 121 * count,
    )  # fmt: skip
