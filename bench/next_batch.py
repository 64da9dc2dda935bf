"""The question for the next people who are due: over and over, at a million enrollments, while the answers are taken away.

Ten sequences share the enrollments. Six of ten are due, at moments of the last month in no order; two wait for a later day,
and two have ended. As a sender does, each round asks which sequences have somebody due, and then one of them for its next
500; these are taken in hand, and the round ends. What the index holds of rows taken before is therefore part of the times.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.figures import ROOT, Figure, percentile

SEQUENCES = 10
ROUNDS = 1_000
TARGET = 20  # ms
# Nobody to be mailed, only somebody to be enrolled: ids in the order of creation, as those of the product.
PEOPLE = """
INSERT INTO candidates_candidate SELECT (jsonb_populate_record(c, jsonb_build_object('id', made.id))).*
FROM candidates_candidate c, (SELECT ('0193' || lpad(to_hex(n), 28, '0'))::uuid AS id FROM generate_series(2, %s) n) made
"""
ENROLLMENTS = """
INSERT INTO outreach_enrollment (id, sequence_id, candidate_id, state, step_id, next_due_at, tries, waits_for, last_outcome,
                                 sent_count, exit_reason, exit_note, enrolled_at, ended_at)
SELECT ('0194' || lpad(to_hex(p.n), 28, '0'))::uuid, s.id, p.id,
       CASE WHEN p.n %% 10 < 8 THEN 'active' ELSE 'finished' END, CASE WHEN p.n %% 10 < 8 THEN s.step_id END,
       CASE WHEN p.n %% 10 < 6 THEN now() - random() * interval '30 days'
            WHEN p.n %% 10 < 8 THEN now() + (1 + random() * 30) * interval '1 day' END,
       0, '', '', 0, '', '', now() - interval '40 days', CASE WHEN p.n %% 10 >= 8 THEN now() END
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM candidates_candidate) p
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
    asked = {"query": (f"the next {found['batch']} of a sequence", TARGET), "places": ("which sequences are due", None)}
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

    call_command("migrate", verbosity=0)
    due = _fill(count)
    times = _take(due)
    print(json.dumps(times))
    del server


def _fill(count: int) -> int:
    """Returns how many are due."""
    from django.db import connection

    from rapport.candidates.drafts import CandidateDraft
    from rapport.candidates.operations import bulk_create_candidates
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
    bulk_create_candidates(actor=COMMAND, drafts=[CandidateDraft(full_name="Zoë Example")])
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [count])
        cursor.execute(ENROLLMENTS, [SEQUENCES])
        cursor.execute("VACUUM ANALYZE outreach_enrollment")
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
    made, due = Enrollment.objects.count(), Enrollment.objects.filter(next_due_at__lt=_now()).count()
    if made != count:
        raise SystemExit(f"bench next_batch: {count} enrollments were to be made, {made} were")
    return due


def _take(due: int) -> dict[str, Any]:
    from django.db import transaction

    from rapport.outreach import ledger
    from rapport.outreach.engine import BATCH

    now, taken = _now(), 0
    places: list[float] = []
    queries: list[float] = []
    for number in range(ROUNDS):
        found = _timed(places, lambda: ledger.list_due_places(now))
        if not found:
            break
        sequence_id, _ = found[number % len(found)]
        with transaction.atomic():
            ledger.go_by_keys()
            ledger.lock_claims()
            rows = _timed(queries, lambda key=sequence_id: ledger.lock_due(key, now, BATCH))
            ledger.postpone([(row.id, None, "") for row in rows])
        taken += len(rows)
    if taken != due and len(places) < ROUNDS:
        raise SystemExit(f"bench next_batch: {due} were due, {taken} were taken")
    return {"query": queries, "places": places, "taken": taken, "batch": BATCH}


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
