"""Files that came with a reply: listed, saved as files, and only for who may read mail."""

import base64

import pytest
from django.urls import reverse

from rapport.mail import offers, operations
from rapport.mail.offers import Offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]


def reply_with(
    content: bytes, name: str = "cv.pdf", text: str = "Attached is my CV.", key: str = "with-cv", answers: str = ""
) -> bytes:
    """Carl's reply with one file."""
    lines = base64.encodebytes(content).decode()
    return (
        "From: Carl Candidate <carl@example.org>\r\nTo: rita@example.com\r\nSubject: My CV\r\n"
        f"Message-ID: <{key}@example.org>\r\nIn-Reply-To: <{answers}>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f'--b\r\nContent-Type: application/octet-stream; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{lines}\r\n--b--\r\n"
    ).encode()


def test_a_file_is_listed_and_saved(rita, hugo, sign_in, mailbox):
    message = operations.receive(mailbox=mailbox, data=reply_with(b"<script>alert(1)</script>", "a\\b/../<c>.html"))
    client = sign_in(rita)
    page = client.get(reverse("mail:message", args=[message.id]))
    ((_, number, _part),) = page.context["attachments"]
    assert "&lt;c&gt;.html" in page.content.decode()
    response = client.get(reverse("mail:attachment", args=[message.id, number]))
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert response["Content-Disposition"].startswith("attachment")
    assert "/" not in response["Content-Disposition"].partition("filename")[2]
    assert client.get(reverse("mail:attachment", args=[message.id, 7])).status_code == 404
    assert sign_in(hugo).get(reverse("mail:attachment", args=[message.id, number])).status_code == 403


def test_apps_above_offer_what_they_can_do_with_it(rita, sign_in, mailbox, monkeypatch):
    seen = []

    def source(actor, found):
        seen.append((actor, found))
        return [Offer("A file came along.", "Do it", "/do/", "file-up", {"a": "b"})]

    monkeypatch.setattr(offers, "_sources", [source])
    message = operations.receive(mailbox=mailbox, data=reply_with(b"%PDF-1.4", text="Yes.\n\n-- \nCarl\n+49 30 901821"))
    page = sign_in(rita).get(reverse("mail:message", args=[message.id])).content.decode()
    assert 'action="/do/"' in page
    assert 'name="a" value="b"' in page
    ((_, (found,)),) = seen
    assert found.message.id == message.id
    assert [part.filename for _, part in found.attachments] == ["cv.pdf"]
    assert found.signature.phone == "+49 30 901821"


def test_without_the_original_there_is_nothing_to_read(rita, sign_in, mailbox):
    message = operations.receive(mailbox=mailbox, data=reply_with(b"%PDF-1.4"))
    message.storage_name = "mail/2020/01/gone.eml"
    message.save(update_fields=["storage_name"])
    page = sign_in(rita).get(reverse("mail:message", args=[message.id]))
    assert (page.status_code, page.context["attachments"], page.context["offers"]) == (200, [], [])
