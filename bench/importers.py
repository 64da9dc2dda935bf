"""Exports of Greenhouse of growing size through `rapport import greenhouse`: people a second, and memory that stays flat."""

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Installation
from bench.imports import FAMILY, GIVEN, run_import

JOBS = 50
STAGES = ("Screen", "Interview", "Offer")


def write_export(path: Path, people: int) -> None:
    """Invented people, the same each time, each with an address, a telephone, two tags and an application."""
    random_ = random.Random(2)
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, people + 1):
            job, stage = random_.randrange(JOBS), random_.randrange(len(STAGES))
            application = {
                "id": people * 100 + number, "applied_at": "2024-01-08T10:00:00Z", "status": "active",
                "jobs": [{"id": job + 1, "name": f"Position {job + 1}"}],
                "current_stage": {"id": job * len(STAGES) + stage + 1, "name": STAGES[stage]},
            }  # fmt: skip
            person = {
                "id": people * 10 + number, "first_name": random_.choice(GIVEN), "last_name": random_.choice(FAMILY),
                "title": "Data engineer", "tags": ["Fair", random_.choice(("Senior", "Junior"))],
                "email_addresses": [{"value": f"person{number}.{people}@example.org", "type": "personal"}],
                "phone_numbers": [{"value": f"+49 30 {len(str(people))}{number:07d}", "type": "mobile"}],
                "applications": [application],
            }  # fmt: skip
            file.write(json.dumps(person) + "\n")


def measure(people: int) -> Iterator[Figure]:
    """People a second of the whole command, and the peak of its memory, for an export and one ten times as large.

    `--people` says how large the larger one is (1,000,000 unless said otherwise).
    """
    with tempfile.TemporaryDirectory(prefix="rapport-importers-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        installation = Installation(0, "importers")
        installation.environ["RAPPORT_DATA_DIR"] = name
        with installation.database():
            installation.run("migrate", "--verbosity", "0")
            for number in (people // 10, people):
                write_export(folder / f"candidates-{number}.jsonl", number)
                yield from _bring_in(installation, folder / f"candidates-{number}.jsonl", number)


def _bring_in(installation: Installation, path: Path, people: int) -> Iterator[Figure]:
    report, seconds, megabytes = run_import(installation, "greenhouse", path)
    for kind in ("candidate", "application"):
        if report["counts"][kind] != {"created": people}:
            raise RuntimeError(f"{people} people were to come in, each with an application: {report['counts']}")
    yield Figure(f"importers.greenhouse.{people}", people / seconds, "people/s", n=people, note="the whole command")
    yield Figure(
        f"importers.greenhouse.memory.{people}", megabytes, "MB", target=500, n=people,
        note="peak of the command and the processes it started",
    )  # fmt: skip
