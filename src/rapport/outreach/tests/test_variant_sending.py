"""Variants through the engine and a real server: each person gets theirs, the ledger knows which, and they keep it."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.servers import smtp as real_smtp

from rapport.lib import clock
from rapport.outreach import claiming, operations
from rapport.outreach.dry_run import as_json, dry_run
from rapport.outreach.engine import Engine
from rapport.outreach.ledger import take_lease
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step, make_variant
from rapport.outreach.variants import draw

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(lanes=2, batch=50, lease_s=30)
    yield engine
    engine.stop()


def two_arms(mailbox=None, **step):
    sequence = SequenceFactory(mailbox=mailbox or MailboxFactory())
    return sequence, make_variant(make_step(sequence, subject="Hello A", **step), "B", "Hello B")


def enroll(rita, sequence, number: int):
    people = [make_person(f"Carl{at} Example") for at in range(number)]
    result = operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[one.id for one in people])
    assert len(result.ids) == number
    return people


def claim(sequence):
    plan = load_plan(sequence.id)
    assert plan is not None
    return claiming.claim_due(plan, lease=take_lease("test"), limit=500).parcels


def test_each_person_gets_their_variant_and_the_next_step_answers_it(rita, engine):
    with real_smtp.running() as outbox:
        sequence, step = two_arms(MailboxFactory(smtp_port=outbox.port))
        make_step(sequence, 2, subject="", body="Just asking again.")
        people = enroll(rita, sequence, 12)
        engine.run_until_idle()
    expected = {person.id: draw(step.id, person.id, "AB") for person in people}
    assert set(expected.values()) == {"A", "B"}
    rows = Delivery.objects.filter(step=step).select_related("enrollment", "version")
    assert {row.enrollment.candidate_id: row.letter for row in rows} == expected
    assert all(row.version.letter == row.letter and row.state == "sent" for row in rows)
    said = {person.full_name: f"Hello {expected[person.id]}" for person in people}
    heard: dict[str, list[str]] = {}
    for message in outbox.messages:
        heard.setdefault(message["To"].rpartition(" <")[0], []).append(message["Subject"])
    assert heard == {name: [subject, f"Re: {subject}"] for name, subject in said.items()}
    assert set(Delivery.objects.exclude(step=step).values_list("letter", flat=True)) == {""}


def test_a_variant_more_costs_no_statement_more(rita):
    counts = []
    for letters in ("", "B", "BCDE"):
        sequence = SequenceFactory(mailbox=MailboxFactory())
        step = make_step(sequence, subject="Hello A")
        for letter in letters:
            make_variant(step, letter, f"Hello {letter}")
        enroll(rita, sequence, 10)
        lease = take_lease("test")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan = load_plan(sequence.id)
            assert len(claiming.claim_due(plan, lease=lease, limit=50).parcels) == 10
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_who_lacks_a_value_for_one_variant_gets_none_of_them(rita):
    sequence, step = two_arms()
    make_variant(step, "C", "About {{ title }}")
    without, having = make_person(title=""), make_person(title="Engineer")
    result = operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[without.id, having.id])
    assert result.ids == [having.id]
    assert [row.reason for row in result.excluded] == ["missing_values"]
    having.title = ""
    having.save(update_fields=["title"])
    assert claim(sequence) == []
    assert Enrollment.objects.get().exit_reason == "missing_values"


def test_a_second_attempt_keeps_the_variant_when_another_was_added(rita):
    sequence, step = two_arms()
    enroll(rita, sequence, 12)
    first = {parcel.candidate_id: parcel.step.letter for parcel in claim(sequence)}
    Delivery.objects.update(state="failed")
    Enrollment.objects.update(delivery_id=None, tries=1, next_due_at=clock.now())
    for letter in "CDE":
        make_variant(step, letter, f"Hello {letter}")
    assert {draw(step.id, person, "ABCDE") for person in first} - {"A", "B"}
    again = claim(sequence)
    assert {parcel.candidate_id: parcel.step.letter for parcel in again} == first
    assert sorted(Delivery.objects.filter(attempt=2).values_list("letter", flat=True)) == sorted(first.values())


def test_a_retired_variant_is_sent_to_nobody_any_more(rita):
    sequence, step = two_arms()
    people = enroll(rita, sequence, 12)
    operations.choose_winner(actor=rita.actor, sequence_id=sequence.id, step_id=step.id, letter="B")
    parcels = claim(sequence)
    assert [parcel.content.subject for parcel in parcels] == ["Hello B"] * len(people)
    assert set(Delivery.objects.values_list("letter", "version__letter")) == {("", "B")}


def test_a_mail_that_waits_for_approval_keeps_its_variant(rita):
    sequence, step = two_arms(kind="approval")
    people = enroll(rita, sequence, 12)
    assert claim(sequence) == []
    planned = {row.enrollment.candidate_id: row.letter for row in Delivery.objects.select_related("enrollment")}
    assert planned == {person.id: draw(step.id, person.id, "AB") for person in people}
    for letter in "CDE":
        make_variant(step, letter, f"Hello {letter}")
    operations.approve_deliveries(actor=rita.actor, delivery_ids=Delivery.objects.values_list("id", flat=True))
    Enrollment.objects.update(next_due_at=clock.now())
    parcels = claim(sequence)
    assert {parcel.candidate_id: parcel.content.subject for parcel in parcels} == {
        person: f"Hello {letter}" for person, letter in planned.items()
    }


def test_only_the_present_variants_are_asked_for_when_an_approved_one_was_retired(rita):
    sequence, step = two_arms(kind="approval")
    enroll(rita, sequence, 12)
    claim(sequence)
    operations.choose_winner(actor=rita.actor, sequence_id=sequence.id, step_id=step.id, letter="A")
    operations.approve_deliveries(actor=rita.actor, delivery_ids=Delivery.objects.values_list("id", flat=True))
    Enrollment.objects.update(next_due_at=clock.now())
    assert {parcel.content.subject for parcel in claim(sequence)} == {"Hello A"}
    assert set(Delivery.objects.values_list("letter", "version__letter")) == {("", "A")}


def test_the_dry_run_shows_the_variant_of_each(rita):
    sequence, step = two_arms()
    people = enroll(rita, sequence, 12)
    run = dry_run(rita.actor, sequence.id, days=7)
    events = [event for event in as_json(run)["events"] if event["kind"] == "mail"]
    assert {event["candidate"]: event["variant"] for event in events} == {
        person.id: draw(step.id, person.id, "AB") for person in people
    }
    sent = {parcel.candidate_id: parcel.step.letter for parcel in claim(sequence)}
    assert sent == {event["candidate"]: event["variant"] for event in events}
