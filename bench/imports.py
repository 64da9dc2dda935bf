"""A CSV file of 100,000 rows, one in a hundred broken, through `rapport import candidates`, and its undo."""

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from bench.figures import RAPPORT, ROOT, Figure, Installation

ROWS = 100_000
STORED = (
    "candidates_candidate", "candidates_contactpoint", "candidates_candidateskill", "intake_importrow",
    "activity_activity", "activity_subject",
)  # fmt: skip
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
    """Rows a second of the whole command, beside a bare COPY of the rows it stored; memory as files grow; the undo.

    `--people` says how large the largest file is (1,000,000 unless said otherwise): memory must not grow with it.
    """
    with tempfile.TemporaryDirectory(prefix="rapport-imports-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        installation = Installation(0, "imports")
        installation.environ["RAPPORT_DATA_DIR"] = name
        with installation.database() as connect:
            installation.run("migrate", "--verbosity", "0")
            for rows in sorted({ROWS // 10, ROWS, people}):
                write_table(folder / "people.csv", rows)
                report, seconds, megabytes = run_import(installation, "candidates", folder / "people.csv")
                if rows == ROWS:
                    yield from _speed(report, seconds, _copy_again(connect))
                    yield _undo(installation, connect, report["import"])
                yield Figure(
                    f"imports.csv.memory.{rows}", megabytes, "MB", target=500, n=rows,
                    note=f"peak of the command and its reading process; {report['rows'] / report['seconds']:,.0f} rows/s",
                )  # fmt: skip


def _speed(report: dict, seconds: float, copy_s: float) -> Iterator[Figure]:
    rows = report["rows"]
    note = f"{report['created']} created, {report['attached']} attached, {report['failed']} refused in words"
    yield Figure(
        "imports.csv", rows / report["seconds"], "rows/s", target=5000, at_most=False, n=rows, note=note,
        peer="OpenCATS, 3,000 to 4,900 without any duplicate check", peer_value=4900,
    )  # fmt: skip
    yield Figure("imports.csv.command", rows / seconds, "rows/s", n=rows, note="with start and reading the file")
    yield Figure(
        "imports.csv.share_of_copy", copy_s / report["seconds"], "", n=rows, peer_value=rows / copy_s,
        peer="bare COPY of what was stored into tables with the same indexes, without foreign keys, rows/s",
    )  # fmt: skip


def _copy_again(connect: Callable[[], Any]) -> float:
    """Seconds that COPY takes for what an import has stored, into empty tables with the same indexes and checks."""
    taken = 0.0
    with connect() as connection, connection.cursor() as cursor:
        for table in STORED:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as copy:
                content = [bytes(block) for block in copy]
            started = time.monotonic()
            with cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                for block in content:
                    copy.write(block)
            taken += time.monotonic() - started
        started = time.monotonic()
        connection.commit()
        taken += time.monotonic() - started
        for table in STORED:
            cursor.execute(f"DROP TABLE bare_{table}")
    return taken


def _undo(installation: Installation, connect: Callable[[], Any], import_id: str) -> Figure:
    """Take back the whole import by the worker, as the page does."""
    with connect() as connection:
        connection.execute("UPDATE intake_import SET state = 'undoing', leased_until = NULL WHERE id = %s", [import_id])
    worker = subprocess.Popen([*RAPPORT, "worker"], env=installation.environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    started, first, longest, last = time.monotonic(), 0.0, 0.0, None
    try:
        while True:
            with connect() as connection:
                state, below = connection.execute(
                    "SELECT state, undo_below FROM intake_import WHERE id = %s", [import_id]
                ).fetchone()
            now = time.monotonic()
            if below is not None and below != last:
                first = first or now
                longest, last, started = max(longest, now - started if last else 0.0), below, now
            if state == "undone":
                break
            time.sleep(0.02)
        taken = time.monotonic() - first
    finally:
        worker.terminate()
        worker.wait(60)
    return Figure("imports.csv.undo", taken, "s", target=60, n=ROWS, note=f"longest batch {longest:.2f} s")


def run_import(installation: Installation, what: str, path: Path) -> tuple[dict, float, float]:
    """What `rapport import WHAT` reports, its seconds, and the peak of its memory in MB."""
    started, peak = time.monotonic(), 0.0
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*RAPPORT, "import", what, str(path), "--json"], env=installation.environ, cwd=ROOT, stdout=output
        )
        whole = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, sum(_memory_mb(one) for one in _family(whole)))
            time.sleep(0.2)
        if process.returncode:
            raise RuntimeError(f"the import ended with status {process.returncode}")
        output.seek(0)
        return json.loads(output.read()), time.monotonic() - started, peak


def _family(process: psutil.Process) -> list[psutil.Process]:
    """The command and the processes it started itself; the database is measured elsewhere."""
    try:
        return [process, *(one for one in process.children() if "postgres" not in one.name())]
    except psutil.NoSuchProcess:
        return []


def _memory_mb(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 2**20
    except psutil.NoSuchProcess:
        return 0.0
