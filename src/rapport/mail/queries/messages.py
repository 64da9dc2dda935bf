"""Reading messages: threads, and which message an incoming one answers."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When

from rapport.accounts.capabilities import require
from rapport.activity.hiding import hidden_from
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import DeliveryEvent, Message, ReplyIntent
from rapport.mail.permissions import VIEW

SENDER_MEMORY = timedelta(days=365)


def visible_messages(actor: Actor) -> QuerySet[Message]:
    """Those the actor may read. Raises NotAllowed."""
    require(actor, VIEW)
    hidden = in_hidden_thread(actor, "thread_id")
    return Message.objects.all() if hidden is None else Message.objects.exclude(hidden)


def in_hidden_thread(actor: Actor, thread_id: str) -> Q | None:
    """The condition on rows whose thread, in this column, the actor may not read; None for nothing.

    A thread is judged as a whole: who may not read one of its messages reads none, because each quotes those before it.
    """
    hidden = hidden_from(actor)
    if hidden is None:
        return None
    return Q(Exists(Message.objects.filter(hidden, thread_id=OuterRef(thread_id))))


def with_delivery(rows: QuerySet[Message]) -> QuerySet[Message]:
    """With `delivered_at`: when a mail service told that the receiving server took it; None where nobody tells, or it came back."""
    events = DeliveryEvent.objects.filter(message=OuterRef("id"))
    told = events.filter(kind=DeliveryEvent.Kind.DELIVERED).order_by("id").values("occurred_at")[:1]
    came_back = Exists(events.filter(kind=DeliveryEvent.Kind.BOUNCED))
    return rows.annotate(delivered_at=Case(When(came_back, then=None), default=Subquery(told)))


def get_message(actor: Actor, message_id: UUID) -> Message:
    """A message with its body and mailbox."""
    message = visible_messages(actor).select_related("body", "mailbox").filter(id=message_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    return message


def lock_message(actor: Actor, message_id: UUID) -> Message:
    message = visible_messages(actor).select_for_update().filter(id=message_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    return message


def list_unclear(actor: Actor, limit: int = 100) -> list[Message]:
    """Personal messages of which nobody knows whether they arrived, oldest first; those of sequences are settled there."""
    rows = visible_messages(actor).filter(state="unclear", is_bulk=False)
    return list(rows.select_related("mailbox").order_by("id")[:limit])


def find_answered(
    *, ids: Sequence[str], token_id: UUID | None, sender: str, mailbox_id: UUID
) -> tuple[Message, str] | None:
    """Our message that an incoming one answers, and how we know: message_id, token or sender.

    `ids` are the Message-IDs it names, nearest first. By sender only what we wrote to that address within a year
    counts, and what this mailbox wrote comes first.
    """
    if ids:
        known = {row.message_id: row for row in Message.objects.outgoing().filter(message_id__in=ids)}
        nearest = next((known[key] for key in ids if key in known), None)
        if nearest:
            return nearest, "message_id"
    if token_id:
        named = Message.objects.outgoing().filter(id=token_id).first()
        if named:
            return named, "token"
    since = clock.now() - SENDER_MEMORY
    wrote = Message.objects.outgoing().filter(to_address=sender, state="sent", sent_at__gte=since).order_by("-sent_at")
    latest = (wrote.filter(mailbox_id=mailbox_id).first() or wrote.first()) if sender else None
    return (latest, "sender") if latest else None


def find_thread_of(ids: Sequence[str], *, sender: str, mailbox_id: UUID) -> UUID | None:
    """The thread of an earlier message of the same sender that these Message-IDs name."""
    named = Message.objects.incoming().filter(message_id__in=list(ids), mailbox_id=mailbox_id, from_address=sender)
    return named.order_by("-id").values_list("thread_id", flat=True).first() if ids and sender else None


def find_intent_kind(message_id: UUID) -> str:
    """What a reply is taken to want by now; empty for what is no reply."""
    return ReplyIntent.objects.filter(message_id=message_id).values_list("kind", flat=True).first() or ""


def senders_of(message_ids: Sequence[UUID]) -> set[str]:
    """The addresses that incoming messages came from, for apps that keep track of addresses."""
    if not message_ids:
        return set()
    return set(Message.objects.incoming().filter(id__in=message_ids).values_list("from_address", flat=True))


def list_messages_of(
    message_ids: Collection[UUID], *, kind: str, subject_id: UUID, addresses: Collection[str]
) -> list[UUID]:
    """Those of the messages that were stored for a subject, or came from or went to one of the addresses."""
    rows = Message.objects.filter(id__in=list(message_ids))
    known = list(addresses)
    mine = (
        Q(**{f"subjects__{kind}": str(subject_id)})
        | Q(direction=Message.Direction.IN, from_address__in=known)
        | Q(direction=Message.Direction.OUT, to_address__in=known)
    )
    return list(rows.filter(mine).order_by("id").values_list("id", flat=True))
