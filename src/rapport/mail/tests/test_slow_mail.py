"""A mail that takes too long to read, or breaks the reader, is kept and shown, and holds nothing up."""

import sys
import time

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from rapport.mail import operations, rehearsing
from rapport.mail.imap import MAX_MESSAGE_BYTES
from rapport.mail.models import Message, Original
from rapport.mail.queries import list_unread
from rapport.mail.rehearsing import Rehearsal
from rapport.mail.tests.examples import answer

# What a reader would be that takes a minute over some words, and breaks over others; a process like the real one.
TRICKY = """
import sys, time, os
from rapport.lib.children import read_message, write_message
while (data := read_message(sys.stdin.buffer)) is not None:
    if b"SLOW" in data: time.sleep(60)
    if b"DEADLY" in data: os._exit(1)
    write_message(sys.stdout.buffer, b"")
"""


@pytest.fixture
def tricky(monkeypatch):
    monkeypatch.setattr(rehearsing, "COMMAND", (sys.executable, "-c", TRICKY))
    monkeypatch.setattr(rehearsing, "LIMIT_S", 1.0)
    rehearsing._rehearsal.stop()
    yield
    rehearsing._rehearsal.stop()


def test_the_real_reader_reads_whatever_comes():
    rehearsal = Rehearsal()
    assert [rehearsal.can_read(data) for data in (answer(), b"", b"\xff" * 100_000, b"--\n" * 50_000)] == [True] * 4
    process = rehearsal._process
    assert rehearsal.can_read(answer())
    assert rehearsal._process is process
    rehearsal.stop()


def test_a_reader_that_ends_with_the_worker_says_nothing_of_the_mail(monkeypatch, tmp_path):
    """As when a service manager ends all processes of the worker at once."""
    ends_once = f"import os, pathlib\nhere = pathlib.Path({str(tmp_path / 'seen')!r})\nif not here.exists():\n    here.touch()\n    os._exit(1)\n"
    monkeypatch.setattr(rehearsing, "COMMAND", (sys.executable, "-c", ends_once + TRICKY))
    rehearsal = Rehearsal()
    assert rehearsal.can_read(b"Subject: Fine\n\nHi")
    assert not rehearsal.can_read(b"DEADLY")
    rehearsal.stop()


@pytest.mark.parametrize("where", ["taking", "reading"])
def test_a_mail_that_needs_too_much_memory_ends_the_reader_and_nothing_else(monkeypatch, where):
    small = "from rapport.mail import parsing, rehearsing\nrehearsing.MEMORY_LIMIT_BYTES = 100_000_000\n"
    if where == "reading":
        small += "parse = parsing.parse\nparsing.parse = lambda data: parse(data + bytes(2 * len(data)))\n"
    monkeypatch.setattr(rehearsing, "COMMAND", (sys.executable, "-c", f"{small}rehearsing.main()"))
    rehearsal = Rehearsal()
    assert rehearsal.can_read(answer())
    assert rehearsal._read(answer(text="x" * (250_000_000 if where == "taking" else 40_000_000))) is None
    assert rehearsal.can_read(answer())
    rehearsal.stop()


def test_a_mail_as_large_as_is_fetched_can_be_read():
    head = b'From: carl@example.org\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n'
    head += b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    line = b"QUJD" * 19 + b"\n"
    rehearsal = Rehearsal()
    assert rehearsal.can_read(head + line * (MAX_MESSAGE_BYTES // len(line)) + b"--b--\n")
    rehearsal.stop()


@pytest.mark.django_db
@pytest.mark.usefixtures("carl_known", "tricky")
@pytest.mark.parametrize("word", ["SLOW", "DEADLY"])
def test_it_is_kept_with_its_header_and_shown(rita, mailbox, sign_in, word):
    data = answer(text=f"{word} words")
    began = time.monotonic()
    message = operations.receive(mailbox=mailbox, data=data)
    assert time.monotonic() - began < 10
    assert (message.from_address, message.kind, message.preview) == ("carl@example.org", "reply", "")
    with default_storage.open(message.storage_name) as kept:
        assert kept.read() == data
    said = "It took too long to read, so only its header is shown. Save the original to see the rest."
    page = sign_in(rita).get(reverse("mail:message", args=[message.id])).text
    assert said in page
    assert reverse("mail:source", args=[message.id]) in page
    # Neither the next look at the mailbox nor at the page tries again.
    assert operations.receive(mailbox=mailbox, data=data) is None
    assert list_unread([message]) == []
    assert (Message.objects.count(), Original.objects.get().files) == (1, [])
    assert operations.receive(mailbox=mailbox, data=answer(text="Fine")).preview == "Fine"


@pytest.mark.django_db
@pytest.mark.usefixtures("carl_known", "tricky")
def test_an_original_of_before_that_takes_too_long_counts_as_read(rita, mailbox):
    message = operations.receive(mailbox=mailbox, data=answer(text="Fine"))
    with default_storage.open(message.storage_name, "wb") as kept:
        kept.write(b"Subject: SLOW\n\n")
    Original.objects.all().delete()
    assert operations.read_original(message_id=message.id)
    assert (Original.objects.get().files, operations.read_original(message_id=message.id)) == ([], False)


@pytest.mark.django_db
@pytest.mark.usefixtures("carl_known", "tricky")
def test_where_even_the_header_takes_too_long_a_shared_mailbox_keeps_it(mailbox):
    type(mailbox).objects.filter(id=mailbox.id).update(owner=None)
    mailbox.refresh_from_db()
    message = operations.receive(mailbox=mailbox, data=b"Subject: SLOW\nFrom: carl@example.org\n\nHi")
    assert (message.subject, message.from_address, message.state_note[:16]) == ("", "", "It took too long")
