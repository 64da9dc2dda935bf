"""The shipped worker, killed again and again in the middle of an import and of its undo: every row exactly once."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from bench.imports import write_table
from django.core.files.base import File
from django.db import connection

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.models import Candidate, ContactPoint
from rapport.intake import operations
from rapport.intake.models import Import, ImportRow
from rapport.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 16_000
KILLS = 3
ROOT = Path(__file__).parents[4]
Worker = subprocess.Popen


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Starts `rapport worker` on the test's database and files; all are gone afterwards."""
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}@/{given['NAME']}?host={given['HOST']}"
    own = ("RAPPORT_", "DJANGO_SETTINGS_MODULE", "PYTEST_")  # what configures the tests is not for the worker
    environ = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    environ |= {"RAPPORT_DATABASE_URL": address, "RAPPORT_FILES_DIR": str(tmp_path), "RAPPORT_DATABASE_POOL": "8"}
    environ |= {"RAPPORT_DATA_DIR": str(tmp_path), "RAPPORT_LOG_LEVEL": "CRITICAL", "PYTHONWARNINGS": "ignore"}
    workers = []

    def start() -> Worker:
        workers.append(subprocess.Popen([sys.executable, "-m", "rapport", "worker"], env=environ, cwd=ROOT))
        return workers[-1]

    yield start
    for process in workers:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], object], timeout_s: float = 240) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.02)


def progress_of(item: Import) -> tuple[int, int | None]:
    return Import.objects.values_list("position", "undo_below").get(id=item.id)


def has_ended(process: psutil.Process) -> bool:
    """Also one that the system has not collected yet."""
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


def kill_after_a_batch(worker: Worker, item: Import) -> None:
    """SIGKILL once more is done than now; the processes that read for it end too, and a minute passes."""
    before = progress_of(item)
    wait_for(lambda: progress_of(item) != before)
    readers = psutil.Process(worker.pid).children()
    worker.kill()
    worker.wait()
    left = psutil.wait_procs(readers, 60)[1]
    assert all(map(has_ended, left))
    Import.objects.update(leased_until=clock.now())


@pytest.mark.timeout(900)
def test_a_worker_killed_in_mid_import_and_mid_undo(rita: User, tmp_path: Path, start_worker) -> None:
    write_table(tmp_path / "people.csv", ROWS)
    with (tmp_path / "people.csv").open("rb") as file:
        item = operations.create_csv_import(actor=rita.actor, name="people.csv", file=File(file))
    operations.save_mapping(actor=rita.actor, import_id=item.id, mapping=item.mapping)
    operations.start_import(actor=rita.actor, import_id=item.id)

    def now() -> Import:
        return Import.objects.get(id=item.id)

    for _ in range(KILLS):
        kill_after_a_batch(start_worker(), item)
    assert now().state == "running"
    worker = start_worker()
    wait_for(lambda: now().state == "done")

    done = now()
    assert (done.position, done.created_count, done.attached_count, done.failed_count) == (ROWS, 15_520, 320, 160)
    assert list(item.rows.order_by("number").values_list("number", flat=True)) == list(range(2, ROWS + 2))
    assert Candidate.objects.count() == 15_520
    assert ContactPoint.objects.filter(kind="email").count() == 15_520
    assert Activity.objects.filter(verb="candidate.created").count() == 15_520
    assert Activity.objects.filter(verb="import.finished").count() == 1

    operations.undo_import(actor=rita.actor, import_id=item.id)
    for _ in range(KILLS):
        kill_after_a_batch(worker, item)
        worker = start_worker()
    assert now().state == "undoing"
    wait_for(lambda: now().state == "undone")
    assert Counter(ImportRow.objects.values_list("state", flat=True)) == {"undone": 15_840, "failed": 160}
    assert (Candidate.objects.count(), ContactPoint.objects.count()) == (0, 0)
    assert Activity.objects.filter(verb="candidate.discarded").count() == 15_520
    assert Activity.objects.get(verb="import.undone").data == {"removed": 15_520, "detached": 320, "kept": 0}
