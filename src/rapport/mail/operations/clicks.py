"""Links in mails that were followed."""

from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_CLICKED, MESSAGE_SCANNED
from rapport.mail.clicks import EarlierClick, Visit, is_repeated, judge_click
from rapport.mail.models import DeliveryEvent, Message
from rapport.mail.subjects import subjects_of


@transaction.atomic
def note_click(*, message_id: UUID, visit: Visit) -> DeliveryEvent | None:
    """Keep that a link of a message was followed, with the verdict who did it; None for what is not worth keeping.

    Neither address nor program of the visitor are kept. Not kept: the same link within ten seconds, and a message that
    is not in its thread yet, because nobody reads so fast. Records message.clicked, or message.scanned for machines.
    """
    message = Message.objects.outgoing().select_for_update().filter(id=message_id).first()
    if message is None:
        return None
    kept = message.events.filter(kind=DeliveryEvent.Kind.CLICKED).order_by("-id")[:50]
    earlier = [EarlierClick(str(event.data.get("url")), event.occurred_at) for event in kept]
    if is_repeated(visit, earlier):
        return None
    found = judge_click(visit, message.sent_at, earlier)
    event = DeliveryEvent.objects.create(
        message=message, kind=DeliveryEvent.Kind.CLICKED, verdict=found.verdict, reason=found.reason,
        data={"url": visit.url}, occurred_at=visit.at,
    )  # fmt: skip
    verb = MESSAGE_SCANNED if found.verdict == DeliveryEvent.Verdict.MACHINE else MESSAGE_CLICKED
    data = {"url": visit.url, "verdict": found.verdict, "why": found.reason}
    record(verb, actor=SYSTEM, subjects=subjects_of(message), data=data)
    return event
