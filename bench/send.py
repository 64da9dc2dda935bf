"""Sending: personalised, ledgered messages a second into smtp-sink, and smtp-source's own rate in the same run.

`send.rate` is the two sending processes of a worker, as on a machine that does nothing else; `send.rate_in_worker` is
the whole `rapport worker`, which follows the record and keeps the search index at the same time. Both send the same
sequence step with fields, both parts (text and HTML), one-click unsubscribe, a durable mark before each message, and
store every message in its thread and in the record.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import RAPPORT, ROOT, Figure, empty_installation, free_port

MESSAGES = 20_000
TARGET = 3_000
LANES = 10  # for each of them
SENDERS = 2  # as a worker has
SINK = next((path for path in ("/usr/sbin/smtp-sink", shutil.which("smtp-sink")) if path and Path(path).exists()), None)


def measure(people: int) -> Iterator[Figure]:
    """As many messages as given, at most 20,000 and at least 2,000, first by the senders, then by a whole worker."""
    if SINK is None:
        raise SystemExit("bench send: smtp-sink is missing; install Debian's postfix package")
    count = max(2_000, min(people or MESSAGES, MESSAGES))
    with empty_installation("bench.send") as environ, _sink() as port:
        peer = _source_rate(port, count)
        alone = _timed(environ, [sys.executable, "-m", "bench.send", "engine"], count, port)
        note = f"{count:,} messages, {SENDERS} processes with {LANES} connections each; {alone / peer:.0%} of smtp-source's own rate"
        yield Figure(
            "send.rate", alone, "messages/s", target=TARGET, at_most=False, peer="smtp-source", peer_value=round(peer),
            n=count, note=note,
        )  # fmt: skip
        whole = _timed(environ, [*RAPPORT, "worker"], count, port, catches_up=True)
        yield Figure(
            "send.rate_in_worker", whole, "messages/s", peer="smtp-source", peer_value=round(peer), n=count,
            note=f"beside reactions, notifications and the search index; {whole / peer:.0%} of smtp-source's own rate",
        )  # fmt: skip


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([str(SINK), *user, f"127.0.0.1:{port}", "256"], stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def _source_rate(port: int, count: int) -> float:
    """What Postfix's load generator reaches with as many connections and messages of the same length."""
    source = str(SINK).replace("smtp-sink", "smtp-source")
    started = time.monotonic()
    subprocess.run(
        [source, "-s", str(LANES * SENDERS), "-m", str(count), "-l", "2600", "-d", "-f", "rita@example.org", "-t", "p@example.net",
         f"127.0.0.1:{port}"],
        check=True,
    )  # fmt: skip
    return count / (time.monotonic() - started)


def _run(environ: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "bench.send", *arguments], env=environ, cwd=ROOT, check=True, text=True,
        stdout=subprocess.PIPE,
    ).stdout  # fmt: skip


def _timed(environ: dict[str, str], command: list[str], count: int, port: int, *, catches_up: bool = False) -> float:
    """Messages a second from the first claim until everything is settled; with `catches_up`, by a process that has
    dealt with everything that was on record before."""
    _run(environ, "seed", str(count), str(port))
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        if catches_up:
            _run(environ, "catch-up")
        return float(_run(environ, "enroll", str(count)))
    finally:
        process.terminate()
        process.wait(30)


def _watch(count: int) -> None:
    """Print the rate once the last message of this round is in its thread."""
    from django.db import connection

    # By an index: to read the whole table ten times a second would take from the senders what is to be measured.
    under_way = "SELECT EXISTS (SELECT FROM outreach_enrollment WHERE sequence_id = %s AND state = 'active')"
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id::text)::uuid FROM outreach_sequence")
        (newest,) = cursor.fetchone()
        deadline = time.monotonic() + 600
        while True:
            cursor.execute(under_way, [newest])
            if not cursor.fetchone()[0]:
                break
            if time.monotonic() > deadline:
                raise SystemExit("bench send: not everything was sent within ten minutes")
            time.sleep(0.1)
        cursor.execute(
            """SELECT extract(epoch FROM clock_timestamp() - min(d.claimed_at)), count(*), count(m.id)
            FROM outreach_delivery d JOIN outreach_enrollment e ON e.id = d.enrollment_id
            LEFT JOIN mail_message m ON m.id = d.id AND m.state = 'sent'
            WHERE e.sequence_id = %s""",
            [newest],
        )
        seconds, sent, stored = cursor.fetchone()
    if not sent == stored == count:
        raise SystemExit(f"bench send: {count} messages, but {sent} in the ledger and {stored} stored")
    print(count / float(seconds))


def _seed(count: int, port: int) -> None:
    """People, a mailbox without limits that writes to the sink, and a sequence that is always open."""
    from datetime import time as clock_time

    from django.db import connection

    from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
    from rapport.candidates.operations import bulk_create_candidates
    from rapport.lib.actors import COMMAND
    from rapport.mail.models import Mailbox
    from rapport.mail.operations import MailboxSettings, create_mailbox
    from rapport.outreach import operations
    from rapport.outreach.operations import SequenceDraft, StepDraft

    number = Mailbox.objects.count()
    settings = MailboxSettings(
        address=f"rita{number}@example.org", display_name="Rita Muster", smtp_host="127.0.0.1", smtp_port=port,
        smtp_security="plain", daily_cap=2_000_000, pace_per_minute=2_000_000,
    )  # fmt: skip
    mailbox = create_mailbox(actor=COMMAND, settings=settings, owner_id=None)
    draft = SequenceDraft(
        name=f"Sequence {number}", mailbox_id=mailbox.id, time_zone="UTC", days=tuple(range(7)), from_time=clock_time(0),
        until_time=clock_time(23, 59, 59, 999999), cap_count=90,
    )  # fmt: skip
    body = (
        'Hi {{ first_name | "there" }},\n\nI saw your work as {{ title }} at {{ company }} and think that the job we have '
        "open would suit you: shall we talk? See https://example.org/jobs/1?x=2&y=3.\n\n"
        + "We build tools for hospitals, from the ward to the laboratory, in a team of nine. " * 6
        + "\n\nBest,\n{{ sender_first_name }}"
    )
    step = StepDraft(subject='A role for you, {{ first_name | "there" }}?', body=body)
    sequence = operations.create_sequence(actor=COMMAND, draft=draft, steps=[step])
    operations.activate_sequence(actor=COMMAND, sequence_id=sequence.id)
    for start in range(0, count, 2_000):
        drafts = [
            CandidateDraft(
                full_name=f"Zoë Example{index}", title="Data engineer", organisation="Solwerk", place="Berlin",
                contact_points=(ContactPointDraft(kind="email", value=f"p{number}.{index}@example.net"),),
            )
            for index in range(start, min(start + 2_000, count))
        ]  # fmt: skip
        bulk_create_candidates(actor=COMMAND, drafts=drafts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")


def _enroll() -> None:
    """Everybody who is in no sequence yet, into the newest one; sending begins when all are in."""
    from rapport.candidates.models import Candidate
    from rapport.lib.actors import COMMAND
    from rapport.mail.operations import set_paused
    from rapport.outreach import operations
    from rapport.outreach.models import Enrollment, Sequence

    sequence = Sequence.objects.latest("id")
    assert sequence.mailbox_id
    set_paused(actor=COMMAND, mailbox_id=sequence.mailbox_id, paused=True)
    waiting = Candidate.objects.exclude(id__in=Enrollment.objects.values("candidate_id"))
    ids = list(waiting.values_list("id", flat=True))
    result = operations.enroll(actor=COMMAND, sequence_id=sequence.id, candidate_ids=ids)
    assert len(result.ids) == len(ids), result.reasons
    set_paused(actor=COMMAND, mailbox_id=sequence.mailbox_id, paused=False)


def _catch_up() -> None:
    """Wait until the followers of the record in the database have nothing left, and nobody links the pool."""
    from django.db import connection

    behind = """SELECT EXISTS (SELECT FROM activity_cursor c, activity_activity a
        WHERE (a.xid, a.id) > (split_part(c.token, '.', 1)::xid8, split_part(c.token, '.', 2)::uuid))
        OR (SELECT count(*) FROM activity_cursor) < 2
        OR EXISTS (SELECT FROM hygiene_linkagerun WHERE state IN ('waiting', 'running'))"""
    deadline = time.monotonic() + 900
    with connection.cursor() as cursor:
        while True:
            cursor.execute(behind)
            if not cursor.fetchone()[0]:
                return
            if time.monotonic() > deadline:
                raise SystemExit("bench send: the worker did not catch up within 15 minutes")
            time.sleep(0.5)


def _part(arguments: list[str]) -> None:
    """What runs in processes of its own: hold, seed COUNT PORT, engine, catch-up, enroll COUNT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django
    from django.conf import settings

    from rapport.config import embedded

    server = embedded.start(settings.DATA_DIR)
    settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    match arguments:
        case ["hold"]:
            print("ready", flush=True)
            sys.stdin.read()
        case ["seed", count, port]:
            _seed(int(count), int(port))
        case ["enroll", count]:
            _enroll()
            _watch(int(count))
        case ["catch-up"]:
            _catch_up()
        case ["engine"]:
            _engine()
    del server


def _engine() -> None:
    """The sending processes of a worker, and nothing else of it."""
    from rapport.config.herd import Herd
    from rapport.lib.collecting import collect_seldom

    collect_seldom()
    Herd({f"send {number}": _send for number in range(1, SENDERS + 1)}, None).run()


def _send(stop: threading.Event) -> None:
    from rapport.outreach.engine import Engine

    engine = Engine(lanes=LANES)
    while not stop.is_set():
        if not engine.step():
            stop.wait(0.1)
    engine.stop()


if __name__ == "__main__":
    _part(sys.argv[1:])
