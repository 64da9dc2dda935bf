"""Conversations stay true: through replies, answers, answers that fail, and both at the same moment."""

import threading
import time
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, connections

from rapport.lib import clock
from rapport.mail import operations
from rapport.mail.models import Conversation, Message
from rapport.mail.operations import receiving, sending
from rapport.mail.tests.examples import answer, send, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]


def _receive(mailbox, sent=None, **changes):
    return operations.receive(mailbox=mailbox, data=answer(to=sent, **changes))


def test_mail_that_nobody_answered_is_no_conversation(rita, mailbox):
    send(rita, mailbox)
    _receive(mailbox, send(rita, mailbox), headers="Auto-Submitted: auto-replied\r\n")
    assert not Conversation.objects.exists()


def test_a_reply_waits_from_the_oldest_that_nobody_answered(rita, mailbox):
    sent = send(rita, mailbox)
    first, second = _receive(mailbox, sent), _receive(mailbox, sent)
    row = Conversation.objects.get()
    assert (row.id, row.latest_reply_id, row.mailbox_id) == (sent.thread_id, second.id, mailbox.id)
    assert (row.waiting_since, row.last_at) == (first.received_at, second.received_at)
    assert row.answered_at is None


def test_an_answer_ends_the_wait_and_the_next_reply_begins_another(rita, mailbox):
    first = _receive(mailbox, send(rita, mailbox))
    ours = write(rita, mailbox, answers_id=first.id)
    row = Conversation.objects.get()
    assert (row.waiting_since, row.answered_at, row.done_at) == (None, ours.created_at, None)
    second = _receive(mailbox, ours)
    row.refresh_from_db()
    assert (row.waiting_since, row.latest_reply_id) == (second.received_at, second.id)


def test_what_came_after_the_answered_message_still_waits(rita, mailbox):
    sent = send(rita, mailbox)
    first, second = _receive(mailbox, sent), _receive(mailbox, sent, text="One more thing: is it remote?")
    write(rita, mailbox, answers_id=first.id)
    assert Conversation.objects.get().waiting_since == second.received_at


def test_a_new_mail_to_the_person_answers_what_waits_from_them(rita, mailbox):
    _receive(mailbox, send(rita, mailbox))
    ours = write(rita, mailbox, subject="Another matter")
    row = Conversation.objects.get()
    assert ours.thread_id != row.id
    assert (row.waiting_since, row.answered_at) == (None, ours.created_at)
    write(rita, mailbox, to="dana@example.org", subjects={})
    assert Conversation.objects.get().answered_at == ours.created_at


@pytest.mark.parametrize("in_thread", [True, False])
def test_an_answer_that_does_not_go_out_is_no_answer(rita, mailbox, in_thread):
    reply = _receive(mailbox, send(rita, mailbox))
    ours = write(rita, mailbox, answers_id=reply.id if in_thread else None)
    operations.mark_done(actor=rita.actor, conversation_ids=[reply.thread_id])
    operations.suppress_address(actor=rita.actor, address="carl@example.org", reason="manual")
    operations.deliver(message_id=ours.id)
    row, first = Conversation.objects.get(), Message.objects.filter(thread_id=reply.thread_id).earliest("id")
    assert (row.waiting_since, row.done_at) == (reply.received_at, None)
    assert row.answered_at == first.created_at


def test_mail_to_many_answers_nobody(rita, mailbox):
    reply = _receive(mailbox, send(rita, mailbox))
    write(rita, mailbox, answers_id=reply.id, is_bulk=True)
    assert Conversation.objects.get().waiting_since == reply.received_at


def test_a_reply_brings_back_what_was_done_or_snoozed(rita, mailbox):
    first = _receive(mailbox, send(rita, mailbox))
    ids = [first.thread_id]
    operations.snooze(actor=rita.actor, conversation_ids=ids, until=clock.now() + timedelta(days=3))
    second = _receive(mailbox, first)
    row = Conversation.objects.get(id=first.thread_id)
    assert (row.snoozed_until, row.waiting_since) == (None, first.received_at)
    operations.mark_done(actor=rita.actor, conversation_ids=ids)
    row.refresh_from_db()
    assert (row.waiting_since, row.done_by_id) == (None, rita.id)
    third = _receive(mailbox, second)
    row.refresh_from_db()
    assert (row.done_at, row.done_by_id, row.waiting_since) == (None, None, third.received_at)


def test_an_answer_ends_a_snooze(rita, mailbox):
    reply = _receive(mailbox, send(rita, mailbox))
    operations.snooze(
        actor=rita.actor, conversation_ids=[reply.thread_id], until=clock.now() + timedelta(days=3)
    )  # fmt: skip
    write(rita, mailbox, answers_id=reply.id)
    assert Conversation.objects.get().snoozed_until is None


def test_threads_that_were_there_become_conversations(rita, mailbox):
    waits = _receive(mailbox, send(rita, mailbox))
    done = _receive(mailbox, message_id="done@example.org", sender="carl@example.org", text="Thanks.")
    Message.objects.filter(id=done.id).update(thread_id=done.id, done_at=clock.now(), done_by=rita)
    Conversation.objects.all().delete()
    migration = import_module("rapport.mail.migrations.0008_fill_conversations")
    with connection.schema_editor(atomic=False) as editor:
        migration.fill(apps, editor)
        migration.fill(apps, editor)
    assert Conversation.objects.count() == 2
    row = Conversation.objects.get(id=waits.thread_id)
    assert (row.waiting_since, row.done_at, row.latest_reply_id) == (waits.received_at, None, waits.id)
    row = Conversation.objects.get(id=done.id)
    assert (row.waiting_since, row.done_by_id) == (None, rita.id)
    Conversation.objects.filter(id=done.id).delete()
    assert operations.fill_conversations() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reply_first", [False, True])
def test_a_reply_that_arrives_while_one_answers_still_waits(rita, mailbox, monkeypatch, reply_first):
    """Whichever of the two holds the conversation, the other waits for it, and then counts from what there is."""
    first = _receive(mailbox, send(rita, mailbox))
    module, name = (receiving, "note_reply") if reply_first else (sending, "note_answer")
    holds, backend, real = threading.Event(), [], getattr(module, name)
    acts = [lambda: write(rita, mailbox, answers_id=first.id), lambda: _receive(mailbox, first)]
    one, other = reversed(acts) if reply_first else acts

    def slow(*given):
        real(*given)
        holds.set()
        end = time.monotonic() + 10
        while not (backend and _waits_for_lock(backend[0])):
            assert time.monotonic() < end, "the other did not wait"
            time.sleep(0.02)

    def run():
        try:
            holds.wait(10)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            other()
        finally:
            connections.close_all()

    monkeypatch.setattr(module, name, slow)
    thread = threading.Thread(target=run)
    thread.start()
    one()
    thread.join(timeout=10)
    row, second = Conversation.objects.get(id=first.thread_id), Message.objects.incoming().latest("id")
    assert second.id != first.id
    assert (row.waiting_since, row.latest_reply_id) == (second.received_at, second.id)
    assert row.answered_at == Message.objects.outgoing().latest("id").created_at


def _waits_for_lock(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity as it was at its first look
        cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [pid])
        return cursor.fetchone() == ("Lock",)


@pytest.mark.django_db(transaction=True)
def test_two_first_replies_at_once_make_one_conversation(rita, mailbox):
    sent = send(rita, mailbox)
    start, errors = threading.Barrier(4), []

    def reply():
        try:
            start.wait(10)
            _receive(mailbox, sent)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=reply) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert errors == []
    row = Conversation.objects.get()
    replies = Message.objects.incoming().filter(thread_id=row.id)
    assert replies.count() == 4
    assert row.waiting_since == min(reply.received_at for reply in replies)
    assert row.last_at == max(reply.received_at for reply in replies)
