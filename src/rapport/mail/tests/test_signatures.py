import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.mail.signatures import read_signature


@pytest.mark.parametrize(
    ("text", "sender", "phone", "title"),
    [
        ("Best regards,\nCarl Candidate\nSenior Welder\nwww.example.org", "Carl Candidate", None, "Senior Welder"),
        (
            "--\nCarl Candidate | CTO | Acme GmbH\nTel: +49 30 1234567\nFax: +49 30 1234568\nMobil: +49 170 1234567",
            "Carl Candidate",
            "+49 170 1234567",
            "CTO",
        ),
        ("—\nJohn Doe\nCEO at Pandaland\n\n@pandaland", "", None, "CEO"),
        ("Regards,\n\nJohn Doe\nCEO @ Acme !", "", None, "CEO"),
        (
            "Mit freundlichen Grüßen\nAnna Muster\nMuster GmbH\nMusterstraße 12\n12345 Berlin\nT 030 123456",
            "Anna Muster",
            None,
            None,
        ),
        (
            "Mit freundlichen Grüßen\nAnna Muster\nLeiterin Personal\nMuster GmbH\nHRB 1234567\nTel. 030 / 123 45 67",
            "Anna Muster",
            "030 / 123 45 67",
            "Leiterin Personal",
        ),
        ("Sent from my iPhone", "Carl", None, None),
        (
            "Carl Candidate, Senior Software Engineer\n(555) 123-4567",
            "Carl Candidate",
            "(555) 123-4567",
            "Senior Software Engineer",
        ),
        (
            "Cordialement,\nLuc Martin\nIngénieur logiciel – Exemple SA\nPort. : 06 12 34 56 78",
            "Luc Martin",
            "06 12 34 56 78",
            "Ingénieur logiciel",
        ),
        ("Thanks,\nCarl", "Carl Candidate", None, None),
        (
            "Dana Smith\nHead of Engineering, Platform\nExample Ltd\nDirect: 020 7946 0958 | Mobile: 07700 900123",
            "Dana Smith",
            "07700 900123",
            "Head of Engineering, Platform",
        ),
        ("Order 2026-11-23 12345678", "", None, None),
        ("Carl Candidate\nphone +1 (555) 123-4567 ext. 12", "Carl", "+1 (555) 123-4567", None),
    ],
)
def test_phone_and_title(text, sender, phone, title):
    found = read_signature(text, sender)
    assert (found.text, found.phone, found.title) == (text, phone, title)


def test_no_signature_is_none():
    assert read_signature(" \n") is None


@given(st.text(max_size=300), st.text(max_size=20))
@settings(deadline=None)
def test_no_text_makes_it_fail(text, sender):
    found = read_signature(text, sender)
    assert found is None or found.text == text
