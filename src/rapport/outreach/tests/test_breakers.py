"""A sequence that does harm pauses itself, says why, and goes on when a person says so."""

import pytest
from django.test import Client

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput
from rapport.lib.ids import new_id
from rapport.mail.activities import MESSAGE_BOUNCED, MESSAGE_COMPLAINED
from rapport.mail.models import DeliveryEvent, Message
from rapport.notifications.models import Notification
from rapport.notifications.reactions import tell_followers
from rapport.outreach import operations
from rapport.outreach.breakers import Window, why_to_stop
from rapport.outreach.models import Delivery, StepVersion
from rapport.outreach.reactions import watch_sequences
from rapport.outreach.tests.factories import EnrollmentFactory, SequenceFactory, make_step


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(0, 0, 0), ""),
        (Window(19, 19, 0), ""),
        (Window(20, 1, 0), ""),
        (Window(20, 2, 0), "2 of the last 20 mails (10 %) came back"),
        (Window(300, 15, 0), ""),
        (Window(300, 16, 0), "16 of the last 300 mails (5 %) came back"),
        (Window(300, 0, 1), "One person marked it as spam, of the last 300 mails"),
        (Window(5, 0, 2), "2 people marked it as spam, of the last 5 mails"),
    ],
)
def test_when_to_stop(window, words):
    why = why_to_stop(window)
    assert why.startswith(words)
    assert bool(why) == bool(words)


@pytest.fixture
def sequence(rita):
    sequence = SequenceFactory(owner=rita)
    make_step(sequence)
    return sequence


def sent(sequence, count):
    """So many mails of the sequence that went out."""
    step = sequence.steps.get()
    version = StepVersion.objects.get(step=step)
    rows = []
    for _ in range(count):
        enrollment, key = EnrollmentFactory(sequence=sequence, step=step, next_due_at=None), new_id()
        rows.append((enrollment, key))
        address = f"{key.hex}@example.org"
        Delivery.objects.create(
            id=key, enrollment=enrollment, step=step, attempt=1, version=version, mailbox=sequence.mailbox, state="sent",
            message_id=f"{key.hex}@example.org", address=address, claimed_at=clock.now(),
        )  # fmt: skip
        Message.objects.create(
            id=key, thread_id=key, direction="out", state="sent", mailbox=sequence.mailbox, is_bulk=True,
            message_id=f"{key.hex}@example.org", from_address="rita@example.org", to_address=address, subject="Hello",
            subjects={"candidate": str(enrollment.candidate_id), "enrollment": str(enrollment.id)},
            created_at=clock.now(), sent_at=clock.now(),
        )  # fmt: skip
    return rows


def came_back(rows, verb=MESSAGE_BOUNCED, **data):
    """What receiving a report does, then the reaction to it, twice."""
    for enrollment, key in rows:
        kind = "bounced" if verb is MESSAGE_BOUNCED else "complained"
        DeliveryEvent.objects.create(message_id=key, kind=kind, data=data, occurred_at=clock.now())
        subjects = {"candidate": enrollment.candidate_id, "enrollment": enrollment.id, "message": key}
        record(verb, actor=SYSTEM, subjects=subjects, data=data)
    activities = list(Activity.objects.filter(verb=verb.name))
    watch_sequences(activities)
    watch_sequences(activities)


def tripped():
    return list(Activity.objects.filter(verb="sequence.tripped"))


@pytest.mark.django_db
def test_hard_bounces_pause_it_and_its_owner_is_told_once(sequence, rita):
    rows = sent(sequence, 20)
    came_back(rows[:1], **{"class": "hard"})
    came_back(rows[1:5], **{"class": "soft"})
    sequence.refresh_from_db()
    assert sequence.state == "active"
    came_back(rows[5:6], **{"class": "hard"})
    sequence.refresh_from_db()
    assert (sequence.state, sequence.pause_note[:38]) == ("paused", "2 of the last 20 mails (10 %) came back"[:38])
    (activity,) = tripped()
    assert activity.data == {"name": sequence.name, "why": sequence.pause_note}
    tell_followers([activity])
    notice = Notification.objects.get(user=rita)
    assert notice.text.startswith(f"{sequence.name} paused itself. 2 of the last 20 mails")


@pytest.mark.django_db
def test_one_complaint_pauses_only_its_own_sequence(sequence):
    other = SequenceFactory(mailbox=sequence.mailbox)
    make_step(other)
    sent(other, 2)
    came_back(sent(sequence, 1), MESSAGE_COMPLAINED, feedback_type="abuse")
    for row, state in ((sequence, "paused"), (other, "active")):
        row.refresh_from_db()
        assert row.state == state


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["auth-failure", "not-spam", "virus"])
def test_reports_that_are_no_complaints_pause_nothing(sequence, kind):
    came_back(sent(sequence, 1), MESSAGE_COMPLAINED, feedback_type=kind)
    assert tripped() == []


@pytest.mark.django_db
def test_a_person_lets_it_go_on_with_a_note(sequence, rita):
    came_back(sent(sequence, 1), MESSAGE_COMPLAINED, feedback_type="abuse")
    client = Client()
    client.force_login(rita)
    url = f"/sequences/{sequence.id}/"
    assert "It paused itself." in client.get(url).content.decode()
    with pytest.raises(InvalidInput):
        operations.activate_sequence(actor=rita.actor, sequence_id=sequence.id, note=" ")
    operations.activate_sequence(actor=rita.actor, sequence_id=sequence.id, note="Left out the old list")
    sequence.refresh_from_db()
    assert (sequence.state, sequence.pause_note) == ("active", "")
    data = Activity.objects.get(verb="sequence.activated").data
    assert data == {"name": sequence.name, "note": "Left out the old list"}
    assert "It paused itself." not in client.get(url).content.decode()
    assert not operations.check_breakers(sequence_id=sequence.id)
    came_back(sent(sequence, 1), MESSAGE_COMPLAINED, feedback_type="abuse")
    assert len(tripped()) == 2
