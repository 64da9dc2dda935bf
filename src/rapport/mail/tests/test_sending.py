from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.lib import clock
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.mail import operations, queries
from rapport.mail.models import Mailbox, Message
from rapport.mail.tests.examples import CANDIDATE_ID, answer, recorded, send, write
from rapport.mail.tests.scripted_smtp import ScriptedServer

pytestmark = pytest.mark.django_db


def test_a_message_is_written_first_and_then_sent_once(rita, mailbox, outbox):
    message = write(rita, mailbox)
    assert (message.state, outbox.taken) == ("queued", [])
    assert ProcrastinateJob.objects.filter(task_name="mail.deliver", args={"message_id": str(message.id)}).count() == 1
    for _ in range(3):
        operations.deliver(message_id=message.id)
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.attempts == 1
    ((sender, recipient, _),) = outbox.taken
    assert (sender, recipient) == ("rita@example.com", "carl@example.org")
    (mail,) = outbox.messages
    assert mail["Message-ID"] == f"<{message.message_id}>"
    assert (mail["From"], mail["To"]) == ("Rita Recruiter <rita@example.com>", "Carl Candidate <carl@example.org>")
    assert mail["List-Unsubscribe"] is None
    (activity,) = recorded("message.sent")
    assert activity.subject_id("candidate") == CANDIDATE_ID
    assert activity.subject_id("message") == message.id
    assert activity.actor_id == rita.id


def test_an_answer_joins_the_thread_and_puts_the_question_aside(rita, mailbox, outbox):
    first = send(rita, mailbox)
    incoming = operations.receive(mailbox=mailbox, data=answer(to=first))
    reply = send(rita, mailbox, answers_id=incoming.id, subject="Re: A job for you")
    incoming.refresh_from_db()
    assert reply.thread_id == first.thread_id == incoming.thread_id
    assert incoming.done_by_id == rita.id
    mail = outbox.messages[-1]
    assert mail["In-Reply-To"] == f"<{incoming.message_id}>"
    assert mail["References"].split() == [f"<{first.message_id}>", f"<{incoming.message_id}>"]


def test_bulk_mail_carries_one_click_unsubscribe_and_the_signature_stands_below(rita, mailbox, outbox):
    Mailbox.objects.update(signature="Rita Recruiter\nNorthwind")
    message = send(rita, mailbox, is_bulk=True)
    (mail,) = outbox.messages
    assert mail["List-Unsubscribe"] == f"<{operations.sending.unsubscribe_url(message.id)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "\n-- \nRita Recruiter\nNorthwind" in mail.get_payload(0).get_payload(decode=True).decode().replace("\r", "")


def test_a_refusal_for_good_fails_one_and_leaves_the_next_alone(rita, mailbox, outbox):
    outbox.refuse["gone@example.org"] = "554 5.7.1 we do not want this"
    failed = send(rita, mailbox, "gone@example.org")
    sent = send(rita, mailbox)
    assert (failed.state, sent.state) == ("failed", "sent")
    assert "we do not want this" in failed.state_note
    (activity,) = recorded("message.failed")
    assert "554" in activity.data["reason"]


def test_a_temporary_refusal_is_tried_again_later(rita, mailbox, outbox):
    outbox.refuse["busy@example.org"] = "450 4.2.1 try later"
    message = send(rita, mailbox, "busy@example.org")
    assert (message.state, message.attempts) == ("queued", 1)
    assert timedelta(minutes=1) < message.due_at - clock.now() <= timedelta(minutes=2)
    assert operations.deliver(message_id=message.id) is None
    assert not outbox.taken
    outbox.refuse.clear()
    Message.objects.update(due_at=clock.now())
    assert operations.deliver(message_id=message.id).state == "sent"


def test_trying_ends_after_days(rita, mailbox, outbox):
    outbox.refuse["busy@example.org"] = "450 4.2.1 try later"
    message = write(rita, mailbox, "busy@example.org")
    Message.objects.update(attempts=len(operations.sending.RETRY_AFTER))
    assert operations.deliver(message_id=message.id).state == "failed"


def test_a_server_that_hangs_after_the_dot_makes_it_unclear_and_it_is_never_sent_again(rita, mailbox):
    with ScriptedServer(answer=lambda command, _: None if command == "END" else "default") as server:
        Mailbox.objects.update(smtp_port=server.port, smtp_user="")
        message = send(rita, mailbox)
        assert message.state == "unclear"
        assert operations.deliver(message_id=message.id) is None
        assert len(server.received) == 1
    (activity,) = recorded("message.unclear")
    assert "did not confirm" in activity.data["reason"]
    assert queries.list_unclear(rita.actor) == [message]


def test_a_worker_that_died_leaves_an_unclear_message(rita, mailbox, outbox):
    message = write(rita, mailbox)
    Message.objects.update(state="in_flight", in_flight_at=clock.now() - timedelta(minutes=21))
    assert operations.deliver(message_id=message.id) is None
    assert operations.mark_lost_unclear() == 1
    assert operations.mark_lost_unclear() == 0
    assert not outbox.taken


@pytest.mark.parametrize(("arrived", "state", "taken"), [(True, "sent", 0), (False, "queued", 1)])
def test_a_person_settles_an_unclear_message(rita, mailbox, outbox, arrived, state, taken):
    message = write(rita, mailbox)
    Message.objects.update(state="unclear", in_flight_at=clock.now())
    settled = operations.resolve_unclear(actor=rita.actor, message_id=message.id, arrived=arrived)
    assert settled.state == state
    operations.deliver(message_id=message.id)
    assert len(outbox.taken) == taken
    with pytest.raises(Conflict):
        operations.resolve_unclear(actor=rita.actor, message_id=message.id, arrived=arrived)


def test_no_connection_marks_the_mailbox_and_success_takes_it_back(rita, mailbox, outbox):
    Mailbox.objects.update(smtp_port=1)
    message = send(rita, mailbox)
    mailbox.refresh_from_db()
    assert (message.state, mailbox.state) == ("queued", "failing")
    assert "Nothing answers at" in mailbox.last_error
    Mailbox.objects.update(smtp_port=outbox.port)
    Message.objects.update(due_at=clock.now())
    operations.deliver(message_id=message.id)
    mailbox.refresh_from_db()
    assert (mailbox.state, mailbox.last_error) == ("active", "")
    assert (len(recorded("mailbox.failed")), len(recorded("mailbox.recovered"))) == (1, 1)


def test_the_pace_of_a_mailbox_holds(rita, mailbox, outbox):
    Mailbox.objects.update(pace_per_minute=20)  # two at once, then one in three seconds
    states = [send(rita, mailbox, f"carl{number}@example.org").state for number in range(2)]
    third = write(rita, mailbox, "carl3@example.org")
    assert operations.deliver(message_id=third.id) is None
    third.refresh_from_db()
    assert states == ["sent", "sent"]
    assert timedelta(0) < third.due_at - clock.now() <= timedelta(seconds=60 / 19)
    assert len(outbox.taken) == 2


def test_the_daily_cap_of_a_mailbox_holds(rita, mailbox, outbox):
    Mailbox.objects.update(daily_cap=1)
    send(rita, mailbox)
    second = write(rita, mailbox, "carl2@example.org")
    operations.deliver(message_id=second.id)
    second.refresh_from_db()
    assert second.state == "queued"
    assert second.due_at - clock.now() > timedelta(hours=23)


def test_a_paused_mailbox_waits(rita, mailbox, outbox):
    message = write(rita, mailbox)
    operations.set_paused(actor=rita.actor, mailbox_id=mailbox.id, paused=True)
    operations.deliver(message_id=message.id)
    message.refresh_from_db()
    assert (message.state, message.state_note, outbox.taken) == ("queued", "The mailbox is paused.", [])


def test_a_suppressed_address_is_refused_and_also_stopped_at_the_last_moment(rita, mailbox, outbox):
    message = write(rita, mailbox)
    operations.suppress_address(actor=rita.actor, address="Carl@Example.org", reason="manual")
    with pytest.raises(Conflict, match=r"carl@example.org must not be mailed since"):
        write(rita, mailbox)
    operations.deliver(message_id=message.id)
    message.refresh_from_db()
    assert (message.state, outbox.taken) == ("failed", [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": "carl at home"}, "to_address"),
        ({"subject": " "}, "subject"),
        ({"text": "\n"}, "text"),
        ({"text": "Hello {{ first_name }}"}, "text"),
        ({"text": "Hello. [[a sentence about their work]]"}, "text"),
        ({"subject": "About [[their talk]]"}, "subject"),
        ({"text": "Hello [[ there"}, "text"),
        ({"to": "carl@example.org\r\nBcc: all@example.org"}, "to_address"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(rita, mailbox, changes, field):
    with pytest.raises(InvalidInput) as caught:
        write(rita, mailbox, **changes)
    assert set(caught.value.fields) == {field}
    assert not Message.objects.exists()


def test_who_may_not_send_gets_no_further(hugo, rita, mailbox, make_user):
    with pytest.raises(NotAllowed):
        write(hugo, mailbox)
    with pytest.raises(NotFound):
        write(make_user("Rosa", "recruiter"), mailbox)
    assert not Message.objects.exists()
    assert not recorded("message.queued")


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_send_each_message_once_and_keep_the_pace(rita, mailbox, outbox):
    Mailbox.objects.update(pace_per_minute=50, daily_cap=5)
    messages = [write(rita, mailbox, f"carl{number}@example.org") for number in range(8)]

    def work(_):
        try:
            for message in messages:
                operations.deliver(message_id=message.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    recipients = [recipient for _, recipient, _ in outbox.taken]
    assert len(recipients) == len(set(recipients)) == 5
    assert Message.objects.filter(state="queued").count() == 3


def test_an_unclear_message_of_a_sequence_is_not_settled_here(rita, mailbox):
    message = write(rita, mailbox, is_bulk=True)
    Message.objects.update(state="unclear", in_flight_at=clock.now())
    assert queries.list_unclear(rita.actor) == []
    with pytest.raises(Conflict):
        operations.resolve_unclear(actor=rita.actor, message_id=message.id, arrived=False)
