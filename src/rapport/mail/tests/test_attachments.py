"""Files that came with a reply: listed, saved as files, and only for who may read mail."""

import base64

import pytest
from django.urls import reverse

from rapport.mail import mime, offers, operations
from rapport.mail.models import Message, Original
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
    ((_, file),) = page.context["attachments"]
    number = file.number
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
    assert [file.filename for file in found.files] == ["cv.pdf"]
    assert found.signature.phone == "+49 30 901821"


def test_a_file_that_breaks_who_looks_at_it_does_not_keep_the_mail_out(mailbox, monkeypatch, caplog):
    def look(content):
        raise RecursionError("too deep")

    monkeypatch.setattr(offers, "_looks", [look, lambda content: "resume"])
    operations.receive(mailbox=mailbox, data=reply_with(b"(" * 10))
    (file,) = Original.objects.get().files
    assert (file["filename"], file["kind"]) == ("cv.pdf", "resume")
    assert "file could not be looked at" in caplog.text


def test_without_the_original_there_is_nothing_to_save(rita, sign_in, mailbox):
    message = operations.receive(mailbox=mailbox, data=reply_with(b"%PDF-1.4"))
    client, url = sign_in(rita), reverse("mail:attachment", args=[message.id, 0])
    for name, status in (("mail/2020/01/gone.eml", 404), ("", 404), (message.storage_name, 200)):
        Message.objects.filter(id=message.id).update(storage_name=name)
        assert client.get(url).status_code == status, name
    Message.objects.filter(id=message.id).update(storage_name="")
    page = client.get(reverse("mail:message", args=[message.id]))
    assert (page.status_code, page.context["attachments"], page.context["offers"]) == (200, [], [])
    assert not page.context["is_reading"]


@pytest.fixture
def no_parsing(monkeypatch):
    """From now on nobody reads a whole mail."""

    def fail(*_):
        raise AssertionError("a mail was parsed")

    def begin():
        monkeypatch.setattr(mime, "read", fail)

    return begin


@pytest.mark.parametrize("before", [b"", b"From carl@example.org Mon Nov 23 09:00:00 2026\n"])
def test_looking_at_a_conversation_reads_no_original_and_saving_a_file_its_own_bytes(
    rita, sign_in, mailbox, no_parsing, monkeypatch, before
):
    first = operations.receive(
        mailbox=mailbox, data=before + reply_with(b"\x00\xff%PDF-1.4 first", text="Hello.\n\n-- \nCarl")
    )
    read = []
    monkeypatch.setattr(mime, "decode_base64", lambda body: read.append(len(body)) or base64.b64decode(body))
    no_parsing()
    client = sign_in(rita)
    page = client.get(reverse("mail:message", args=[first.id]))
    ((_, file),) = page.context["attachments"]
    assert (file.filename, file.size_bytes, read) == ("cv.pdf", 18, [])
    response = client.get(reverse("mail:attachment", args=[first.id, file.number]))
    assert b"".join(response.streaming_content) == b"\x00\xff%PDF-1.4 first"
    assert read == [file.length]


def test_what_came_before_it_was_kept_is_read_by_the_worker(rita, sign_in, mailbox, no_parsing, monkeypatch):
    message = operations.receive(mailbox=mailbox, data=reply_with(b"%PDF-1.4", text="Yes.\n\n-- \nCarl\n+49 30 901821"))
    kept = Original.objects.get()
    Original.objects.all().delete()
    asked = []
    monkeypatch.setattr("rapport.mail.operations.originals.enqueue", lambda name, **given: asked.append((name, given)))
    client, url = sign_in(rita), reverse("mail:message", args=[message.id])
    with monkeypatch.context() as patch:
        patch.setattr(mime, "read", None)
        page = client.get(url)
    assert (page.context["attachments"], page.context["is_reading"]) == ([], True)
    assert "The attachments are being read." in page.content.decode()
    (name, given) = asked.pop()
    assert (name, given["message_id"]) == ("mail.read_original", message.id)
    assert [operations.read_original(message_id=message.id) for _ in range(2)] == [True, False]
    now = Original.objects.get()
    assert (now.signature, now.files) == (kept.signature, kept.files)
    assert [file.filename for _, file in client.get(url).context["attachments"]] == ["cv.pdf"]
    assert asked == []


def test_odd_names_and_encodings_are_kept(mailbox):
    name = "=?utf-7?Q?+2AA-cv?=.pdf"
    operations.receive(mailbox=mailbox, data=reply_with(b"x", name))
    (file,) = Original.objects.get().files
    assert file["filename"] == "?cv.pdf"
