"""The SQL of exactly known delivery: three kinds of transaction, each safe to be killed in.

Claim: due enrollments are taken in batches (FOR UPDATE SKIP LOCKED) and get a row in the ledger. Mark: one durable
statement writes what became of the last messages and that the next ones are in flight; a connection gets its next
message only after that commit. Settle: enrollments go on to their next step and messages become part of the thread;
only where the delivery is still the one in hand, so that it may be repeated from the ledger after a kill.

Every change is a compare-and-set on (id, old state, lease): a slow worker cannot send what was taken over from it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from rapport.lib.copy_text import texts_array
from rapport.lib.ids import array_of, moments_array
from rapport.mail import held_mail
from rapport.mail.operations.pacing import Unsent
from rapport.outreach.models import Lease

CLAIM_LOCK = 0x6F757472  # "outr": one claim at a time over all workers, so that caps hold over all senders

DUE_PLACES = """
SELECT s.id, s.mailbox_id FROM outreach_sequence s JOIN mail_mailbox m ON m.id = s.mailbox_id
LEFT JOIN mail_mailboxbucket b ON b.mailbox_id = m.id
WHERE s.state = 'active' AND m.state <> 'paused' AND NOT m.needs_sign_in AND (b.free_at IS NULL OR b.free_at <= %(now)s) AND EXISTS (
    SELECT 1 FROM outreach_enrollment e WHERE e.sequence_id = s.id AND e.state = 'active' AND e.next_due_at <= %(now)s)
"""
CLAIM_DUE = f"""
SELECT e.id, e.candidate_id, e.step_id, e.delivery_id, e.thread_id, e.tries, e.enrolled_by_id,
       e.waits_for LIKE '{held_mail.START}%%'
FROM outreach_enrollment e
WHERE e.sequence_id = %s AND e.state = 'active' AND e.next_due_at <= %s
ORDER BY e.next_due_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
INSERT_DELIVERIES = """
INSERT INTO outreach_delivery (id, enrollment_id, step_id, attempt, version_id, mailbox_id, state, message_id, address,
                               letter, lease, code, reason, claimed_at)
SELECT v.id, v.enrollment, v.step, v.attempt, v.version, %(mailbox)s, %(state)s, v.message_id, v.address,
       v.letter, %(lease)s, 0, '', %(now)s
FROM unnest(%(ids)s::uuid[], %(enrollments)s::uuid[], %(steps)s::uuid[], %(attempts)s::int[], %(versions)s::uuid[],
            %(message_ids)s::text[], %(addresses)s::text[], %(letters)s::text[])
  AS v(id, enrollment, step, attempt, version, message_id, address, letter)
ON CONFLICT (enrollment_id, step_id, attempt) DO NOTHING RETURNING id
"""
CLAIM_APPROVED = """
UPDATE outreach_delivery SET state = 'claimed', lease = %s, claimed_at = %s, address = v.address,
  version_id = v.version, letter = v.letter
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[]) AS v(id, address, version, letter)
WHERE outreach_delivery.id = v.id AND state = 'planned' RETURNING outreach_delivery.id
"""
TAKE_IN_HAND = """
UPDATE outreach_enrollment e SET delivery_id = v.delivery, next_due_at = NULL, waits_for = ''
FROM unnest(%s::uuid[], %s::uuid[]) AS v(enrollment, delivery) WHERE e.id = v.enrollment
"""
POSTPONE = """
UPDATE outreach_enrollment e SET next_due_at = v.due, waits_for = v.why
FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[]) AS v(id, due, why) WHERE e.id = v.id AND e.state = 'active'
"""
GO_ON = """
UPDATE outreach_enrollment e SET step_id = v.step, next_due_at = v.due, tries = 0, waits_for = '',
  state = CASE WHEN v.step IS NULL THEN 'finished' ELSE 'active' END,
  ended_at = CASE WHEN v.step IS NULL THEN %s::timestamptz END
FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS v(id, step, due)
WHERE e.id = v.id AND e.state = 'active' RETURNING e.id, e.state = 'finished'
"""
NOTE_PASSAGES = """
INSERT INTO outreach_passage (enrollment_id, step_id, how, passed_at)
SELECT v.enrollment, v.step, %s, %s FROM unnest(%s::uuid[], %s::uuid[]) AS v(enrollment, step) ON CONFLICT DO NOTHING
"""
# Claimed rows go back as if they had never been taken; what was approved waits no longer than before.
RELEASE = """
WITH back AS (
  SELECT d.id, d.enrollment_id, d.mailbox_id, d.address, d.claimed_at, s.kind FROM outreach_delivery d JOIN outreach_step s ON s.id = d.step_id
  WHERE d.id = ANY(%(ids)s) AND d.state = 'claimed' AND d.lease = %(lease)s FOR UPDATE OF d),
replanned AS (UPDATE outreach_delivery d SET state = 'planned', lease = NULL FROM back
  WHERE d.id = back.id AND back.kind = 'approval'),
gone AS (DELETE FROM outreach_delivery d USING back WHERE d.id = back.id AND back.kind <> 'approval')
UPDATE outreach_enrollment e
SET delivery_id = CASE WHEN back.kind = 'approval' THEN e.delivery_id END,
    next_due_at = CASE WHEN e.state = 'active' THEN %(due)s::timestamptz END, waits_for = %(why)s
FROM back WHERE e.id = back.enrollment_id AND e.delivery_id = back.id
RETURNING back.mailbox_id, back.address, back.claimed_at
"""
LOCK_AT_STEP = """
SELECT count(*) FROM (SELECT 1 FROM outreach_enrollment
  WHERE sequence_id = %s AND state = 'active' AND step_id = %s ORDER BY id FOR UPDATE) AS locked
"""
LEAVE_OUT = """
WITH left_out AS (
  UPDATE outreach_delivery d SET state = 'skipped', reason = %(why)s FROM outreach_enrollment e
  WHERE e.sequence_id = %(sequence)s AND e.state = 'active' AND e.step_id = %(step)s AND d.id = e.delivery_id
    AND d.state = 'planned' RETURNING d.id)
UPDATE outreach_enrollment e SET delivery_id = NULL, next_due_at = %(due)s FROM left_out
WHERE e.delivery_id = left_out.id RETURNING e.id
"""
SETTLE = """
UPDATE outreach_enrollment e SET
  delivery_id = CASE WHEN %(outcome)s = 'unclear' THEN e.delivery_id END,
  state = CASE WHEN e.state = 'active' THEN %(state)s ELSE e.state END,
  exit_reason = CASE WHEN e.state = 'active' THEN %(exit_reason)s ELSE e.exit_reason END,
  exit_note = CASE WHEN e.state = 'active' THEN %(exit_note)s ELSE e.exit_note END,
  ended_at = CASE WHEN e.state = 'active' AND %(state)s <> 'active' THEN v.at ELSE e.ended_at END,
  step_id = CASE WHEN e.state = 'active' THEN %(step)s::uuid ELSE e.step_id END,
  next_due_at = CASE WHEN e.state = 'active' THEN v.due END,
  thread_id = CASE WHEN %(outcome)s IN ('sent', 'unclear') THEN coalesce(e.thread_id, v.delivery) ELSE e.thread_id END,
  tries = %(tries)s, waits_for = %(waits_for)s, last_outcome = %(outcome)s,
  last_sent_at = CASE WHEN %(outcome)s = 'sent' THEN v.at ELSE e.last_sent_at END,
  sent_count = e.sent_count + (%(outcome)s = 'sent')::int
FROM unnest(%(enrollments)s::uuid[], %(deliveries)s::uuid[], %(due)s::timestamptz[], %(at)s::timestamptz[])
  AS v(enrollment, delivery, due, at)
WHERE e.id = v.enrollment AND e.delivery_id = v.delivery
  AND NOT (%(outcome)s = 'unclear' AND e.last_outcome = 'unclear')
RETURNING v.delivery, e.state <> 'active' AND e.state = %(state)s AND e.ended_at = v.at
"""
IN_HAND_OF = """
SELECT d.id FROM outreach_enrollment e JOIN outreach_delivery d ON d.id = e.delivery_id
WHERE e.delivery_id IS NOT NULL AND d.lease = %s AND d.state = %s LIMIT %s
"""
LOSE_IN_FLIGHT = """
UPDATE outreach_delivery SET state = 'unclear', reason = %s, finished_at = clock_timestamp()
WHERE id = ANY(%s) AND state = 'in_flight' AND lease = %s
"""
# With statistics of an empty table the planner would read whole tables, and checks of foreign keys keep such a plan for
# as long as the connection lives: a first large sequence would take longer with every message.
GO_BY_KEYS = "SET LOCAL enable_seqscan = off"
LOST_WORDS = "The worker ended while it was sending this message."


class DueRow(NamedTuple):
    """An enrollment that is due; `delivery_id` is set where a person has approved the mail.

    `was_held` tells that it has waited for its turn because of the limit of a domain.
    """

    id: UUID
    candidate_id: UUID
    step_id: UUID
    delivery_id: UUID | None
    thread_id: UUID | None
    tries: int
    enrolled_by_id: UUID | None
    was_held: bool = False


class NewDelivery(NamedTuple):
    id: UUID
    enrollment_id: UUID
    step_id: UUID
    version_id: UUID
    attempt: int
    message_id: str
    address: str
    letter: str = ""


class Outcome(NamedTuple):
    """What enrollments become once their delivery is over, often the same for many; `outcome` is sent, failed, refused
    or unclear."""

    outcome: str
    state: str = "active"
    exit_reason: str = ""
    exit_note: str = ""
    step_id: UUID | None = None
    tries: int = 0
    waits_for: str = ""


class Settled(NamedTuple):
    """A delivery that is over: when that was, and when its enrollment is due again."""

    enrollment_id: UUID
    delivery_id: UUID
    at: datetime
    due_at: datetime | None = None


def list_due_places(now: datetime) -> list[tuple[UUID, UUID]]:
    """(sequence, mailbox) of active sequences in which somebody is due, where the mailbox works and has room."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_PLACES, {"now": now})
        return list(cursor.fetchall())


def go_by_keys() -> None:
    """Tell the planner to read by keys, to the end of the transaction."""
    _run(GO_BY_KEYS, [], rows=False)


def lock_claims() -> None:
    """Wait for the other claims; ends with the transaction."""
    _run("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])


def lock_due(sequence_id: UUID, now: datetime, limit: int) -> list[DueRow]:
    """The enrollments of a sequence that are due, longest first, locked in the present transaction."""
    return [DueRow(*row) for row in _run(CLAIM_DUE, [sequence_id, now, limit])]


def claim(
    deliveries: Sequence[NewDelivery], *, mailbox_id: UUID, lease: int | None, state: str, now: datetime
) -> set[UUID]:
    """Write deliveries as claimed or planned and put them in hand; returns the ids that are ours."""
    if not deliveries:
        return set()
    rows = _run(
        INSERT_DELIVERIES,
        {
            "mailbox": mailbox_id, "state": state, "lease": lease, "now": now,
            "ids": array_of(row.id for row in deliveries),
            "enrollments": array_of(row.enrollment_id for row in deliveries),
            "steps": array_of(row.step_id for row in deliveries), "attempts": [row.attempt for row in deliveries],
            "versions": array_of(row.version_id for row in deliveries),
            "message_ids": texts_array(row.message_id for row in deliveries),
            "addresses": texts_array(row.address for row in deliveries), "letters": texts_array(row.letter for row in deliveries),
        },
    )  # fmt: skip
    won = {row[0] for row in rows}
    ours = [row for row in deliveries if row.id in won]
    _run(TAKE_IN_HAND, [array_of(row.enrollment_id for row in ours), array_of(row.id for row in ours)], rows=False)
    return won


def claim_approved(
    pairs: Sequence[tuple[UUID, UUID]], addresses: Sequence[str], versions: Sequence[UUID], letters: Sequence[str], *,
    lease: int, now: datetime,
) -> set[UUID]:  # fmt: skip
    """Take planned deliveries that a person has approved, to be sent in these versions; `pairs` are (enrollment, delivery)."""
    if not pairs:
        return set()
    ids = [pair[1] for pair in pairs]
    won = {row[0] for row in _run(CLAIM_APPROVED, [lease, now, ids, list(addresses), list(versions), list(letters)])}
    ours = [pair for pair in pairs if pair[1] in won]
    _run(TAKE_IN_HAND, [[pair[0] for pair in ours], [pair[1] for pair in ours]], rows=False)
    return won


def postpone(rows: Iterable[tuple[UUID, datetime | None, str]]) -> None:
    """Move enrollments to a later moment, or to none while they wait for a person; rows are (enrollment, due, why)."""
    columns = list(zip(*rows, strict=True))
    if columns:
        _run(POSTPONE, [list(column) for column in columns], rows=False)


def go_on(rows: Iterable[tuple[UUID, UUID | None, datetime | None]], now: datetime) -> set[UUID]:
    """Move enrollments, nothing of which is in hand, to their next step: (enrollment, step, due), or None, None for the end.

    Returns those that have finished by this.
    """
    columns = list(zip(*rows, strict=True))
    found = _run(GO_ON, [now, *map(list, columns)]) if columns else []
    return {key for key, is_over in found if is_over}


def note_passages(pairs: Iterable[tuple[UUID, UUID]], how: str, now: datetime) -> None:
    """Note for (enrollment, step) how they went on from there without a mail, in one statement."""
    columns = list(zip(*pairs, strict=True))
    if columns:
        _run(NOTE_PASSAGES, [how, now, *map(list, columns)], rows=False)


def release(delivery_ids: Sequence[UUID], *, lease: int, due_at: datetime, why: str = "") -> list[Unsent]:
    """Let the enrollments of claimed deliveries be due again; returns what is to be given back to the buckets."""
    parameters = {"ids": list(delivery_ids), "lease": lease, "due": due_at, "why": why}
    return [Unsent(*row) for row in _run(RELEASE, parameters)]


def leave_out_planned(sequence_id: UUID, step_id: UUID, *, due_at: datetime, why: str) -> int:
    """Skip what waits for approval at a step, and let its people go on; returns how many.

    What a worker has taken meanwhile is its own: who is at the step is locked first, as claims lock them.
    """
    _run(LOCK_AT_STEP, [sequence_id, step_id], rows=False)
    return len(_run(LEAVE_OUT, {"sequence": sequence_id, "step": step_id, "due": due_at, "why": why}))


def settle(outcome: Outcome, rows: Sequence[Settled]) -> dict[UUID, bool]:
    """Let enrollments go on from what became of their deliveries.

    Returns the deliveries that were still in hand, each with whether its enrollment has ended by this.
    """
    parameters = {
        "outcome": outcome.outcome, "state": outcome.state, "exit_reason": outcome.exit_reason,
        "exit_note": outcome.exit_note, "step": outcome.step_id, "tries": outcome.tries, "waits_for": outcome.waits_for,
        "enrollments": array_of(row.enrollment_id for row in rows), "deliveries": array_of(row.delivery_id for row in rows),
        "due": moments_array(row.due_at for row in rows), "at": moments_array(row.at for row in rows),
    }  # fmt: skip
    return dict(_run(SETTLE, parameters))


def list_in_hand_of(lease: int, state: str, limit: int) -> list[UUID]:
    return [row[0] for row in _run(IN_HAND_OF, [lease, state, limit])]


def lose_in_flight(delivery_ids: Sequence[UUID], lease: int) -> None:
    """What a dead worker had handed over without an answer is unclear from now on."""
    _run(LOSE_IN_FLIGHT, [LOST_WORDS, list(delivery_ids), lease], rows=False)


def take_lease(worker: str) -> int:
    """Sign in as a worker; beats are on the database's clock."""
    sql = "INSERT INTO outreach_lease (worker, beat_at) VALUES (%s, clock_timestamp()) RETURNING id"
    return int(_run(sql, [worker])[0][0])


def beat(lease: int) -> bool:
    """A sign of life; False when the lease was taken over because it had been silent for too long."""
    return bool(_run("UPDATE outreach_lease SET beat_at = clock_timestamp() WHERE id = %s RETURNING id", [lease]))


def hold_lease(lease: int) -> bool:
    """Whether the lease has not been taken over; it is not, then, before the present transaction ends."""
    return bool(_run("SELECT id FROM outreach_lease WHERE id = %s FOR KEY SHARE", [lease]))


def lock_dead_lease(older_than_s: float) -> int | None:
    """A lease without a sign of life, locked, so that one worker recovers it."""
    sql = """SELECT id FROM outreach_lease WHERE beat_at < clock_timestamp() - make_interval(secs => %s)
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
    rows = _run(sql, [older_than_s])
    return rows[0][0] if rows else None


def end_lease(lease: int) -> None:
    Lease.objects.filter(id=lease).delete()


def _run(sql: str, parameters: Any, *, rows: bool = True) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if rows and cursor.description else []
