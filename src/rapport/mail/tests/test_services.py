"""Mail services deliver by webhooks: what is proven to be theirs is kept, worked on, and goes the way of mail from IMAP."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.activity.models import Activity
from rapport.lib import clock
from rapport.lib.encryption import decrypt
from rapport.mail import operations
from rapport.mail.models import DeliveryEvent, Mailbox, Message, Service, ServiceCall, Suppression
from rapport.mail.operations import ServiceSettings
from rapport.mail.queries import get_thread
from rapport.mail.tests.calls import (
    MAILGUN_KEY,
    deliver,
    mailgun_event,
    mailgun_signature,
    postmark_bounce,
    postmark_complaint,
    postmark_mail,
    work,
)
from rapport.mail.tests.examples import answer, bounce, recorded, send
from rapport.mail.timeline import load_messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def postmark(ada) -> Service:
    return operations.save_service(actor=ada.actor, kind="postmark", settings=ServiceSettings())


@pytest.fixture
def mailgun(ada) -> Service:
    return operations.save_service(actor=ada.actor, kind="mailgun", settings=ServiceSettings(signing_key=MAILGUN_KEY))


@pytest.fixture
def sent(rita, mailbox) -> Message:
    return send(rita, mailbox)


def _events() -> list[tuple[str, str]]:
    return list(DeliveryEvent.objects.order_by("id").values_list("kind", "verdict"))


# Events


def test_a_hard_bounce_suppresses_the_address_like_a_report_by_mail(postmark, sent, django_capture_on_commit_callbacks):
    assert deliver(postmark, "events", postmark_bounce("carl@example.org")).status_code == 200
    assert ServiceCall.objects.count() == 1
    assert not recorded("message.bounced"), "it is kept first, and worked on by the worker"

    assert work() == 1

    (bounced,) = recorded("message.bounced")
    assert bounced.data == {
        "class": "hard", "status": "5.1.1", "reason": "user_unknown", "address": "carl@example.org",
        "text": "smtp;550 5.1.1 User unknown",
    }  # fmt: skip
    assert str(bounced.subject_id("message")) == str(sent.id)
    assert (Suppression.objects.get().address, Suppression.objects.get().reason) == ("carl@example.org", "hard_bounce")
    assert _events() == [("bounced", "machine")]
    assert not ServiceCall.objects.exists()


def test_what_is_delivered_twice_happens_once(postmark, sent):
    for _ in range(2):
        assert deliver(postmark, "events", postmark_bounce("carl@example.org")).status_code == 200
    assert work() == 1
    assert deliver(postmark, "events", postmark_bounce("carl@example.org")).status_code == 200
    assert work() == 0
    assert len(recorded("message.bounced")) == 1
    assert _events() == [("bounced", "machine")]


@pytest.mark.parametrize(
    ("kind", "said", "bounce_class"),
    [
        ("SoftBounce", "smtp;452 4.2.2 Mailbox full", "soft"),
        ("SoftBounce", "smtp;550 5.1.1 User unknown", "soft"),
        ("HardBounce", "", "hard"),
        ("HardBounce", "smtp;552 5.2.2 Mailbox full", "soft"),
        ("DMARCPolicy", "smtp;550 5.7.1 Rejected by policy", "soft"),
    ],
)
def test_only_a_dead_address_is_given_up(postmark, sent, kind, said, bounce_class):
    deliver(postmark, "events", postmark_bounce("carl@example.org", kind=kind, said=said))
    assert work() == 1
    assert recorded("message.bounced")[0].data["class"] == bounce_class
    assert Suppression.objects.exists() == (bounce_class == "hard")


@pytest.mark.parametrize(("hours_ago", "counts_from"), [(30, 30), (24 * 29, 24 * 29), (-1, 0), (24 * 31, 0), (None, 0)])
@pytest.mark.parametrize("kind", ["Bounce", "SpamComplaint", "SubscriptionChange", "Delivery"])
def test_an_event_counts_from_when_it_happened(postmark, sent, time_machine, kind, hours_ago, counts_from):
    now = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    at = "" if hours_ago is None else f"{now - timedelta(hours=hours_ago):%Y-%m-%dT%H:%M:%SZ}"
    said = postmark_bounce("carl@example.org") if kind == "Bounce" else postmark_complaint("carl@example.org")
    said |= {
        "RecordType": kind,
        "MessageID": sent.message_id,
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
    }
    said |= dict.fromkeys(("BouncedAt", "ChangedAt", "DeliveredAt"), at)
    deliver(postmark, "events", said)
    assert work() == 1
    assert DeliveryEvent.objects.get().occurred_at == now - timedelta(hours=counts_from)


def test_a_complaint_suppresses_and_is_recorded(postmark, sent):
    deliver(postmark, "events", postmark_complaint("carl@example.org"))
    assert work() == 1
    assert recorded("message.complained")[0].data == {"feedback_type": "abuse", "address": "carl@example.org"}
    assert Suppression.objects.get().reason == "complaint"
    assert _events() == [("complained", "human")]


def test_an_unsubscribe_at_the_service_is_one_here(postmark, sent):
    payload = {
        "RecordType": "SubscriptionChange", "MessageID": "x", "ChangedAt": "2026-11-27T09:00:00Z",
        "Recipient": "carl@example.org", "SuppressSending": True, "SuppressionReason": "ManualSuppression", "Origin": "Recipient",
    }  # fmt: skip
    deliver(postmark, "events", payload)
    assert work() == 1
    assert [row.data for row in recorded("message.unsubscribed")] == [{"by": "service"}]
    assert Suppression.objects.get().reason == "unsubscribed"
    deliver(postmark, "events", {**payload, "ChangedAt": "2026-11-27T10:00:00Z"})
    assert work() == 1
    assert len(recorded("message.unsubscribed")) == 1


def test_mail_to_strangers_and_what_is_of_no_interest_leaves_nothing(postmark, sent):
    for payload in (
        postmark_bounce("stranger@example.net"),
        {"RecordType": "Open", "MessageID": "x", "Recipient": "carl@example.org", "ReceivedAt": "2026-11-27T09:00:00Z"},
        {
            "RecordType": "Delivery",
            "MessageID": "x",
            "Recipient": "carl@example.org",
            "DeliveredAt": "2026-11-27T09:00:00Z",
        },
    ):
        assert deliver(postmark, "events", payload).status_code == 200
    assert work() == 0
    assert not DeliveryEvent.objects.exists()
    assert not Suppression.objects.exists()
    assert not ServiceCall.objects.exists()


def test_mailgun_names_our_message_id_also_of_what_was_delivered(mailgun, rita, mailbox, sent):
    later = send(rita, mailbox)
    assert deliver(mailgun, "events", mailgun_event(sent, "delivered")).status_code == 200
    assert deliver(mailgun, "events", mailgun_event(sent)).status_code == 200
    assert work() == 2
    assert list(DeliveryEvent.objects.order_by("id").values_list("message_id", "kind")) == [
        (sent.id, "delivered"), (sent.id, "bounced"),
    ]  # fmt: skip
    assert later.events.count() == 0


def test_a_message_shows_that_the_service_told_of_its_delivery(mailgun, rita, mailbox, sent, sign_in):
    client, silent = sign_in(rita), send(rita, mailbox)
    deliver(mailgun, "events", mailgun_event(sent, "delivered"))
    assert work() == 1
    [message] = get_thread(rita.actor, sent.id).messages
    assert message.delivered_at == sent.events.get().occurred_at
    sent_mail = [it for it in Activity.objects.filter(verb="message.sent") if it.find_subject_id("message") == sent.id]
    [shown] = load_messages(rita.actor, sent_mail).values()
    assert shown["message"].delivered_at == message.delivered_at
    told = "The receiving server took it, says the mail service"
    assert told in client.get(f"/messages/{sent.id}/").content.decode()
    assert told not in client.get(f"/messages/{silent.id}/").content.decode()
    deliver(mailgun, "events", mailgun_event(sent))
    assert work() == 1
    assert told not in client.get(f"/messages/{sent.id}/").content.decode(), "it came back after all"


def test_a_retry_of_mailgun_with_another_signature_is_the_same_event(mailgun, sent):
    first = mailgun_event(sent)
    again = {**first, "signature": {**first["signature"], "token": "f" * 50}}
    deliver(mailgun, "events", first)
    assert deliver(mailgun, "events", again).status_code == 403, "this token was not signed"
    stamp, token = first["signature"]["timestamp"], "f" * 50
    signature = hmac.new(MAILGUN_KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    again = {**first, "signature": {"timestamp": stamp, "token": token, "signature": signature}}
    assert deliver(mailgun, "events", again).status_code == 200
    assert work() == 1


OTHERS: list[tuple[str, ServiceSettings, Any]] = [
    (
        "sendgrid", ServiceSettings(),
        lambda message: [
            {
                "event": "bounce", "type": "bounce", "email": message.to_address, "timestamp": 1795770000, "status": "5.1.1",
                "smtp-id": f"<{message.message_id}>", "sg_event_id": "e1", "reason": "550 5.1.1 no such user",
            },
            {"event": "open", "email": message.to_address, "timestamp": 1795770000, "sg_event_id": "e2"},
        ],
    ),
    (
        "brevo", ServiceSettings(),
        lambda message: {
            "event": "hard_bounce", "email": message.to_address, "message-id": f"<{message.message_id}>",
            "ts_epoch": 1795770000000, "reason": "550 5.1.1 unknown",
        },
    ),
    (
        "mailjet", ServiceSettings(),
        lambda message: [
            {
                "event": "bounce", "time": 1795770000, "MessageID": 1, "email": message.to_address, "hard_bounce": True,
                "error_related_to": "recipient", "error": "user unknown",
            }
        ],
    ),
    (
        "sparkpost", ServiceSettings(),
        lambda message: [
            {
                "msys": {
                    "message_event": {
                        "type": "bounce", "event_id": "9", "timestamp": "1795770000", "raw_rcpt_to": message.to_address,
                        "bounce_class": "10", "raw_reason": "550 5.1.1 no such user", "transmission_id": "7",
                    }
                }
            },
            {"msys": {}},
        ],
    ),
    (
        "resend", ServiceSettings(),
        lambda message: {
            "type": "email.complained", "created_at": "2026-11-27T09:00:00Z",
            "data": {"email_id": "4", "to": [message.to_address]},
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "settings", "payload"), OTHERS, ids=[row[0] for row in OTHERS])
def test_the_other_services_are_read_as_well(ada, sent, kind, settings, payload):
    service = operations.save_service(actor=ada.actor, kind=kind, settings=settings)
    for _ in range(2):
        assert deliver(service, "events", payload(sent)).status_code == 200
    assert work() == 1
    assert Suppression.objects.get().address == "carl@example.org"
    service.refresh_from_db()
    assert service.problem == ""


def test_mailersend_signs_the_whole_body(ada, sent):
    service = operations.save_service(
        actor=ada.actor, kind="mailersend", settings=ServiceSettings(signing_key="theirs")
    )
    body = json.dumps(
        {
            "type": "activity.hard_bounced",
            "data": {
                "id": "1", "type": "hard_bounced", "created_at": "2026-11-27T09:00:00Z",
                "email": {"message": {"id": "x"}, "recipient": {"email": "carl@example.org"}},
                "morph": {"object": "recipient_bounce", "reason": "Host or domain name not found"},
            },
        }
    ).encode()  # fmt: skip
    signature = hmac.new(b"theirs", body, hashlib.sha256).hexdigest()
    assert deliver(service, "events", body + b" ", HTTP_SIGNATURE=signature).status_code == 403
    assert deliver(service, "events", body).status_code == 403
    assert deliver(service, "mail", body, HTTP_SIGNATURE=signature).status_code == 403, "no key for mail is known"
    assert deliver(service, "events", body, HTTP_SIGNATURE=signature).status_code == 200
    assert work() == 1
    assert _events() == [("bounced", "machine")]


# Mail


def test_a_reply_goes_the_way_of_mail_from_imap(postmark, sent, mailbox):
    for _ in range(2):
        assert deliver(postmark, "mail", postmark_mail("rita@example.com", answers=sent)).status_code == 200
    assert work() == 1
    message = Message.objects.incoming().get()
    assert (message.mailbox_id, message.kind, message.thread_id) == (mailbox.id, "reply", sent.thread_id)
    assert message.body.text == "Yes, gladly – très bien."
    assert message.has_attachments
    (received,) = recorded("message.received")
    assert (received.data["answers_message_id"], received.data["matched_by"]) == (str(sent.id), "message_id")
    assert deliver(postmark, "mail", postmark_mail("rita@example.com", answers=sent)).status_code == 200
    assert work() == 0
    assert Message.objects.incoming().count() == 1


def test_a_mail_without_a_message_id_is_taken_in_once(postmark, sent):
    for _ in range(2):
        deliver(postmark, "mail", postmark_mail("rita+x@example.com", message_id="", answers=sent))
    assert work() == 1
    assert Message.objects.incoming().get().message_id.endswith("@no-message-id")


def test_a_mailbox_whose_own_address_has_a_plus_gets_its_mail(postmark, mailbox, carl_known):
    Mailbox.objects.filter(id=mailbox.id).update(address="rita+jobs@example.com")
    deliver(postmark, "mail", postmark_mail("rita+jobs@example.com"))
    assert work() == 1
    assert Message.objects.incoming().get().mailbox_id == mailbox.id


def test_a_strangers_mail_to_a_personal_mailbox_is_let_go(postmark, mailbox):
    deliver(postmark, "mail", postmark_mail("rita@example.com", sender="stranger@example.net"))
    assert work() == 0
    assert not Message.objects.exists()


def test_mail_for_no_mailbox_goes_where_an_administrator_said(postmark, ada, shared_mailbox):
    deliver(postmark, "mail", postmark_mail("sales@example.com"))
    assert work() == 0
    postmark.refresh_from_db()
    assert postmark.problem == (
        "Mail came for sales@example.com, which is no mailbox here. Connect it, or choose one for all other mail."
    )
    operations.save_service(actor=ada.actor, kind="postmark", settings=ServiceSettings(mailbox_id=shared_mailbox.id))
    deliver(postmark, "mail", postmark_mail("sales@example.com"))
    assert work() == 1
    assert Message.objects.incoming().get().mailbox == shared_mailbox


def test_a_whole_mail_of_mailgun_comes_as_it_was_written(mailgun, sent, mailbox):
    raw = answer(to=sent, text="Grüße, und sehr gern!").decode()
    form = {**mailgun_signature(), "sender": "carl@example.org", "recipient": "rita@example.com", "body-mime": raw}
    body = encode_multipart(BOUNDARY, form)
    assert deliver(mailgun, "mail", body, content_type=MULTIPART_CONTENT).status_code == 200
    assert work() == 1
    message = Message.objects.incoming().get()
    assert (message.body.text, message.thread_id) == ("Grüße, und sehr gern!", sent.thread_id)
    tampered = encode_multipart(BOUNDARY, {**form, "signature": "0" * 64})
    assert deliver(mailgun, "mail", tampered, content_type=MULTIPART_CONTENT).status_code == 403


def test_a_bounce_that_comes_as_mail_is_read_as_one(mailgun, sent):
    form = {**mailgun_signature(), "recipient": "rita@example.com", "body-mime": bounce(sent).decode()}
    deliver(mailgun, "mail", encode_multipart(BOUNDARY, form), content_type=MULTIPART_CONTENT)
    assert work() == 1
    assert Suppression.objects.get().reason == "hard_bounce"


# The door


def test_what_is_not_proven_is_refused_and_nothing_is_kept(postmark, mailgun, sent):
    client, url = Client(), "/hooks/mail/postmark/events/"
    bare = client.post(url, "{}", content_type="application/json")
    assert (bare.status_code, bare["WWW-Authenticate"]) == (401, 'Basic realm="mail"')
    payload = postmark_bounce("carl@example.org")
    assert deliver(postmark, "events", payload, secret="guessed").status_code == 403
    for header in ("Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x"):
        assert deliver(postmark, "events", payload, HTTP_AUTHORIZATION=header).status_code in (401, 403)
    event = mailgun_event(sent, key="another key")
    assert deliver(mailgun, "events", event).status_code == 403
    for body in (
        b"[]",
        b"null",
        b'{"signature": 5}',
        b"\xff\xfe",
        b"[" * 50_000,
        '{"signature": {"timestamp": "ü"}}'.encode(),
    ):
        assert deliver(mailgun, "events", body).status_code == 403
    assert deliver(mailgun, "mail", b"no form", content_type=MULTIPART_CONTENT).status_code == 403
    assert not ServiceCall.objects.exists()
    assert Service.objects.filter(called_at=None).count() == 2


def test_unknown_services_and_addresses_are_not_found(postmark):
    client = Client()
    for path in ("/hooks/mail/mailgun/events/", "/hooks/mail/yahoo/events/", "/hooks/mail/postmark/other/"):
        assert client.post(path, "{}", content_type="application/json").status_code == 404
    assert client.get("/hooks/mail/postmark/events/").status_code == 405
    assert client.head("/hooks/mail/postmark/events/").status_code == 200


def test_too_long_a_body_is_refused_before_it_is_read(postmark, monkeypatch):
    monkeypatch.setattr(operations, "MAX_CALL_BYTES", 1000)
    assert deliver(postmark, "events", b"x" * 1001).status_code == 413
    assert deliver(postmark, "events", b"x", CONTENT_LENGTH="9" * 30).status_code == 413
    assert deliver(postmark, "events", b"x", CONTENT_LENGTH="-1").status_code == 411
    assert deliver(postmark, "events", b"").status_code == 411
    assert deliver(postmark, "events", b"x" * 1001, secret="wrong").status_code == 403
    assert not ServiceCall.objects.exists()


def test_what_cannot_be_read_stays_for_a_month_and_the_page_says_so(postmark, ada, sign_in, time_machine):
    for body in (b"no json", b"{}", b"[]", b'{"RecordType": "Inbound"}', b'{"RecordType": "Bounce", "BouncedAt": 7}'):
        assert deliver(postmark, "events", body).status_code == 200
    assert deliver(postmark, "mail", {"RecordType": "Bounce"}).status_code == 200
    assert work() == 0
    kept = ServiceCall.objects.exclude(problem="").count()
    assert kept == ServiceCall.objects.count() == 5, "an event without a kind is of no interest"
    page = sign_in(ada).get("/settings/mailboxes/services/postmark/").content.decode()
    assert "5 could not be read" in page
    assert "What it delivered could not be read:" in page
    assert operations.forget_unreadable() == 0
    time_machine.move_to(clock.now() + timedelta(days=31))
    assert operations.forget_unreadable() == 5
    postmark.refresh_from_db()
    assert (postmark.problem, postmark.problem_at) == ("", None)


def test_what_nobody_has_worked_on_is_queued_anew_and_gone_after_a_month(postmark, sent, time_machine):
    deliver(postmark, "events", postmark_bounce("carl@example.org"))
    ProcrastinateJob.objects.all().delete()  # it gave up, while the database was away
    operations.forget_unreadable()
    assert not ProcrastinateJob.objects.exists(), "it has only just come"
    time_machine.move_to(clock.now() + timedelta(hours=2))
    assert operations.forget_unreadable() == 0
    call = ServiceCall.objects.get()
    assert list(ProcrastinateJob.objects.values_list("task_name", "args")) == [
        ("mail.work_on_call", {"call_id": str(call.id)})
    ]
    time_machine.move_to(clock.now() + timedelta(days=30))
    assert operations.forget_unreadable() == 1


def test_nul_and_broken_text_in_an_event_breaks_nothing(postmark, sent):
    payload = postmark_bounce("carl@example.org", kind="HardBounce", said="smtp;550 5.1.1 \x00 \ud800 unknown")
    assert deliver(postmark, "events", payload).status_code == 200
    assert work() == 1
    assert len(recorded("message.bounced")) == 1


# Setting it up


def test_an_administrator_sets_a_service_up_and_pastes_its_addresses(ada, sign_in, settings):
    settings.BASE_URL = "https://rapport.example.com"
    client = sign_in(ada)
    assert "not set up" in client.get("/settings/mailboxes/services/").content.decode()
    assert client.post("/settings/mailboxes/services/postmark/", {"is_sent": "yes"}).status_code == 302
    service = Service.objects.get()
    secret = decrypt(service.secret)
    assert secret not in service.secret
    answered = client.get("/settings/mailboxes/services/postmark/")
    page = answered.content.decode()
    assert f"https://rapport:{secret}@rapport.example.com/hooks/mail/postmark/events/" in page
    assert f"https://rapport:{secret}@rapport.example.com/hooks/mail/postmark/mail/" in page
    assert "no-store" in answered["Cache-Control"]
    assert "Has delivered nothing yet" in page
    deliver(service, "events", {})
    assert "Delivered something" in client.get("/settings/mailboxes/services/postmark/").content.decode()
    assert [row.data for row in recorded("service.changed")] == [{"name": "Postmark", "changed": []}]
    client.post("/settings/mailboxes/services/postmark/", {"is_sent": "yes"})
    assert len(recorded("service.changed")) == 1


def test_a_key_is_asked_for_and_never_shown(ada, sign_in):
    client = sign_in(ada)
    wrong = client.post("/settings/mailboxes/services/mailgun/", {"signing_key": ""})
    assert wrong.status_code == 422
    assert "Enter the key that Mailgun signs with." in wrong.content.decode()
    assert client.post("/settings/mailboxes/services/sendgrid/", {"signing_key": "no key"}).status_code == 422
    assert not Service.objects.exists()
    client.post("/settings/mailboxes/services/mailgun/", {"signing_key": MAILGUN_KEY})
    page = client.get("/settings/mailboxes/services/mailgun/").content.decode()
    assert MAILGUN_KEY not in page
    assert "Stored. Enter one only to change it." in page
    client.post("/settings/mailboxes/services/mailgun/", {"signing_key": ""})
    assert decrypt(Service.objects.get().signing_key) == MAILGUN_KEY


def test_a_new_secret_refuses_the_old_one(postmark, ada, sign_in):
    old = decrypt(postmark.secret)
    assert sign_in(ada).post(f"/settings/mailboxes/services/{postmark.id}/secret/").status_code == 302
    postmark.refresh_from_db()
    assert deliver(postmark, "events", {}, secret=old).status_code == 403
    assert deliver(postmark, "events", {}).status_code == 200


def test_a_removed_service_delivers_nothing_more(postmark, ada, sign_in):
    client = sign_in(ada)
    assert client.post(f"/settings/mailboxes/services/{postmark.id}/remove/").status_code == 302
    assert client.post(f"/settings/mailboxes/services/{postmark.id}/remove/").status_code == 404
    assert deliver(postmark, "events", {}).status_code == 404
    assert [row.data for row in recorded("service.removed")] == [{"name": "Postmark"}]


def test_only_administrators_see_and_change_them(postmark, rita, hugo, sign_in):
    for user in (rita, hugo):
        client = sign_in(user)
        for path in ("services/", "services/postmark/"):
            assert client.get(f"/settings/mailboxes/{path}").status_code == 403
        for path in ("services/postmark/", f"services/{postmark.id}/secret/", f"services/{postmark.id}/remove/"):
            assert client.post(f"/settings/mailboxes/{path}").status_code == 403
    assert Service.objects.get().secret == postmark.secret


def test_mail_for_the_rest_goes_to_a_shared_mailbox_only(ada, mailbox, sign_in):
    client = sign_in(ada)
    answered = client.post("/settings/mailboxes/services/postmark/", {"mailbox_id": str(mailbox.id)})
    assert answered.status_code == 422
    assert not Service.objects.exists()
    assert Mailbox.objects.count() == 1
    assert client.get("/settings/mailboxes/services/yahoo/").status_code == 404
