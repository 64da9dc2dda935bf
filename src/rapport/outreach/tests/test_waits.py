"""Steps that only wait: what the engine, the looks ahead, the editor and the pages make of them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from rapport.lib import clock
from rapport.lib.actors import COMMAND
from rapport.lib.errors import InvalidInput
from rapport.outreach import operations
from rapport.outreach.dry_run import as_json, dry_run
from rapport.outreach.models import Delivery, Enrollment, Passage, Sequence, StepVersion
from rapport.outreach.operations import SequenceDraft, StepDraft, VariantDraft
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.tests.test_pages import form

WAIT = {"step-4-kind": "wait", "step-4-wait_count": "3", "step-4-wait_unit": "workdays", "step-4-body": ""}


def write(rita, steps, **draft) -> Sequence:
    return operations.create_sequence(
        actor=rita.actor, draft=SequenceDraft(name="Nurture", days=tuple(range(7)), **draft), steps=steps
    )


def save(rita, sequence, *steps) -> None:
    draft = SequenceDraft(name=sequence.name, mailbox_id=sequence.mailbox_id)
    operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=list(steps))


MAIL = StepDraft(subject="Hello", body="Hi")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("friday")
def test_who_waits_gets_nothing_and_goes_on_when_it_is_over(rita, engine, outbox):
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port))
    make_step(sequence, subject="First")
    sequence.steps.create(position=2, kind="wait", wait_count=5)
    make_step(sequence, 3, subject="")
    anna = make_person("Anna Example", "anna@example.net")
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[anna.id])
    engine.run_until_idle()
    enrollment = Enrollment.objects.get()
    assert (enrollment.step.position, enrollment.next_due_at) == (2, clock.now() + timedelta(days=5))
    with time_machine.travel(clock.now() + timedelta(days=5, minutes=1), tick=False):
        engine.run_until_idle()
    assert [message["Subject"] for message in outbox.messages] == ["First", "Re: First"]
    assert list(Passage.objects.values_list("how", "step__position")) == [("wait", 2)]
    assert Delivery.objects.filter(step__position=2).count() == 0
    assert (Enrollment.objects.get().state, Enrollment.objects.get().sent_count) == ("finished", 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
def test_the_dry_run_waits(rita):
    mailbox = MailboxFactory(owner=rita)
    sequence = write(
        rita, [StepDraft("wait", 1, wait_unit="workdays"), MAIL, StepDraft("wait", 2)], mailbox_id=mailbox.id
    )
    run = dry_run(COMMAND, sequence.id, days=5)
    told = [(f"{event.at:%a %d}", event.kind, event.position) for event in run.events]
    assert told == [
        ("Sat 28", "waited", 1), ("Sat 28", "mail", 2), ("Mon 30", "waited", 3), ("Mon 30", "finish", 3),
    ]  # fmt: skip
    assert [event["kind"] for event in as_json(run)["events"]] == ["waited", "mail", "waited", "finish"]
    assert "Wait</b>" not in run.sequence.name


@pytest.mark.django_db
def test_the_editor_keeps_a_wait_and_shows_it(rita, sign_in):
    client, mailbox = sign_in(rita), MailboxFactory(owner=rita)
    answer = client.post(
        reverse("outreach:create"), form(mailbox) | WAIT | {"step-4-only_if": "tagged", "step-4-only_if_tag": "gone"}
    )
    sequence = Sequence.objects.get()
    step = sequence.steps.get(position=2)
    assert (answer.status_code, step.kind, step.wait_words, step.only_if) == (302, "wait", "after 3 working days", "")
    assert not StepVersion.objects.filter(step=step).exists()
    page = client.get(answer["Location"]).text
    assert '<b class="cut">Wait</b><span class="meta cut">after 3 working days</span>' in page
    editor = client.get(reverse("outreach:edit", args=[sequence.id])).text
    assert '<option value="wait" selected>Wait</option>' in editor
    assert "day 3, until then they wait and nothing is sent" in re.sub(r"\s+", " ", editor)
    assert client.get(reverse("outreach:dry_run", args=[sequence.id])).text.count("Waited") == 1
    people = client.get(reverse("outreach:step_people", args=[sequence.id, step.id])).context["views"]
    assert [view["label"] for view in people] == ["Here", "Waited"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"wait_count": 0}, "steps.1.wait_count", "Say how long to wait: 1 or more."),
        ({"only_if": "not_clicked"}, "steps.1.only_if", "Everybody waits"),
        ({"variants": (VariantDraft("B", "", "x"),)}, "steps.1.kind", "Only mails have variants."),
    ],
)
def test_what_is_wrong_with_a_wait_stands_beside_it(rita, changes, field, told):
    with pytest.raises(InvalidInput) as problem:
        write(rita, [MAIL, StepDraft(**{"kind": "wait", "wait_count": 2, **changes})])
    assert problem.value.fields[field].startswith(told)
    assert list(problem.value.fields) == [field]


@pytest.mark.django_db
def test_the_first_mail_after_a_wait_needs_a_subject(rita):
    with pytest.raises(InvalidInput) as problem:
        write(rita, [StepDraft("wait", 2), StepDraft(body="Hi")])
    assert list(problem.value.fields) == ["steps.1.subject"]


@pytest.mark.django_db
def test_a_mail_becomes_a_wait_and_a_mail_again(rita):
    sequence = write(rita, [MAIL])
    step = sequence.steps.get()
    save(rita, sequence, StepDraft("wait", 2, id=step.id))
    step.refresh_from_db()
    assert (step.kind, [version.body for version in step.versions.all()]) == ("wait", ["Hi"])
    save(rita, sequence, StepDraft("auto", 2, "Hello", "Hi there", id=step.id))
    step.refresh_from_db()
    assert (step.kind, [version.body for version in step.versions.order_by("number")]) == ("auto", ["Hi", "Hi there"])
    save(rita, sequence, StepDraft("wait", 2, id=step.id), StepDraft("wait", 4))
    assert list(sequence.steps.order_by("position").values_list("kind", flat=True)) == ["wait", "wait"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["wait", "task"])
def test_what_waits_for_approval_is_left_out_when_its_step_is_no_mail_any_more(rita, engine, outbox, kind):
    sequence = SequenceFactory(mailbox=MailboxFactory(owner=rita, smtp_port=outbox.port), name="Nurture")
    step = make_step(sequence, kind="approval", subject="Hello", body="Hi")
    make_step(sequence, 2, subject="Second", body="Hi")
    anna, ben = (make_person(f"{name} Example", f"{name.lower()}@example.net") for name in ("Anna", "Ben"))
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[anna.id, ben.id])
    engine.run_until_idle()
    approved = Delivery.objects.get(enrollment__candidate=anna)
    operations.approve_deliveries(actor=rita.actor, delivery_ids=[approved.id])
    drafts = [StepDraft(kind, 1, "", "Call", id=step.id), StepDraft(subject="Second", body="Hi")]
    drafts[1] = StepDraft(subject="Second", body="Hi", id=sequence.steps.get(position=2).id)
    draft = SequenceDraft(
        name="Nurture", mailbox_id=sequence.mailbox_id, days=tuple(range(7)), from_time=sequence.from_time,
        until_time=sequence.until_time, cap_count=50, time_zone="UTC",
    )  # fmt: skip
    operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=drafts)
    assert list(Delivery.objects.values_list("state", "reason")) == [("skipped", "The step is no mail any more.")] * 2
    engine.run_until_idle()
    assert [message["Subject"] for message in outbox.messages] == ["Second", "Second"]
    assert sorted(Passage.objects.values_list("how", flat=True)) == [kind, kind]
    assert set(Enrollment.objects.values_list("state", "delivery_id")) == {("finished", None)}
