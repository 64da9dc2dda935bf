"""Variants of a step in the editor: added as a copy, changed, taken out, and nothing of a colleague's is overwritten."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.lib import clock
from rapport.lib.errors import Conflict, InvalidInput
from rapport.mail import operations as mail
from rapport.outreach import operations
from rapport.outreach.experiments.planning import required_n
from rapport.outreach.models import Sequence, Step, StepVersion, Variant
from rapport.outreach.operations import SequenceDraft, StepDraft, VariantDraft
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.tests.test_pages import form
from rapport.outreach.variants import draw

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(rita):
    return MailboxFactory(owner=rita, address="rita@example.org")


@pytest.fixture
def sequence(mailbox):
    sequence = SequenceFactory(mailbox=mailbox, name="Platform")
    make_step(sequence, subject="Hello", body="One")
    return sequence


def save(rita, sequence, **step):
    """Save the only step with these changes."""
    stored = sequence.steps.get()
    draft = SequenceDraft(name="Platform", mailbox_id=sequence.mailbox_id)
    values = {"id": stored.id, "subject": "Hello", "body": "One", **step}
    return operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=[StepDraft(**values)])


def letters(sequence) -> str:
    plan = load_plan(sequence.id)
    assert plan is not None
    return "".join(step.letter for step in plan.steps[0].variants)


def shown(page) -> list[tuple[str, str]]:
    """Letters and subjects of the first step's wordings in a part of the editor."""
    found = re.findall(r'name="step-0(?:-([A-Z]))?-subject" value="([^"]*)"', page.text)
    first = re.search(r'name="step-0-letter" value="([A-Z]*)"', page.text)
    return [(letter or (first[1] if first else ""), html.unescape(subject)) for letter, subject in found]


def with_two(mailbox, **changes):
    """The form of a sequence whose first step has two variants."""
    return form(mailbox) | {
        "step-0-letter": "A", "step-0-used": "A", "step-0-variants": ["B"], "step-0-B-subject": "A question, {{ first_name }}",
        "step-0-B-body": "One", "step-0-smallest_difference_points": "5", "step-0-expected_rate_percent": "10",
    } | changes  # fmt: skip


def test_one_text_stays_as_simple_as_it_was(rita, sequence):
    save(rita, sequence, body="Two")
    assert letters(sequence) == ""
    assert not Variant.objects.exists()
    assert list(StepVersion.objects.values_list("number", "letter", "body")) == [(2, "A", "Two"), (1, "A", "One")]
    assert Step.objects.get().compared_since is None


def test_a_second_variant_is_compared_with_the_first_from_now_on(rita, sequence, friday):
    for _ in range(2):
        save(rita, sequence, variants=(VariantDraft("B", "A question", "One"),))
    assert letters(sequence) == "AB"
    assert list(StepVersion.objects.values_list("number", "letter", "subject")) == [
        (2, "B", "A question"), (1, "A", "Hello"),
    ]  # fmt: skip
    assert list(Variant.objects.values_list("letter", "retired_at")) == [("A", None), ("B", None)]
    assert Step.objects.get().compared_since == clock.now()


def test_counting_begins_anew_when_a_text_changes_and_only_then(rita, sequence):
    both = {"variants": (VariantDraft("B", "A question", "One"),)}
    save(rita, sequence, **both)
    since = timezone.now() - timedelta(days=30)
    Step.objects.update(compared_since=since)
    save(rita, sequence, **both, wait_count=3, smallest_difference_points=2)
    assert Step.objects.get().compared_since == since
    save(rita, sequence, variants=(VariantDraft("B", "A question", "Two"),))
    assert Step.objects.get().compared_since > since + timedelta(days=29)


def test_counting_begins_anew_when_something_else_is_counted(rita, sequence):
    both = {"variants": (VariantDraft("B", "A question", "One"),)}
    save(rita, sequence, **both)
    since = timezone.now() - timedelta(days=30)
    Step.objects.update(compared_since=since)
    save(rita, sequence, **both, metric="interested")
    assert Step.objects.get().metric == "interested"
    assert Step.objects.get().compared_since > since + timedelta(days=29)
    Step.objects.update(compared_since=since)
    save(rita, sequence, **both, metric="interested")
    assert Step.objects.get().compared_since == since


def test_the_editor_keeps_what_is_counted(rita, sign_in, mailbox):
    client = sign_in(rita)
    answer = client.post(reverse("outreach:create"), with_two(mailbox, **{"step-0-metric": "interested"}))
    assert (answer.status_code, Step.objects.get(position=1).metric) == (302, "interested")
    page = client.get(f"{answer['Location']}edit").text
    assert '<option value="interested" selected>be interested</option>' in page
    wrong = client.post(reverse("outreach:create"), with_two(mailbox, name="B", **{"step-0-metric": "opens"}))
    assert (wrong.status_code, "opens is not one of the available choices" in wrong.text) == (422, True)


def test_a_variant_that_is_left_out_is_retired_and_its_letter_stays_its_own(rita, sequence):
    save(rita, sequence, variants=(VariantDraft("B", "B?", "One"), VariantDraft("C", "C?", "One")))
    save(rita, sequence, letter="A", variants=(VariantDraft("C", "C?", "One"),))
    assert letters(sequence) == "AC"
    assert [row.letter for row in Variant.objects.filter(retired_at__isnull=False)] == ["B"]
    with pytest.raises(Conflict, match="Variant B was taken out meanwhile"):
        save(rita, sequence, variants=(VariantDraft("B", "B?", "One"), VariantDraft("C", "C?", "One")))
    save(rita, sequence, letter="C", subject="C?")
    assert letters(sequence) == ""
    plan = load_plan(sequence.id)
    assert (plan.steps[0].version.subject, plan.steps[0].letter) == ("C?", "")
    save(rita, sequence, subject="C now", body="Three")  # who does not name a letter means the one that is there
    assert StepVersion.objects.first().letter == "C"


@pytest.mark.parametrize(
    ("step", "field", "text"),
    [
        ({"variants": tuple(VariantDraft(letter, letter, "x") for letter in "BCDEF")}, "steps.0.variants", "five|5 variants at most"),
        ({"variants": (VariantDraft("b", "b", "x"),)}, "steps.0.variants", "a letter of its own"),
        ({"variants": (VariantDraft("A", "b", "x"),)}, "steps.0.variants", "a letter of its own"),
        ({"kind": "task", "variants": (VariantDraft("B", "b", "x"),)}, "steps.0.kind", "Only mails have variants"),
        ({"variants": (VariantDraft("B", " Hello ", "One\r\n"),)}, "steps.0.B.body", "same as variant A"),
        ({"variants": (VariantDraft("B", "", "x"),)}, "steps.0.B.subject", "Write a subject"),
        ({"variants": (VariantDraft("B", "b", "{{ tilte }}"),)}, "steps.0.B.body", "there is no field “tilte”"),
        ({"variants": (VariantDraft("B", "b", "[[why]]"),)}, "steps.0.kind", "asks for something about each person"),
        ({"smallest_difference_points": 51}, "steps.0.smallest_difference_points", "from 1 to 50"),
        ({"expected_rate_percent": 0}, "steps.0.expected_rate_percent", "from 1 to 90"),
        ({"metric": "opens"}, "steps.0.metric", "what the variants are compared by"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_named_by_its_field(rita, sequence, step, field, text):
    with pytest.raises(InvalidInput, match=text) as refused:
        save(rita, sequence, **step)
    assert field in refused.value.fields
    assert not Variant.objects.exists()


def test_the_editor_adds_a_copy_and_says_how_many_people_it_takes(rita, sign_in, mailbox):
    client, htmx = sign_in(rita), {"HX-Request": "true"}
    page = client.post(reverse("outreach:create"), form(mailbox, do="variant:0"), headers=htmx)
    assert shown(page) == [("A", "Hello {{ first_name }}"), ("B", "Hello {{ first_name }}")]
    assert f'<b class="num">{required_n(rate=0.1, effect=0.05):,}</b> people in each variant' in page.text
    changed = with_two(mailbox, **{"step-0-smallest_difference_points": "10", "preview_candidate": ""})
    beside = client.post(reverse("outreach:preview"), changed)
    assert f'<b class="num">{required_n(rate=0.1, effect=0.1):,}</b> people in each variant' in beside.text
    assert 'id="needed-0" hx-swap-oob="true"' in beside.text
    assert not Sequence.objects.exists()


def test_the_editor_saves_variants_and_shows_them_again(rita, sign_in, mailbox):
    client = sign_in(rita)
    assert client.post(reverse("outreach:create"), with_two(mailbox)).status_code == 302
    sequence = Sequence.objects.get()
    assert letters(sequence) == "AB"
    page = client.get(reverse("outreach:edit", args=[sequence.id]))
    assert [text["subject"].value() for text in page.context["steps"][0].texts] == [
        "Hello {{ first_name }}", "A question, {{ first_name }}",
    ]  # fmt: skip
    assert page.context["steps"][1].variants == []


def test_taking_the_first_out_puts_the_next_in_its_place(rita, sign_in, mailbox):
    client, htmx = sign_in(rita), {"HX-Request": "true"}
    page = client.post(reverse("outreach:create"), with_two(mailbox, do="retire:0:A"), headers=htmx)
    assert shown(page) == [("B", "A question, {{ first_name }}")]
    page = client.post(reverse("outreach:create"), with_two(mailbox, do="retire:0:B"), headers=htmx)
    assert shown(page) == [("A", "Hello {{ first_name }}")]
    values = with_two(mailbox, **{"do": "variant:0", "step-0-used": "ABCX"})
    page = client.post(reverse("outreach:create"), values, headers=htmx)
    assert [letter for letter, _ in shown(page)] == ["A", "B", "Y"]


def test_a_sixth_is_not_added(rita, sign_in, mailbox):
    more = {f"step-0-{letter}-{name}": letter for letter in "CDE" for name in ("subject", "body")}
    values = with_two(mailbox, **{"do": "variant:0", "step-0-variants": list("BCDE"), **more})
    page = sign_in(rita).post(reverse("outreach:create"), values, headers={"HX-Request": "true"})
    assert [letter for letter, _ in shown(page)] == list("ABCDE")
    assert 'value="variant:0"' not in page.text


def test_a_template_is_put_into_a_variant(rita, sign_in, mailbox):
    template = mail.create_template(
        actor=rita.actor, name="First", purpose="first_contact", subject="Hi", body="Of your own: [[why]]"
    )
    values = with_two(mailbox, **{"do": "template:0:B", "step-0-B-use": str(template.id)})
    step = sign_in(rita).post(reverse("outreach:create"), values).context["steps"][0]
    assert (step["subject"].value(), step["kind"].value()) == ("Hello {{ first_name }}", "approval")
    assert step.variants[0]["body"].value() == "Of your own: [[why]]"
    assert step.variants[0].written_from == template.versions.get()


def test_wrong_texts_come_back_beside_their_variant(rita, sign_in, mailbox):
    values = with_two(mailbox, **{"step-0-B-body": "{{ tilte }}", "step-0-smallest_difference_points": "70"})
    answer = sign_in(rita).post(reverse("outreach:create"), values)
    assert answer.status_code == 422
    assert "smallest_difference_points" in answer.context["steps"][0].errors
    answer = sign_in(rita).post(reverse("outreach:create"), with_two(mailbox, **{"step-0-B-body": "{{ tilte }}"}))
    assert answer.status_code == 422
    (error,) = answer.context["steps"][0].variants[0].errors["body"]
    assert "there is no field “tilte”" in error
    assert answer.context["steps"][0].errors == {}
    assert not Sequence.objects.exists()


def test_the_preview_says_which_variant_somebody_gets(rita, sign_in, mailbox):
    client, ann = sign_in(rita), make_person("Ann Berg", title="Engineer")
    client.post(reverse("outreach:create"), with_two(mailbox))
    step = Step.objects.get(position=1)
    values = with_two(mailbox, **{"step-0-id": str(step.id), "preview_candidate": str(ann.id)})
    page = client.post(reverse("outreach:preview"), values)
    heads = re.findall(
        r"<header><b>(\w+)</b>(.*?)<span", page.text.replace('<span class="chip">', "").replace("</span>", "")
    )
    theirs = draw(step.id, ann.id, "AB")
    assert [name for name, _ in heads] == ["1A", "1B", "2"]
    assert [name for name, about in heads if "Ann Berg gets this one" in about] == [f"1{theirs}"]
    subject = {"A": "Hello Ann", "B": "A question, Ann"}[theirs]
    assert re.findall(r'seq-mail-subject">([^<]*)<', page.text) == ["Hello Ann", "A question, Ann", f"Re: {subject}"]


def test_two_people_editing_at_once(rita, sign_in, mailbox):
    client = sign_in(rita)
    client.post(reverse("outreach:create"), with_two(mailbox))
    sequence = Sequence.objects.get()
    seen = sequence.updated_at.isoformat()
    first, second = sequence.steps.order_by("position")
    operations.choose_winner(actor=rita.actor, sequence_id=sequence.id, step_id=first.id, letter="B")
    values = with_two(
        mailbox, **{"updated_at": seen, "step-0-id": str(first.id), "step-4-id": str(second.id), "step-0-body": "Mine"}
    )
    answer = client.post(reverse("outreach:edit", args=[sequence.id]), values)
    assert answer.status_code == 409
    assert "A colleague has changed this sequence meanwhile" in answer.text
    assert not StepVersion.objects.filter(body="Mine").exists()
    assert letters(sequence) == ""
