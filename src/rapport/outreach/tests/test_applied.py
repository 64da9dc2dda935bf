"""Steps for those who have applied or have not, and sequences that go on for those who apply."""

import pytest
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.activity.operations import react, record
from rapport.activity.verbs import get_verb
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import COMMAND, SYSTEM
from rapport.lib.ids import new_id
from rapport.outreach import operations
from rapport.outreach.dry_run import dry_run
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_step
from rapport.outreach.tests.test_conditions import enroll, subjects
from rapport.outreach.tests.test_pages import form


def apply(person, job, *, verb: str = "application.created", application=None):
    """What the record says when somebody is considered for a job; returns the application's id."""
    application = application or new_id()
    told = {"application": application, "candidate": person.id, "job": job.id}
    record(get_verb(verb), actor=SYSTEM, subjects=told, data={"job_title": job.title})
    return application


def forked(job, *, port: int = 1, **fields) -> Sequence:
    """A mail for those who have applied and one for the others."""
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=port), job=job, **fields)
    make_step(sequence, subject="Again", only_if="applied")
    make_step(sequence, 2, subject="For the first time", only_if="not_applied")
    return sequence


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_job", [True, False], ids=["about its job", "about none"])
def test_a_sequence_forks_by_who_applied_before(rita, engine, outbox, has_job):
    mine, other, hidden = JobFactory(), JobFactory(), JobFactory(is_confidential=True)
    sequence = forked(mine if has_job else None, port=outbox.port)
    anna, ben, cora, dora, _ = enroll(rita, sequence, "Anna", "Ben", "Cora", "Dora", "Emil")
    for person, job in ((anna, mine), (anna, other), (ben, other), (cora, hidden)):
        apply(person, job)
    apply(dora, mine, verb="application.removed", application=apply(dora, mine))
    engine.run_until_idle()
    first, again = "For the first time", "Again"
    assert subjects(outbox) == [
        ("anna@example.net", again), ("ben@example.net", first if has_job else again), ("cora@example.net", first),
        ("dora@example.net", first), ("emil@example.net", first),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_team_of_a_confidential_job_writes_to_those_who_applied_for_it(rita, engine, outbox):
    job = JobFactory(is_confidential=True, team=[rita])
    anna, _ = enroll(rita, forked(job, port=outbox.port), "Anna", "Ben")
    apply(anna, job)
    engine.run_until_idle()
    assert subjects(outbox) == [("anna@example.net", "Again"), ("ben@example.net", "For the first time")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("goes_on", "left"), [(True, 1), (False, 0)])
def test_a_sequence_goes_on_for_those_who_apply_where_it_says_so(rita, goes_on, left):
    job = JobFactory()
    sequence, usual = forked(job, goes_on_when_applied=goes_on), forked(None)
    (anna,) = enroll(rita, sequence, "Anna")
    operations.enroll(actor=rita.actor, sequence_id=usual.id, candidate_ids=[anna.id])
    apply(anna, job)
    for _ in range(2):
        while react():
            pass
    assert sequence.enrollments.filter(state="active").count() == left
    ended = Enrollment.objects.filter(exit_reason="applied", exit_note="They are considered for a job now.")
    assert (ended.count(), usual.enrollments.get() in ended) == (2 - left, True)


@pytest.mark.django_db(transaction=True)
def test_a_sequence_that_ends_does_not_tell_of_a_confidential_job(rita):
    job = JobFactory(is_confidential=True, team=[rita])
    own, other, none = forked(job), forked(JobFactory()), forked(None)
    (anna,) = enroll(rita, own, "Anna")
    for sequence in (other, none):
        operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[anna.id])
    apply(anna, job)
    while react():
        pass
    said = ("in_touch", "A colleague is in touch with them.")
    found = [sequence.enrollments.values_list("exit_reason", "exit_note").get() for sequence in (own, other, none)]
    assert found == [("applied", "They are considered for a job now."), said, said]
    why = {row.data["sequence"]: row.data["why"] for row in Activity.objects.filter(verb="enrollment.exited")}
    assert why == {own.name: "applied", other.name: "a colleague is in touch", none.name: "a colleague is in touch"}


@pytest.mark.django_db(transaction=True)
def test_who_is_hired_gets_nothing_more_in_any_case(rita):
    job = JobFactory()
    (anna,) = enroll(rita, forked(job, goes_on_when_applied=True), "Anna")
    apply(anna, job, verb="application.hired")
    while react():
        pass
    assert Enrollment.objects.get().exit_reason == "hired"


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
def test_the_dry_run_knows_who_applied(rita):
    job = JobFactory()
    sequence = forked(job)
    somebody = [(event.kind, event.position) for event in dry_run(COMMAND, sequence.id, days=2).events]
    assert somebody == [("pass", 1), ("mail", 2), ("finish", 2)]
    anna, ben = enroll(rita, sequence, "Anna", "Ben")
    apply(anna, job)
    told = {anna.id: [], ben.id: []}
    for event in dry_run(COMMAND, sequence.id, days=2).events:
        told[event.candidate_id].append((event.kind, event.position, event.text))
    assert told == {
        anna.id: [
            ("mail", 1, ""), ("pass", 2, "It is only for those who have not applied."), ("finish", 2, ""),
        ],
        ben.id: [
            ("pass", 1, "It is only for those who have applied."), ("mail", 2, ""), ("finish", 2, ""),
        ],
    }  # fmt: skip


CONDITION = {"step-4-only_if": "not_applied", "step-4-only_if_tag": "", "goes_on_when_applied": "on", "goal": "reply"}


@pytest.mark.django_db
def test_the_editor_keeps_it(rita, sign_in):
    client = sign_in(rita)
    assert client.post(reverse("outreach:create"), form(MailboxFactory(owner=rita)) | CONDITION).status_code == 302
    sequence = Sequence.objects.get()
    assert sequence.goes_on_when_applied
    page = client.get(f"/sequences/{sequence.id}/").text
    assert "only for those who have not applied</span>" in page
    assert "<span>goes on when they apply</span>" in page
    editor = client.get(reverse("outreach:edit", args=[sequence.id])).text
    assert '<option value="not_applied" selected>' in editor


@pytest.mark.django_db
def test_what_is_there_for_applications_ends_with_one(rita, sign_in):
    wanted = form(MailboxFactory(owner=rita)) | CONDITION | {"goal": "application"}
    answer = sign_in(rita).post(reverse("outreach:create"), wanted)
    assert answer.status_code == 422
    assert "That they apply is what it is for, so it ends for whoever does." in answer.text
    assert not Sequence.objects.exists()
