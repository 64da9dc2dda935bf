"""The shipped worker, killed twenty times in mid-send: nothing is sent twice, nothing is lost, unclear ones are shown.

By turns one sending process is killed, which the worker starts again, and a whole worker with all its processes.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.db import connection
from tests.servers.sink import Sink

from rapport.lib import clock
from rapport.mail.models import Message
from rapport.outreach import operations, queries
from rapport.outreach.engine import LANES
from rapport.outreach.models import Delivery, Enrollment, Lease
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 3000
KILLS = 20
EACH = 60
ROOT = Path(__file__).parents[4]
ROWS_OF = """
SELECT d.state, count(*) FROM outreach_enrollment e JOIN outreach_delivery d ON d.id = e.delivery_id
WHERE d.lease = %s AND e.delivery_id IS NOT NULL GROUP BY 1
"""


@pytest.fixture
def sink() -> Iterator[Sink]:
    if not Sink.is_installed():
        pytest.skip("smtp-sink is not installed; it comes with Debian's postfix package")
    with Sink() as running:
        yield running


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts `rapport worker` on the test's database; all are gone afterwards."""
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}@/{given['NAME']}?host={given['HOST']}"
    own = ("RAPPORT_", "DJANGO_SETTINGS_MODULE", "PYTEST_")  # what configures the tests is not for the worker
    environ = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    environ |= {"RAPPORT_DATABASE_URL": address, "RAPPORT_SEND_LEASE_S": "4", "RAPPORT_DATABASE_POOL": "8"}
    environ |= {"RAPPORT_LOG_LEVEL": "CRITICAL", "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "ignore"}
    workers = []

    def start() -> subprocess.Popen:
        command = [sys.executable, "-m", "rapport", "worker"]
        workers.append(subprocess.Popen(command, env=environ, cwd=ROOT, start_new_session=True))
        return workers[-1]

    yield start
    for process in workers:
        kill_whole(process)


def enroll_everybody(rita, port: int) -> None:
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=port))
    make_step(sequence)
    people = [make_person(f"Carl{number} Example") for number in range(PEOPLE)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people])
    Enrollment.objects.update(next_due_at=clock.now() + timedelta(days=1))


def let_some_be_due(number: int) -> None:
    ids = Enrollment.objects.filter(next_due_at__gt=clock.now()).values_list("id", flat=True)[:number]
    Enrollment.objects.filter(id__in=list(ids)).update(next_due_at=clock.now())


def kill_whole(worker: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def worker_of(pid: int, workers: dict[int, subprocess.Popen]) -> subprocess.Popen | None:
    """The worker whose process this is, as long as it lives."""
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return None
        return workers.get(os.getpgid(pid))
    except (psutil.NoSuchProcess, ProcessLookupError):
        return None


def find_sender(alive: dict[int, subprocess.Popen]) -> int | None:
    """The id of a process that is just sending: some of what it has claimed has gone out, but not all."""
    for lease in Lease.objects.all():
        pid = int(lease.worker.rpartition(":")[2])
        if worker_of(pid, alive) is None:
            continue
        with connection.cursor() as cursor:
            cursor.execute(ROWS_OF, [lease.id])
            states = dict(cursor.fetchall())
        if states.get("in_flight") or (states.get("claimed") and states.get("sent")):
            return pid
    return None


def wait_for(condition: Callable[[], object], timeout_s: float = 60) -> object:
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.004)
    return found


def catch_in_mid_send(alive: dict[int, subprocess.Popen]) -> int:
    """Let mail be due, and again when a worker was too quick to be caught, until one is seen sending."""
    for _ in range(60):
        let_some_be_due(EACH)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            if (pid := find_sender(alive)) is not None:
                return pid
            if not Enrollment.objects.filter(state="active", next_due_at__lte=clock.now()).exists():
                break
    raise AssertionError("no worker was seen sending")


def test_twenty_kills_in_mid_send(rita, sink, start_worker):
    enroll_everybody(rita, sink.port)
    workers = {process.pid: process for process in (start_worker(), start_worker())}
    for number in range(KILLS):
        sender = catch_in_mid_send(workers)
        worker = worker_of(sender, workers)
        if number % 2 or worker is None:
            os.kill(sender, signal.SIGKILL)
            continue
        kill_whole(workers.pop(worker.pid))
        replacement = start_worker()
        workers[replacement.pid] = replacement
    let_some_be_due(PEOPLE)
    wait_for(lambda: not Enrollment.objects.filter(state="active").exclude(last_outcome="unclear").exists(), 240)
    for process in workers.values():
        process.terminate()
    for process in workers.values():
        process.wait(30)
    sink.stop()

    taken = Counter(sink.message_ids())
    ledger = dict(Delivery.objects.values_list("message_id", "state"))
    sent = {key for key, state in ledger.items() if state == "sent"}
    unclear = {key for key, state in ledger.items() if state == "unclear"}
    assert [key for key, times in taken.items() if times > 1] == []
    assert set(ledger.values()) <= {"sent", "unclear"}
    assert len(sent) + len(unclear) == PEOPLE
    assert sent <= set(taken) <= sent | unclear
    assert len(unclear) <= KILLS * LANES * 2  # a whole worker has two sending processes
    shown = {delivery.message_id for delivery, _ in queries.list_waiting(rita.actor, "unclear", limit=PEOPLE)}
    assert shown == unclear
    assert set(Message.objects.filter(state="sent").values_list("message_id", flat=True)) == sent
    assert set(Message.objects.filter(state="unclear").values_list("message_id", flat=True)) == unclear
    assert Lease.objects.count() == 0
