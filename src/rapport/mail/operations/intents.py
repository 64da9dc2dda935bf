"""What a reply wants, and its effects here: the conversation is snoozed, mail to many leaves the person alone.

| intent         | effect here                                                        | elsewhere (candidates) |
|----------------|--------------------------------------------------------------------|------------------------|
| interested     | asks nothing of mail to many any more                              | a task for the owner   |
| not_now        | snoozed until the date; no mail of sequences until then            |                        |
| not_interested | no mail of sequences about jobs                                    |                        |
| referral       |                                                                    | a task                 |
| question       |                                                                    | a task                 |

A correction takes the effects of the old intent back before those of the new one begin. The latest reply that says whether
and when they want mail to many decides: correcting one before it changes only how that one is shown.
"""

import re
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound
from rapport.mail import people, queries
from rapport.mail.activities import MESSAGE_INTENT_CHANGED
from rapport.mail.intents import Intent
from rapport.mail.models import Conversation, Message, ReplyIntent, Topic, Wish
from rapport.mail.permissions import SEND
from rapport.mail.subjects import subjects_of

LEFT_ALONE = timedelta(days=90)  # after "not now" without a date
FURTHEST = timedelta(days=3 * 366)
MORNING = time(8)


def keep_intent(message: Message, intent: Intent) -> ReplyIntent:
    """Store what the rules read, with its effects; in the transaction that stores the reply."""
    row = ReplyIntent(
        message=message, kind=intent.kind, come_back_on=intent.date, read_kind=intent.kind,
        read_come_back_on=intent.date, sentence=intent.sentence,
    )  # fmt: skip
    _begin(row, message, clock.now())
    row.save(force_insert=True)
    return row


@transaction.atomic
def correct_intent(*, actor: Actor, message_id: UUID, kind: str, come_back_on: date | None = None) -> ReplyIntent:
    """Say what a reply really wants. Records message.intent_changed; the same again changes nothing.

    "Not now" without a date has the one that the rules read, if any. Raises NotAllowed without mail.send, NotFound for
    what is no reply, InvalidInput for an unknown intent or a date that is past or more than three years off.
    """
    require(actor, SEND)
    message = queries.get_message(actor, message_id)
    # The conversation first: a new reply in it may be about to arrive.
    Conversation.objects.select_for_update().filter(id=message.thread_id).first()
    row = ReplyIntent.objects.select_for_update().filter(message=message).first()
    if row is None:
        raise NotFound("This is no reply whose intent could be corrected.")
    now = clock.now()
    before = row.kind, row.come_back_on
    read = row.read_come_back_on
    row.kind, row.come_back_on = _checked(kind, come_back_on or (read if read and read > now.date() else None), now)
    if (row.kind, row.come_back_on) == before:
        return row
    _take_back(row, message)
    row.corrected_at, row.corrected_by_id = now, actor.id if actor.kind == "user" else None
    _begin(row, message, now)
    row.save()
    data = {"from": before[0], "to": row.kind, "come_back_on": row.come_back_on}
    record(MESSAGE_INTENT_CHANGED, actor=actor, subjects=subjects_of(message), data=data)
    return row


def _checked(kind: str, come_back_on: date | None, now: datetime) -> tuple[str, date | None]:
    if kind not in ReplyIntent.Kind.values:
        raise InvalidInput({"kind": "Choose one of the answers."})
    if kind != ReplyIntent.Kind.NOT_NOW or come_back_on is None:
        return kind, None
    if not now.date() < come_back_on <= (now + FURTHEST).date():
        raise InvalidInput({"come_back_on": "Choose a day that lies ahead, within three years."})
    return kind, come_back_on


def _begin(row: ReplyIntent, message: Message, now: datetime) -> None:
    match row.kind:
        case ReplyIntent.Kind.NOT_NOW:
            until = _morning(row.come_back_on) if row.come_back_on else now + LEFT_ALONE
            _wish(message, paused_until=until)
            if row.come_back_on and until > now:
                _snooze(row, message, until)
        case ReplyIntent.Kind.NOT_INTERESTED:
            _wish(message, declined=[Topic.JOBS.value])
        case ReplyIntent.Kind.INTERESTED:
            _wish(message)


def _take_back(row: ReplyIntent, message: Message) -> None:
    Wish.objects.filter(message=message).delete()
    if row.snoozed_until:
        mine = Conversation.objects.filter(
            id=message.thread_id, latest_reply_id=message.id, snoozed_until=row.snoozed_until
        )
        mine.update(snoozed_until=None)
        row.snoozed_until = None


def _wish(message: Message, *, declined: list[str] | None = None, paused_until: datetime | None = None) -> None:
    said = {"declined": declined or [], "paused_until": paused_until, "said_at": message.received_at}
    wishes = [Wish(message=message, address=address, **said) for address in _addresses(message)]
    Wish.objects.bulk_create(wishes, ignore_conflicts=True)


def _snooze(row: ReplyIntent, message: Message, until: datetime) -> None:
    """Only while it is the last that they wrote, and nobody has put the conversation aside or off."""
    latest = Conversation.objects.filter(
        id=message.thread_id, latest_reply_id=message.id, done_at=None, snoozed_until=None
    )
    if latest.update(snoozed_until=until):
        row.snoozed_until = until


def _addresses(message: Message) -> list[str]:
    """The one they wrote from, and those we wrote to in the thread that are theirs as well.

    Whoever answers from another address than we wrote to may be somebody else: in copy, or a colleague it was passed on
    to. Whose address it is an app above knows; where nobody does, it is theirs if it answers under the name we wrote to.
    """
    sent = Message.objects.outgoing().filter(thread_id=message.thread_id).exclude(to_address=message.from_address)
    writer, name = people.find_subjects(message.from_address), _name(message.from_name)
    theirs = {
        address
        for address, to_name in sent.values_list("to_address", "to_name").distinct()
        if (people.find_subjects(address) == writer if writer else name and name == _name(to_name))
    }
    return sorted(address for address in {message.from_address, *theirs} if "@" in address)


def _name(name: str) -> list[str]:
    """The words of a name, whichever stands first."""
    return sorted(re.findall(r"\w+", name.casefold()))


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=timezone.get_default_timezone())
