"""Results of variants on given ledgers: who counts, the verdict, and the people behind every figure."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from rapport.lib import clock
from rapport.lib.ids import id_at
from rapport.mail.models import DeliveryEvent, Message, ReplyIntent
from rapport.outreach.experiments.planning import required_n
from rapport.outreach.experiments.rates import rate_interval
from rapport.outreach.models import Delivery, Step, StepVersion, Variant
from rapport.outreach.tests.factories import (
    EnrollmentFactory,
    MailboxFactory,
    SequenceFactory,
    make_person,
    make_step,
    make_variant,
)
from rapport.outreach.variant_results import get_results, list_compared_steps, list_recipients

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

SINCE = datetime(2026, 10, 1, 9, tzinfo=UTC)
HORIZON = timedelta(days=7)


@pytest.fixture
def step():
    """A step with two variants since the first of October."""
    step = make_step(SequenceFactory(mailbox=MailboxFactory(), name="Platform"), subject="Hello A")
    make_variant(step, "B", "Hello B", at=SINCE)
    StepVersion.objects.update(created_at=SINCE)
    return step


class Ledger:
    """Mails of a step that went out, one an hour from SINCE on, and what came back."""

    def __init__(self, step):
        self.step, self.at = step, SINCE
        self.box = step.sequence.mailbox

    def send(self, letter, count=1, *, answered=0, person=None, state="sent", at=None, step=None):
        """The last mail; so many of them, evenly over time, were answered by a person a day later."""
        step = step or self.step
        version = StepVersion.objects.filter(step=step, letter=letter or "A").first()
        mails, rows = [], []
        for _ in range(count):
            self.at += timedelta(minutes=5)
            moment = at or self.at
            enrollment = EnrollmentFactory(
                sequence=step.sequence, step=step, next_due_at=None, state="finished", ended_at=moment,
                candidate=person or make_person("Carl Example", "none"),
            )  # fmt: skip
            rows.append(
                Delivery(
                    id=id_at(moment), enrollment=enrollment, step=step, attempt=1, version=version, letter=letter,
                    mailbox=self.box, state=state, message_id=f"{enrollment.id}@example.org", address="c@example.org",
                    claimed_at=moment, started_at=moment,
                )
            )  # fmt: skip
            mails.append(self._message(rows[-1], moment))
        Delivery.objects.bulk_create(rows)
        Message.objects.bulk_create(mails)
        for at in range(answered):
            self.answer(rows[at * count // answered])
        return rows[-1]

    def _message(self, row, moment):
        return Message(
            id=row.id, thread_id=row.id, direction="out", state="sent", mailbox=self.box, message_id=row.message_id,
            from_address="rita@example.org", to_address="c@example.org", subject="Hello", created_at=moment, sent_at=moment,
        )  # fmt: skip

    def answer(self, row, after=timedelta(days=1), **event):
        values = {"kind": "replied", "verdict": "human", **event}
        DeliveryEvent.objects.create(message_id=row.id, occurred_at=row.started_at + after, **values)


@pytest.fixture
def ledger(step):
    return Ledger(step)


def figures(rita, step):
    """(sent, counted, answered) by letter."""
    step = list_compared_steps(rita.actor, step.sequence_id)[0]
    return {row.letter: (row.sent, row.counted, row.answered) for row in get_results(rita.actor, step).variants}


def verdict(rita, step):
    return get_results(rita.actor, step).verdict


def test_nobody_counts_before_the_time_for_an_answer_is_over(rita, step, ledger):
    now = clock.now()
    ledger.send("A", at=now - HORIZON)
    late = ledger.send("A", at=now - HORIZON + timedelta(seconds=1))
    ledger.answer(late)
    assert figures(rita, step) == {"A": (2, 1, 0), "B": (0, 0, 0)}
    assert verdict(rita, step) is None


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        ({}, 1),
        ({"after": HORIZON - timedelta(seconds=1)}, 1),
        ({"after": HORIZON}, 0),
        ({"kind": "auto_replied", "verdict": "machine"}, 0),
        ({"verdict": "unsure"}, 0),
        ({"kind": "opened"}, 0),
        ({"kind": "clicked"}, 0),
    ],
)
def test_what_counts_as_an_answer(rita, step, ledger, event, counts):
    ledger.answer(ledger.send("B"), **event)
    assert figures(rita, step) == {"A": (0, 0, 0), "B": (1, 1, counts)}


def test_an_answer_to_a_later_mail_of_the_sequence_counts_in_time_and_once(rita, step, ledger):
    row = ledger.send("A")
    second = make_step(step.sequence, 2, subject="")
    for days in (3, 9):
        moment = row.started_at + timedelta(days=days)
        later = Delivery.objects.create(
            id=id_at(moment), enrollment=row.enrollment, step=second, attempt=days, version=second.versions.get(),
            mailbox=ledger.box, state="sent", message_id=f"{days}@example.org", address="c@example.org",
            claimed_at=moment, started_at=moment,
        )  # fmt: skip
        ledger._message(later, moment).save()
        ledger.answer(later)
    assert figures(rita, step)["A"] == (1, 1, 1)


def test_who_is_left_out_of_the_comparison(rita, step, ledger):
    twice, early = make_person(), make_person()
    ledger.send("A", person=twice)
    ledger.send("A", person=twice)
    ledger.send("B", person=early, at=SINCE - timedelta(days=30))
    ledger.send("B", person=early)
    ledger.send("B", state="refused")
    ledger.send("")  # sent while the step had one text
    other = StepVersion.objects.create(step=step, number=3, letter="B", subject="new", body="x", created_at=clock.now())
    changed = ledger.send("B")
    assert changed.version == other
    assert figures(rita, step) == {"A": (1, 1, 0), "B": (0, 0, 0)}


@pytest.mark.parametrize(
    ("a", "b", "said", "best"),
    [
        ((20, 2), (20, 4), "not enough data", "B"),
        ((60, 4), (60, 9), "leading", "B"),
        ((200, 10), (200, 60), "winner", "B"),
        ((200, 60), (200, 10), "winner", "A"),
    ],
)
def test_verdicts_on_given_ledgers(rita, step, ledger, a, b, said, best):
    for (count, answered), letter in ((a, "A"), (b, "B")):
        ledger.at = SINCE
        ledger.send(letter, count, answered=answered)
    found = verdict(rita, step)
    assert (found.verdict, found.best, found.winner) == (said, best, best if said == "winner" else None)
    assert figures(rita, step) == {"A": (a[0], *a), "B": (b[0], *b)}
    assert found.estimate == pytest.approx(b[1] / b[0] - a[1] / a[0])


def test_once_a_winner_is_chosen_the_people_from_before_stay_shown(rita, step, ledger):
    ledger.send("A", 3, answered=1)
    ledger.send("B", 2)
    Variant.objects.filter(letter="A").update(retired_at=clock.now() - timedelta(days=3))
    ledger.send("", 4)
    results = get_results(rita.actor, Step.objects.get())
    assert results.until == clock.now() - timedelta(days=3)
    assert [(row.letter, row.is_retired, row.sent, row.answered) for row in results.variants] == [
        ("A", True, 3, 1), ("B", False, 2, 0),
    ]  # fmt: skip


def test_the_page_says_the_verdict_and_leads_to_the_people(rita, sign_in, step, ledger):
    ledger.send("A", 3, answered=1)
    ledger.send("B", 2)
    client, url = sign_in(rita), reverse("outreach:results", args=[step.sequence_id])
    page = client.get(url)
    assert page.context["verdict_name"] == "not enough data"
    assert "Not enough data" in page.text
    (a, _) = page.context["rows"]
    assert a["rate"] == "33.3%"
    assert a["interval"] == "{:.1%} to {:.1%}".format(*rate_interval(1, 3))
    for show, count in (("sent", 3), ("counted", 3), ("answered", 1)):
        people = client.get(a[f"{show}_url"])
        assert len(people.context["rows"]) == count
        assert all(name == "Carl Example" for _, name in people.context["rows"])


def test_the_sequence_says_how_many_people_its_variants_take_and_leads_to_them(rita, sign_in, step):
    page = sign_in(rita).get(reverse("outreach:detail", args=[step.sequence_id]))
    assert f"2 variants, {required_n(rate=0.1, effect=0.05):,} people each" in page.text
    assert f"{reverse('outreach:results', args=[step.sequence_id])}?step={step.id}" in page.text


def test_people_are_paged(rita, step, ledger):
    ledger.send("A", 5)
    step = list_compared_steps(rita.actor, step.sequence_id)[0]
    first = list_recipients(rita.actor, step, "A", show="sent", limit=2)
    assert len(first) == 3
    rest = list_recipients(rita.actor, step, "A", show="sent", before=first[1].delivery_id, limit=2)
    last = list_recipients(rita.actor, step, "A", show="sent", before=rest[1].delivery_id, limit=2)
    seen = [row.candidate_id for row in (*first[:2], *rest[:2], *last)]
    assert len(set(seen)) == len(seen) == 5


def test_steps_of_another_sequence_and_unknown_variants_are_404(rita, sign_in, step, ledger):
    client, other = sign_in(rita), make_step(SequenceFactory())
    results = reverse("outreach:results", args=[step.sequence_id])
    people = reverse("outreach:variant_people", args=[step.sequence_id])
    assert client.get(f"{results}?step={other.id}").status_code == 404
    assert client.get(f"{people}?step={step.id}&variant=Z").status_code == 404
    assert client.get(f"{people}?step={other.id}&variant=A").status_code == 404
    assert client.get(reverse("outreach:variant_people", args=[other.sequence_id])).status_code == 404
    assert client.get(reverse("outreach:results", args=[other.id])).status_code == 404


def test_a_sequence_without_variants_says_what_they_are_for(rita, sign_in):
    page = sign_in(rita).get(reverse("outreach:results", args=[make_step(SequenceFactory()).sequence_id]))
    assert page.status_code == 200
    assert "No step of this sequence has variants. Add one in the editor" in page.text


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_see_no_results(role, request, sign_in, step):
    client = sign_in(request.getfixturevalue(role))
    for name in ("results", "variant_people"):
        assert client.get(reverse(f"outreach:{name}", args=[step.sequence_id])).status_code == 403


@pytest.mark.parametrize("name", ["results", "variant_people"])
def test_statements_do_not_grow_with_people(name, rita, sign_in, step, ledger, django_assert_max_num_queries):
    client, url = sign_in(rita), reverse(f"outreach:{name}", args=[step.sequence_id])

    def count() -> int:
        with django_assert_max_num_queries(20) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    ledger.send("A", 2, answered=1)
    ledger.send("B", 2, answered=1)
    few = count()
    ledger.send("A", 20, answered=5)
    assert count() == few


def interested(row, ledger, kind="interested"):
    """Somebody's answer to this mail, read so."""
    at = row.started_at + timedelta(days=1)
    answer = Message.objects.create(
        id=id_at(at), thread_id=row.id, direction="in", state="received", kind="reply", mailbox=ledger.box,
        message_id=f"{row.id}-{kind}@example.org", from_address="c@example.org", to_address="rita@example.org",
        subject="Re: Hello", created_at=at, received_at=at,
    )  # fmt: skip
    ReplyIntent.objects.create(message=answer, kind=kind, read_kind=kind)
    ledger.answer(row, data={"message_id": str(answer.id)})


def test_where_interest_counts_other_answers_do_not(rita, step, ledger, sign_in):
    Step.objects.update(metric="interested")
    first, second = ledger.send("A"), ledger.send("A")
    interested(first, ledger, "question")
    interested(second, ledger)
    interested(ledger.send("B"), ledger, "not_interested")
    ledger.answer(ledger.send("B"))  # nothing is known of what it says
    assert figures(rita, step) == {"A": (2, 2, 1), "B": (2, 2, 0)}
    found = list_recipients(rita.actor, Step.objects.get(id=step.id), "A", show="answered")
    assert [row.delivery_id for row in found] == [second.id]
    client = sign_in(rita)
    page = client.get(reverse("outreach:results", args=[step.sequence_id])).text
    assert '<th scope="col" class="right">Interested</th>' in page
    assert "where 10 % are interested, each variant needs" in page
    people = client.get(reverse("outreach:variant_people", args=[step.sequence_id]), {"show": "answered"})
    assert (people.context["what"], people.context["views"][2]["label"]) == ("is interested", "Interested")
    ReplyIntent.objects.filter(kind="question").update(kind="interested")  # as a colleague corrects it
    assert figures(rita, step)["A"] == (2, 2, 2)
    Step.objects.update(metric="replied")
    assert figures(rita, step) == {"A": (2, 2, 2), "B": (2, 2, 2)}


def test_the_verdict_is_that_of_interest(rita, step, ledger):
    for place in range(400):
        row = ledger.send("AB"[place % 2])
        interested(row, ledger, "interested" if place % 4 == 1 or place % 40 == 0 else "question")
    for metric, told in (("interested", ("winner", "B")), ("replied", ("no difference", None))):
        step.metric = metric
        assert (verdict(rita, step).verdict, verdict(rita, step).winner) == told
