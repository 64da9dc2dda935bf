"""What people decide about single mails: approve, leave out, and settle what is unclear."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.activity.verbs import Verb
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.mail.merge_fields import label_of, open_placeholders
from rapport.mail.operations.recording import confirm_unclear, give_up_unclear
from rapport.outreach import ledger, queries
from rapport.outreach.activities import DELIVERY_APPROVED, DELIVERY_FILLED, DELIVERY_RESOLVED, DELIVERY_SKIPPED
from rapport.outreach.ending import record_finished
from rapport.outreach.fillings import read_fillings
from rapport.outreach.ledger import Outcome, Settled
from rapport.outreach.models import Delivery, Enrollment, Filling
from rapport.outreach.permissions import ENROLL
from rapport.outreach.plans import Plan, PlannedStep, load_plan
from rapport.outreach.schedule import next_slot
from rapport.outreach.subjects import subjects_of

MAX_FILLING = 2_000
DECISIONS = {"sent": "it arrived", "again": "send it again", "skip": "leave it out"}


@transaction.atomic
def approve_deliveries(*, actor: Actor, delivery_ids: Collection[UUID]) -> int:
    """Let mails that wait for approval go out in the next slot; returns how many. Records delivery.approved.

    The governor is asked again when they go out. Those that do not wait any more, and those with a placeholder that
    nobody has filled in, are left alone.
    """
    require(actor, ENROLL)
    count = 0
    for delivery_id in sorted(delivery_ids):
        found = Enrollment.objects.filter(delivery_id=delivery_id, next_due_at=None).exists()
        if not found:
            continue
        delivery, enrollment = queries.lock_in_hand(actor, delivery_id)
        if delivery.state != Delivery.State.PLANNED or enrollment.state != Enrollment.State.ACTIVE:
            continue
        plan = _plan(enrollment)
        if open_placeholders_of(plan, delivery, enrollment):
            continue
        now = clock.now()
        enrollment.next_due_at = next_slot(now, plan.hours_for(enrollment.candidate.time_zone, now))
        enrollment.save(update_fields=["next_due_at"])
        _record(DELIVERY_APPROVED, actor, enrollment)
        count += 1
    return count


@transaction.atomic
def fill_placeholders(*, actor: Actor, delivery_id: UUID, texts: Mapping[str, str]) -> list[str]:
    """Write what a mail that waits for approval asks for; returns the names that are still open.

    `texts` are by placeholder, with its brackets; one that is left out keeps its text, an empty one is open again.
    Records delivery.filled when anything changed. Raises NotFound, Conflict when the mail does not wait any more,
    InvalidInput for a text that is too long or asks for something itself.
    """
    delivery, enrollment = queries.lock_in_hand(actor, delivery_id)
    if delivery.state != Delivery.State.PLANNED:
        raise Conflict("This mail does not wait for approval any more.")
    plan = _plan(enrollment)
    step = _step(plan, delivery, enrollment)
    asked = step.text.placeholders if step else []
    filling = Filling.objects.filter(enrollment=enrollment, step_id=delivery.step_id).first()
    before = filling.texts if filling else {}
    given = {name: text.replace("\r\n", "\n").strip() for name, text in texts.items() if name in asked}
    _check_texts(given)
    after = {name: text for name, text in {**before, **given}.items() if text}
    if after != before:
        Filling.objects.update_or_create(
            enrollment=enrollment, step_id=delivery.step_id,
            defaults={"texts": after, "written_by_id": actor.id if actor.kind == "user" else None, "updated_at": clock.now()},
        )  # fmt: skip
        _record(DELIVERY_FILLED, actor, enrollment)
    return [name for name in asked if not after.get(name)]


def _check_texts(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if len(text) > MAX_FILLING:
            raise InvalidInput({name: f"“{label_of(name)}” has {MAX_FILLING:,} characters at most."})
        if open_placeholders(text) or "{{" in text:
            raise InvalidInput({name: f"Write “{label_of(name)}” out, without double brackets or braces."})


def open_placeholders_of(plan: Plan, delivery: Delivery, enrollment: Enrollment) -> list[str]:
    """The names of what has to be filled in before this planned mail may go out."""
    step = _step(plan, delivery, enrollment)
    if step is None or not step.text.placeholders:
        return []
    texts = read_fillings([delivery.enrollment_id]).get((delivery.enrollment_id, step.id), {})
    return step.text.open_placeholders(texts)


@transaction.atomic
def decline_delivery(*, actor: Actor, delivery_id: UUID, why: str = "") -> Enrollment:
    """Leave out a mail that waits for approval; the person goes on to the next step. Records delivery.skipped.

    Raises NotFound, Conflict when it does not wait any more.
    """
    delivery, enrollment = queries.lock_in_hand(actor, delivery_id)
    if delivery.state != Delivery.State.PLANNED:
        raise Conflict("This mail does not wait for approval any more.")
    _skip(delivery, enrollment, why or "Left out by hand.", clock.now())
    _record(DELIVERY_SKIPPED, actor, enrollment, why=why or "left out by hand")
    return enrollment


@transaction.atomic
def resolve_unclear(*, actor: Actor, delivery_id: UUID, decision: str) -> Enrollment:
    """Settle a mail of which nobody knows whether it arrived: `sent` (it did), `again` (send it once more) or `skip`.

    Records delivery.resolved, and message.sent when it arrived. Raises NotFound, InvalidInput for another decision,
    Conflict when it is not unclear any more.
    """
    if decision not in DECISIONS:
        raise InvalidInput({"decision": "Choose whether it was sent, is to be sent again or left out."})
    delivery, enrollment = queries.lock_in_hand(actor, delivery_id)
    if delivery.state != Delivery.State.UNCLEAR:
        raise Conflict("This mail is not unclear any more.")
    now = clock.now()
    if decision == "sent":
        confirm_sent(delivery, enrollment, now)
    elif decision == "again":
        give_up_unclear(message_id=delivery.id, note="Nobody knows whether it arrived; it was sent again.")
        _close(delivery, Delivery.State.FAILED, "Unclear; sent again by hand.", now)
        plan = _plan(enrollment)
        due = next_slot(now, plan.hours_for(enrollment.candidate.time_zone, now))
        is_active = enrollment.state == Enrollment.State.ACTIVE
        _free(enrollment, next_due_at=due if is_active else None)
    else:
        give_up_unclear(message_id=delivery.id, note="Nobody knows whether it arrived; it was left at that.")
        _skip(delivery, enrollment, "Unclear; left out by hand.", now)
    _record(DELIVERY_RESOLVED, actor, enrollment, decision=DECISIONS[decision])
    return enrollment


def confirm_sent(delivery: Delivery, enrollment: Enrollment, now: datetime) -> None:
    """An unclear delivery has arrived: the enrollment goes on from when it went out. Records message.sent."""
    at = delivery.started_at or now
    plan = _plan(enrollment)
    position = delivery.step.position
    step_id, due_at = plan.due_after(position, at, enrollment.candidate.time_zone)
    if due_at is not None and due_at < now:
        due_at = next_slot(now, plan.hours_for(enrollment.candidate.time_zone, now))
    _close(delivery, Delivery.State.SENT, "", now)
    confirm_unclear(message_id=delivery.id, at=at)
    outcome = Outcome("sent", "active" if step_id else "finished", step_id=step_id)
    if ledger.settle(outcome, [Settled(enrollment.id, delivery.id, now, due_at)]).get(delivery.id):
        record_finished(enrollment.sequence, [(enrollment.id, enrollment.candidate_id)])


def _skip(delivery: Delivery, enrollment: Enrollment, why: str, now: datetime) -> None:
    """The person goes on to the next step without this mail."""
    _close(delivery, Delivery.State.SKIPPED, why, now)
    if enrollment.state != Enrollment.State.ACTIVE:
        _free(enrollment)
        return
    step_id, due_at = _plan(enrollment).due_after(delivery.step.position, now, enrollment.candidate.time_zone)
    if step_id:
        _free(enrollment, step_id=step_id, next_due_at=due_at, tries=0)
    else:
        _free(enrollment, step_id=None, state=Enrollment.State.FINISHED, ended_at=now)
        record_finished(enrollment.sequence, [(enrollment.id, enrollment.candidate_id)])


def _close(delivery: Delivery, state: str, reason: str, now: datetime) -> None:
    delivery.state, delivery.reason, delivery.finished_at = state, reason, now
    delivery.save(update_fields=["state", "reason", "finished_at"])


def _free(enrollment: Enrollment, **changes: object) -> None:
    """Nothing is in hand any more."""
    values = {"delivery_id": None, "last_outcome": "", "waits_for": "", **changes}
    for name, value in values.items():
        setattr(enrollment, name, value)
    enrollment.save(update_fields=list(values))


def _step(plan: Plan, delivery: Delivery, enrollment: Enrollment) -> PlannedStep | None:
    """The step of a planned mail as it would go out now."""
    step = plan.find_step(delivery.step_id)
    return step.variant_for(enrollment.candidate_id, delivery.letter) if step else None


def _plan(enrollment: Enrollment) -> Plan:
    plan = load_plan(enrollment.sequence_id)
    if plan is None:
        raise Conflict("This sequence has no mailbox any more. Choose one first.")
    return plan


def _record(verb: Verb, actor: Actor, enrollment: Enrollment, **data: str) -> None:
    subjects = subjects_of(enrollment.sequence, enrollment.candidate_id, enrollment.id)
    record(verb, actor=actor, subjects=subjects, data={"sequence": enrollment.sequence.name, **data})
