"""Ending enrollments: by the governor, by what happened elsewhere, by hand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import Happening, record_many
from rapport.lib.actors import SYSTEM, Actor
from rapport.mail.operations.pacing import Unsent, give_back
from rapport.outreach.activities import ENROLLMENT_EXITED, ENROLLMENT_FINISHED
from rapport.outreach.models import Sequence as OutreachSequence
from rapport.outreach.subjects import subjects_of

EXIT_LABELS = {
    "replied": "Answered",
    "applied": "Applied",
    "in_touch": "A colleague is in touch",
    "hired": "Hired",
    "archived": "In the archive",
    "no_address": "No address",
    "bounced": "Mail came back",
    "complained": "Marked as spam",
    "suppressed": "Address suppressed",
    "unsubscribed": "Unsubscribed",
    "no_consent": "No consent",
    "tagged": "Has the tag that ends it",
    "goal": "Followed a link",
    "interested": "Is interested",
    "topic": "Does not want this topic",
    "missing_values": "Text could not be filled in",
    "refused": "Refused by their server",
    "no_step": "Step taken out",
    "by_hand": "Stopped by hand",
    "sequence_archived": "Sequence archived",
    "held_out": "Held out, by chance",
    "merged": "Goes on under the same person",
}
# What has not left the house is not sent any more; what is in flight is settled by whoever sends it.
END = """
WITH v AS (SELECT * FROM unnest(%(ids)s::uuid[], %(reasons)s::text[], %(notes)s::text[]) AS v(id, reason, note)),
locked AS (SELECT e.id, e.delivery_id FROM outreach_enrollment e JOIN v ON v.id = e.id
  WHERE e.state = 'active' ORDER BY e.id FOR UPDATE OF e),
skipped AS (UPDATE outreach_delivery d SET state = 'skipped', reason = 'The sequence was stopped before it went out.',
    finished_at = %(now)s
  FROM locked WHERE d.id = locked.delivery_id AND d.state IN ('planned', 'claimed')
  RETURNING d.id, d.lease, d.mailbox_id, d.address, d.claimed_at)
UPDATE outreach_enrollment e SET state = 'exited', exit_reason = v.reason, exit_note = v.note, ended_at = %(now)s,
  next_due_at = NULL, waits_for = '',
  delivery_id = CASE WHEN skipped.id IS NULL THEN e.delivery_id END
FROM v JOIN locked ON locked.id = v.id LEFT JOIN skipped ON skipped.id = locked.delivery_id
WHERE e.id = v.id RETURNING e.id, skipped.lease, skipped.mailbox_id, skipped.address, skipped.claimed_at
"""

ARRIVED = "They followed a link, which is what the sequence is for."
ANSWERED = "They answered."
APPLIED = "They are considered for a job now."
IN_TOUCH = "A colleague is in touch with them."
INTERESTED = "They answered and are interested, which is what the sequence is for."


def stop_words(tag: str) -> str:
    """Why somebody who was given a tag gets nothing more."""
    return f"They have the tag {tag}."


class EndedEnrollment(NamedTuple):
    """`reason` is a key of EXIT_LABELS, `note` a sentence for people."""

    enrollment_id: UUID
    candidate_id: UUID
    reason: str
    note: str


@transaction.atomic
def end_many(
    sequence: OutreachSequence, ended: Sequence[EndedEnrollment], now: datetime, *, actor: Actor = SYSTEM
) -> set[UUID]:
    """End active enrollments of one sequence in one statement; returns those that were active.

    Records enrollment.exited for each. What a worker had claimed and is not sent any more is given back.
    """
    gone, unsent = end_unsettled(sequence, ended, now, actor=actor)
    give_back(unsent)
    return gone


def end_unsettled(
    sequence: OutreachSequence, ended: Sequence[EndedEnrollment], now: datetime, *, actor: Actor = SYSTEM
) -> tuple[set[UUID], list[Unsent]]:
    """The same, for who ends several sequences: what is to be given back comes along, because buckets are locked last."""
    if not ended:
        return set(), []
    columns: dict[str, Any] = {
        "ids": [row.enrollment_id for row in ended], "reasons": [row.reason for row in ended],
        "notes": [row.note for row in ended], "now": now,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(END, columns)
        rows = cursor.fetchall()
    gone = {row[0] for row in rows}
    record_exits(sequence, [row for row in ended if row.enrollment_id in gone], actor=actor)
    return gone, [Unsent(*claimed) for _, lease, *claimed in rows if lease is not None]


def record_exits(sequence: OutreachSequence, ended: Iterable[EndedEnrollment], *, actor: Actor = SYSTEM) -> None:
    record_many(
        ENROLLMENT_EXITED,
        actor=actor,
        happenings=[
            Happening(
                subjects_of(sequence, row.candidate_id, row.enrollment_id),
                {
                    "sequence": sequence.name,
                    "reason": row.reason,
                    "why": EXIT_LABELS.get(row.reason, row.reason).lower(),
                },
            )
            for row in ended
        ],
    )


def record_finished(sequence: OutreachSequence, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    """Record enrollment.finished for (enrollment, candidate) pairs."""
    data = {"sequence": sequence.name}
    record_many(
        ENROLLMENT_FINISHED,
        actor=SYSTEM,
        happenings=[
            Happening(subjects_of(sequence, candidate_id, enrollment_id), data) for enrollment_id, candidate_id in pairs
        ],
    )
