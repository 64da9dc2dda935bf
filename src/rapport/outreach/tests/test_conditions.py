"""Steps for some only, goals and tags that end a sequence: what a real engine sends to a real server."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.activity.operations import react
from rapport.candidates import operations as candidates
from rapport.candidates.tests.factories import TagFactory
from rapport.lib import clock
from rapport.lib.actors import COMMAND
from rapport.mail.clicks import Visit
from rapport.mail.models import Message
from rapport.mail.operations import judge_visits, keep_visit
from rapport.outreach import operations
from rapport.outreach.dry_run import dry_run
from rapport.outreach.may_write import may_write
from rapport.outreach.models import Delivery, Enrollment, Sequence
from rapport.outreach.settling import rebuild
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.tests.test_pages import form

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DAY = timedelta(days=1)


def enroll(rita, sequence, *names: str):
    people = [make_person(f"{name} Example", f"{name.lower()}@example.net") for name in names]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people])
    return people


def click(person, *, program: str = BROWSER) -> None:
    message = Message.objects.outgoing().filter(subjects__candidate=str(person.id)).latest("id")
    later = clock.now() + timedelta(hours=1)
    visit = Visit(url="https://example.org/jobs", method="GET", program=program, purpose="", at=later)
    keep_visit(message_id=message.id, visit=visit)
    judge_visits()


def subjects(outbox) -> list[tuple[str, str]]:
    """(to, subject) of what arrived."""
    return sorted((message["To"].rpartition("<")[2].rstrip(">"), message["Subject"]) for message in outbox.messages)


@pytest.mark.django_db(transaction=True)
def test_a_sequence_forks_by_what_people_did_and_who_they_are(rita, engine, outbox):
    speaks, into = TagFactory(name="speaks", owner=rita), TagFactory(name="speaker")
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    make_step(sequence, 2, wait_count=1, subject="Saw it", only_if="clicked")
    make_step(sequence, 3, subject="Missed it", only_if="not_clicked")
    make_step(sequence, 4, subject="On stage", only_if="tagged", only_if_tag=speaks)
    make_step(sequence, 5, subject="In the audience", only_if="not_tagged", only_if_tag=speaks)
    anna, ben, cora = enroll(rita, sequence, "Anna", "Ben", "Cora")
    engine.run_until_idle()
    click(anna)
    click(ben, program="GoogleImageProxy")
    candidates.tag_candidates(actor=rita.actor, candidate_ids=[cora.id], tag_id=speaks.id)
    candidates.merge_tags(actor=rita.actor, tag_id=speaks.id, into_id=into.id)
    with time_machine.travel(clock.now() + DAY + timedelta(minutes=1)):
        engine.run_until_idle()

    assert subjects(outbox) == [
        ("anna@example.net", "First"), ("anna@example.net", "In the audience"), ("anna@example.net", "Saw it"),
        ("ben@example.net", "First"), ("ben@example.net", "In the audience"), ("ben@example.net", "Missed it"),
        ("cora@example.net", "First"), ("cora@example.net", "Missed it"), ("cora@example.net", "On stage"),
    ]  # fmt: skip
    assert set(Enrollment.objects.values_list("state", "step")) == {("finished", None)}
    assert Activity.objects.filter(verb="enrollment.finished").count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_step_after_one_for_others_waits_from_then_on(rita, engine, outbox):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    make_step(sequence, 2, wait_count=3, subject="Saw it", only_if="clicked")
    make_step(sequence, 3, wait_count=5, wait_unit="hours", subject="Last")
    enroll(rita, sequence, "Anna")
    engine.run_until_idle()
    at = Enrollment.objects.get().next_due_at
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        engine.run_until_idle()
        enrollment = Enrollment.objects.get()
        assert (enrollment.step.position, enrollment.next_due_at) == (3, clock.now() + timedelta(hours=5))
    assert len(outbox.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_an_approved_mail_goes_out_whatever_happens_meanwhile(rita, engine, outbox):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    make_step(sequence, 2, kind="approval", subject="Missed it", only_if="not_clicked")
    (anna,) = enroll(rita, sequence, "Anna")
    engine.run_until_idle()
    click(anna)
    operations.approve_deliveries(actor=rita.actor, delivery_ids=[Delivery.objects.get(state="planned").id])
    ahead = dry_run(COMMAND, sequence.id, days=2).events
    assert [(event.kind, event.position) for event in ahead] == [("approval", 2), ("finish", 2)]
    engine.run_until_idle()
    assert subjects(outbox) == [("anna@example.net", "First"), ("anna@example.net", "Missed it")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["auto", "approval"])
def test_who_got_no_mail_before_reads_the_subject_of_the_one_it_would_answer(rita, engine, outbox, kind):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="For {{ first_name }}", only_if="tagged", only_if_tag=TagFactory())
    make_step(sequence, 2, subject="", kind=kind)
    make_step(sequence, 3, subject="")
    enroll(rita, sequence, "Anna")
    engine.run_until_idle()
    for delivery in Delivery.objects.filter(state="planned"):
        assert rebuild([delivery.id])[0].parcel.content.subject == "For Anna"
        operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id])
    engine.run_until_idle()
    assert [message["Subject"] for message in outbox.messages] == ["For Anna", "Re: For Anna"]


@pytest.mark.django_db(transaction=True)
def test_who_reaches_the_goal_is_done(rita, engine, outbox, sign_in):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port), goal="click")
    other = SequenceFactory(mailbox=sequence.mailbox)
    for own in (sequence, other):
        make_step(own, subject="First")
        make_step(own, 2, wait_count=1, subject="Second")
    anna, _ = enroll(rita, sequence, "Anna", "Ben")
    engine.run_until_idle()
    click(anna)
    operations.enroll(actor=rita.actor, sequence_id=other.id, candidate_ids=[anna.id])
    for _ in range(2):
        while react():
            pass
    states = sequence.enrollments.order_by("candidate__full_name").values_list("state", "exit_reason")
    assert (list(states), other.enrollments.get().state) == ([("exited", "goal"), ("active", "")], "active")
    page = sign_in(rita).get(f"/sequences/{sequence.id}/?show=goal").text
    assert "until they follow a link, 1 there" in page
    assert ("Anna Example" in page, "Ben Example" in page) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_goal_that_was_set_later_counts_for_who_is_there_already(rita, engine, outbox):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    make_step(sequence, 2, wait_count=1, subject="Second")
    anna, ben = enroll(rita, sequence, "Anna", "Ben")
    engine.run_until_idle()
    click(anna)
    while react():
        pass
    Sequence.objects.update(goal="click")
    first = {event.candidate_id: event for event in reversed(dry_run(COMMAND, sequence.id, days=2).events)}
    told = "They followed a link, which is what the sequence is for."
    assert (first[anna.id].kind, first[anna.id].reason, first[anna.id].text) == ("stop", "goal", told)
    assert (first[ben.id].kind, first[ben.id].position) == ("mail", 2)
    with time_machine.travel(clock.now() + DAY + timedelta(minutes=1)):
        engine.run_until_idle()
    assert list(Enrollment.objects.filter(exit_reason="goal").values_list("candidate", "exit_note")) == [
        (anna.id, told)
    ]
    assert [to for to, subject in subjects(outbox) if subject == "Second"] == ["ben@example.net"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_told", [True, False], ids=["by what happened", "when it is due"])
def test_a_tag_ends_it(rita, engine, outbox, is_told):
    busy = TagFactory(name="found a job")
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port), stop_tag=busy)
    make_step(sequence, subject="First")
    make_step(sequence, 2, wait_count=1, subject="Second")
    anna, _ = enroll(rita, sequence, "Anna", "Ben")
    engine.run_until_idle()
    candidates.tag_candidates(actor=rita.actor, candidate_ids=[anna.id], tag_id=busy.id)
    while is_told and react():
        pass
    ended = Enrollment.objects.filter(state="exited")
    assert ended.exists() is is_told
    with time_machine.travel(clock.now() + DAY + timedelta(minutes=1)):
        engine.run_until_idle()
    assert list(ended.values_list("candidate", "exit_reason", "exit_note")) == [
        (anna.id, "tagged", "They have the tag found a job.")
    ]
    assert subjects(outbox) == [
        ("anna@example.net", "First"), ("ben@example.net", "First"), ("ben@example.net", "Second"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_who_has_the_tag_that_ends_it_is_not_put_in(rita):
    sequence = SequenceFactory(stop_tag=TagFactory(name="found a job"))
    make_step(sequence)
    anna, ben = make_person("Anna Example", "anna@example.net"), make_person("Ben Example", "ben@example.net")
    candidates.tag_candidates(actor=rita.actor, candidate_ids=[anna.id], tag_id=sequence.stop_tag_id)
    wanted = {"actor": rita.actor, "sequence_id": sequence.id, "candidate_ids": [anna.id, ben.id]}
    for result in (operations.preview_enrollment(**wanted), operations.enroll(**wanted)):
        assert result.ids == [ben.id]
        assert result.excluded == [operations.Excluded(anna.id, "tagged", "They have the tag found a job.")]


@pytest.mark.django_db
@time_machine.travel("2026-11-25T10:00:00Z")
def test_whether_we_may_write_knows_the_tag_that_ends_it(rita, sign_in):
    sequence = SequenceFactory(stop_tag=TagFactory(name="found a job"))
    make_step(sequence)
    anna, ben = make_person("Anna Example", "anna@example.net"), make_person("Ben Example", "ben@example.net")
    candidates.tag_candidates(actor=rita.actor, candidate_ids=[anna.id], tag_id=sequence.stop_tag_id)
    no, yes = (may_write(rita.actor, person.id, sequence.id) for person in (anna, ben))
    assert (no.verdict.text, no.earliest) == ("They have the tag found a job.", None)
    assert (yes.verdict.may_go, yes.checks[0].asked) == (True, "Not the tag that ends the sequence")
    assert may_write(rita.actor, anna.id).verdict.may_go
    page = sign_in(rita).get(f"{reverse('outreach:may_write', args=[anna.id])}?sequence={sequence.id}").text
    assert "<b>No.</b> They have the tag found a job." in page


@pytest.mark.django_db
def test_a_deleted_tag_is_one_that_nobody_has(rita):
    tag = TagFactory(owner=rita)
    sequence = SequenceFactory(stop_tag=tag)
    step = make_step(sequence, only_if="tagged", only_if_tag=tag)
    candidates.delete_tag(actor=rita.actor, tag_id=tag.id)
    step.refresh_from_db()
    sequence.refresh_from_db()
    assert (step.only_if_words, sequence.stop_tag) == ("only for those who have the tag that was deleted", None)


@pytest.mark.django_db(transaction=True)
def test_conditions_take_as_many_statements_for_many_as_for_few(rita, engine, outbox):
    counts = []
    for number in (2, 12):
        sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port), stop_tag=TagFactory())
        make_step(sequence, subject="First", only_if="tagged", only_if_tag=TagFactory())
        make_step(sequence, 2, subject="Second", only_if="not_tagged", only_if_tag=TagFactory())
        enroll(rita, sequence, *(f"P{number}x{place}" for place in range(number)))
        with CaptureQueriesContext(connection) as asked:
            engine.run_until_idle()
        counts.append(len(asked))
        assert sequence.enrollments.filter(state="finished").count() == number
    assert counts[1] <= counts[0] + 2, counts


CONDITION = {
    "step-4-only_if": "tagged", "step-4-only_if_tag": "SPEAKS", "step-4-wait_unit": "workdays", "goal": "click",
    "tracks_clicks": "on", "stop_tag": "found a job",
}  # fmt: skip


@pytest.mark.django_db
def test_a_new_sequence_names_no_tag(rita, sign_in):
    page = sign_in(rita).get(reverse("outreach:create")).text
    hidden = re.findall(r'<input type="hidden" name="(?:step-0-only_if|stop)_tag" value="([^"]*)"', page)
    assert hidden == ["", ""]


@pytest.mark.django_db
def test_the_editor_keeps_conditions_waits_and_goal(rita, sign_in):
    TagFactory(name="speaks"), TagFactory(name="found a job")
    client, mailbox = sign_in(rita), MailboxFactory(owner=rita)
    assert client.post(reverse("outreach:create"), form(mailbox) | CONDITION).status_code == 302
    sequence = Sequence.objects.get()
    step = sequence.steps.get(position=2)
    assert (sequence.goal, str(sequence.stop_tag)) == ("click", "found a job")
    assert (step.wait_words, step.only_if_words) == ("after 3 working days", "only for those who have the tag speaks")
    page = client.get(f"/sequences/{sequence.id}/").text
    assert "after 3 working days, when you approve" in page
    assert "only for those who have the tag speaks</span>" in page
    editor = client.get(reverse("outreach:edit", args=[sequence.id])).text
    assert editor.count('value="speaks"') == 2
    assert '<option value="workdays" selected>' in editor


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"step-4-only_if_tag": "sings"}, "There is no tag named sings. Choose one that there is."),
        ({"step-4-only_if_tag": ""}, "Choose the tag."),
        ({"step-4-only_if": "sometimes"}, "sometimes is not one of the available choices."),
        ({"step-0-only_if": "clicked"}, "Nobody can have followed a link before the first mail."),
        (
            {"step-4-only_if": "clicked", "tracks_clicks": "", "goal": ""},
            "To know who followed a link, let this sequence",
        ),
        ({"tracks_clicks": ""}, "To notice that a link is followed, let this sequence"),
        ({"step-4-wait_unit": "years"}, "years is not one of the available choices."),
        ({"stop_tag": "sings"}, "There is no tag named sings."),
    ],
)
def test_what_is_wrong_with_a_condition_stands_beside_it(rita, sign_in, changes, told):
    TagFactory(name="speaks"), TagFactory(name="found a job")
    answer = sign_in(rita).post(reverse("outreach:create"), form(MailboxFactory(owner=rita)) | CONDITION | changes)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert not Sequence.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
def test_the_dry_run_passes_over_what_is_for_others_as_things_are(rita):
    speaks, busy = TagFactory(name="speaks"), TagFactory(name="found a job")
    sequence = SequenceFactory(mailbox=MailboxFactory(), stop_tag=busy)
    make_step(sequence)
    make_step(sequence, 2, wait_count=1, only_if="clicked")
    make_step(sequence, 3, wait_count=2, wait_unit="workdays", only_if="tagged", only_if_tag=speaks)
    anna, ben, cora = enroll(rita, sequence, "Anna", "Ben", "Cora")
    for tag, person in ((speaks, ben), (busy, cora)):
        candidates.tag_candidates(actor=rita.actor, candidate_ids=[person.id], tag_id=tag.id)
    run = dry_run(COMMAND, sequence.id, days=10)
    told = {person.full_name: [] for person in (anna, ben, cora)}
    for event in run.events:
        told[run.names[event.candidate_id]].append((f"{event.at:%a %d}", event.kind, event.position, event.text))
    way = [("Fri 27", "mail", 1, ""), ("Sat 28", "pass", 2, "It is only for those who followed a link.")]
    assert told == {
        "Anna Example": [
            *way,
            ("Mon 30", "pass", 3, "It is only for those who have the tag speaks."),
            ("Mon 30", "finish", 3, ""),
        ],
        "Ben Example": [*way, ("Mon 30", "mail", 3, ""), ("Mon 30", "finish", 3, "")],
        "Cora Example": [("Fri 27", "stop", 1, "They have the tag found a job.")],
    }
