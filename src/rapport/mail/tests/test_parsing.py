import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.real_data import folder

from rapport.mail import mime
from rapport.mail.classify import classify
from rapport.mail.parsing import Address, parse, parse_date

MESSAGE = b"""\
From: =?utf-8?Q?Zo=C3=AB?= "van Dijk" <zoe@example.org>
To: "Rita, Recruiter" <rita@example.com>, Team <team@example.com>
Cc: hugo@example.com
Subject: =?utf-8?B?R3LDvMOf?= =?utf-8?B?ZSBhdXMgS8O2bG4=?=
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <one@example.org>
In-Reply-To: <two@example.com>
References: <zero@example.com>
 <two@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=outer"

--=outer
Content-Type: multipart/alternative; boundary==inner

--=inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6ne Gr=FC=DFe =96 bis bald
--=inner
Content-Type: text/html; charset=utf-8

<p>Sch\xc3\xb6ne Gr\xc3\xbc\xc3\x9fe</p>
--=inner--
--=outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''Lebens; filename*1*=l%C3%A4ufe.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQ=
--=outer--
"""


def test_a_common_message_is_read_in_full():
    mail = parse(MESSAGE)
    assert mail.sender == Address("Zoë van Dijk", "zoe@example.org")
    assert mail.to == [Address("Rita, Recruiter", "rita@example.com"), Address("Team", "team@example.com")]
    assert mail.cc == [Address("", "hugo@example.com")]
    assert mail.subject == "Grüße aus Köln"
    assert mail.date == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert (mail.message_id, mail.in_reply_to) == ("one@example.org", "two@example.com")
    assert mail.references == ["zero@example.com", "two@example.com"]
    assert mail.text == "Schöne Grüße – bis bald"
    assert mail.html == "<p>Schöne Grüße</p>"
    assert [(row.filename, row.content_type, row.content()) for row in mail.attachments] == [
        ("Lebensläufe.pdf", "application/pdf", b"%PDF-1.4")
    ]


def test_html_alone_becomes_text_without_scripts_and_hidden_parts():
    mail = parse(
        b"Subject: x\nContent-Type: text/html\n\n<style>p{}</style><p style='display:none'>secret</p>"
        b"<p>Hello<br>there</p><script>alert(1)</script><blockquote>old</blockquote>"
    )
    assert mail.text == "Hello\nthere\n\n> old"


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("ks_c_5601-1987", "안녕".encode("cp949"), "안녕"),
        ("iso-8859-1", b"\x93Hi\x94", "“Hi”"),
        ("no-such-charset", "Zoë".encode(), "Zoë"),
        ("", b"Zo\xeb", "Zoë"),
        ("utf-8", b"Zo\xeb van Dijk aus K\xf6ln", "Zoë van Dijk aus Köln"),
        ("zip", b"plain", "plain"),
        ("punycode", b"plain", "plain"),
        ("", "日本".encode("iso2022_jp"), "日本"),
    ],
)
def test_charsets_that_lie_or_are_missing(charset, data, text):
    assert mime.decode_charset(data, charset) == text


@pytest.mark.parametrize("value", ["", "yesterday", "Mon, 99 Foo 2026", "1 Jan 99999 00:00:00 +0000", "\udcff"])
def test_a_senseless_date_is_none(value):
    assert parse_date(value) is None


def test_a_text_without_header_is_a_bare_body():
    mail = parse(b"Hi there\n\nOn Thursday: lunch?")
    assert mail.is_bare
    assert mail.text == "Hi there\n\nOn Thursday: lunch?"


def test_a_letter_that_begins_with_from_is_no_header():
    mail = parse(b"From: Carl Candidate\nGood morning.\n\nI would like to apply.")
    assert (mail.is_bare, mail.text) == (True, "From: Carl Candidate\nGood morning.\n\nI would like to apply.")


def test_own_words_above_a_quoted_header_are_no_mail_header():
    letter = (
        b"Yes, gladly.\n________\nFrom: Rita [rita@example.com]\nSent: Monday\nTo: Carl\nSubject: Job\n\nWould you?"
    )
    verdict = classify(parse(letter))
    assert (verdict.kind, verdict.reply.text) == ("reply", "Yes, gladly.")


def test_a_filename_cannot_leave_its_folder_nor_hide_its_ending():
    part = parse(b'Subject: x\nContent-Type: text/x-sh; name="../../\xe2\x80\xaefdp.sh"\n\nx').root
    assert part.filename == "fdp.sh"


@given(st.binary(max_size=3_000))
@settings(deadline=None, max_examples=200)
def test_no_bytes_make_it_fail(data):
    for prefix in (b"", b"From: a@example.org\n", b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n'):
        classify(parse(prefix + data))


def test_hostile_nesting_and_size_cost_bounded_time():
    nested = b"Subject: x\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)
    )
    many_parts = b"Content-Type: multipart/mixed; boundary=b\nSubject: x\n\n" + b"--b\n\nx\n" * 200_000
    big = b"Subject: x\nContent-Type: text/plain\n\n" + b"On a day: wrote > text\n" * 2_000_000
    headers = b"Subject: x\n" + b"".join(b"X-%d: %d\n" % (n, n) for n in range(200_000)) + b"\n\n"
    encoded = b"Subject: " + b"=?utf-8?Q?a?= " * 200_000 + b"\n\nx"
    deep_html = b"Subject: x\nContent-Type: text/html\n\n" + b"<div><blockquote>" * 100_000
    attributions = b"From: a@example.org\n\n" + b"On 2026-01-01 12:00 a@example.org and\n" * 50_000
    for data in (nested, many_parts, big, headers, encoded, deep_html, attributions):
        started = time.process_time()
        verdict = classify(parse(data))
        assert verdict.kind in ("reply", "other")
        assert time.process_time() - started < 5


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["mime_cpython", "mime_enmime", "mime_flanker", "inbound", "bounces", "bounces_flufl"])
def test_every_real_message_is_read(name):
    files = [file for file in folder(f"mail/{name}").rglob("*") if file.is_file()]
    for file in files:
        mail = parse(file.read_bytes())
        classify(mail)
        for attachment in mail.attachments:
            attachment.content()
    assert len(files) > 50


@pytest.mark.real_data
def test_hostile_payloads_are_read_as_body_and_as_header():
    files = [file for file in folder("security").rglob("*") if file.is_file()]
    assert files
    for file in files:
        data = file.read_bytes()[:2_000_000]
        for prefix in (b"", b"Subject: x\nContent-Type: text/html\n\n", b"From: a@example.org\nSubject: "):
            classify(parse(prefix + data))
