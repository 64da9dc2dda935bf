"""Taking what is due: the governor is asked, texts are written, and rows of the ledger say that this worker has them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from rapport.lib import clock
from rapport.lib.errors import InvalidInput
from rapport.lib.ids import new_id
from rapport.mail import address_tokens
from rapport.mail.composing import Content, Envelope, make_message_id, write_message
from rapport.mail.headers import Address, ascii_address
from rapport.mail.merge_fields import MissingValues
from rapport.mail.models import Mailbox
from rapport.outreach import ledger
from rapport.outreach.conditions import list_over, list_passed_over
from rapport.outreach.ending import EndedEnrollment, end_many
from rapport.outreach.facts import Known, read_known
from rapport.outreach.fillings import read_fillings, to_fill_in
from rapport.outreach.going_on import go_on, leave_gone
from rapport.outreach.governor import GO, MailboxUse, Verdict, allowance, judge
from rapport.outreach.ledger import DueRow, NewDelivery
from rapport.outreach.models import Delivery, Step
from rapport.outreach.plans import Plan, PlannedStep, read_letters
from rapport.outreach.step_tasks import add_tasks

logger = logging.getLogger(__name__)

FAILING_REST = timedelta(seconds=60)
LOOK_AGAIN = timedelta(days=1)  # at an automatic mail that cannot go out until its text is changed
NO_CONTENT = Content("", "")
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


@dataclass(frozen=True, slots=True)
class Claimed:
    """`handled` counts enrollments looked at: also those that were put off or ended."""

    parcels: list[Parcel]
    handled: int


NOTHING = Claimed([], 0)
NO_THREAD = Thread()
NOTHING_FILLED: Mapping[str, str] = {}


def room_of(mailbox: Mailbox, now: datetime) -> tuple[int, str]:
    """How many messages the mailbox may send now, and why no more. A failing one is tried with a single message."""
    if mailbox.state == Mailbox.State.PAUSED:
        return 0, "The mailbox is paused."
    use = MailboxUse(mailbox.cap_at(now), mailbox.pace_per_minute, *ledger.read_mailbox_use(mailbox.id, now))
    room, why = allowance(use)
    if mailbox.state == Mailbox.State.FAILING:
        if mailbox.last_error_at and mailbox.last_error_at + FAILING_REST > now:
            return 0, mailbox.last_error
        return min(room, 1), mailbox.last_error
    return room, why


def claim_due(plan: Plan, *, lease: int, limit: int) -> Claimed:
    """Take up to `limit` due enrollments of one sequence in one transaction; the others are put off or ended.

    Texts are written after it: other workers wait for the lock on claims.
    """
    now = clock.now()
    with transaction.atomic():
        ledger.go_by_keys()
        ledger.lock_claims()
        room, _ = room_of(plan.mailbox, now)
        rows = ledger.lock_due(plan.sequence.id, now, min(room, limit)) if room > 0 else []
        if not rows:
            return NOTHING
        claimed = Claimed(_sort(plan, rows, lease, now), len(rows))
    for parcel in claimed.parcels:
        write_parcel(parcel, now)
    return claimed


def _sort(plan: Plan, rows: Sequence[DueRow], lease: int, now: datetime) -> list[Parcel]:
    known = read_known(
        [row.candidate_id for row in rows], now=now, cap_days=plan.sequence.cap_days,
        needs_consent=plan.sequence.needs_consent, writers={row.candidate_id: row.enrolled_by_id for row in rows},
    )  # fmt: skip
    threads = read_threads([row.thread_id for row in rows if row.thread_id])
    over = list_over(plan, {row.id: row.candidate_id for row in rows})
    passed_over = list_passed_over(plan, rows)
    go: list[Parcel] = []
    tasks: list[DueRow] = []
    gone: list[DueRow] = []
    later: list[tuple[UUID, datetime | None, str]] = []
    ended: list[EndedEnrollment] = []
    approved = {row.id: row.delivery_id for row in rows if row.delivery_id}
    steps = {step.id: step for step in plan.steps}
    filled = read_fillings([row.id for row in rows if (step := steps.get(row.step_id)) and step.has_placeholders])
    again = plan.sequence.again_after_days
    had = read_letters(plan.compared, [row.candidate_id for row in rows if again or row.tries or row.delivery_id])
    rules_in = {zone: plan.rules_for(zone, now) for zone in {person.time_zone for person in known.values()}}
    for row in rows:
        person, step = known[row.candidate_id], steps.get(row.step_id)
        if row.id in over:
            ended.append(over[row.id])
            continue
        if row.id in passed_over:
            continue
        if step is None and not row.delivery_id:
            gone.append(row)
            continue
        if step is not None and step.kind == Step.Kind.TASK:
            tasks.append(row)
            continue
        verdict = judge(person.facts, rules_in[person.time_zone], now)
        if step is None:
            verdict = Verdict("no_step", "The step was taken out of the sequence.")
        if verdict.until:
            later.append((row.id, verdict.until, verdict.text))
            continue
        if step is not None and verdict.may_go:
            thread = threads.get(row.thread_id or row.id, NO_THREAD)
            step = step if thread.message_ids else plan.as_first(step)
            chosen = step.variant_for(row.candidate_id, had.get((row.candidate_id, step.id), ""))
            parcel = build_parcel(
                plan,
                chosen,
                row,
                person,
                thread,
                filled.get((row.id, step.id), {}),
            )
            open_ = chosen.text.open_placeholders(parcel.values)
            if open_ and (row.delivery_id or step.kind == Step.Kind.AUTO):
                later.append((row.id, None if row.delivery_id else now + LOOK_AGAIN, to_fill_in(open_)))
                continue
            verdict = refusal_of(step, parcel.values, person.address)
            if verdict.may_go:
                go.append(parcel)
                continue
        ended.append(EndedEnrollment(row.id, row.candidate_id, verdict.reason, verdict.text))
    ledger.postpone(later)
    skipped = [row for row in rows if row.id in passed_over and row.id not in over]
    go_on(plan, [(row, passed_over[row.id], known[row.candidate_id].time_zone) for row in skipped], now)
    leave_gone(plan, gone, now)
    end_many(plan.sequence, ended, now)
    add_tasks(plan, tasks, known, now)
    return _write(plan, go, approved, lease, now)


def build_parcel(
    plan: Plan,
    step: PlannedStep,
    row: DueRow,
    person: Known,
    thread: Thread,
    filled: Mapping[str, str] = NOTHING_FILLED,
) -> Parcel:
    """Everything of a message but its text and bytes; `filled` stands in for the placeholders."""
    delivery_id = row.delivery_id or new_id()
    values = plan.values_for(person.person)
    return Parcel(
        delivery_id, row.id, row.candidate_id, plan, step, person, {**values, **filled} if filled else values,
        thread_id=row.thread_id or delivery_id, tries=row.tries, enrolled_by_id=row.enrolled_by_id,
        message_id=make_message_id(delivery_id, plan.domain), thread_subject=thread.subject,
        references=thread.message_ids if step.text.answers else (),
    )  # fmt: skip


def refusal_of(step: PlannedStep, values: Mapping[str, str], address: str) -> Verdict:
    """Why this step cannot be written for somebody with these values, or not to this address; or GO."""
    if missing := step.missing(values):
        return Verdict("missing_values", f"{MissingValues(dict.fromkeys(missing))}.")
    try:
        ascii_address(address)
    except InvalidInput as problem:
        return Verdict("no_address", f"{problem}.")
    return GO


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


def render_content(parcel: Parcel, unsubscribe_url: str) -> Content:
    """What the person reads. Raises MissingValues."""
    lead = partial(link_url, parcel.delivery_id) if parcel.plan.sequence.tracks_clicks else None
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


def _write(
    plan: Plan, parcels: Sequence[Parcel], approved: Mapping[UUID, UUID | None], lease: int, now: datetime
) -> list[Parcel]:
    """Put the parcels into the ledger; those that wait for approval stay there, the others are returned."""
    known = [parcel for parcel in parcels if approved.get(parcel.enrollment_id)]
    fresh = [parcel for parcel in parcels if not approved.get(parcel.enrollment_id)]
    automatic = [parcel for parcel in fresh if parcel.step.kind == Step.Kind.AUTO]
    planned = [parcel for parcel in fresh if parcel.step.kind == Step.Kind.APPROVAL]
    mailbox_id = plan.mailbox.id
    won = ledger.claim_approved(
        [(parcel.enrollment_id, parcel.delivery_id) for parcel in known],
        [parcel.known.address for parcel in known], [parcel.step.version.id for parcel in known],
        [parcel.step.letter for parcel in known], lease=lease, now=now,
    )  # fmt: skip
    won |= ledger.claim(
        [_row(parcel) for parcel in automatic],
        mailbox_id=mailbox_id,
        lease=lease,
        state=Delivery.State.CLAIMED,
        now=now,
    )
    ledger.claim(
        [_row(parcel) for parcel in planned], mailbox_id=mailbox_id, lease=None, state=Delivery.State.PLANNED, now=now
    )
    return [parcel for parcel in parcels if parcel.delivery_id in won]


def _row(parcel: Parcel) -> NewDelivery:
    return NewDelivery(
        parcel.delivery_id, parcel.enrollment_id, parcel.step.id, parcel.step.version.id, parcel.tries + 1,
        parcel.message_id, parcel.known.address, parcel.step.letter,
    )  # fmt: skip


def read_threads(thread_ids: Sequence[UUID]) -> dict[UUID, Thread]:
    """What went out before in these threads, in one statement."""
    if not thread_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(THREADS, [list(thread_ids)])
        return {key: Thread(subject, tuple(message_ids)) for key, subject, message_ids in cursor.fetchall()}


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
