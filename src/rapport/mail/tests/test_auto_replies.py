from datetime import date

import pytest

from rapport.mail.auto_replies import read_auto_reply
from rapport.mail.classify import classify
from rapport.mail.parsing import parse


def _mail(headers, body="I am out of office until 5 December 2026."):
    return parse(f"From: Carl <carl@example.org>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n{headers}\n\n{body}".encode())


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: Hello\nAuto-Submitted: auto-replied",
        "Subject: Hello\nAuto-Submitted: auto-replied (vacation)",
        "Subject: Hello\nX-Autoreply: yes",
        "Subject: Hello\nPrecedence: auto_reply",
        "Subject: Hello\nX-Auto-Response-Suppress: All",
        "Subject: Automatic reply: Your application",
        "Subject: Abwesenheitsnotiz: Ihre Bewerbung",
        "Subject: Réponse automatique : Poste",
        "Subject: Respuesta automática: puesto",
    ],
)
def test_automatic_answers_are_seen(headers):
    verdict = classify(_mail(headers))
    assert verdict.kind == "auto_reply"
    assert verdict.auto_reply.returns_on == date(2026, 12, 5)


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: Re: Out of office: your mail\nIn-Reply-To: <a@example.com>",
        "Subject: Out of office\nAuto-Submitted: no",
        "Subject: I am back from holiday",
    ],
)
def test_a_person_is_not_taken_for_a_machine(headers):
    assert classify(_mail(headers)).kind == "reply"


def test_dates_in_the_quoted_message_are_not_the_writers():
    body = (
        "I am away and will answer later.\n\nOn Mon, Nov 23, 2026, Rita <rita@example.com> wrote:\n> back on 7 December"
    )
    assert read_auto_reply(_mail("Subject: Hello\nAuto-Submitted: auto-replied", body)).returns_on is None


@pytest.mark.parametrize(("zone", "day"), [("-0500", date(2027, 5, 1)), ("+0100", date(2027, 1, 5))])
def test_the_clock_of_the_sender_tells_which_number_is_the_month(zone, day):
    mail = parse(
        f"From: Carl <carl@example.org>\nDate: Sun, 20 Dec 2026 10:00:00 {zone}\nAuto-Submitted: auto-replied\n\n"
        "I am out of the office until 5/1.".encode()
    )
    assert read_auto_reply(mail).returns_on == day


def test_a_receipt_is_automatic_but_no_absence():
    found = read_auto_reply(_mail("Subject: Got it\nAuto-Submitted: auto-replied", "We have received your mail."))
    assert (found.is_away, found.returns_on) == (False, None)


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: News\nList-Unsubscribe: <https://example.org/u>",
        "Subject: Job done\nAuto-Submitted: auto-generated",
        "Subject: Accepted: Interview\nContent-Type: text/calendar; method=REPLY",
        "Subject: Read\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b",
    ],
)
def test_machine_mail_is_other(headers):
    assert classify(_mail(headers, "Text")).kind == "other"
