"""Interest as the goal of a sequence: answers that really arrive, as they are read and as a colleague corrects them."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from tests.servers import smtp as real_smtp

from rapport.activity.models import Activity
from rapport.activity.operations import react
from rapport.mail import operations as mail
from rapport.mail.models import Message
from rapport.mail.tests.examples import answer
from rapport.outreach import operations
from rapport.outreach.engine import Engine
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.operations import SequenceDraft, StepDraft
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db(transaction=True)
YES, NO, ASKS = "Sounds good, I am interested.", "No thanks, I am not interested.", "What is the salary?"
NOTE = "They answered and are interested, which is what the sequence is for."


@pytest.fixture
def outbox() -> Iterator[real_smtp.Outbox]:
    with real_smtp.running() as found:
        yield found


@pytest.fixture
def sequence(rita, outbox) -> Sequence:
    """Anna, Ben and Cora have got the first mail, and one of another sequence that is there for answers."""
    sequence = SequenceFactory(mailbox=MailboxFactory(smtp_port=outbox.port), goal="interested")
    other = SequenceFactory(mailbox=sequence.mailbox, name="Other")
    people = [make_person(f"{name} Example", f"{name.lower()}@example.net") for name in ("Anna", "Ben", "Cora")]
    for own in (sequence, other):
        make_step(own, subject=f"Hello from {own.name}")
        make_step(own, 2, wait_count=5, subject="Second")
        operations.enroll(actor=rita.actor, sequence_id=own.id, candidate_ids=[person.id for person in people])
    engine = Engine(lanes=1, batch=50, lease_s=30)
    engine.run_until_idle()
    engine.stop()
    return sequence


def reply(sequence: Sequence, name: str, text: str) -> Message:
    """An answer to the sequence's mail, and everything that follows."""
    sent = Message.objects.outgoing().get(
        to_name=f"{name} Example", subject=f"Hello from {sequence.name}", mailbox=sequence.mailbox
    )
    data = answer(to=sent, sender=f"{name} Example <{name.lower()}@example.net>", text=text)
    message = mail.receive(mailbox=sequence.mailbox, data=data)
    assert message is not None
    follow()
    return message


def follow() -> None:
    for _ in range(2):
        while react():
            pass


def reasons(name: str) -> list[tuple[str, str, str]]:
    """How the sequences of somebody ended: (sequence, reason, note)."""
    rows = Enrollment.objects.filter(candidate__full_name=f"{name} Example").order_by("id")
    return list(rows.values_list("sequence__name", "exit_reason", "exit_note"))


def test_who_is_interested_is_at_the_goal_and_every_answer_ends_it(rita, sequence, sign_in):
    reply(sequence, "Anna", YES)
    reply(sequence, "Ben", NO)
    assert reasons("Anna") == [(sequence.name, "interested", NOTE), ("Other", "replied", "They answered.")]
    assert reasons("Ben") == [(sequence.name, "replied", "They answered."), ("Other", "replied", "They answered.")]
    assert {row[1] for row in reasons("Cora")} == {""}
    exited = Activity.objects.filter(verb="enrollment.exited")
    assert sorted(exited.values_list("data__reason", flat=True)) == ["interested", "replied", "replied", "replied"]

    client, url = sign_in(rita), reverse("outreach:detail", args=[sequence.id])
    page = client.get(url, {"show": "goal"}).text
    assert "until they are interested, 1 there" in page
    assert ("Anna Example" in page, "Ben Example" in page, "Is interested" in page) == (True, False, True)
    page = client.get(url, {"show": "replied"})
    assert [line["candidate"].full_name for line in page.context["enrollments"]] == ["Ben Example", "Anna Example"]
    counts = page.context["row"].counts
    assert {key: counts[key] for key in ("active", "replied", "exited", "goal")} == {
        "active": 1, "replied": 2, "exited": 0, "goal": 1,
    }  # fmt: skip
    assert not client.get(url, {"show": "exited"}).context["enrollments"]


def test_an_answer_to_another_sequence_is_not_its_goal(sequence):
    other = Sequence.objects.get(name="Other")
    reply(other, "Anna", YES)
    assert reasons("Anna") == [(sequence.name, "replied", "They answered."), ("Other", "replied", "They answered.")]


def test_a_correction_moves_people_to_the_goal_and_away_from_it(rita, sequence):
    message = reply(sequence, "Anna", ASKS)
    assert reasons("Anna")[0][1] == "replied"
    for kind, reason, note in (("interested", "interested", NOTE), ("not_now", "replied", "They answered.")):
        mail.correct_intent(actor=rita.actor, message_id=message.id, kind=kind)
        follow()
        assert reasons("Anna")[0] == (sequence.name, reason, note)
        assert reasons("Anna")[1] == ("Other", "replied", "They answered.")
    assert Activity.objects.filter(verb="enrollment.exited").count() == 2


def test_who_asks_first_and_is_interested_then_is_at_the_goal(rita, sequence):
    reply(sequence, "Anna", ASKS)
    reply(sequence, "Anna", YES)
    assert reasons("Anna")[0][1] == "interested"
    reply(sequence, "Anna", ASKS)  # a question afterwards takes nothing back
    assert reasons("Anna")[0][1] == "interested"


def test_who_left_for_another_reason_stays_there(rita, sequence):
    anna = Enrollment.objects.get(sequence=sequence, candidate__full_name="Anna Example")
    operations.exit_enrollments(actor=rita.actor, enrollment_ids=[anna.id])
    reply(sequence, "Anna", YES)
    assert reasons("Anna")[0][1] == "by_hand"


def test_interest_can_be_chosen_in_the_editor(rita, sign_in):
    draft = SequenceDraft(name="Nurture", goal="interested")
    sequence = operations.create_sequence(actor=rita.actor, draft=draft, steps=[StepDraft(subject="Hi", body="Hi")])
    page = sign_in(rita).get(reverse("outreach:edit", args=[sequence.id])).text
    assert '<option value="interested" selected>They are interested</option>' in page
