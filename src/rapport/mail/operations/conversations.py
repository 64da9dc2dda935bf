"""Keeping conversations true, inside the transactions that receive and send.

Every writer locks the conversation before it looks at the replies that wait, so that a reply that arrives while somebody
answers the one before it still waits afterwards.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from rapport.mail.models import Conversation, Message

# Of threads that were there before, or came with an archive. A thread whose replies are all answered is done.
FILL = """
INSERT INTO mail_conversation
    (id, mailbox_id, latest_reply_id, person_address, waiting_since, answered_at, last_at, done_at, done_by_id)
SELECT r.thread_id, l.mailbox_id, l.id, l.from_address, r.waiting_since, s.answered_at,
       greatest(l.received_at, s.answered_at), CASE WHEN r.waiting_since IS NULL THEN l.done_at END,
       CASE WHEN r.waiting_since IS NULL THEN l.done_by_id END
FROM (SELECT thread_id, min(received_at) FILTER (WHERE done_at IS NULL) AS waiting_since FROM mail_message
      WHERE direction = 'in' AND kind = 'reply' AND thread_id = ANY(%s) GROUP BY thread_id) r
JOIN LATERAL (SELECT * FROM mail_message m WHERE m.thread_id = r.thread_id AND m.direction = 'in' AND m.kind = 'reply'
              ORDER BY m.received_at DESC, m.id DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT max(m.created_at) AS answered_at FROM mail_message m WHERE m.thread_id = r.thread_id
                   AND m.direction = 'out' AND NOT m.is_bulk AND m.state NOT IN ('failed', 'draft')) s ON true
ON CONFLICT (id) DO NOTHING
"""
NEXT_THREADS = """
SELECT DISTINCT m.thread_id FROM mail_message m
WHERE m.direction = 'in' AND m.kind = 'reply' AND m.thread_id > %s
  AND NOT EXISTS (SELECT 1 FROM mail_conversation c WHERE c.id = m.thread_id)
ORDER BY m.thread_id LIMIT %s
"""
BATCH = 2_000


def fill_conversations() -> int:
    """Make the conversations of threads that have none yet, in batches; returns how many. Safe to repeat."""
    count, last = 0, UUID(int=0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(NEXT_THREADS, [last, BATCH])
            threads = [row[0] for row in cursor.fetchall()]
            if not threads:
                return count
            cursor.execute(FILL, [threads])
            count += cursor.rowcount
            last = threads[-1]


def note_reply(message: Message) -> Conversation:
    """A person wrote: the conversation waits, whatever it was before. In the transaction that stores the message."""
    assert message.received_at is not None
    made = {
        "mailbox_id": message.mailbox_id, "latest_reply_id": message.id, "person_address": message.from_address,
        "last_at": message.received_at, "waiting_since": message.received_at,
    }  # fmt: skip
    Conversation.objects.bulk_create([Conversation(id=message.thread_id, **made)], ignore_conflicts=True)
    row = Conversation.objects.select_for_update().get(id=message.thread_id)
    if row.last_at <= message.received_at:
        row.latest_reply_id, row.mailbox_id = message.id, message.mailbox_id
        row.person_address, row.last_at = message.from_address, message.received_at
    row.done_at = row.done_by_id = row.snoozed_until = None
    _recount(row)
    row.save()
    return row


def note_answer(message: Message, answered: Message | None) -> None:
    """One of us wrote: what they answer has waited long enough, and so has what came before it in the thread.

    A new mail to somebody whose replies wait answers those as well. In the transaction that queues the message.
    """
    if message.is_bulk:
        return
    for row in _answered_by(message, answered):
        waiting = Message.objects.waiting_for_answer().filter(thread_id=row.id)
        if answered is not None and answered.received_at is not None:
            waiting = waiting.filter(received_at__lte=answered.received_at)
        waiting.update(done_at=message.created_at, done_by_id=message.sent_by_id)
        row.answered_at, row.snoozed_until = message.created_at, None
        row.last_at = max(row.last_at, message.created_at)
        _recount(row)
        row.save()


def take_back_answer(message: Message) -> None:
    """It did not go out after all: what it answered waits as before. Replies it answered carry its moment."""
    if message.is_bulk:
        return
    for row in _answered_by(message, None if message.thread_id == message.id else message, was_answered=True):
        taken = Message.objects.incoming().filter(thread_id=row.id, kind=Message.Kind.REPLY, done_at=message.created_at)
        taken.update(done_at=None, done_by_id=None)
        ours = Message.objects.outgoing().filter(thread_id=row.id, is_bulk=False).exclude(state__in=("failed", "draft"))
        row.answered_at = ours.order_by("-created_at").values_list("created_at", flat=True).first()
        _recount(row)
        if row.waiting_since:
            row.done_at = row.done_by_id = None
        row.save()


def _answered_by(message: Message, answered: Message | None, *, was_answered: bool = False) -> list[Conversation]:
    """The conversations that a message of ours answers, locked in the order of their ids."""
    rows = Conversation.objects.select_for_update().order_by("id")
    if answered is not None:
        return list(rows.filter(id=answered.thread_id))
    theirs = rows.filter(person_address=message.to_address)
    return list(theirs.filter(answered_at=message.created_at) if was_answered else theirs.exclude(waiting_since=None))


def waiting_since(thread_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the oldest reply of each thread came that nobody answered or put aside, in one statement."""
    waiting = Message.objects.waiting_for_answer().filter(thread_id__in=list(thread_ids)).order_by()
    return dict(waiting.values("thread_id").annotate(at=Min("received_at")).values_list("thread_id", "at"))


def _recount(row: Conversation) -> None:
    row.waiting_since = waiting_since([row.id]).get(row.id)


def lock_all(ids: list[UUID]) -> list[Conversation]:
    """Conversations locked in the order of their ids, with their latest reply."""
    assert transaction.get_connection().in_atomic_block
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("latest_reply", "mailbox")
    return list(rows.filter(id__in=ids).order_by("id"))
