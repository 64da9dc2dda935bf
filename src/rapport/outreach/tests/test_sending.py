"""The engine against a real server on loopback: what is sent, recorded, tried again, refused and unclear."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.servers import smtp as real_smtp

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.encryption import encrypt
from rapport.mail.activities import MESSAGE_SENT
from rapport.mail.models import Grant, Mailbox, Message, Preference, Provider, Suppression
from rapport.mail.tests.scripted_smtp import ScriptedServer
from rapport.outreach import ledger, operations
from rapport.outreach.engine import Engine
from rapport.outreach.models import Delivery, Enrollment, Lease
from rapport.outreach.tests.factories import MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(lanes=3, batch=50, lease_s=30)
    yield engine
    engine.stop()


def start(rita, server, *addresses: str, mailbox=None, **step):
    """A sequence of one step with these people in it, written by rita."""
    mailbox = mailbox or MailboxFactory(smtp_port=server.port)
    sequence = SequenceFactory(mailbox=mailbox)
    make_step(sequence, **step)
    people = [make_person(f"Carl{number} Example", address) for number, address in enumerate(addresses)]
    result = operations.enroll(
        actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people]
    )
    assert result.excluded == []
    return sequence, people


def test_a_due_step_is_sent_once_and_joins_the_thread(rita, engine):
    with real_smtp.running() as outbox:
        _, (carl,) = start(rita, outbox, "carl@example.net")
        engine.run_until_idle()
        engine.run_until_idle()
    (message,) = outbox.messages
    stored = Message.objects.get()
    enrollment = Enrollment.objects.get()
    assert (message["To"], message["Subject"]) == ("Carl0 Example <carl@example.net>", "Hello Carl0")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == f"<{stored.message_id}>"
    assert (stored.state, stored.subject, stored.sent_by, stored.is_bulk) == ("sent", "Hello Carl0", rita, True)
    assert stored.subjects == {"candidate": str(carl.id), "enrollment": str(enrollment.id)}
    assert stored.body.text.startswith("Hi Carl0,\n\nshall we talk?\n\nIf you would rather not hear")
    assert (enrollment.state, enrollment.sent_count, enrollment.delivery_id) == ("finished", 1, None)
    assert Delivery.objects.get().state == "sent"
    sent = Activity.objects.get(verb="message.sent")
    assert (sent.actor_id, sorted(sent.subjects)) == (rita.id, ["candidate", "enrollment", "message"])
    assert Activity.objects.filter(verb="enrollment.finished").count() == 1
    carl.refresh_from_db()
    assert carl.last_contact_at == stored.sent_at


def test_a_mailbox_that_signs_in_at_its_provider_sends_with_its_token(rita, engine):
    now = clock.now()
    provider = Provider.objects.create(kind="google", client_id="app", created_at=now, updated_at=now)
    with real_smtp.running(needs_sign_in=True) as outbox:
        outbox.is_held = lambda username, token: token == "held by us"
        mailbox = MailboxFactory(smtp_port=outbox.port, provider=provider)
        Grant.objects.create(
            mailbox=mailbox, refresh_token=encrypt("r"), access_token=encrypt("held by us"), given_at=now, renewed_at=now,
            expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        start(rita, outbox, *(f"carl{number}@example.net" for number in range(7)), mailbox=mailbox)
        engine.run_until_idle()
    assert len(outbox.taken) == 7
    assert set(outbox.signed_in) == {mailbox.address}


def test_nothing_is_claimed_for_a_mailbox_that_waits_for_a_sign_in(rita, engine):
    with real_smtp.running() as outbox:
        mailbox = MailboxFactory(smtp_port=outbox.port, needs_sign_in=True)
        start(rita, outbox, "carl@example.net", mailbox=mailbox)
        engine.run_until_idle()
    assert outbox.taken == []
    assert not Delivery.objects.exists()


def test_the_next_step_answers_the_thread(rita, engine):
    with real_smtp.running() as outbox:
        sequence, _ = start(rita, outbox, "carl@example.net")
        make_step(sequence, 2, subject="", body="Just asking again.")
        engine.run_until_idle()
    first, second = outbox.messages
    assert second["Subject"] == "Re: Hello Carl0"
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert Message.objects.values("thread_id").distinct().count() == 1


def test_refused_with_554_ends_and_450_is_tried_again(rita, engine):
    with real_smtp.running() as outbox:
        outbox.refuse = {"gone@example.net": "554 5.7.1 no", "busy@example.net": "450 4.2.1 later"}
        start(rita, outbox, "carl@example.net", "gone@example.net", "busy@example.net")
        engine.run_until_idle()
        gone = Enrollment.objects.get(deliveries__address="gone@example.net")
        busy = Enrollment.objects.get(deliveries__address="busy@example.net")
        assert (gone.state, gone.exit_reason, gone.exit_note) == ("exited", "refused", "554 5.7.1 no")
        assert (busy.state, busy.tries, busy.waits_for) == ("active", 1, "Tried again later: 450 4.2.1 later")
        assert busy.next_due_at > clock.now()
        outbox.refuse = {}
        Enrollment.objects.filter(id=busy.id).update(next_due_at=clock.now())
        engine.run_until_idle()
    assert [row.attempt for row in busy.deliveries.order_by("attempt")] == [1, 2]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["failed", "refused", "sent", "sent"]
    assert Message.objects.get(to_address="gone@example.net").state == "failed"
    assert len(outbox.taken) == 2


def test_an_address_that_does_not_exist_is_suppressed(rita, engine):
    with real_smtp.running() as outbox:
        outbox.refuse = {"gone@example.net": "550 5.1.1 no such user"}
        start(rita, outbox, "gone@example.net")
        engine.run_until_idle()
    assert Suppression.objects.get().address == "gone@example.net"


def test_no_answer_after_the_message_is_unclear_and_not_sent_again(rita, engine):
    script = lambda command, _: None if command == "END" else "default"  # noqa: E731
    with ScriptedServer(script) as server:
        start(rita, server, "carl@example.net")
        engine.run_until_idle()
        engine.run_until_idle()
        assert len(server.received) == 1
    enrollment, delivery = Enrollment.objects.get(), Delivery.objects.get()
    assert (delivery.state, enrollment.state, enrollment.delivery_id) == ("unclear", "active", delivery.id)
    assert enrollment.next_due_at is None
    assert Message.objects.get().state == "unclear"
    assert Activity.objects.filter(verb="message.unclear").count() == 1


def test_a_server_that_hangs_fails_the_mailbox_and_gives_everything_back(rita, engine, monkeypatch):
    from rapport.mail.operations.mailboxes import smtp_settings

    monkeypatch.setattr("rapport.outreach.engine.smtp_settings", lambda mailbox: smtp_settings(mailbox, timeout_s=0.3))
    with ScriptedServer(lambda command, _: "" if command == "EHLO" else "default") as server:
        start(rita, server, *(f"p{n}@example.net" for n in range(5)))
        engine.run_until_idle()
    mailbox = Mailbox.objects.get()
    assert mailbox.state == "failing"
    assert mailbox.last_error.startswith("127.0.0.1:")
    assert Delivery.objects.count() == 0
    assert set(Enrollment.objects.values_list("state", "delivery_id")) == {("active", None)}
    assert "did not answer within 0.3 seconds" in Enrollment.objects.first().waits_for
    assert Activity.objects.filter(verb="mailbox.failed").count() == 1


def test_a_failing_mailbox_recovers(rita, engine):
    with real_smtp.running() as outbox:
        mailbox = MailboxFactory(smtp_port=outbox.port, state="failing", last_error="gone")
        start(rita, outbox, *(f"p{n}@example.net" for n in range(5)), mailbox=mailbox)
        engine.run_until_idle()
    mailbox.refresh_from_db()
    assert (mailbox.state, len(outbox.taken)) == ("active", 5)


def test_a_paused_mailbox_is_not_looked_at_until_it_goes_on(rita, engine):
    with real_smtp.running() as outbox:
        sequence, _ = start(rita, outbox, "carl@example.net")
        Mailbox.objects.update(state="paused")
        assert (ledger.list_due_places(clock.now()), engine.step()) == ([], 0)
        Mailbox.objects.update(state="active")
        assert ledger.list_due_places(clock.now()) == [(sequence.id, sequence.mailbox_id)]
        engine.run_until_idle()
    assert len(outbox.taken) == 1


def test_two_engines_send_everything_once(rita):
    engines = [Engine(lanes=3, batch=20) for _ in range(2)]
    with real_smtp.running() as outbox:
        start(rita, outbox, *(f"p{n}@example.net" for n in range(200)))
        while sum(engine.step() for engine in engines) or any(engine.is_busy for engine in engines):
            continue
        for engine in engines:
            engine.stop()
    assert sorted(to for _, to, _ in outbox.taken) == sorted(f"p{n}@example.net" for n in range(200))
    assert Lease.objects.count() == 0


def test_stopping_gives_back_what_is_only_claimed(rita, engine):
    with real_smtp.running() as outbox:
        start(rita, outbox, *(f"p{n}@example.net" for n in range(100)))
        engine.step()
        engine.stop()
        assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent"}
        assert Message.objects.count() == len(outbox.taken) == Delivery.objects.count()
        assert Enrollment.objects.filter(delivery_id__isnull=False).count() == 0
        engine.run_until_idle()
    assert len(outbox.taken) == len({to for _, to, _ in outbox.taken}) == 100


def test_what_people_chose_is_held_to_when_it_is_due(rita, engine):
    """A choice that comes after the enrollment, one kind for each person; nobody's mail goes out but the last one's."""
    now = clock.now()
    with real_smtp.running() as outbox:
        _, people = start(
            rita, outbox, "topic@example.net", "pause@example.net", "rare@example.net", "free@example.net"
        )
        Preference.objects.bulk_create(
            [
                Preference(address="topic@example.net", declined=["jobs"], updated_at=now),
                Preference(address="pause@example.net", paused_until=now + timedelta(days=100), updated_at=now),
                Preference(address="rare@example.net", every_days=90, updated_at=now),
                Preference(address="free@example.net", declined=["news"], every_days=7, updated_at=now),
            ]
        )
        record(
            MESSAGE_SENT,
            actor=rita.actor,
            subjects={"candidate": people[2].id},
            data={"is_bulk": True},
        )
        engine.run_until_idle()
    assert [message["To"] for message in outbox.messages] == ["Carl3 Example <free@example.net>"]
    topic, pause, rare = (Enrollment.objects.get(candidate=person) for person in people[:3])
    assert (topic.state, topic.exit_reason) == ("exited", "topic")
    assert pause.state == rare.state == "active"
    assert pause.next_due_at.date() == (now + timedelta(days=100)).date()
    assert rare.waits_for == "They asked for one mail in 90 days at most."
