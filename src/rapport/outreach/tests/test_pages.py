"""Pages of sequences: who may see them, what they show, and that their number of statements does not grow."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.outreach import operations
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db


def form(mailbox, **changes):
    values = {
        "name": "Platform engineers", "mailbox_id": str(mailbox.id), "job_id": "", "days": ["0", "1"], "from_time": "09:00",
        "until_time": "17:00", "time_zone": "Europe/Berlin", "holiday_country": "DE", "topic": "news", "again_after_days": "90", "cap_count": "2", "cap_days": "7",
        "shows_unsubscribe": "on", "steps": ["0", "4"],
        "step-0-kind": "auto", "step-0-wait_count": "0", "step-0-subject": "Hello {{ first_name }}", "step-0-body": "One",
        "step-4-kind": "approval", "step-4-wait_count": "3", "step-4-subject": "", "step-4-body": "Two {{ title }}",
        "do": "save",
    }  # fmt: skip
    return values | changes


@pytest.fixture
def mailbox(rita):
    return MailboxFactory(owner=rita, address="rita@example.org")


@pytest.fixture
def sequence(mailbox, rita):
    sequence = SequenceFactory(mailbox=mailbox, name="Platform")
    make_step(sequence)
    return sequence


def test_the_list_shows_state_and_counts(rita, sign_in, sequence):
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id, make_person().id])
    page = sign_in(rita).get(reverse("outreach:list"))
    assert page.status_code == 200
    assert [(row.sequence.name, row.counts["active"]) for row in page.context["rows"]] == [("Platform", 2)]


@pytest.mark.parametrize("name", ["list", "create", "waiting"])
@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_may_not_see_sequences(name, role, request, sign_in):
    assert sign_in(request.getfixturevalue(role)).get(reverse(f"outreach:{name}")).status_code == 403


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_change_nothing(role, request, sign_in, sequence, rita):
    carl = make_person()
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[carl.id])
    enrollment = Enrollment.objects.get()
    client = sign_in(request.getfixturevalue(role))
    answers = [
        client.get(reverse("outreach:detail", args=[sequence.id])),
        client.post(reverse("outreach:move", args=[sequence.id]), {"do": "pause"}),
        client.post(reverse("outreach:exit", args=[sequence.id]), {"ids": [enrollment.id]}),
        client.post(reverse("outreach:enroll"), {"candidate": [make_person().id], "do": "enroll"}),
        client.post(reverse("outreach:edit", args=[sequence.id]), {"do": "save"}),
        client.post(reverse("outreach:approve"), {"ids": [sequence.id]}),
        client.post(reverse("outreach:resolve", args=[sequence.id]), {"decision": "sent"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 7
    sequence.refresh_from_db()
    assert (sequence.state, Enrollment.objects.get().state) == ("active", "active")


def test_a_sequence_is_written_and_started(rita, sign_in, mailbox):
    client = sign_in(rita)
    answer = client.post(reverse("outreach:create"), form(mailbox))
    sequence = Sequence.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("outreach:detail", args=[sequence.id]))
    assert (sequence.state, sequence.days, sequence.holiday_country) == ("draft", [0, 1], "DE")
    assert list(Step.objects.values_list("position", "kind", "wait_count")) == [(1, "auto", 0), (2, "approval", 3)]
    client.post(reverse("outreach:move", args=[sequence.id]), {"do": "activate"})
    sequence.refresh_from_db()
    assert sequence.state == "active"


def test_wrong_texts_come_back_with_their_place(rita, sign_in, mailbox):
    answer = sign_in(rita).post(
        reverse("outreach:create"), form(mailbox, **{"step-4-body": "Two\n{{ tilte }}", "name": ""})
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["This field is required."]
    answer = sign_in(rita).post(reverse("outreach:create"), form(mailbox, **{"step-4-body": "Two\n{{ tilte }}"}))
    (error,) = answer.context["steps"][1].errors["body"]
    assert error.startswith("Line 2, column 4: there is no field “tilte”. Did you mean “title”?")
    assert not Sequence.objects.exists()


def test_steps_are_added_moved_and_taken_away_without_saving(rita, sign_in, mailbox):
    client = sign_in(rita)
    orders = {}
    for do in ("add", "up:4", "down:0", "remove:0"):
        answer = client.post(reverse("outreach:create"), form(mailbox, do=do), headers={"HX-Request": "true"})
        orders[do] = re.findall(r'name="steps" value="(\d)"', answer.text)
        assert "<html" not in answer.text
    assert orders == {
        "add": ["0", "4", "5"], "up:4": ["4", "0"], "down:0": ["4", "0"], "remove:0": ["4"],
    }  # fmt: skip
    assert not Sequence.objects.exists()


def test_the_preview_is_for_a_real_person(rita, sign_in, mailbox):
    ann = make_person("Ann Berg", title="")
    answer = sign_in(rita).post(reverse("outreach:preview"), form(mailbox, preview_candidate=str(ann.id)))
    assert re.findall(r'seq-mail-subject">([^<]*)<', answer.text) == ["Hello Ann", "Re: Hello Ann"]
    assert "day 3, when you approve" in answer.text
    assert "Ann Berg has no title" in answer.text


@pytest.mark.parametrize(("count", "day"), [("23", 0), ("49", 2)])
def test_the_preview_counts_hours_in_days(rita, sign_in, mailbox, count, day):
    entered = form(mailbox, **{"step-4-wait_count": count, "step-4-wait_unit": "hours"})
    assert f"day {day}, when you approve" in sign_in(rita).post(reverse("outreach:preview"), entered).text


def test_somebody_elses_change_is_not_overwritten(rita, sign_in, sequence, mailbox):
    seen = sequence.updated_at.isoformat()
    Sequence.objects.filter(id=sequence.id).update(updated_at=timezone.now())
    answer = sign_in(rita).post(reverse("outreach:edit", args=[sequence.id]), form(mailbox, updated_at=seen))
    assert answer.status_code == 409
    assert "A colleague has changed this sequence meanwhile" in answer.text


def test_a_sequence_paused_meanwhile_is_not_swapped_for_another_one(rita, sign_in, sequence):
    other, carl, client = SequenceFactory(mailbox=sequence.mailbox, name="Quite another"), make_person(), sign_in(rita)
    make_step(other)
    Sequence.objects.filter(id=sequence.id).update(state=Sequence.State.PAUSED)
    for wanted in (sequence.id, ""):
        values = {"candidate": carl.id, "do": "enroll", "sequence": wanted}
        assert client.post(reverse("outreach:enroll"), values).status_code == 409
    assert not Enrollment.objects.exists()


def test_enrolling_shows_who_is_left_out_and_puts_in_the_others(rita, sign_in, sequence):
    fine, without = make_person("Ann Berg"), make_person("Bo Ek", "none")
    client = sign_in(rita)
    query = urlencode({"candidate": [fine.id, without.id]}, doseq=True)
    page = client.get(f"{reverse('outreach:enroll')}?{query}")
    assert page.context["preview"].ids == [fine.id]
    assert page.context["names"] == [("Bo Ek", "There is no e-mail address.")]
    answer = client.post(
        reverse("outreach:enroll"), {"candidate": page.context["ids"], "do": "enroll", "sequence": sequence.id}
    )
    assert answer.status_code == 302
    assert Enrollment.objects.get().candidate == fine
    assert Enrollment.objects.get().enrolled_by == rita


def test_nobody_selected_is_422(rita, sign_in, sequence):
    assert sign_in(rita).post(reverse("outreach:enroll"), {"do": "enroll"}).status_code == 422
    assert sign_in(rita).post(reverse("outreach:exit", args=[sequence.id])).status_code == 422


def test_stopping_by_hand(rita, sign_in, sequence):
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    enrollment = Enrollment.objects.get()
    for _ in range(2):
        sign_in(rita).post(reverse("outreach:exit", args=[sequence.id]), {"ids": [enrollment.id]})
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.exit_reason, enrollment.next_due_at) == ("exited", "by_hand", None)
    page = sign_in(rita).get(reverse("outreach:detail", args=[sequence.id]) + "?show=exited")
    assert page.context["enrollments"][0]["outcome"] == "Stopped by hand"


def test_an_unknown_sequence_is_404(rita, sign_in):
    assert sign_in(rita).get(reverse("outreach:detail", args=[make_person().id])).status_code == 404


@pytest.mark.parametrize("name", ["list", "detail"])
def test_statements_do_not_grow_with_rows(name, rita, sign_in, sequence, django_assert_max_num_queries):
    client = sign_in(rita)
    address = reverse("outreach:list") if name == "list" else reverse("outreach:detail", args=[sequence.id])

    def count() -> int:
        with django_assert_max_num_queries(15) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    add_rows(rita, sequence, 2)
    few = count()
    add_rows(rita, sequence, 20)
    assert count() == few


def add_rows(rita, sequence, number):
    people = [make_person().id for _ in range(number)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=people)
    for _ in range(number):
        make_step(SequenceFactory(mailbox=sequence.mailbox))


def test_steps_keep_their_wording_for_what_was_sent(rita, sequence, mailbox):
    step = Step.objects.get()
    draft = SequenceDraft(name="Platform", mailbox_id=mailbox.id)
    for _ in range(2):
        operations.save_sequence(
            actor=rita.actor, sequence_id=sequence.id, draft=draft,
            steps=[StepDraft(subject="New", body="New text", id=step.id)],
        )  # fmt: skip
    assert list(step.versions.values_list("number", "subject")) == [(2, "New"), (1, "Hello {{ first_name }}")]


def test_a_step_taken_away_lets_people_go_on(rita, sequence, mailbox):
    first, second = Step.objects.get(), make_step(sequence, 2)
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[make_person().id])
    draft = SequenceDraft(name="Platform", mailbox_id=mailbox.id)
    operations.save_sequence(
        actor=rita.actor, sequence_id=sequence.id, draft=draft,
        steps=[StepDraft(subject="Second", body="b", id=second.id), StepDraft(subject="", body="third")],
    )  # fmt: skip
    first.refresh_from_db()
    assert first.retired_at is not None
    assert Enrollment.objects.get().step == second
    assert list(Step.objects.filter(retired_at=None).values_list("position", flat=True)) == [1, 2]
    assert Delivery.objects.count() == 0
