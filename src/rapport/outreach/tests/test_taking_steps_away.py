"""Taking a step out of a sequence while a worker is about to send it: what is on its way stays what it is."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.tests.factories import TagFactory
from rapport.lib import clock
from rapport.outreach import ledger, operations
from rapport.outreach.claiming import Parcel, claim_due
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.plans import Plan, load_plan
from rapport.outreach.settling import Done, settle
from rapport.outreach.tests.factories import SequenceFactory, make_person, make_step

PATIENCE_S = 20


@pytest.fixture
def sequence() -> Sequence:
    """A step that waits for approval, and one after it."""
    sequence = SequenceFactory()
    make_step(sequence, kind="approval")
    make_step(sequence, 2)
    return sequence


def waits(rita: User, sequence: Sequence) -> Delivery:
    """Somebody's mail of the first step, which waits for approval."""
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    first, enrollment = sequence.steps.get(position=1), Enrollment.objects.latest("id")
    delivery = Delivery.objects.create(
        enrollment=enrollment, step=first, attempt=1, version=first.versions.get(), mailbox=sequence.mailbox,
        state="planned", message_id=f"{enrollment.id}@example.org", address="carl@example.org", claimed_at=clock.now(),
    )  # fmt: skip
    Enrollment.objects.filter(id=enrollment.id).update(delivery_id=delivery.id, next_due_at=None)
    return delivery


def take_first_step_away(rita: User, sequence: Sequence) -> None:
    second = sequence.steps.get(position=2)
    operations.save_sequence(
        actor=rita.actor, sequence_id=sequence.id, draft=SequenceDraft(name="Changed", mailbox_id=sequence.mailbox_id),
        steps=[StepDraft(subject="Second", body="b", id=second.id)],
    )  # fmt: skip


@pytest.mark.django_db
def test_a_mail_that_waits_for_approval_is_left_out_and_its_person_goes_on(rita, sequence) -> None:
    delivery, other = waits(rita, sequence), waits(rita, sequence)
    Delivery.objects.filter(id=other.id).update(state="in_flight")
    take_first_step_away(rita, sequence)
    assert dict(Delivery.objects.values_list("id", "state")) == {delivery.id: "skipped", other.id: "in_flight"}
    delivery.refresh_from_db()
    assert delivery.reason == "The step was taken out."
    gone_on, going_out = (Enrollment.objects.get(id=row.enrollment_id) for row in (delivery, other))
    assert (gone_on.step.position, gone_on.delivery_id, gone_on.next_due_at is None) == (1, None, False)
    assert (going_out.delivery_id, going_out.next_due_at) == (other.id, None)


def claim_with(plan: Plan | None) -> list[Parcel]:
    """What a worker takes that has read this plan, perhaps before it was changed."""
    assert plan is not None
    return claim_due(plan, lease=ledger.take_lease("w"), limit=10).parcels


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
@pytest.mark.parametrize("is_mail", [True, False], ids=["after a mail", "without one"])
@pytest.mark.parametrize("count", [3, 2], ids=["one is left", "nothing is left"])
def test_who_was_on_the_way_to_a_step_when_it_was_taken_out_gets_the_one_after(rita, is_mail, count) -> None:
    sequence = SequenceFactory()
    tagged = {} if is_mail else {"only_if": "tagged", "only_if_tag": TagFactory()}
    steps = [make_step(sequence, **tagged), *(make_step(sequence, place) for place in range(2, count + 1))]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    plan, now = load_plan(sequence.id), clock.now()
    parcels = claim_with(plan) if is_mail else []
    kept = [step for step in steps if step.position != 2]
    operations.save_sequence(
        actor=rita.actor, sequence_id=sequence.id, draft=SequenceDraft(name="Changed", mailbox_id=sequence.mailbox_id),
        steps=[
            StepDraft(
                subject=f"Mail {step.position}", body="b", id=step.id, only_if=step.only_if,
                only_if_tag_id=step.only_if_tag_id,
            )
            for step in kept
        ],
    )  # fmt: skip
    if is_mail:
        Delivery.objects.update(state="sent")
        settle([Done(parcel, "sent", "", now) for parcel in parcels])
    else:
        claim_with(plan)
    assert Enrollment.objects.get().step == steps[1]

    assert claim_with(load_plan(sequence.id)) == []
    enrollment = Enrollment.objects.get()
    if count == 3:
        assert (enrollment.state, enrollment.step, enrollment.next_due_at) == ("active", steps[2], clock.now())
    else:
        assert (enrollment.state, enrollment.step, enrollment.next_due_at) == ("finished", None, None)
        assert Activity.objects.filter(verb="enrollment.finished").count() == 1


@pytest.mark.django_db
def test_a_step_that_a_worker_has_not_heard_of_is_left_to_the_next_look(rita, sequence) -> None:
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    plan = load_plan(sequence.id)
    third = make_step(sequence, 3)
    Enrollment.objects.update(step=third)
    assert claim_with(plan) == []
    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.step) == ("active", third)


@pytest.mark.django_db
def test_an_unclear_mail_of_a_step_that_was_taken_out_leads_to_the_one_after(rita, sequence) -> None:
    delivery = waits(rita, sequence)
    Delivery.objects.update(state="unclear")
    Enrollment.objects.update(last_outcome="unclear")
    take_first_step_away(rita, sequence)
    operations.resolve_unclear(actor=rita.actor, delivery_id=delivery.id, decision="skip")
    assert Enrollment.objects.get().step == sequence.steps.get(retired_at=None)


@pytest.fixture
def in_background() -> Iterator[list[threading.Thread]]:
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_a_worker_takes_at_the_same_moment_is_not_skipped(rita, sequence, in_background) -> None:
    delivery = waits(rita, sequence)
    Enrollment.objects.update(next_due_at=clock.now())  # approved
    backend: list[int] = []

    def change() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            take_first_step_away(rita, sequence)
        finally:
            connection.close()

    with transaction.atomic():  # a claim that is about to end
        (row,) = ledger.lock_due(sequence.id, clock.now(), 10)
        won = ledger.claim_approved(
            [(row.id, delivery.id)], [delivery.address], [delivery.version_id], [""],
            lease=ledger.take_lease("w"), now=clock.now(),
        )  # fmt: skip
        assert won == {delivery.id}
        thread = threading.Thread(target=change, daemon=True)
        in_background.append(thread)
        thread.start()
        while thread.is_alive() and not _waits_for_lock(backend):
            thread.join(0.01)
    thread.join(PATIENCE_S)

    assert Step.objects.filter(sequence=sequence, retired_at=None).count() == 1
    delivery.refresh_from_db()
    enrollment = Enrollment.objects.get()
    assert (delivery.state, enrollment.delivery_id, enrollment.next_due_at) == ("claimed", delivery.id, None)


def _waits_for_lock(backend: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = ANY(%s)", [backend])
        return cursor.fetchone() == ("Lock",)


@pytest.mark.django_db
def test_who_was_to_get_the_last_step_has_finished_and_it_is_on_record(rita) -> None:
    sequence = SequenceFactory()
    first, last = make_step(sequence), make_step(sequence, 2)
    person = make_person()
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id])
    Enrollment.objects.update(step=last)
    operations.save_sequence(
        actor=rita.actor, sequence_id=sequence.id, draft=SequenceDraft(name="Changed", mailbox_id=sequence.mailbox_id),
        steps=[StepDraft(subject="First", body="b", id=first.id)],
    )  # fmt: skip
    told = Activity.objects.get(verb="enrollment.finished")
    assert (Enrollment.objects.get().state, told.find_subject_id("candidate")) == ("finished", person.id)
