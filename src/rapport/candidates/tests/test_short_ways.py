"""The short ways of plain entries come to what the libraries say."""

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st
from nameparser import HumanName

from rapport.candidates import contact_rules, name_rules
from rapport.candidates.contact_rules import NotAContact

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
NUMBERS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["+", "00"]),
    st.sampled_from(CODES) | st.integers(1, 999),
    st.sampled_from(["", " ", "-", " (0)"]),
    st.text("0123456789", min_size=3, max_size=14),
)
WORDS = st.sampled_from(
    [
        "Anna",
        "Øyvind",
        "José",
        "Zoë",
        "van",
        "de",
        "Lady",
        "Junior",
        "Dr",
        "Maria",
        "Peter-Paul",
        "y",
        "i",
        "Freiherr",
        "Özgür",
        "Łukasz",
        "MD",
        "esq",
        "ß",
    ]
) | st.text("abcdefghijklmnopqrstuvwxyzäöüéèñçøåßł", min_size=2, max_size=12).map(str.capitalize)


def slowly(number: str) -> str:
    try:
        return contact_rules._parse_number(number, number, "")
    except NotAContact:
        return "no number"


@given(NUMBERS)
def test_plain_numbers_are_what_libphonenumber_says(number: str) -> None:
    short = contact_rules._plain_number(number)
    assert short in ("", slowly(number))


def test_ordinary_numbers_take_the_short_way() -> None:
    for number in ("+49 30 5550142", "0049 30 5550142", "+1 (415) 555-0132", "+33 1 70 18 99 00"):
        assert contact_rules._plain_number(number) == slowly(number) != "no number"


@given(st.lists(WORDS, min_size=2, max_size=3).map(" ".join))
def test_plain_names_are_what_nameparser_says(full: str) -> None:
    found = name_rules.PLAIN_NAME.fullmatch(full)
    if found and not any(map(name_rules._is_special, filter(None, found.groups()))):
        parsed = HumanName(full)
        assert (found[1], found[3]) == (parsed.first, parsed.last)


def test_names_with_accents_take_the_short_way() -> None:
    for full in ("Zoë Öztürk", "José García Lopez", "Øyvind Berg-Łukasz"):
        assert name_rules.PLAIN_NAME.fullmatch(full)
