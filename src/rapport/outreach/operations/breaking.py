"""Pausing a sequence that does harm, before it costs the domain its name."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail.complaints import SUPPRESSING
from rapport.outreach import queries
from rapport.outreach.activities import SEQUENCE_TRIPPED
from rapport.outreach.breakers import WINDOW, Window, why_to_stop
from rapport.outreach.models import Sequence
from rapport.outreach.subjects import subjects_of_sequence

# The newest mails of the mailbox are read by its index; a delivery's id is its message's.
READ_WINDOW = """
WITH recent AS (SELECT id, sent_at FROM mail_message
  WHERE mailbox_id = %(mailbox)s AND direction = 'out' AND state = 'sent' AND sent_at >= %(since)s
  ORDER BY sent_at DESC LIMIT 5000),
own AS (SELECT recent.id FROM recent JOIN outreach_delivery d ON d.id = recent.id
  JOIN outreach_enrollment e ON e.id = d.enrollment_id WHERE e.sequence_id = %(sequence)s
  ORDER BY recent.sent_at DESC LIMIT %(window)s)
SELECT count(*),
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM mail_deliveryevent v WHERE v.message_id = own.id
    AND v.kind = 'bounced' AND v.data->>'class' = 'hard')),
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM mail_deliveryevent v WHERE v.message_id = own.id
    AND v.kind = 'complained' AND v.data->>'feedback_type' = ANY(%(complaints)s)))
FROM own
"""


@transaction.atomic
def check_breakers(*, sequence_id: UUID) -> bool:
    """Pause an active sequence whose newest mails do harm; returns whether it was. Safe to repeat.

    Records sequence.tripped with the reason, which its owner is told. What was sent before a person let it go on again
    does not count any more.
    """
    sequence = queries.lock_sequence(SYSTEM, sequence_id)
    if sequence.state != Sequence.State.ACTIVE:
        return False
    why = why_to_stop(_read_window(sequence))
    if not why:
        return False
    sequence.state, sequence.pause_note, sequence.updated_at = Sequence.State.PAUSED, why, clock.now()
    sequence.save(update_fields=["state", "pause_note", "updated_at"])
    record(
        SEQUENCE_TRIPPED,
        actor=SYSTEM,
        subjects=subjects_of_sequence(sequence),
        data={"name": sequence.name, "why": why},
    )
    return True


def _read_window(sequence: Sequence) -> Window:
    since: datetime = sequence.watched_since or sequence.created_at
    with connection.cursor() as cursor:
        cursor.execute(
            READ_WINDOW,
            {
                "mailbox": sequence.mailbox_id,
                "sequence": sequence.id,
                "since": since,
                "window": WINDOW,
                "complaints": list(SUPPRESSING),
            },
        )
        return Window(*cursor.fetchone())
