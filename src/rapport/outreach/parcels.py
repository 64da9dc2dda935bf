"""A message on its way to one person: what it is made of, and how its text and bytes are written."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse

from rapport.lib.errors import InvalidInput
from rapport.mail import address_tokens
from rapport.mail.composing import Content, Envelope, make_message_id, write_message
from rapport.mail.headers import Address, ascii_address
from rapport.outreach.facts import Known
from rapport.outreach.ledger import DueRow
from rapport.outreach.plans import Plan, PlannedStep

logger = logging.getLogger(__name__)

NO_CONTENT = Content("", "")
NOTHING_FILLED: Mapping[str, str] = {}
THREADS = """
SELECT thread_id, (array_agg(subject ORDER BY id))[1], array_agg(message_id ORDER BY id)
FROM mail_message WHERE thread_id = ANY(%s) AND direction = 'out' GROUP BY thread_id
"""


@dataclass(slots=True)
class Parcel:
    """A message on its way: what the lanes send, and what settling needs afterwards.

    `content` and `data` are written once it is claimed; `problem` says why that was not possible. `to_fill` are the
    placeholders of one that waits for approval; those that are open have themselves as value.
    """

    delivery_id: UUID
    enrollment_id: UUID
    candidate_id: UUID
    plan: Plan
    step: PlannedStep
    known: Known
    values: Mapping[str, str]
    thread_id: UUID
    tries: int
    enrolled_by_id: UUID | None
    message_id: str
    is_approved: bool = False
    thread_subject: str = ""
    references: tuple[str, ...] = ()
    content: Content = NO_CONTENT
    data: bytes = b""
    problem: str = ""
    to_fill: Sequence[str] = ()

    @property
    def recipient(self) -> str:
        return ascii_address(self.known.address)


@dataclass(frozen=True, slots=True)
class Thread:
    """The subject of a thread's first message, and the Message-IDs of ours in it, oldest first."""

    subject: str = ""
    message_ids: tuple[str, ...] = ()


NO_THREAD = Thread()


def read_threads(thread_ids: Sequence[UUID]) -> dict[UUID, Thread]:
    """What went out before in these threads, in one statement."""
    if not thread_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(THREADS, [list(thread_ids)])
        return {key: Thread(subject, tuple(message_ids)) for key, subject, message_ids in cursor.fetchall()}


def build_parcel(
    plan: Plan,
    step: PlannedStep,
    row: DueRow,
    person: Known,
    thread: Thread,
    *,
    delivery_id: UUID,
    filled: Mapping[str, str] = NOTHING_FILLED,
) -> Parcel:
    """Everything of a message but its text and bytes; `filled` stands in for the placeholders."""
    values = plan.values_for(person.person)
    return Parcel(
        delivery_id, row.id, row.candidate_id, plan, step, person, {**values, **filled} if filled else values,
        thread_id=row.thread_id or delivery_id, tries=row.tries, enrolled_by_id=row.enrolled_by_id,
        message_id=make_message_id(delivery_id, plan.domain), is_approved=row.delivery_id is not None, thread_subject=thread.subject,
        references=thread.message_ids if step.text.answers else (),
    )  # fmt: skip


def write_parcel(parcel: Parcel, now: datetime) -> None:
    """Write the parcel's text and bytes; where that is not possible, its problem."""
    url = unsubscribe_url(parcel.delivery_id)
    try:
        parcel.content = render_content(parcel, url)
        parcel.data = write_message(parcel.content, _envelope(parcel, url, now))
    except InvalidInput as problem:
        parcel.problem = str(problem)
    except Exception:
        # It is claimed: whatever happens, it has to be settled.
        logger.exception("message could not be written delivery=%s", parcel.delivery_id)
        parcel.problem = "The text of this mail could not be written."


def render_content(parcel: Parcel, unsubscribe_url: str, *, is_shown: bool = False) -> Content:
    """What the person reads; shown to a colleague, links lead where they say: following one would count as theirs.

    Raises MissingValues.
    """
    is_tracked = parcel.plan.sequence.tracks_clicks and not is_shown
    lead = partial(link_url, parcel.delivery_id) if is_tracked else None
    return parcel.step.text.render(
        parcel.values, unsubscribe_url=unsubscribe_url, thread_subject=parcel.thread_subject, lead=lead
    )


def _envelope(parcel: Parcel, unsubscribe_url: str, now: datetime) -> Envelope:
    mailbox = parcel.plan.mailbox
    reply_to = None
    if mailbox.takes_plus_addresses:
        reply_to = Address(address_tokens.plus_address(mailbox.address, parcel.delivery_id), mailbox.display_name)
    references = tuple(f"<{key}>" for key in parcel.references)
    return Envelope(
        sender=Address(mailbox.address, parcel.plan.values["sender_name"]),
        recipient=Address(parcel.known.address, parcel.known.person.full_name),
        message_id=f"<{parcel.message_id}>",
        sent_at=now,
        reply_to=reply_to,
        in_reply_to=references[-1] if references else "",
        references=references,
        unsubscribe_url=unsubscribe_url,
    )


def unsubscribe_url(delivery_id: UUID) -> str:
    """The link of a message that stops mail to its recipient; the delivery's id is the message's."""
    return _unsubscribe_base(settings.BASE_URL) + address_tokens.link_token(delivery_id)


def link_url(delivery_id: UUID, url: str) -> str:
    """The address of ours that leads on to `url` and tells that this message's link was followed."""
    token = address_tokens.click_token(delivery_id, url)
    return f"{_link_base(settings.BASE_URL)}{token}?to={quoted(url)}"


quoted = lru_cache(maxsize=4096)(partial(quote, safe=""))


def prepare() -> None:
    """Load what the first message needs: addresses of pages load all of them, and that takes seconds on a busy machine.

    Within a claim it would hold the lock on claims, and the worker's sign of life back.
    """
    _unsubscribe_base(settings.BASE_URL)
    _link_base(settings.BASE_URL)


@lru_cache(maxsize=4)
def _link_base(base_url: str) -> str:
    return base_url + reverse("mail:link", args=["x"])[:-1]


@lru_cache(maxsize=4)
def _unsubscribe_base(base_url: str) -> str:
    return base_url + reverse("mail:unsubscribe", args=["x"])[:-1]
