"""What a mail asks a person to fill in: it waits, says what is open, and never goes out with it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from rapport.lib import clock
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed
from rapport.mail.models import MessageBody
from rapport.outreach import claiming, operations
from rapport.outreach.ledger import take_lease
from rapport.outreach.models import Delivery, Enrollment, Filling, StepVersion
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db

BODY = "Hello {{ first_name }},\n\n[[a sentence about their work]]\n\nShall we talk?"
NAME = "[[a sentence about their work]]"


@pytest.fixture
def sequence(rita):
    return SequenceFactory(mailbox=MailboxFactory(owner=rita))


def claim(sequence):
    """What a worker takes now; the ids of what it would send."""
    plan = load_plan(sequence.id)
    assert plan is not None
    return claiming.claim_due(plan, lease=take_lease("test"), limit=50).parcels


def waiting_mail(rita, sequence):
    make_step(sequence, kind="approval", body=BODY)
    result = operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    assert len(result.ids) == 1
    assert claim(sequence) == []
    return Delivery.objects.get()


def test_a_mail_waits_until_it_is_filled_in_and_then_goes_out_with_it(rita, sequence):
    delivery = waiting_mail(rita, sequence)
    assert operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id]) == 0
    texts = {NAME: "Your talk on relays <b>stayed</b> with me.", "[[unknown]]": "x"}
    for _ in range(2):
        assert operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts=texts) == []
    assert Filling.objects.get().texts == {NAME: "Your talk on relays <b>stayed</b> with me."}
    assert operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id]) == 1
    (parcel,) = claim(sequence)
    assert parcel.delivery_id == delivery.id
    assert "\n\nYour talk on relays <b>stayed</b> with me.\n\n" in parcel.content.text
    assert "Your talk on relays &lt;b&gt;stayed&lt;/b&gt; with me." in parcel.content.html
    assert b"[[" not in parcel.data


def test_what_was_filled_in_is_kept_for_the_next_attempt(rita, sequence):
    delivery = waiting_mail(rita, sequence)
    operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts={NAME: "Relays."})
    Delivery.objects.filter(id=delivery.id).update(state="failed")
    Enrollment.objects.update(delivery_id=None, tries=1, next_due_at=clock.now())
    assert claim(sequence) == []
    again = Delivery.objects.get(attempt=2)
    assert operations.approve_deliveries(actor=rita.actor, delivery_ids=[again.id]) == 1


def test_a_new_wording_that_asks_for_something_else_holds_what_was_approved(rita, sequence):
    delivery = waiting_mail(rita, sequence)
    operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts={NAME: "Relays."})
    operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id])
    step = sequence.steps.get()
    StepVersion.objects.create(step=step, number=2, subject="Hello", body="[[why you]]", created_at=clock.now())
    assert claim(sequence) == []
    enrollment = Enrollment.objects.get()
    assert (enrollment.next_due_at, enrollment.waits_for) == (None, "To be filled in before it goes out: “why you”.")
    operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts={"[[why you]]": "The relays."})
    operations.approve_deliveries(actor=rita.actor, delivery_ids=[delivery.id])
    (parcel,) = claim(sequence)
    assert parcel.content.text.startswith("The relays.")
    assert Delivery.objects.get().version.number == 2


def test_an_automatic_mail_with_a_placeholder_is_refused_and_would_never_be_sent(rita, sequence):
    with pytest.raises(InvalidInput) as caught:
        operations.save_sequence(
            actor=rita.actor, sequence_id=sequence.id, draft=SequenceDraft(name="A", mailbox_id=sequence.mailbox_id),
            steps=[StepDraft("auto", 0, "Hello", BODY)],
        )  # fmt: skip
    assert list(caught.value.fields) == ["steps.0.kind"]
    make_step(sequence, kind="auto", body=BODY)
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    assert claim(sequence) == []
    enrollment = Enrollment.objects.get()
    assert (enrollment.state, enrollment.waits_for) == (
        "active", "To be filled in before it goes out: “a sentence about their work”.",
    )  # fmt: skip
    assert not Delivery.objects.exists()
    assert not MessageBody.objects.exists()


@pytest.mark.parametrize("text", ["x" * 2001, "see [[this]]", "[[", "{{ first_name }}"])
def test_what_cannot_stand_in_a_mail_is_not_kept(rita, sequence, text):
    delivery = waiting_mail(rita, sequence)
    with pytest.raises(InvalidInput) as caught:
        operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts={NAME: text})
    assert list(caught.value.fields) == [NAME]
    assert not Filling.objects.exists()


def test_only_whoever_enrolls_fills_in_and_only_while_it_waits(rita, hugo, sequence):
    delivery = waiting_mail(rita, sequence)
    with pytest.raises(NotAllowed):
        operations.fill_placeholders(actor=hugo.actor, delivery_id=delivery.id, texts={NAME: "x"})
    Delivery.objects.update(state="unclear")
    with pytest.raises(Conflict):
        operations.fill_placeholders(actor=rita.actor, delivery_id=delivery.id, texts={NAME: "x"})
    assert not Filling.objects.exists()


def test_the_page_asks_keeps_and_approves(rita, sign_in, sequence):
    delivery = waiting_mail(rita, sequence)
    client, url = sign_in(rita), reverse("outreach:waiting")
    page = client.get(url)
    assert page.context["planned"][0]["places"] == [{"label": "a sentence about their work", "text": ""}]
    assert "[[a sentence about their work]]" in page.context["planned"][0]["content"].text
    field = f"fill.{delivery.id}.a sentence about their work"
    response = client.post(
        reverse("outreach:approve"), {"ids": [delivery.id], field: " ", "do": "approve"}, follow=True
    )
    assert "One mail still waits for what stands in double brackets." in response.content.decode()
    client.post(reverse("outreach:approve"), {field: "Relays.", "do": "fill"})
    row = client.get(url).context["planned"][0]
    assert (row["places"][0]["text"], row["open_count"]) == ("Relays.", 0)
    assert "Relays." in row["content"].text
    client.post(reverse("outreach:approve"), {"ids": [delivery.id], field: "Relays, twice.", "do": "approve"})
    assert Enrollment.objects.get().next_due_at is not None
    assert Filling.objects.get().texts == {NAME: "Relays, twice."}


def test_a_step_remembers_the_template_it_was_written_from(rita, sequence):
    from rapport.mail.operations import create_template

    template = create_template(actor=rita.actor, name="T", purpose="nurture", subject="S", body="B")
    version = template.versions.get()
    draft = SequenceDraft(name="A", mailbox_id=sequence.mailbox_id)
    step = StepDraft("auto", 0, "S", "B", template_version_id=version.id)
    made = operations.create_sequence(actor=rita.actor, draft=draft, steps=[step])
    assert StepVersion.objects.get(step__sequence=made).template_version_id == version.id
    with pytest.raises(InvalidInput) as caught:
        operations.create_sequence(
            actor=rita.actor, draft=SequenceDraft(name="B"), steps=[StepDraft("auto", 0, "S", "B", None, template.id)]
        )
    assert list(caught.value.fields) == ["steps.0.body"]


def test_a_snippet_is_put_in_as_it_is_when_the_mail_goes_out(rita, sequence):
    from rapport.mail.operations import create_snippet, update_snippet

    snippet = create_snippet(actor=rita.actor, name="us", body="We are twelve.")
    make_step(sequence, body="Hello {{ first_name }}. {{ snippet:us }}")
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id, make_person().id])
    Enrollment.objects.filter(id=Enrollment.objects.order_by("id").last().id).update(
        next_due_at=clock.now() + timedelta(days=1)
    )
    (first,) = claim(sequence)
    update_snippet(actor=rita.actor, snippet_id=snippet.id, body="We are thirteen.")
    Enrollment.objects.filter(next_due_at__isnull=False).update(next_due_at=clock.now())
    (second,) = claim(sequence)
    assert ["twelve" in first.content.text, "thirteen" in second.content.text] == [True, True]
