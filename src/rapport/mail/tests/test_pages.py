import re
from datetime import timedelta

import pytest
from django.urls import reverse

from rapport.lib import clock
from rapport.mail import operations
from rapport.mail.models import Mailbox, Message, Suppression
from rapport.mail.tests.examples import answer, send, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]

PAGES = [
    "mail:inbox",
    "mail:mailboxes",
    "mail:mailbox_create",
    "mail:templates",
    "mail:template_create",
    "mail:suppressions",
]


@pytest.mark.parametrize("name", PAGES)
def test_recruiters_see_the_page_and_strangers_sign_in(rita, sign_in, client, name):
    assert sign_in(rita).get(reverse(name)).status_code == 200
    assert client.get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_interviewers_may_not(ines, sign_in, name):
    assert sign_in(ines).get(reverse(name)).status_code == 403


def _form(entered, **changes):
    values = {
        **entered, "imap_host": "", "imap_port": 993, "imap_security": "ssl", "imap_folders": "INBOX", "daily_cap": 200,
        "pace_per_minute": 20, "verify_certificate": "on", **changes,
    }  # fmt: skip
    return {key: value for key, value in values.items() if value is not None}


def test_a_mailbox_is_connected_changed_and_never_shows_its_password(rita, sign_in, entered):
    client = sign_in(rita)
    assert client.post(reverse("mail:mailbox_create"), _form(entered)).status_code == 302
    mailbox = Mailbox.objects.get()
    assert mailbox.owner_id == rita.id
    page = client.get(reverse("mail:mailbox", args=[mailbox.id])).content.decode()
    assert "Stored. Enter one only to change it." in page
    assert "correct horse" not in page
    assert mailbox.smtp_password not in page
    client.post(reverse("mail:mailbox", args=[mailbox.id]), _form(entered, smtp_password="", display_name="Rita R."))
    mailbox.refresh_from_db()
    assert mailbox.display_name == "Rita R."


def test_wrong_input_comes_back_with_422_and_the_field_named(rita, sign_in, entered, mailbox):
    client = sign_in(rita)
    response = client.post(reverse("mail:mailbox_create"), _form(entered, smtp_host=""))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["smtp_host"]
    response = client.post(reverse("mail:mailbox_create"), _form(entered))
    assert response.status_code == 422
    assert "is connected already" in response.context["form"].errors["address"][0]


def test_the_test_button_tells_what_is_wrong(rita, sign_in, entered, mailbox):
    client = sign_in(rita)
    url = reverse("mail:mailbox_test")
    right = client.post(
        url, _form(entered, smtp_password="", mailbox_id=str(mailbox.id)), headers={"hx-request": "true"}
    )
    wrong = client.post(url, _form(entered, smtp_password="wrong"), headers={"hx-request": "true"})
    assert "Sending works" in right.content.decode()
    assert "refused the user name or password" in wrong.content.decode()
    assert "<html" not in wrong.content.decode()


def test_a_colleagues_mailbox_is_404(make_user, sign_in, entered, mailbox):
    client = sign_in(make_user("Rosa", "recruiter"))
    assert client.get(reverse("mail:mailbox", args=[mailbox.id])).status_code == 404
    assert client.post(reverse("mail:mailbox", args=[mailbox.id]), _form(entered)).status_code == 404
    assert client.post(reverse("mail:mailbox_pause", args=[mailbox.id]), {"paused": "yes"}).status_code == 404
    mailbox.refresh_from_db()
    assert mailbox.state == "active"


def test_a_reply_from_the_page_goes_out_in_the_thread(rita, sign_in, mailbox, outbox):
    sent = send(rita, mailbox)
    message = operations.receive(mailbox=mailbox, data=answer(to=sent))
    url = reverse("mail:message", args=[message.id])
    client = sign_in(rita)
    page = client.get(url)
    assert page.context["form"].initial["to_address"] == "carl@example.org"
    assert page.context["form"].initial["subject"] == "Re: A job for you"
    values = {
        "mailbox": str(mailbox.id),
        "to_address": "carl@example.org",
        "subject": "Re: A job for you",
        "text": "Great.",
    }
    assert client.post(url, values).status_code == 302
    reply = Message.objects.outgoing().latest("id")
    operations.deliver(message_id=reply.id)
    assert outbox.messages[-1]["In-Reply-To"] == f"<{message.message_id}>"
    operations.suppress_address(actor=rita.actor, address="carl@example.org", reason="manual")
    response = client.post(url, values)
    assert response.status_code == 422
    assert "must not be mailed" in response.context["form"].errors["to_address"][0]


def test_markup_in_a_message_is_shown_as_text(rita, sign_in, mailbox):
    message = operations.receive(
        mailbox=mailbox,
        data=answer(sender='"<script>alert(1)</script>" <carl@example.org>', text="<img src=x onerror=alert(1)> hello"),
    )
    page = sign_in(rita).get(reverse("mail:message", args=[message.id])).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; hello" in page


def test_the_original_is_a_download(rita, sign_in, mailbox):
    message = operations.receive(mailbox=mailbox, data=answer(text="<script>"))
    response = sign_in(rita).get(reverse("mail:source", args=[message.id]))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"<script>" in b"".join(response.streaming_content)


def test_an_unclear_message_is_shown_and_settled(rita, sign_in, mailbox):
    message = write(rita, mailbox)
    Message.objects.update(state="unclear", in_flight_at=clock.now() - timedelta(hours=1))
    client = sign_in(rita)
    assert "Unclear messages" in client.get(reverse("mail:mailboxes")).content.decode()
    client.post(reverse("mail:resolve", args=[message.id]), {"arrived": "yes"})
    message.refresh_from_db()
    assert message.state == "sent"


def test_suppressing_and_lifting_by_hand(rita, sign_in):
    client = sign_in(rita)
    client.post(reverse("mail:suppressions"), {"address": "Carl@Example.org", "evidence": "asked by phone"})
    row = Suppression.objects.get()
    assert (row.address, row.reason, row.evidence) == ("carl@example.org", "manual", "asked by phone")
    assert client.post(reverse("mail:suppressions"), {"address": "nonsense"}).status_code == 422
    page = client.get(reverse("mail:suppressions") + "?q=carl").content.decode()
    assert "asked by phone" in page
    client.post(reverse("mail:suppression_lift", args=[row.id]), {"why": "He asked again"})
    assert not Suppression.objects.exists()


def test_no_page_has_inline_code(rita, sign_in, mailbox):
    client = sign_in(rita)
    for name in PAGES:
        page = client.get(reverse(name)).content.decode()
        assert not re.search(r"<script(?![^>]*src=)[^>]*>|\sstyle=|\son\w+=", page), name


def test_what_a_mailbox_signs_in_with_is_tried_by_those_alone_who_may_change_it(
    rita, ada, sign_in, entered, shared_mailbox, outbox
):
    """Whoever tries it says which server it is shown to."""
    form = _form(entered, smtp_password="", mailbox_id=str(shared_mailbox.id))
    assert sign_in(rita).post(reverse("mail:mailbox_test"), form).status_code == 403
    assert outbox.signed_in == []
    assert "Sending works" in sign_in(ada).post(reverse("mail:mailbox_test"), form).content.decode()


def test_an_id_that_is_none_is_a_mailbox_that_is_not_stored_yet(rita, sign_in, entered):
    answered = sign_in(rita).post(reverse("mail:mailbox_test"), _form(entered, mailbox_id="none"))
    assert "Sending works" in answered.content.decode()
