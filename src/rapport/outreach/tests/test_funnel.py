"""What each step of a sequence brought: counted on what a real engine sent, and opened by person."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.candidates import operations as candidates
from rapport.candidates.tests.factories import TagFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.mail.models import DeliveryEvent
from rapport.outreach import funnel
from rapport.outreach.claiming import claim_due
from rapport.outreach.ledger import take_lease
from rapport.outreach.models import Delivery, Passage
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import (
    EnrollmentFactory,
    MailboxFactory,
    SequenceFactory,
    make_step,
    make_variant,
)
from rapport.outreach.tests.test_conditions import enroll

DAY = timedelta(days=1)


def figures(rita, sequence) -> dict[int, dict[str, int]]:
    found = funnel.read_funnel(rita.actor, sequence)
    return {step.position: found.steps.get(step.id, {}) for step in sequence.steps.order_by("position")}


@pytest.mark.django_db(transaction=True)
def test_each_step_tells_what_it_brought_and_to_whom(rita, engine, outbox, sign_in):
    speaks = TagFactory(name="speaks")
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    make_step(sequence, 2, subject="On stage", only_if="tagged", only_if_tag=speaks)
    make_step(sequence, 3, kind="task", only_if="not_tagged", only_if_tag=speaks)
    make_step(sequence, 4, wait_count=3, subject="Last")
    anna, *_ = enroll(rita, sequence, "Anna", "Ben", "Cora")
    candidates.tag_candidates(actor=rita.actor, candidate_ids=[anna.id], tag_id=speaks.id)
    engine.run_until_idle()
    first = Delivery.objects.get(enrollment__candidate=anna, step__position=1)
    for kind, verdict in (("replied", "human"), ("auto_replied", "machine"), ("replied", "human")):
        DeliveryEvent.objects.create(message_id=first.id, kind=kind, verdict=verdict, occurred_at=clock.now())

    assert figures(rita, sequence) == {
        1: {"sent": 3, "answered": 1}, 2: {"sent": 1, "over": 2}, 3: {"task": 2, "over": 1}, 4: {"here": 3},
    }  # fmt: skip
    client, (one, two, three, four) = sign_in(rita), sequence.steps.order_by("position")
    page = client.get(reverse("outreach:detail", args=[sequence.id])).text
    url = reverse("outreach:step_people", args=[sequence.id, two.id])
    assert f'<a href="{url}?show=over"><b class="num">2</b> passed over</a>' in page
    assert page.count("passed over</a>") == 2
    assert "people who came last" not in page
    for step, show, names, told in (
        (one, "answered", ["Anna"], "Who answered this mail"), (two, "over", ["Cora", "Ben"], "Who was passed over"),
        (three, "task", ["Cora", "Ben"], "Whose task was given"), (three, "over", ["Anna"], "only for those without the tag speaks"),
        (four, "here", ["Cora", "Ben", "Anna"], "At step 4"), (four, "sent", [], "Nobody yet."),
        (four, "nonsense", ["Cora", "Ben", "Anna"], "Who is at this step"),
    ):  # fmt: skip
        answer = client.get(reverse("outreach:step_people", args=[sequence.id, step.id]), {"show": show})
        assert [name.partition(" ")[0] for _, name, _ in answer.context["rows"]] == names
        assert told in answer.text


@pytest.mark.django_db(transaction=True)
def test_who_is_passed_over_in_a_batch_is_noted_once_in_one_statement(rita):
    sequence = SequenceFactory()
    make_step(sequence, only_if="tagged", only_if_tag=TagFactory())
    make_step(sequence, 2, kind="task", wait_count=9)
    counts = []
    for number in (2, 12):
        enroll(rita, sequence, *(f"P{number}x{place}" for place in range(number)))
        with CaptureQueriesContext(connection) as asked:
            assert claim_due(load_plan(sequence.id), lease=take_lease("test"), limit=50).handled == number
        counts.append(len([row for row in asked if "outreach_passage" in row["sql"]]))
    assert counts == [1, 1]
    assert Passage.objects.filter(how="over", step__position=1).count() == 14


@pytest.mark.django_db
def test_the_figures_are_of_those_who_came_last(rita, monkeypatch):
    monkeypatch.setattr(funnel, "LATEST", 3)
    sequence = SequenceFactory()
    step = make_step(sequence)
    for state in ("active", "finished", "active", "active", "exited"):
        ended = {"ended_at": clock.now(), "next_due_at": None} if state != "active" else {}
        reason = {"exit_reason": "by_hand"} if state == "exited" else {}
        EnrollmentFactory(sequence=sequence, step=step, state=state, **ended, **reason)
    found = funnel.read_funnel(rita.actor, sequence)
    assert (found.steps, found.is_capped) == ({step.id: {"here": 2}}, True)
    assert len(funnel.list_touched(rita.actor, step, "here")) == 2


@pytest.mark.django_db
def test_the_people_of_a_step_are_paged_in_a_constant_number_of_statements(rita, sign_in):
    client, counts = sign_in(rita), []
    for number in (2, 20, 51):
        sequence = SequenceFactory()
        step = make_step(sequence)
        people = EnrollmentFactory.create_batch(number, sequence=sequence, step=step)
        url = reverse("outreach:step_people", args=[sequence.id, step.id])
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url, {"show": "here"})
        counts.append(len(asked))
        assert len(page.context["rows"]) == min(number, 50)
    assert counts[0] == counts[1] == counts[2]
    rest = client.get(page.context["next_url"]).context["rows"]
    assert [row.enrollment_id for row, _, _ in rest] == [people[0].id]


@pytest.mark.django_db
def test_who_may_not_see_a_sequence_sees_nobody_in_it(rita, hugo, ines, emma, sign_in):
    sequence, secret, other = (
        SequenceFactory(),
        SequenceFactory(job=JobFactory(is_confidential=True)),
        SequenceFactory(),
    )
    step, hidden, gone = make_step(sequence), make_step(secret), make_step(sequence, 2, retired_at=clock.now())
    url = reverse("outreach:step_people", args=[sequence.id, step.id])
    assert [sign_in(user).get(url).status_code for user in (rita, hugo, ines, emma)] == [200, 403, 403, 403]
    for wrong in ((secret, hidden), (other, step), (sequence, gone)):
        assert sign_in(rita).get(reverse("outreach:step_people", args=[row.id for row in wrong])).status_code == 404


@pytest.mark.django_db
def test_the_results_of_variants_say_who_was_passed_over(rita, sign_in):
    sequence = SequenceFactory()
    step = make_variant(make_step(sequence, only_if="tagged", only_if_tag=TagFactory()), "B", "Another")
    enroll(rita, sequence, "Anna")
    claim_due(load_plan(sequence.id), lease=take_lease("test"), limit=50)
    page = sign_in(rita).get(reverse("outreach:results", args=[sequence.id])).text
    url = reverse("outreach:step_people", args=[sequence.id, step.id])
    assert f'<a href="{url}?show=over">1 passed over</a>' in page


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_killed_in_between_is_passed_over_once(rita):
    """A claim that is rolled back notes nobody; the next one does."""
    sequence = SequenceFactory()
    make_step(sequence, only_if="tagged", only_if_tag=TagFactory())
    enroll(rita, sequence, "Anna")
    plan = load_plan(sequence.id)
    with time_machine.travel(clock.now() + DAY), pytest.MonkeyPatch.context() as patch:
        patch.setattr("rapport.outreach.claiming.leave_gone", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            claim_due(plan, lease=take_lease("test"), limit=50)
    assert not Passage.objects.exists()
    for _ in range(2):
        claim_due(plan, lease=take_lease("test"), limit=50)
    assert list(Passage.objects.values_list("how", "step__position")) == [("over", 1)]
