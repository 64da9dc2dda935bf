"""A reply that wants something is a task; a correction changes it or takes it back."""

import pytest

from rapport.activity.models import Activity
from rapport.candidates.models import Task
from rapport.candidates.operations import complete_task
from rapport.candidates.reactions import follow_intents
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib import clock
from rapport.mail import operations as mail
from rapport.mail.models import Mailbox, Message
from rapport.mail.tests.examples import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl():
    return CandidateFactory(full_name="Carl Candidate")


def _reply(carl, rita, monkeypatch, text="I am interested."):
    monkeypatch.setattr("rapport.mail.people._finders", [lambda address: {"candidate": carl.id}])
    mailbox = Mailbox.objects.create(
        address="rita@example.com", owner=rita, smtp_host="x.invalid", created_at=clock.now(), updated_at=clock.now()
    )
    return mail.receive(mailbox=mailbox, data=answer(text=text))


def _react():
    verbs = ("message.received", "message.intent_changed")
    follow_intents(list(Activity.objects.filter(verb__in=verbs).order_by("id")))


def test_the_owner_has_one_task_however_often_it_is_said(carl, rita, ada, monkeypatch):
    carl.owner = ada
    carl.save(update_fields=["owner"])
    _reply(carl, rita, monkeypatch)
    _react()
    _react()
    task = Task.objects.get()
    assert (task.candidate_id, task.assignee_id, task.text) == (
        carl.id, ada.id, "They are interested: go on with them",
    )  # fmt: skip


def test_without_an_owner_it_is_whoever_answers(carl, rita, ada, monkeypatch):
    reply = _reply(carl, rita, monkeypatch, "What is the salary?")
    _react()
    assert Task.objects.get().assignee_id == rita.id
    Task.objects.all().delete()
    mail.assign(actor=rita.actor, conversation_ids=[reply.thread_id], assignee_id=ada.id)
    _react()
    assert Task.objects.get().assignee_id == ada.id


@pytest.mark.parametrize("text", ["No thanks, I am not interested.", "Not right now.", "Hm."])
def test_what_needs_nobody_is_no_task(carl, rita, monkeypatch, text):
    _reply(carl, rita, monkeypatch, text)
    _react()
    assert not Task.objects.exists()


def test_a_correction_changes_the_task_and_takes_it_back(carl, rita, monkeypatch):
    reply = _reply(carl, rita, monkeypatch)
    _react()
    mail.correct_intent(actor=rita.actor, message_id=reply.id, kind="referral")
    _react()
    assert Task.objects.get().text == "They name somebody else: write to that person"
    mail.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_interested")
    _react()
    assert not Task.objects.exists()
    assert Activity.objects.filter(verb="task.withdrawn").exists()


def test_what_is_followed_again_does_not_undo_a_correction(carl, rita, monkeypatch):
    reply = _reply(carl, rita, monkeypatch)
    received = list(Activity.objects.filter(verb="message.received"))
    mail.correct_intent(actor=rita.actor, message_id=reply.id, kind="not_interested")
    follow_intents(received)  # late
    assert not Task.objects.exists()
    mail.correct_intent(actor=rita.actor, message_id=reply.id, kind="question")
    _react()
    follow_intents(received)  # again
    assert Task.objects.get().text == "They ask something: answer it"
    assert not Activity.objects.filter(verb="task.withdrawn").exists()


def test_what_was_done_already_stays(carl, rita, monkeypatch):
    reply = _reply(carl, rita, monkeypatch)
    _react()
    task = Task.objects.get()
    complete_task(actor=rita.actor, candidate_id=carl.id, task_id=task.id)
    mail.correct_intent(actor=rita.actor, message_id=reply.id, kind="other")
    _react()
    assert Task.objects.get().done_at is not None


def test_of_a_stranger_nothing_follows(rita, monkeypatch, carl):
    reply = _reply(carl, rita, monkeypatch)
    Message.objects.filter(id=reply.id).update(subjects={})
    carl.delete()
    _react()
    assert not Task.objects.exists()
