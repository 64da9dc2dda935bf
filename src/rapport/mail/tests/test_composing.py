import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.lib.errors import InvalidInput
from rapport.mail.composing import Content, Envelope, compile_message, content_of, make_message_id, write_message
from rapport.mail.headers import Address

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
NAMES = [
    "Rita Muster",
    "",
    "Zoë Müller",
    'Jo "the tool" O\'Neil\\',
    "Muster, Rita (HR)",
    "李小龙",
    "Владимир Александрович Достопримечательный-Рождественский третий из рода",
    "a" * 200,
    "=?utf-8?q?fake?=",
    "👩‍🚀 Astro 👩‍🚀" * 12,
    "Dr. med. X @ Y <z@example.org>",
    "Eve\r\nBcc: spy@example.org",
    "tab\tand\x00null",
]
# What the wire cannot carry on purpose: control characters and runs of spaces become one space.
one_space = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]+")


def envelope(**changes) -> Envelope:
    fields = {
        "sender": Address("rita@example.org", "Rita Muster"),
        "recipient": Address("carl@example.net", "Carl"),
        "message_id": "<0198@example.org>",
        "sent_at": AT,
    }
    return Envelope(**(fields | changes))


def legible(header: str) -> str:
    """The display name of a decoded header with one address."""
    name = header.rpartition("<")[0].strip()
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def parse(raw: bytes) -> EmailMessage:
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    assert not message.defects
    return message


def test_a_whole_message_reads_back_as_it_was_written():
    raw = write_message(
        content_of(subject="A role for Zoë", text="Grüße,\n.\nRita\n"),
        envelope(
            in_reply_to="<1@example.net>",
            references=("<0@example.org>", "not an id", "<1@example.net>"),
            reply_to=Address("replies@example.org"),
            unsubscribe_url="https://example.org/u/abc",
        ),
    )
    message = parse(raw)
    assert dict(message.items()) | {"Content-Type": ""} == {
        "From": "Rita Muster <rita@example.org>",
        "Reply-To": "replies@example.org",
        "To": "Carl <carl@example.net>",
        "Subject": "A role for Zoë",
        "Date": "Sun, 01 Mar 2026 09:30:00 +0000",
        "Message-ID": "<0198@example.org>",
        "In-Reply-To": "<1@example.net>",
        "References": "<0@example.org> <1@example.net>",
        "List-Unsubscribe": "<https://example.org/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }
    plain, html = message.iter_parts()
    assert plain.get_content().splitlines() == ["Grüße,", ".", "Rita"]
    assert html.get_content().splitlines() == ["<p>Grüße,<br>", ".<br>", "Rita</p>"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_and_subjects_survive_the_round_trip(name):
    raw = write_message(Content(name, "x"), envelope(recipient=Address("carl@example.net", name)))
    head = raw.split(b"\r\n\r\n")[0]
    message = parse(raw)
    shown = one_space.sub(" ", name).strip()
    # The newer parser of Python 3.11 puts spaces between the encoded words of a name (bpo-35547), the older does not.
    written_to = str(make_header(decode_header(message_from_bytes(raw)["To"])))
    assert written_to.endswith("carl@example.net>" if shown else "carl@example.net")
    assert message["To"].addresses[0].addr_spec == "carl@example.net"
    assert legible(written_to) == shown
    assert message["Subject"] == shown
    assert message["Bcc"] is None
    assert max(len(line) for line in head.split(b"\r\n")) <= 78


@given(subject=st.text(), name=st.text(max_size=80), text=st.text())
def test_any_text_makes_a_message_that_reads_back(subject, name, text):
    raw = write_message(content_of(subject=subject, text=text), envelope(recipient=Address("carl@example.net", name)))
    head = raw.split(b"\r\n\r\n")[0]
    assert len(re.findall(rb"(?m)^[A-Za-z-]+:", head)) == 7
    message = parse(raw)
    assert message["Subject"] == one_space.sub(" ", subject).strip()
    plain = next(message.iter_parts()).get_payload(decode=True).decode()
    expected = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert plain.replace("\r\n", "\n").rstrip("\n") == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recipient", Address("carl@example.net>\r\nBcc: spy@example.org")),
        ("recipient", Address("carl")),
        ("recipient", Address("jörg@example.net")),
        ("recipient", Address("a@b@example.net")),
        ("recipient", Address("")),
        ("sender", Address("rita@exa mple.org")),
        ("message_id", "<a@example.org>\r\nBcc: spy@example.org"),
        ("message_id", "a@example.org"),
        ("unsubscribe_url", "https://example.org/u\r\nBcc: spy@example.org"),
        ("unsubscribe_url", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_an_address_id_or_url_is_refused(field, value):
    with pytest.raises(InvalidInput):
        write_message(Content("x", "y"), envelope(**{field: value}))


def test_a_domain_with_an_umlaut_is_written_in_its_ascii_form():
    raw = write_message(Content("x", "y"), envelope(recipient=Address("carl@bücher.example")))
    assert parse(raw)["To"] == "carl@xn--bcher-kva.example"


def test_a_body_of_other_scripts_is_written_in_base64_and_a_latin_one_stays_legible():
    assert b"base64" in write_message(Content("x", "Здравствуйте, Карл! " * 20), envelope())
    assert b"Gr=C3=BC=C3=9Fe von Rita" in write_message(Content("x", "Grüße von Rita"), envelope())


def test_a_long_thread_keeps_its_first_and_its_latest_references():
    ids = tuple(f"<{number}@example.org>" for number in range(40))
    written = parse(write_message(Content("x", "y"), envelope(references=ids)))["References"].split()
    assert written == [ids[0], *ids[-11:]]


def test_mistakes_in_subject_and_body_are_told_by_field():
    with pytest.raises(InvalidInput) as caught:
        compile_message(subject="{{ nme }}", body="Hi\n{{ x", known={"name"})
    assert caught.value.fields == {
        "subject": "Line 1, column 4: there is no field “nme”. Did you mean “name”?",
        "body": "Line 2, column 1: “{{” without “}}” after it on the same line",
    }


def test_a_compiled_message_renders_subject_text_and_html():
    template = compile_message(subject=" For {{ name }} ", body="Hi {{ name }} <3", known={"name"})
    assert template.render({"name": "Bo & Co"}) == Content(
        "For Bo & Co", "Hi Bo & Co <3", "<p>Hi Bo &amp; Co &lt;3</p>"
    )


def test_message_ids_are_made_from_the_row():
    assert make_message_id(UUID(int=10), "example.org") == f"{10:032x}@example.org"
