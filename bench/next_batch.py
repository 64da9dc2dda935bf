"""The question for the next people who are due: over and over, at a million enrollments, while the answers are taken away.

Ten sequences share the enrollments. Six of ten are due, at moments of the last month; two wait for a later day, and two have
ended. As a sender does, each round asks which sequences have somebody due, and then one of them for its next batch; these are
taken in hand, and the round ends. What the index holds of rows taken before is therefore part of the times. In every other
sequence people are due in the order in which they were enrolled, as it mostly is; in the others in no order at all: there nearly
every row is on a page of its own, which is read, and written whole into the log when it is first touched after a checkpoint.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.figures import ROOT, Figure, percentile

SEQUENCES = 10
ROUNDS = 1_000
TARGET = 20  # ms
# Nobody is mailed, so nobody has to be there: without foreign keys a million enrollments are made in half a minute, and with their
# people in four. Ids are in the order of creation, as those of the product.
WITHOUT_KEYS = "SET session_replication_role = replica"
ENROLLMENTS = """
INSERT INTO outreach_enrollment (id, sequence_id, candidate_id, state, step_id, next_due_at, tries, waits_for, last_outcome,
                                 sent_count, exit_reason, exit_note, enrolled_at, ended_at)
SELECT ('0194' || lpad(to_hex(p.n), 28, '0'))::uuid, s.id, ('0193' || lpad(to_hex(p.n), 28, '0'))::uuid,
       CASE WHEN p.n %% 10 < 8 THEN 'active' ELSE 'finished' END, CASE WHEN p.n %% 10 < 8 THEN s.step_id END,
       CASE WHEN p.n %% 10 < 6 THEN now() - interval '30 days' * (CASE s.n %% 2 WHEN 0 THEN 1 - p.n / %s::float ELSE random() END)
            WHEN p.n %% 10 < 8 THEN now() + (1 + random() * 30) * interval '1 day' END,
       0, '', '', 0, '', '', now() - interval '40 days', CASE WHEN p.n %% 10 >= 8 THEN now() END
FROM generate_series(1, %s) p(n)
JOIN (SELECT q.id, t.id AS step_id, row_number() OVER (ORDER BY q.id) AS n
      FROM outreach_sequence q JOIN outreach_step t ON t.sequence_id = q.id) s ON s.n = 1 + (p.n / 10) %% %s
"""


def measure(people: int) -> Iterator[Figure]:
    """p99 of both questions; `people` is how many enrollments there are."""
    with tempfile.TemporaryDirectory(prefix="rapport-batch-") as folder:
        os.chmod(folder, 0o755)
        environ = {**os.environ, "RAPPORT_DATA_DIR": folder, "RAPPORT_LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
        environ.pop("RAPPORT_DATABASE_URL", None)
        command = [sys.executable, "-m", "bench.next_batch", str(people)]
        answer = subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(answer.splitlines()[-1])
    asked = {
        "query": (f"the next {found['batch']} of a sequence, due in the order of enrolling", TARGET),
        "scattered": (f"the next {found['batch']} of a sequence, due in no order", TARGET),
        "processor": ("what the server computes for either", TARGET),
        "places": ("which sequences are due", None),
    }
    for name, (what, target) in asked.items():
        times = found[name]
        yield Figure(
            f"next_batch.{name}", percentile(times, 0.99), "ms", target=target, n=len(times),
            note=f"{what}; p99 at {people:,} enrollments, {found['taken']:,} of them taken meanwhile; "
            f"p50 {percentile(times, 0.5):.1f} ms, worst {max(times):.1f} ms",
        )  # fmt: skip


def run(count: int) -> None:
    """Fill a database, take what is due until nothing is or the rounds are over, and print the times in ms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django
    from django.conf import settings

    from rapport.config import embedded

    server = embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    from django.core.management import call_command

    from rapport.lib.collecting import collect_seldom

    call_command("migrate", verbosity=0)
    due = _fill(count)
    collect_seldom()  # as senders do
    times = _take(due)
    print(json.dumps(times))
    del server


def _fill(count: int) -> int:
    """Returns how many are due."""
    from django.db import connection

    from rapport.lib.actors import COMMAND
    from rapport.mail.operations import MailboxSettings, create_mailbox
    from rapport.outreach.models import Enrollment
    from rapport.outreach.operations import SequenceDraft, StepDraft, activate_sequence, create_sequence

    settings = MailboxSettings(address="rita@example.org", smtp_host="127.0.0.1", smtp_security="plain")
    mailbox = create_mailbox(actor=COMMAND, settings=settings, owner_id=None)
    for number in range(SEQUENCES):
        draft = SequenceDraft(name=f"Sequence {number}", mailbox_id=mailbox.id)
        sequence = create_sequence(
            actor=COMMAND, draft=draft, steps=[StepDraft(subject="Hello", body="Shall we talk?")]
        )
        activate_sequence(actor=COMMAND, sequence_id=sequence.id)
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_KEYS)
        cursor.execute(ENROLLMENTS, [count, count, SEQUENCES])
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE outreach_enrollment")
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    made, due = Enrollment.objects.count(), Enrollment.objects.filter(next_due_at__lt=_now()).count()
    if made != count:
        raise SystemExit(f"bench next_batch: {count} enrollments were to be made, {made} were")
    return due


def _take(due: int) -> dict[str, Any]:
    from django.db import connection, transaction

    from rapport.outreach import ledger
    from rapport.outreach.engine import BATCH
    from rapport.outreach.models import Sequence

    now, taken = _now(), 0
    in_order = set(Sequence.objects.order_by("id").values_list("id", flat=True)[1::2])
    places: list[float] = []
    queries: list[float] = []
    scattered: list[float] = []
    processor: list[float] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = cursor.fetchone()[0]
    for number in range(ROUNDS):
        found = _timed(places, lambda: ledger.list_due_places(now))
        if not found:
            break
        sequence_id, _ = found[number % len(found)]
        with transaction.atomic():
            ledger.go_by_keys()
            ledger.lock_claims()
            before_ms = _processor_ms(server)
            times = queries if sequence_id in in_order else scattered
            rows = _timed(times, lambda key=sequence_id: ledger.lock_due(key, now, BATCH))
            processor.append(_processor_ms(server) - before_ms)
            ledger.postpone([(row.id, None, "") for row in rows])
        taken += len(rows)
    if taken != due and len(places) < ROUNDS:
        raise SystemExit(f"bench next_batch: {due} were due, {taken} were taken")
    return {
        "query": queries,
        "scattered": scattered,
        "processor": processor,
        "places": places,
        "taken": taken,
        "batch": BATCH,
    }


def _processor_ms(pid: int) -> float:
    """What a process has had of the processors so far: on a busy machine the clock tells more of its neighbours."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def _timed(times: list[float], ask: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    found = ask()
    times.append((time.perf_counter() - started) * 1000)
    return found


def _now() -> Any:
    from rapport.lib import clock

    return clock.now()


if __name__ == "__main__":
    run(int(sys.argv[1]))
