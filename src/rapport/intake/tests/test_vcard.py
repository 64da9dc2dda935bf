"""vCards of the versions in use."""

import pytest

from rapport.intake.worker import parse_file

CARD = """BEGIN:VCARD
VERSION:3.0
N:Okafor;Mina;;Dr.;
FN:Dr. Mina Okafor
TITLE:Data Engineer
ORG:Harbour Analytics GmbH;Data
TEL;TYPE=WORK,FAX:030 901821
TEL;TYPE=CELL:030 901820
item1.EMAIL;type=INTERNET:mina.okafor@
 example.org
ADR;TYPE=HOME:;;Example Street 1;Berlin;;10115;Germany
URL:https://linkedin.com/in/mina-okafor
URL:https://mina.example.org
NOTE:Likes boats\\, and pipelines.
END:VCARD
"""


def test_a_card_becomes_a_resume() -> None:
    resume = parse_file(CARD.encode())["resume"]

    basics = resume["basics"]
    assert (basics["name"], basics["label"], basics["email"]) == (
        "Mina Okafor",
        "Data Engineer",
        "mina.okafor@example.org",
    )
    assert basics["phone"] == "+4930901820"
    assert (basics["location"]["city"], basics["location"]["countryCode"]) == ("Berlin", "DE")
    assert basics["profiles"] == [
        {"network": "LinkedIn", "username": "mina-okafor", "url": "https://linkedin.com/in/mina-okafor"}
    ]
    assert (basics["url"], basics["summary"]) == ("https://mina.example.org", "Likes boats, and pipelines.")
    assert [(job["position"], job["name"]) for job in resume["work"]] == [("Data Engineer", "Harbour Analytics GmbH")]
    assert all(resume["text"][e["start"] : e["end"]] == e["text"] for e in resume["evidence"])


def test_quoted_printable_names_of_old_phones_are_decoded() -> None:
    card = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Garc=C3=ADa;Luc=\n=C3=ADa\nEND:VCARD\n"

    assert parse_file(card.encode())["resume"]["basics"]["name"] == "Lucía García"


@pytest.mark.parametrize("card", ["BEGIN:VCARD\nEND:VCARD\n", "BEGIN:VCARD\nVERSION:4.0\nNOTE:nobody\nEND:VCARD\n"])
def test_a_card_of_nobody_is_refused(card: str) -> None:
    assert parse_file(card.encode())["error"]["code"] == "unknown_type"
