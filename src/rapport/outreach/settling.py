"""After sending: enrollments go on, messages join their threads, and what happened is recorded. Safe to repeat."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from rapport.candidates.operations import touch_by_bulk_mail
from rapport.lib.actors import SYSTEM
from rapport.lib.addresses import normal_address
from rapport.mail.address_tokens import trial_url
from rapport.mail.composing import Content
from rapport.mail.merge_fields import MissingValues
from rapport.mail.operations import suppress_address
from rapport.mail.operations.pacing import Unsent, give_back
from rapport.mail.operations.recording import HandedOver, store_handed_over
from rapport.outreach import ledger
from rapport.outreach.ending import EndedEnrollment, record_exits, record_finished
from rapport.outreach.facts import Known, read_known
from rapport.outreach.fillings import read_fillings
from rapport.outreach.governor import Facts, Retry
from rapport.outreach.ledger import DueRow, Outcome, Settled
from rapport.outreach.models import Delivery, Enrollment, StepVersion
from rapport.outreach.parcels import (
    NO_THREAD,
    Parcel,
    Thread,
    build_parcel,
    read_threads,
    render_content,
    unsubscribe_url,
)
from rapport.outreach.plans import House, Plan, PlannedStep, load_house, load_plans, load_version
from rapport.outreach.subjects import job_of

RETRY = Retry()
# Addresses that do not exist, told by the receiving server (RFC 3463: 5.1.x address, 5.2.1 mailbox disabled).
_DEAD_ADDRESS = re.compile(r"^55[0-9] (?:.*? )?5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
_STATE_OF_MESSAGE = {"sent": "sent", "refused": "failed", "unclear": "unclear"}


class Done(NamedTuple):
    """A parcel and what became of it: `state` is sent, failed, refused or unclear."""

    parcel: Parcel
    state: str
    reason: str
    at: datetime


def settle(done: Sequence[Done]) -> int:
    """Settle what is over in one transaction; returns how many were not settled before.

    Records message.sent, message.failed or message.unclear, and enrollment.finished or enrollment.exited.
    """
    with transaction.atomic():
        ledger.go_by_keys()
        touch_by_bulk_mail(moments={row.parcel.candidate_id: row.at for row in done if row.state == "sent"})
        won: dict[UUID, bool] = {}
        for outcome, rows in _by_outcome(done).items():
            won |= ledger.settle(outcome, rows)
        mine = [row for row in done if row.parcel.delivery_id in won]
        store_handed_over([_message(row) for row in mine if row.state in _STATE_OF_MESSAGE])
        _record_ends([row for row in mine if won[row.parcel.delivery_id]])
        _suppress_dead(mine)
    return len(mine)


def _by_outcome(done: Sequence[Done]) -> dict[Outcome, list[Settled]]:
    groups: dict[Outcome, list[Settled]] = defaultdict(list)
    for row in done:
        outcome, due_at = _outcome(row)
        groups[outcome].append(Settled(row.parcel.enrollment_id, row.parcel.delivery_id, row.at, due_at))
    return groups


def _outcome(row: Done) -> tuple[Outcome, datetime | None]:
    """What the enrollment becomes, and when it is due again."""
    parcel, tries = row.parcel, row.parcel.tries + 1
    if row.state == "sent":
        step_id, due_at = parcel.plan.due_after(parcel.step.position, row.at, parcel.known.time_zone)
        return Outcome("sent", "active" if step_id else "finished", step_id=step_id), due_at
    retry_at = RETRY.next_try(tries, row.at)
    match row.state:
        case "unclear":
            return Outcome("unclear", step_id=parcel.step.id, tries=tries, waits_for=row.reason), None
        case "failed" if retry_at:
            why = f"Tried again later: {row.reason}"
            return Outcome("failed", step_id=parcel.step.id, tries=tries, waits_for=why), retry_at
    return Outcome(row.state, "exited", "refused", exit_note=row.reason, step_id=parcel.step.id), None


def _message(row: Done) -> HandedOver:
    parcel, mailbox = row.parcel, row.parcel.plan.mailbox
    return HandedOver(
        id=parcel.delivery_id, thread_id=parcel.thread_id, state=_STATE_OF_MESSAGE[row.state], mailbox_id=mailbox.id,
        message_id=parcel.message_id, from_address=normal_address(mailbox.address),
        from_name=parcel.plan.values["sender_name"], to_address=parcel.known.normal,
        to_name=parcel.known.person.full_name, content=parcel.content,
        subjects={
            "candidate": parcel.candidate_id, "enrollment": parcel.enrollment_id,
            **job_of(parcel.plan.sequence),
        },
        sent_by_id=parcel.enrolled_by_id, at=row.at, in_reply_to=parcel.references[-1] if parcel.references else "",
        references=parcel.references, note="" if row.state == "sent" else row.reason,
        template_version_id=parcel.step.version.template_version_id,
    )  # fmt: skip


def _record_ends(done: Sequence[Done]) -> None:
    by_sequence: dict[UUID, list[Done]] = defaultdict(list)
    for row in done:
        by_sequence[row.parcel.plan.sequence.id].append(row)
    for rows in by_sequence.values():
        sequence = rows[0].parcel.plan.sequence
        record_finished(
            sequence, [(row.parcel.enrollment_id, row.parcel.candidate_id) for row in rows if row.state == "sent"]
        )
        record_exits(
            sequence,
            [
                EndedEnrollment(row.parcel.enrollment_id, row.parcel.candidate_id, "refused", row.reason)
                for row in rows
                if row.state != "sent"
            ],
        )


def _suppress_dead(done: Sequence[Done]) -> None:
    for row in done:
        if row.state == "refused" and _DEAD_ADDRESS.match(row.reason):
            suppress_address(
                actor=SYSTEM, address=row.parcel.known.normal, reason="hard_bounce", evidence=row.reason,
            )  # fmt: skip


def rebuild(delivery_ids: Sequence[UUID]) -> list[Done]:
    """What a dead worker had sent and not settled, from the ledger and the version of the text that it used.

    Values of merge fields are those of now: a name that was corrected within these seconds shows as corrected.
    """
    rows = list(
        Delivery.objects.filter(id__in=delivery_ids).select_related("enrollment", "version", "version__step", "mailbox")
    )
    plans = load_plans({row.enrollment.sequence_id for row in rows})
    now = max((row.finished_at or row.claimed_at for row in rows), default=None)
    if now is None:
        return []
    known = read_known(
        [row.enrollment.candidate_id for row in rows], now=now, cap_days=1, needs_consent=False, with_exchanges=False
    )
    threads = read_threads([row.enrollment.thread_id for row in rows if row.enrollment.thread_id])
    filled = read_fillings([row.enrollment_id for row in rows])
    house = load_house([row.version for row in rows])
    done = []
    for row in rows:
        plan = plans.get(row.enrollment.sequence_id)
        if plan is not None:
            thread = threads.get(row.enrollment.thread_id or row.id, NO_THREAD)
            texts = filled.get((row.enrollment_id, row.step_id), {})
            done.append(_done(row, plan, known[row.enrollment.candidate_id], thread, texts, house))
    return done


def _done(row: Delivery, plan: Plan, known: Known, thread: Thread, filled: Mapping[str, str], house: House) -> Done:
    enrollment: Enrollment = row.enrollment
    version: StepVersion = row.version
    step = PlannedStep(
        version.step_id, version.step.position, version.step.kind, 0, version,
        load_version(plan.sequence, row.mailbox, version, house),
    )  # fmt: skip
    due = DueRow(
        enrollment.id, enrollment.candidate_id, step.id, row.id, enrollment.thread_id, enrollment.tries,
        enrollment.enrolled_by_id,
    )  # fmt: skip
    known = Known(known.person, known.time_zone, row.address, normal_address(row.address), Facts())
    is_planned = row.state == Delivery.State.PLANNED
    if is_planned:
        # It goes out in the wording that holds by then, in the variant that was chosen when it was planned.
        present = plan.find_step(row.step_id)
        step = present.variant_for(enrollment.candidate_id, row.letter) if present else step
    step = step if thread.message_ids else plan.as_first(step)
    parcel = build_parcel(plan, step, due, known, thread, delivery_id=row.id, filled=filled)
    if is_planned:
        parcel.to_fill = step.text.placeholders
        asked = {name: name for name in step.text.open_placeholders(parcel.values)}
        parcel.values = {**parcel.values, **asked}
    try:
        # The page behind the link of a mail that is not sent does not exist yet.
        url = trial_url() if is_planned else unsubscribe_url(row.id)
        parcel.content = render_content(parcel, url, is_shown=is_planned)
    except MissingValues:
        parcel.content = Content(thread.subject, "The text of this message can no longer be put together.")
    return Done(parcel, row.state, row.reason, row.finished_at or row.started_at or row.claimed_at)


def recover_dead_worker(older_than_s: float, *, now: datetime) -> int | None:
    """Take over what a worker without a sign of life had in hand; returns how many deliveries, None without a dead one.

    Claimed ones are due again, those in flight are unclear, and what was sent is settled.
    """
    with transaction.atomic():
        lease = ledger.lock_dead_lease(older_than_s)
        if lease is None:
            return None
        return take_over(lease, now=now)


@transaction.atomic
def take_over(lease: int, *, now: datetime) -> int:
    """Clear what a worker that has ended left in hand, and end its lease; returns how many deliveries it were."""
    unsent: list[Unsent] = []
    while claimed := ledger.list_in_hand_of(lease, Delivery.State.CLAIMED, 2000):
        unsent += ledger.release(claimed, lease=lease, due_at=now)
    count = len(unsent)
    ledger.lose_in_flight(ledger.list_in_hand_of(lease, Delivery.State.IN_FLIGHT, 2000), lease)
    for state in (Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.REFUSED, Delivery.State.UNCLEAR):
        count += settle(rebuild(ledger.list_in_hand_of(lease, state, 5000)))
    ledger.end_lease(lease)
    give_back(unsent)
    return count
