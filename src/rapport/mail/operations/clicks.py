"""Links in mails that were followed: kept at once, and judged by the worker a moment later."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import Happening, record_many
from rapport.lib.actors import SYSTEM
from rapport.lib.ids import new_id
from rapport.mail.activities import MESSAGE_CLICKED, MESSAGE_SCANNED
from rapport.mail.clicks import EarlierClick, Visit, is_repeated, judge_click
from rapport.mail.models import DeliveryEvent, LinkVisit, Message
from rapport.mail.subjects import subjects_of_all

BATCH = 500
MOST_EARLIER = 50  # clicks on a message that are looked at
MAX_PROGRAM_CHARS = 300
KEEP = """
INSERT INTO mail_linkvisit (id, message_id, url, method, program, purpose, at) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


def keep_visit(*, message_id: UUID, visit: Visit) -> None:
    """Keep that a link was followed, durably: one statement, because somebody waits for the page behind it."""
    program = visit.program.replace("\x00", "")[:MAX_PROGRAM_CHARS]
    purpose = visit.purpose.replace("\x00", "")[:MAX_PROGRAM_CHARS]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [new_id(), message_id, visit.url, visit.method, program, purpose, visit.at])


@transaction.atomic
def judge_visits(*, limit: int = BATCH) -> int:
    """Tell of the visits that came first who made them, in as many statements as for one; returns how many they were.

    Kept are the link and the verdict, neither address nor program of the visitor. Not kept: the same link within ten
    seconds, and a message that is not in its thread yet, because nobody reads so fast. Records message.clicked, or
    message.scanned for machines. For the worker, safe to repeat.
    """
    visits = list(LinkVisit.objects.select_for_update(skip_locked=True).order_by("id")[:limit])
    # Locked, so that of two workers the second sees what the first has kept of a message.
    rows = Message.objects.outgoing().select_for_update(no_key=True).filter(id__in={row.message_id for row in visits})
    messages = {row.id: row for row in rows.order_by("id")} if visits else {}
    earlier = _earlier(list(messages))
    events: list[DeliveryEvent] = []
    for row in visits:
        message = messages.get(row.message_id)
        visit = Visit(row.url, row.method, row.program, row.purpose, row.at)
        if message is None or is_repeated(visit, earlier[message.id]):
            continue
        found = judge_click(visit, message.sent_at, earlier[message.id])
        earlier[message.id].append(EarlierClick(visit.url, visit.at))
        events.append(
            DeliveryEvent(
                message=message, kind=DeliveryEvent.Kind.CLICKED, verdict=found.verdict, reason=found.reason,
                data={"url": visit.url}, occurred_at=visit.at,
            )
        )  # fmt: skip
    DeliveryEvent.objects.bulk_create(events)
    _record(events)
    LinkVisit.objects.filter(id__in=[row.id for row in visits]).delete()
    return len(visits)


def _earlier(message_ids: Sequence[UUID]) -> defaultdict[UUID, list[EarlierClick]]:
    """The last clicks on each of these messages."""
    clicks: defaultdict[UUID, list[EarlierClick]] = defaultdict(list)
    kept = DeliveryEvent.objects.filter(message_id__in=message_ids, kind=DeliveryEvent.Kind.CLICKED).order_by("-id")
    for event in kept if message_ids else ():
        if len(clicks[event.message_id]) < MOST_EARLIER:
            clicks[event.message_id].append(EarlierClick(str(event.data.get("url")), event.occurred_at))
    return clicks


def _record(events: Sequence[DeliveryEvent]) -> None:
    subjects = subjects_of_all([event.message for event in events]) if events else []
    for verb, is_machine in ((MESSAGE_CLICKED, False), (MESSAGE_SCANNED, True)):
        happenings = [
            Happening(own, {"url": event.data["url"], "verdict": event.verdict, "why": event.reason}, event.occurred_at)
            for event, own in zip(events, subjects, strict=True)
            if (event.verdict == DeliveryEvent.Verdict.MACHINE) is is_machine
        ]
        record_many(verb, actor=SYSTEM, happenings=happenings)
