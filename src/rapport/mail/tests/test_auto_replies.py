from datetime import date

import pytest

from rapport.mail.auto_replies import read_auto_reply, returns_on
from rapport.mail.classify import classify
from rapport.mail.parsing import parse


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of office until 5 December", "2026-12-05"),
        ("back on 03.12.", "2026-12-03"),
        ("I will return to the office on Tuesday, December 1st", "2026-12-01"),
        ("I'm away from December 1 through December 12, 2026", "2026-12-12"),
        ("travelling on July 10-31.", "2027-07-31"),
        ("returning 12/1/2026", "2026-12-01"),
        ("out until 2026-12-31", "2026-12-31"),
        ("I will be back on Monday", "2026-11-30"),
        ("back tomorrow", "2026-11-24"),
        ("Ich bin bis zum 11. Dezember nicht im Büro und ab dem 14.12. wieder erreichbar.", "2026-12-14"),
        ("Vom 24.11. bis 04.12. bin ich im Urlaub", "2026-12-04"),
        ("am 7. Dezember bin ich wieder da", "2026-12-07"),
        ("Je suis absent jusqu'au 3 janvier 2027 inclus", "2027-01-03"),
        ("à partir du 7 décembre je serai de retour", "2026-12-07"),
        ("Estaré fuera de la oficina hasta el 10 de diciembre. Vuelvo el 11 de diciembre.", "2026-12-11"),
        ("Del 1 al 9 de diciembre estaré de vacaciones", "2026-12-09"),
        ("Thank you, we got your mail of 23.11.2026", None),
        ("until further notice", None),
        ("back on 31.02.", None),
    ],
)
def test_the_date_of_return_is_read(text, day):
    found = returns_on(text, date(2026, 11, 23))
    assert (found.isoformat() if found else None) == day


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
