"""A CSV file of 100,000 rows, one in a hundred broken, through `rapport import candidates`, and its undo."""

import json
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import RAPPORT, ROOT, Figure, Installation

ROWS = 100_000
GIVEN = [
    "Anna",
    "Ben",
    "Carla",
    "Dan",
    "Eva",
    "Finn",
    "Gina",
    "Hugo",
    "Ida",
    "Jan",
    "Kim",
    "Lea",
    "Max",
    "Nora",
    "Otto",
    "Pia",
    "Ümit",
    "José",
    "Zoë",
    "Søren",
]
FAMILY = [
    "Berg",
    "Klein",
    "Novak",
    "Rossi",
    "Silva",
    "Costa",
    "Meyer",
    "Dubois",
    "García",
    "Lopez",
    "Haas",
    "Vogt",
    "Lind",
    "Falk",
    "Öztürk",
    "Kowalski",
]
PLACES = ("Berlin, Germany", "Paris, France", "Madrid, Spain", "London, UK", "Vienna, Austria", "Graz, Austria")
SKILLS = ("Python, SQL", "Welding, Rigging", "Sales, CRM", "Nursing", "Java, Spring, SQL", "Bookkeeping, Excel")
BROKEN = (
    ";;nobody{0}@example.org;;;;;\n", "Ann;Berg;no address;;;;;\n", '"Ann;Berg;a{0}@example.org;;;;;\n',
    "Ann;Berg;b{0}@example.org;;;;;;;too;many\n",
)  # fmt: skip


def write_table(path: Path, rows: int) -> None:
    """Invented people, the same each time; every hundredth row is broken in one of four ways, every fiftieth is there twice."""
    random_, mark = random.Random(1), len(str(rows))
    with path.open("w", encoding="utf-8") as file:
        file.write("Vorname;Nachname;E-Mail;Telefon;Ort;Position;Skills;Quelle\n")
        for number in range(rows):
            if number % 100 == 99:
                file.write(random_.choice(BROKEN).format(number))
                continue
            person = number - 1 if number % 50 == 1 else number
            file.write(
                f"{random_.choice(GIVEN)};{random_.choice(FAMILY)};person{person}.{rows}@example.org;+49 30 {mark}{person:07d};"
                f'{random_.choice(PLACES)};Data engineer;"{random_.choice(SKILLS)}";Fair\n'
            )


def measure(people: int) -> Iterator[Figure]:
    """Rows a second of the whole command, counted by its own clock and from outside; the most memory it took."""
    with tempfile.TemporaryDirectory(prefix="rapport-imports-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        installation = Installation(0, "imports")
        installation.environ["RAPPORT_DATA_DIR"] = name
        installation.run("migrate", "--verbosity", "0")
        for rows in (ROWS // 10, ROWS):
            write_table(folder / "people.csv", rows)
            report, seconds, megabytes = _import(installation, folder / "people.csv")
            note = f"{report['created']} created, {report['attached']} attached, {report['failed']} refused in words"
            if rows == ROWS:
                yield Figure(
                    "imports.csv", report["rows"] / report["seconds"], "rows/s", target=3000, at_most=False, n=rows, note=note,
                    peer="OpenCATS, 3,000 to 4,900 without any duplicate check", peer_value=4900,
                )  # fmt: skip
                yield Figure(
                    "imports.csv.command",
                    report["rows"] / seconds,
                    "rows/s",
                    n=rows,
                    note="with start and reading the file",
                )
            yield Figure(f"imports.csv.memory.{rows}", megabytes, "MB", target=400, n=rows, note="peak of the process")


def _import(installation: Installation, path: Path) -> tuple[dict, float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.monotonic()
    result = subprocess.run(
        [*RAPPORT, "import", "candidates", str(path), "--json"],
        env=installation.environ, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    return json.loads(result.stdout), time.monotonic() - started, peak
