from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage

from rapport.lib import clock
from rapport.mail import address_tokens, operations
from rapport.mail.models import DeliveryEvent, Mailbox, MailboxFolder, Message, Suppression
from rapport.mail.tests.examples import CANDIDATE_ID, answer, bounce, recorded, send

pytestmark = pytest.mark.django_db


def fetch(mailbox):
    return operations.fetch_mailbox(mailbox_id=mailbox.id)


def test_a_reply_comes_back_over_imap_with_the_senders_subjects(rita, reading_mailbox, imap):
    sent = send(rita, reading_mailbox)
    imap.put("rita", answer(to=sent, text="Yes, gladly.\r\n\r\n> how are you?\r\n\r\n-- \r\nCarl"))
    assert fetch(reading_mailbox) == 1
    message = Message.objects.incoming().get()
    assert (message.kind, message.thread_id) == ("reply", sent.thread_id)
    assert message.body.text == "Yes, gladly."
    assert message.body.full_text.startswith("Yes, gladly.")
    assert default_storage.exists(message.storage_name)
    (activity,) = recorded("message.received")
    assert activity.subject_id("candidate") == CANDIDATE_ID
    assert activity.subject_id("message") == message.id
    assert activity.data["kind"] == "reply"
    assert activity.data["matched_by"] == "message_id"
    assert activity.data["answers_message_id"] == str(sent.id)
    event = DeliveryEvent.objects.get()
    assert (event.message_id, event.kind, event.verdict) == (sent.id, "replied", "human")


@pytest.mark.usefixtures("carl_known")
def test_fetching_again_and_from_the_beginning_stores_nothing_twice(rita, reading_mailbox, imap):
    imap.put("rita", answer(to=send(rita, reading_mailbox)))
    imap.put("rita", b"Subject: no id\r\nFrom: carl@example.org\r\n\r\nHello\r\n")
    assert fetch(reading_mailbox) == 2
    assert fetch(reading_mailbox) == 0
    folder = MailboxFolder.objects.get()
    assert folder.last_uid == 2
    MailboxFolder.objects.update(last_uid=0, uid_validity=7)
    assert fetch(reading_mailbox) == 0
    assert Message.objects.incoming().count() == 2
    assert len(recorded("message.received")) == 2
    folder.refresh_from_db()
    assert folder.uid_validity != 7


@pytest.mark.usefixtures("carl_known")
def test_mail_stays_unread_on_the_server(reading_mailbox, imap):
    imap.put("rita", answer())
    fetch(reading_mailbox)
    client = imap.client("rita")
    client.select("INBOX")
    assert client.search(None, "UNSEEN") == ("OK", [b"1"])
    client.logout()


def test_several_folders_are_read_and_own_sent_copies_dropped(rita, reading_mailbox, imap, outbox):
    sent = send(rita, reading_mailbox)
    imap.put("rita", outbox.taken[0][2], "Sent")
    imap.put("rita", answer(to=sent, sender="Rita <rita@example.com>", text="A note to myself"), "Sent")
    imap.put("rita", answer(to=sent), "Applications")
    Mailbox.objects.update(imap_folders=["INBOX", "Sent", "Applications"])
    assert fetch(reading_mailbox) == 1
    assert Message.objects.incoming().get().from_address == "carl@example.org"


def test_two_people_answering_the_same_subject_crosswise_are_told_apart(rita, mailbox):
    first = send(rita, mailbox, "carl@example.org")
    second = send(rita, mailbox, "dana@example.org", subjects={})
    from_dana = operations.receive(mailbox=mailbox, data=answer(to=second, sender="dana@example.org"))
    from_carl = operations.receive(mailbox=mailbox, data=answer(to=first, sender="carl@example.org"))
    assert (from_dana.thread_id, from_dana.subjects) == (second.thread_id, {})
    assert (from_carl.thread_id, from_carl.subjects) == (first.thread_id, {"candidate": str(CANDIDATE_ID)})


def test_without_ids_the_address_token_decides_and_then_the_sender(rita, mailbox):
    older = send(rita, mailbox)
    newer = send(rita, mailbox, subject="Another job")
    token = address_tokens.plus_address("rita@example.com", older.id)
    by_token = operations.receive(mailbox=mailbox, data=answer(headers=f"Delivered-To: {token.upper()}\r\n"))
    by_sender = operations.receive(mailbox=mailbox, data=answer())
    assert by_token.thread_id == older.thread_id
    assert by_sender.thread_id == newer.thread_id
    assert [row.data["matched_by"] for row in recorded("message.received")] == ["token", "sender"]


@pytest.mark.usefixtures("carl_known")
def test_a_known_person_may_write_first(mailbox):
    message = operations.receive(mailbox=mailbox, data=answer())
    assert (message.subjects, message.thread_id) == ({"candidate": str(CANDIDATE_ID)}, message.id)
    assert recorded("message.received")[0].data["matched_by"] == "address"


def test_a_strangers_mail_is_left_alone_in_a_personal_mailbox_and_taken_into_a_shared_one(
    mailbox, shared_mailbox, imap
):
    stranger = answer(sender="Aunt Vera <vera@example.net>", text="Dinner on Sunday?")
    assert operations.receive(mailbox=mailbox, data=stranger) is None
    imap.put("shared", stranger)
    assert fetch(shared_mailbox) == 1
    assert Message.objects.get().mailbox == shared_mailbox
    assert [row.data["matched_by"] for row in recorded("message.received")] == [""]


def test_what_arrived_before_the_mailbox_was_connected_stays_where_it_is(shared_mailbox, imap):
    imap.put("shared", answer(message_id="old@example.org"))
    Mailbox.objects.update(created_at=clock.now() + timedelta(hours=1))
    assert fetch(shared_mailbox) == 0
    Mailbox.objects.update(created_at=clock.now() - timedelta(hours=1))
    imap.put("shared", answer(message_id="new@example.org"))
    assert fetch(shared_mailbox) == 1
    assert Message.objects.get().message_id == "new@example.org"


def test_a_forged_token_names_nothing(rita, mailbox):
    sent = send(rita, mailbox, "dana@example.org")
    token = address_tokens.plus_address("rita@example.com", sent.id)
    forged = token[:8] + ("a" if token[8] != "a" else "b") + token[9:]
    assert address_tokens.read_plus_address(token) == sent.id
    assert address_tokens.read_plus_address(forged) is None
    assert address_tokens.read_plus_address("rita+jobs@example.com") is None


def test_an_out_of_office_tells_the_date_and_waits_for_nobody(rita, mailbox):
    sent = send(rita, mailbox)
    data = answer(to=sent, text="I am away until 5 December 2026.", headers="Auto-Submitted: auto-replied\r\n")
    message = operations.receive(mailbox=mailbox, data=data)
    assert message.kind == "auto_reply"
    assert recorded("message.received")[0].data["returns_on"] == date(2026, 12, 5).isoformat()
    assert not Message.objects.waiting_for_answer().exists()
    assert DeliveryEvent.objects.get().verdict == "machine"


@pytest.mark.parametrize(
    ("code", "words", "bounce_class", "is_suppressed"),
    [("5.1.1", "User unknown", "hard", True), ("5.2.2", "Mailbox full", "soft", False)],
)
def test_bounces_suppress_by_class(rita, mailbox, code, words, bounce_class, is_suppressed):
    sent = send(rita, mailbox)
    operations.receive(mailbox=mailbox, data=bounce(sent, code=code, words=words))
    (activity,) = recorded("message.bounced")
    assert activity.data["class"] == bounce_class
    assert activity.subject_id("message") == sent.id
    assert activity.subject_id("candidate") == CANDIDATE_ID
    assert Suppression.objects.filter(address="carl@example.org", reason="hard_bounce").exists() == is_suppressed
    assert not recorded("message.received")


def test_a_forged_report_suppresses_nobody_we_did_not_write_to(rita, mailbox):
    sent = send(rita, mailbox)
    sent.to_address, sent.message_id = "dana@example.org", "made-up@example.com"
    assert operations.receive(mailbox=mailbox, data=bounce(sent)) is None
    of_carl = send(rita, mailbox, subject="Another job")
    about_somebody_else = bounce(of_carl).replace(b"carl@example.org", b"dana@example.org")
    operations.receive(mailbox=mailbox, data=about_somebody_else)
    assert len(recorded("message.bounced")) == 1
    assert not Suppression.objects.exists()


def test_unsubscribe_in_words_is_honoured(rita, mailbox):
    sent = send(rita, mailbox)
    operations.receive(mailbox=mailbox, data=answer(to=sent, text="Please unsubscribe me.\r\n\r\n> how are you?"))
    operations.receive(mailbox=mailbox, data=answer(to=sent, text="Stop"))
    assert Suppression.objects.get().reason == "unsubscribed"
    assert [row.data for row in recorded("message.unsubscribed")] == [{"by": "words"}]


def test_what_a_reply_wants_is_recorded(rita, mailbox):
    sent = send(rita, mailbox)
    operations.receive(mailbox=mailbox, data=answer(to=sent, text="Not at the moment. Please write again in March."))
    operations.receive(
        mailbox=mailbox, data=answer(to=sent, text="I am away.", headers="Auto-Submitted: auto-replied\r\n")
    )
    assert [(row.data["intent"], row.data["come_back_on"]) for row in recorded("message.received")] == [
        ("not_now", "2027-03-01"),
        (None, None),
    ]


def test_unsubscribe_from_another_address_stops_both(rita, mailbox):
    sent = send(rita, mailbox)
    data = answer(to=sent, sender="carl@home.example.net", text="Please remove me from your list. Thank you.")
    operations.receive(mailbox=mailbox, data=data)
    assert set(Suppression.objects.values_list("address", "reason")) == {
        ("carl@example.org", "unsubscribed"),
        ("carl@home.example.net", "unsubscribed"),
    }


@pytest.mark.usefixtures("carl_known")
def test_unsubscribe_in_a_message_of_their_own_is_honoured_once(mailbox):
    for _ in range(2):
        operations.receive(mailbox=mailbox, data=answer(text="Please take me off your list."))
    assert Suppression.objects.get().address == "carl@example.org"
    (activity,) = recorded("message.unsubscribed")
    assert activity.subject_id("candidate") == CANDIDATE_ID


def test_a_stranger_in_a_shared_mailbox_suppresses_nobody(shared_mailbox):
    operations.receive(mailbox=shared_mailbox, data=answer(sender="vera@example.net", text="Unsubscribe"))
    assert not Suppression.objects.exists()


def test_an_unreachable_server_marks_the_mailbox_in_words(reading_mailbox):
    Mailbox.objects.update(imap_port=1)
    assert fetch(reading_mailbox) == 0
    assert fetch(reading_mailbox) == 0
    reading_mailbox.refresh_from_db()
    assert (reading_mailbox.state, len(recorded("mailbox.failed"))) == ("failing", 1)
    assert "Nothing answers at 127.0.0.1:1" in reading_mailbox.last_error


@pytest.mark.usefixtures("carl_known")
def test_a_wrong_password_marks_the_mailbox_and_mending_it_recovers(rita, reading_mailbox, imap):
    imap.put("rita", answer())
    password = reading_mailbox.imap_password
    Mailbox.objects.update(imap_password=reading_mailbox.smtp_password[:-4] and operations.mailboxes.encrypt("wrong"))
    fetch(reading_mailbox)
    assert Mailbox.objects.get().state == "failing"
    Mailbox.objects.update(imap_password=password)
    assert fetch(reading_mailbox) == 1
    assert Mailbox.objects.get().state == "active"


def test_hostile_and_broken_messages_hold_up_nothing(shared_mailbox, imap):
    nul = b"From: carl@example.org\r\nSubject: a\x00b\r\n\r\nHe\x00llo\r\n"
    for data in (nul, b"\r\n", b"Subject: =?utf-8?B?/w==?=\r\nFrom: <>\r\n\r\n\xff\xfe\r\n", answer()):
        imap.put("shared", data.replace(b"\x00", b"=00") if data is nul else data)
    assert fetch(shared_mailbox) == 4
    operations.receive(mailbox=shared_mailbox, data=nul)
    assert Message.objects.incoming().count() == 5


@pytest.mark.usefixtures("carl_known")
def test_a_connection_that_breaks_in_between_goes_on_where_it_stopped(reading_mailbox, imap, monkeypatch):
    for number in range(4):
        imap.put("rita", answer(message_id=f"{number}@example.org"))
    real = operations.receiving.imap.ImapConnection._fetch

    def fetch_until_it_breaks(self, uid, what):
        if uid == 3:
            raise ConnectionResetError("gone")
        return real(self, uid, what)

    with monkeypatch.context() as patch:
        patch.setattr(operations.receiving.imap.ImapConnection, "_fetch", fetch_until_it_breaks)
        assert fetch(reading_mailbox) == 0
    assert MailboxFolder.objects.get().last_uid == 2
    assert "failed: gone" in Mailbox.objects.get().last_error
    assert fetch(reading_mailbox) == 2
    assert sorted(Message.objects.values_list("message_id", flat=True)) == [f"{n}@example.org" for n in range(4)]


@pytest.mark.usefixtures("carl_known")
def test_a_message_that_cannot_be_taken_in_does_not_hold_up_the_next(reading_mailbox, imap, monkeypatch, caplog):
    imap.put("rita", answer(message_id="bad@example.org"))
    imap.put("rita", answer(message_id="good@example.org"))
    real = operations.receiving.receive

    def receive(*, mailbox, data, is_cut):
        if b"bad@" in data:
            raise ValueError("no")
        return real(mailbox=mailbox, data=data, is_cut=is_cut)

    monkeypatch.setattr(operations.receiving, "receive", receive)
    assert fetch(reading_mailbox) == 1
    assert "message not taken in" in caplog.text
    assert "example.org" not in caplog.text.split("Traceback")[0]


def test_of_a_huge_message_only_the_header_is_fetched(rita, reading_mailbox, imap, monkeypatch):
    sent = send(rita, reading_mailbox)
    imap.put("rita", answer(to=sent, text="x" * 5_000))
    monkeypatch.setattr("rapport.mail.imap.MAX_MESSAGE_BYTES", 2_000)
    assert fetch(reading_mailbox) == 1
    message = Message.objects.incoming().get()
    assert (message.thread_id, message.body.text) == (sent.thread_id, "")
    assert message.state_note == "Too large to fetch in full; open it in your mail program."


def test_who_writes_again_before_an_answer_goes_on_in_their_thread(mailbox, carl_known):
    first = operations.receive(mailbox=mailbox, data=answer())
    second = operations.receive(mailbox=mailbox, data=answer(to=first))
    assert second.thread_id == first.thread_id
    other = operations.receive(mailbox=mailbox, data=answer(to=first, sender="dana@example.org"))
    assert other is None  # a stranger who names Carl's message in Rita's own mailbox
