import csv

import pytest
from tests.real_data import folder

from rapport.mail import bounce_reasons
from rapport.mail.bounces import read_bounce
from rapport.mail.classify import classify
from rapport.mail.parsing import parse

REPORT = """\
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
To: rita@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

{text}
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Carl@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {line}

--b
Content-Type: text/rfc822-headers

Message-ID: <sent@example.com>
To: carl@example.org

--b--
"""


def report(line, *, status="5.0.0", action="failed", text="It failed."):
    return parse(REPORT.format(line=line, status=status, action=action, text=text).encode())


@pytest.mark.parametrize(
    ("line", "status", "bounce_class", "reason", "code"),
    [
        ("550 5.1.1 <carl@example.org>... User unknown", "5.1.1", "hard", "user_unknown", "5.1.1"),
        ("550 5.2.2 Mailbox full", "5.0.0", "soft", "mailbox_full", "5.2.2"),
        ("554 5.7.1 blocked using zen.spamhaus.org", "5.7.1", "soft", "blocked", "5.7.1"),
        ("550 5.1.1 203.0.113.1 has sent too many messages this hour", "5.1.1", "soft", "rate_limited", "5.1.1"),
        ("550-5.7.26 Unauthenticated email is not accepted due to DMARC policy", "5.7.26", "soft", "authentication", "5.7.26"),
        ("Host or domain name not found", "5.4.4", "hard", "host_unknown", "5.4.4"),
        ("Domain name not found", "4.4.4", "soft", "host_unknown", "4.4.4"),
        ("550 5.1.10 host does not accept mail (null MX)", "5.1.10", "hard", "takes_no_mail", "5.1.10"),
        ("552 5.3.4 Message too big for system", "5.3.4", "soft", "too_big", "5.3.4"),
        ("550 account disabled", "5.2.1", "soft", "suspended", "5.2.1"),
        ("450 try again", "4.0.0", "soft", "system_error", "4.0.0"),
    ],
)  # fmt: skip
def test_the_words_of_a_server_outrank_its_digits(line, status, bounce_class, reason, code):
    failure = read_bounce(report(line, status=status)).first
    assert (failure.bounce_class, failure.reason, failure.status) == (bounce_class, reason, code)
    assert failure.address == "carl@example.org"


def test_the_returned_message_is_named():
    assert read_bounce(report("550 User unknown")).message_id == "sent@example.com"


def test_unknown_user_after_data_is_a_filter_not_a_dead_address():
    after_data = report(
        "550 User unknown", text="<carl@example.org>: said: 550 User unknown (in reply to end of DATA command)"
    )
    after_rcpt = report(
        "550 User unknown", text="<carl@example.org>: said: 550 User unknown (in reply to RCPT TO command)"
    )
    assert read_bounce(after_data).first.reason == "filtered"
    assert read_bounce(after_rcpt).first.reason == "user_unknown"


def _prose(words):
    return parse(
        "From: MAILER-DAEMON@mx.example.com\nSubject: failure notice\n\nYour message could not be delivered.\n\n"
        f"{words}\n".encode()
    )


@pytest.mark.parametrize(
    ("words", "bounce_class"),
    [
        ("Server mx.example.org failed with: 550 <carl@example.org> No such user here", "soft"),
        ("<carl@example.org>: host mx.example.org said: 550\n  <carl@example.org>: User unknown", "soft"),
        ("<carl@example.org>: 550 5.1.1 User unknown", "hard"),
        ("<carl@example.org>: 550 User unknown (in reply to RCPT TO command)", "hard"),
        ("<carl@example.org>: This user doesn't have an example.org account", "hard"),
        ("<carl@example.org>: 550 5.2.1 User unknown", "soft"),
    ],
)
def test_a_dead_address_needs_more_proof_than_another_servers_sentence(words, bounce_class):
    failure = read_bounce(_prose(words)).first
    assert (failure.address, failure.reason, failure.bounce_class) == ("carl@example.org", "user_unknown", bounce_class)


def test_each_recipient_of_a_transcript_gets_its_own_answer():
    bounce = read_bounce(
        _prose(
            "While talking to mx.example.org:\n>>> DATA\n421 mx.example.org... Deferred: Connection reset by peer\n"
            "554 <carl@example.org>... Remote protocol error: Connection reset\n550 example.net (smtp)... Host unknown\n"
            "554 <dana@example.net>... 550 Host unknown (Authoritative answer from name server)"
        )
    )
    assert [(row.address, row.bounce_class, row.reason) for row in bounce.failures] == [
        ("carl@example.org", "soft", "system_error"),
        ("dana@example.net", "hard", "host_unknown"),
    ]


def test_the_address_that_was_written_to_is_named_not_the_one_it_was_forwarded_to():
    mail = parse(
        REPORT.format(line="550 User unknown", status="5.1.1", action="failed", text="It failed.")
        .replace(
            "rfc822; Carl@example.org", "rfc822; carl@inside.example.net\nOriginal-Recipient: rfc822;carl@example.org"
        )
        .encode()
    )
    assert read_bounce(mail).first.address == "carl@example.org"


def test_the_comment_of_a_status_tells_the_reason_where_nothing_else_does():
    failure = read_bounce(report("", status="5.0.0 (recipient reached disk quota)")).first
    assert (failure.reason, failure.bounce_class) == ("mailbox_full", "soft")


def test_your_message_was_not_delivered_does_not_begin_the_returned_message():
    bounce = read_bounce(
        _prose("YOUR MESSAGE WAS NOT DELIVERED to:\n\n> carl@example.org\n\n552 would exceed mailbox quota")
    )
    assert (bounce.first.address, bounce.first.reason) == ("carl@example.org", "mailbox_full")


def test_an_address_is_read_to_its_end():
    words = (
        "carl@example.co.jp Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <carl@example.co.jp>... User Unknown"
    )
    assert [row.address for row in read_bounce(_prose(words)).failures] == ["carl@example.co.jp"]


def test_a_delay_is_soft_and_a_success_is_no_bounce():
    delay = read_bounce(report("connection timed out", status="4.4.1", action="delayed")).first
    assert (delay.bounce_class, delay.is_delay) == ("soft", True)
    assert read_bounce(report("250 ok", status="2.0.0", action="delivered")) is None
    assert classify(report("250 ok", status="2.0.0", action="relayed")).kind == "other"


def test_a_local_part_is_not_a_reason():
    mail = report("550 5.2.2 <userunknown@example.org> mailbox is full", status="5.2.2")
    assert read_bounce(mail).first.reason == "mailbox_full"


def test_a_plain_text_report_is_read():
    mail = parse(
        b"From: MAILER-DAEMON@mx.example.com\nSubject: failure notice\n\nHi. This is the qmail-send program.\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<carl@example.org>:\n"
        b"192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.1.\n\n"
        b"--- Below this line is a copy of the message.\n\nMessage-ID: <sent@example.com>\nTo: carl@example.org\n"
    )
    bounce = read_bounce(mail)
    assert (bounce.first.address, bounce.first.bounce_class, bounce.first.status) == (
        "carl@example.org",
        "hard",
        "5.1.1",
    )
    assert bounce.message_id == "sent@example.com"


def test_a_person_who_answers_a_report_is_a_person():
    mail = parse(
        b"From: Carl <carl@example.org>\nSubject: Re: Undelivered Mail Returned to Sender\nIn-Reply-To: <a@example.com>\n\n"
        b"It seems your mail could not be delivered to my old address, use this one."
    )
    assert classify(mail).kind == "reply"


def test_only_dead_addresses_are_hard():
    assert {"user_unknown", "host_unknown", "has_moved", "takes_no_mail"} == bounce_reasons.HARD_REASONS


def _labelled():
    rows = {}
    for row in csv.DictReader((folder("mail/bounces") / "labels.csv").read_text().splitlines()):
        rows.setdefault(row["file"], row)
    return rows


@pytest.mark.real_data
def test_kinds_of_real_reports():
    kinds = {"feedback": "complaint", "vacation": "auto_reply"}
    rows = _labelled()
    right = sum(
        classify(parse((folder("mail/bounces") / name).read_bytes())).kind == kinds.get(row["reason"], "bounce")
        for name, row in rows.items()
    )
    assert right / len(rows) >= 0.99


@pytest.mark.real_data
def test_hard_and_soft_of_real_reports():
    """Measured 0.953; most of the rest are plain "user unknown" lines that the labels call filtered."""
    right = total = 0
    for name, row in _labelled().items():
        bounce = read_bounce(parse((folder("mail/bounces") / name).read_bytes()))
        if row["reason"] not in ("feedback", "vacation") and bounce:
            total += 1
            right += bounce.first.bounce_class == ("hard" if row["hardbounce"] == "true" else "soft")
    assert total >= 290
    assert right / total >= 0.95


@pytest.mark.real_data
def test_old_reports_are_found():
    """flufl.bounce's own examples; three of the 117 are no reports, flufl itself finds 82 %."""
    files = list((folder("mail/bounces_flufl") / "tests/data").glob("*.txt"))
    found = sum(read_bounce(parse(file.read_bytes())) is not None for file in files)
    assert found / len(files) >= 0.97


@pytest.mark.real_data
def test_no_reply_and_no_inbound_mail_is_taken_for_a_report():
    names = ("replies", "replies_talon", "replies_crisp", "inbound")
    files = [file for name in names for file in folder(f"mail/{name}").rglob("*") if file.is_file()]
    assert len(files) >= 200
    assert [file for file in files if classify(parse(file.read_bytes())).kind != "reply"] == []
