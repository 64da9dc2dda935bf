"""How fast `rapport demo` stores people, with everything that belongs to them."""

import json
import shutil
import subprocess
from collections.abc import Iterator

from bench.figures import RAPPORT, ROOT, Figure, Installation

MOST = 200_000


def measure(people: int) -> Iterator[Figure]:
    """People a second into an empty embedded database; the company and its history are not counted."""
    installation = Installation(min(people, MOST), name="demo")
    shutil.rmtree(installation.folder, ignore_errors=True)
    installation.folder.mkdir(parents=True)
    installation.run("migrate", "--verbosity", "0")
    command = [*RAPPORT, "demo", "--candidates", str(installation.people), "--json"]
    output = subprocess.run(
        command, env=installation.environ, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    shutil.rmtree(installation.folder, ignore_errors=True)
    rate = json.loads(output)["per_second"]
    yield Figure("demo.rate", rate, "people/s", target=5000, at_most=False, n=installation.people)
