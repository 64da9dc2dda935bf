"""What stops, moves or confirms a sequence when something happened elsewhere; all of it twice, to the same end."""

from datetime import timedelta

import pytest

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.activity.registry import handlers_for
from rapport.activity.verbs import get_verb
from rapport.candidates.operations import archive_candidates
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail.models import Message
from rapport.mail.operations import suppress_address
from rapport.outreach import ledger, operations, reactions
from rapport.outreach.ledger import NewDelivery
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.plans import load_plan
from rapport.outreach.settling import Done, rebuild, settle
from rapport.outreach.tests.factories import SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl():
    return make_person("Carl Example", "carl@example.org")


@pytest.fixture
def enrollment(rita, carl):
    sequence = SequenceFactory()
    make_step(sequence)
    make_step(sequence, 2, wait_count=3, subject="", body="Again")
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[carl.id])
    return Enrollment.objects.get()


def happened(verb: str, carl, **data) -> Activity:
    return Activity.objects.get(id=record(get_verb(verb), actor=SYSTEM, subjects=[carl], data=data))


def put_unclear(enrollment) -> Delivery:
    """The first step was handed over without an answer, as the engine leaves it."""
    plan, lease = load_plan(enrollment.sequence_id), ledger.take_lease("test")
    step = plan.steps[0]
    new = NewDelivery(
        Message().id, enrollment.id, step.id, step.version.id, 1, "first@example.org", "carl@example.org"
    )  # fmt: skip
    now = clock.now()
    ledger.claim([new], mailbox_id=plan.mailbox.id, lease=lease, state="claimed", now=now)
    Delivery.objects.update(state="unclear", reason="No answer", started_at=now)
    settle([Done(row.parcel, "unclear", "No answer", now) for row in rebuild([new.id])])
    enrollment.refresh_from_db()
    return Delivery.objects.get()


@pytest.mark.parametrize(
    ("handler", "verb", "data", "reason"),
    [
        (reactions.follow_answers, "message.received", {"kind": "reply"}, "replied"),
        (reactions.follow_applications, "application.created", {"job_title": "Cook"}, "applied"),
        (reactions.stop, "application.hired", {"job_title": "Cook"}, "hired"),
        (reactions.stop, "message.complained", {}, "complained"),
        (reactions.stop, "message.unsubscribed", {"by": "link"}, "unsubscribed"),
        (reactions.follow_bounce, "message.bounced", {"class": "hard", "reason": "No such user"}, "bounced"),
        (reactions.follow_consent, "consent.withdrawn", {"purpose": "written to about jobs"}, "no_consent"),
    ],
)
def test_what_stops_a_sequence(handler, verb, data, reason, carl, enrollment):
    activity = happened(verb, carl, **data)
    for _ in range(2):
        handler(activity if handler in (reactions.follow_bounce, reactions.follow_consent) else [activity])
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason, enrollment.next_due_at) == ("exited", reason, None)
    assert Activity.objects.filter(verb="enrollment.exited").count() == 1


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("message.received", {"kind": "auto_reply"}),
        ("message.received", {"kind": "other"}),
        ("message.bounced", {"class": "soft"}),
        ("consent.withdrawn", {"purpose": "kept in the pool"}),
    ],
)
def test_what_does_not_stop_it(verb, data, carl, enrollment):
    activity = happened(verb, carl, **data)
    for _, handler, matching in handlers_for([activity]):
        if handler.__qualname__.startswith("on.") or handler.__module__.startswith("rapport.outreach"):
            handler(matching)
    enrollment.refresh_from_db()
    assert enrollment.state == "active"


def test_an_absence_moves_the_next_step_behind_the_return(carl, enrollment):
    back = (clock.now() + timedelta(days=20)).date()
    activity = happened("message.received", carl, kind="auto_reply", returns_on=back.isoformat())
    for _ in range(2):
        reactions.follow_answers([activity])
    enrollment.refresh_from_db()
    assert enrollment.next_due_at.date() == back + timedelta(days=1)
    assert enrollment.waits_for == f"They are away until {back.day} {back:%B}."
    assert Activity.objects.filter(verb="enrollment.postponed").count() == 1


def test_an_archived_candidate_gets_nothing_more(rita, carl, enrollment):
    archive_candidates(actor=rita.actor, candidate_ids=[carl.id], reason="moved away")
    reactions.stop(list(Activity.objects.filter(verb="candidate.archived")))
    enrollment.refresh_from_db()
    assert enrollment.exit_reason == "archived"


def test_a_suppressed_address_stops_whoever_has_it(rita, carl, enrollment):
    suppress_address(actor=rita.actor, address="carl@example.org", reason="manual")
    reactions.follow_suppression(Activity.objects.get(verb="suppression.added"))
    enrollment.refresh_from_db()
    assert enrollment.exit_reason == "suppressed"


def test_an_answer_proves_that_an_unclear_mail_arrived(carl, enrollment):
    delivery = put_unclear(enrollment)
    assert (enrollment.delivery_id, enrollment.last_outcome) == (delivery.id, "unclear")
    activity = happened("message.received", carl, kind="reply", answers_message_id=str(delivery.id))
    for _ in range(2):
        reactions.follow_answers([activity])
    enrollment.refresh_from_db()
    delivery.refresh_from_db()
    assert (delivery.state, enrollment.exit_reason, enrollment.sent_count) == ("sent", "replied", 1)


@pytest.mark.parametrize(
    ("decision", "state", "position", "in_message"),
    [("sent", "sent", 2, "sent"), ("again", "failed", 1, "failed"), ("skip", "skipped", 2, "failed")],
)
def test_unclear_mails_are_settled_by_hand(decision, state, position, in_message, rita, enrollment):
    delivery = put_unclear(enrollment)
    operations.resolve_unclear(actor=rita.actor, delivery_id=delivery.id, decision=decision)
    enrollment.refresh_from_db()
    delivery.refresh_from_db()
    assert (delivery.state, enrollment.step.position, enrollment.delivery_id) == (state, position, None)
    assert enrollment.next_due_at is not None
    assert Message.objects.get().state == in_message
    assert Activity.objects.filter(verb="delivery.resolved").count() == 1
    assert Activity.objects.filter(verb="message.sent").count() == (decision == "sent")


def test_approving_and_leaving_out(rita):
    sequence = SequenceFactory()
    make_step(sequence, kind="approval")
    make_step(sequence, 2, wait_count=1, subject="", body="Again")
    people = [make_person().id for _ in range(2)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=people)
    from rapport.outreach.claiming import claim_due

    lease = ledger.take_lease("test")
    assert claim_due(load_plan(sequence.id), lease=lease, limit=10).parcels == []
    first, second = Delivery.objects.order_by("id")
    assert {first.state, second.state} == {"planned"}
    for _ in range(2):
        operations.approve_deliveries(actor=rita.actor, delivery_ids=[first.id])
    operations.decline_delivery(actor=rita.actor, delivery_id=second.id)
    (parcel,) = claim_due(load_plan(sequence.id), lease=lease, limit=10).parcels
    assert parcel.delivery_id == first.id
    assert list(Delivery.objects.order_by("id").values_list("state", flat=True)) == ["claimed", "skipped"]
    assert Enrollment.objects.get(deliveries=second).step.position == 2
    assert Activity.objects.filter(verb="delivery.approved").count() == 1


def test_a_task_step_gives_the_colleague_something_to_do(rita, carl):
    from rapport.candidates.models import Task
    from rapport.outreach.claiming import claim_due

    sequence = SequenceFactory()
    make_step(sequence, kind="task", subject="", body="Call {{ first_name }} about {{ title }}")
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[carl.id])
    claim_due(load_plan(sequence.id), lease=ledger.take_lease("test"), limit=10)
    task = Task.objects.get()
    assert (task.text, task.assignee) == ("Call Carl about (unknown)", rita)
    assert Enrollment.objects.get().state == "finished"
