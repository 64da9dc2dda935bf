"""Choosing the winner among a step's variants, and taking it back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.lib import clock
from rapport.lib.errors import Conflict, NotFound
from rapport.lib.ids import new_id
from rapport.outreach import operations
from rapport.outreach.models import Delivery, Enrollment, Step, Variant
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.factories import EnrollmentFactory, MailboxFactory, SequenceFactory, make_step, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def step():
    """A step with variants A, B and C since a month ago."""
    before = clock.now() - timedelta(days=30)
    step = make_step(SequenceFactory(mailbox=MailboxFactory(), name="Platform"), subject="A")
    for letter in "BC":
        make_variant(step, letter, letter, at=before)
    return step


def given(step) -> str:
    return "".join(Variant.objects.filter(step=step, retired_at=None).values_list("letter", flat=True))


def choose(rita, step, letter="B"):
    return operations.choose_winner(actor=rita.actor, sequence_id=step.sequence_id, step_id=step.id, letter=letter)


def bring_back(rita, step, *letters):
    return operations.bring_back_variants(
        actor=rita.actor, sequence_id=step.sequence_id, step_id=step.id, letters=letters
    )


def sent(step, letter):
    """Somebody who gets the step at this moment."""
    enrollment = EnrollmentFactory(sequence=step.sequence, step=step)
    return Delivery.objects.create(
        id=new_id(), enrollment=enrollment, step=step, attempt=1, version=step.versions.get(letter=letter), letter=letter,
        mailbox=step.sequence.mailbox, state="sent", message_id=f"{enrollment.id}@example.org", address="c@example.org",
        claimed_at=clock.now(), started_at=clock.now(),
    )  # fmt: skip


def test_the_others_are_retired_and_running_enrollments_stay_whole(rita, step):
    got_a = sent(step, "A").enrollment
    before = Enrollment.objects.values().get(id=got_a.id)
    assert choose(rita, step) == ["A", "C"]
    assert choose(rita, step) == []
    assert given(step) == "B"
    assert Enrollment.objects.values().get(id=got_a.id) == before
    planned = load_plan(step.sequence_id).steps[0]
    assert (planned.version.subject, planned.letter, planned.variants) == ("B", "", ())
    recorded = Activity.objects.get(verb="variant.chosen")
    assert recorded.data == {"name": "Platform", "step": 1, "letter": "B"}
    assert (recorded.actor_id, recorded.subject_id("sequence")) == (rita.id, step.sequence_id)


def test_undone_at_once_the_comparison_goes_on_as_if_nothing_had_happened(rita, step):
    since = step.compared_since
    sent(step, "A")
    choose(rita, step)
    Variant.objects.filter(retired_at__isnull=False).update(retired_at=clock.now() + timedelta(seconds=1))
    assert bring_back(rita, step, "A", "C") == ["A", "C"]
    assert bring_back(rita, step, "A", "C") == []
    assert given(step) == "ABC"
    assert Step.objects.get().compared_since == since
    assert Activity.objects.get(verb="variant.brought_back").data == {"name": "Platform", "step": 1, "letters": "A, C"}


def test_counting_begins_anew_where_somebody_got_the_winner_meanwhile(rita, step):
    since = step.compared_since
    choose(rita, step)
    Variant.objects.filter(retired_at__isnull=False).update(retired_at=clock.now() - timedelta(minutes=1))
    sent(step, "B")
    bring_back(rita, step, "A", "C")
    assert Step.objects.get().compared_since > since + timedelta(days=29)


def test_what_cannot_be_chosen_or_brought_back(rita, step):
    choose(rita, step)
    with pytest.raises(Conflict, match="Variant A is not given to anybody any more"):
        choose(rita, step, "A")
    with pytest.raises(NotFound):
        operations.choose_winner(actor=rita.actor, sequence_id=SequenceFactory().id, step_id=step.id, letter="B")
    assert bring_back(rita, step, "Z") == []
    Variant.objects.bulk_create(Variant(step=step, letter=letter, created_at=clock.now()) for letter in "DEF")
    with pytest.raises(Conflict, match="5 variants at most"):
        bring_back(rita, step, "A", "C")
    Step.objects.update(kind="task")
    with pytest.raises(Conflict, match="only mails have variants"):
        bring_back(rita, step, "A")
    assert given(step) == "BDEF"


def test_chosen_on_the_page_and_taken_back(rita, sign_in, step):
    client = sign_in(rita)
    url = reverse("outreach:results", args=[step.sequence_id])
    answer = client.post(reverse("outreach:choose_winner", args=[step.sequence_id]), {"step": step.id, "variant": "C"})
    assert (answer.status_code, answer["Location"]) == (302, f"{url}?step={step.id}")
    assert given(step) == "C"
    page = client.get(answer["Location"])
    assert "Everybody who comes to this step gets variant C from now on." in page.text
    undo = page.text.partition('data-toast-undo="')[2].partition('"')[0]
    assert client.post(undo).status_code == 302
    assert given(step) == "ABC"
    assert client.post(undo).status_code == 409
    client.post(reverse("outreach:choose_winner", args=[step.sequence_id]), {"step": step.id, "variant": "C"})
    back = {"step": step.id, "variant": "A"}
    assert client.post(reverse("outreach:bring_back", args=[step.sequence_id]), back).status_code == 302
    assert given(step) == "AC"


def test_nonsense_is_refused(rita, sign_in, step):
    client = sign_in(rita)
    for name in ("choose_winner", "bring_back"):
        url = reverse(f"outreach:{name}", args=[step.sequence_id])
        assert client.post(url, {"variant": "A"}).status_code == 422
        assert client.post(url, {"step": step.sequence_id, "variant": "A"}).status_code == 404
    url = reverse("outreach:choose_winner", args=[step.sequence_id])
    assert client.post(url, {"step": step.id, "variant": "nonsense"}).status_code == 409
    assert client.get(url).status_code == 405
    assert given(step) == "ABC"


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_choose_nothing(role, request, sign_in, step):
    client = sign_in(request.getfixturevalue(role))
    values = {"step": step.id, "variant": "A"}
    for name in ("choose_winner", "bring_back"):
        assert client.post(reverse(f"outreach:{name}", args=[step.sequence_id]), values).status_code == 403
    assert client.post(reverse("outreach:variants_undo", args=["word"])).status_code == 403
    assert given(step) == "ABC"
