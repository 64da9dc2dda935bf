"""Two spellings of one thing come into one form; placeholders say nothing."""

from collections.abc import Callable

import pytest

from rapport.hygiene import comparing
from rapport.hygiene.comparing import DIFFERENT, NEAR, PART, SAME
from rapport.hygiene.person_records import birth, build_record, email, phone, plain, split_name, split_street


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("19801203", "19801203"), ("1980-12-03", "19801203"), ("03.12.1980", "19801203"), ("12/13/1980", "19801213"),
        ("3 Dec 1980", "19801203"), ("December 3, 1980", "19801203"), ("1980-12-03T00:00:00", "19801203"), ("1900-01-01", ""),
        ("", ""), ("1980", "1980"),
    ],
)  # fmt: skip
def test_births(text: str, normal: str) -> None:
    assert birth(text) == normal


@pytest.mark.parametrize("text", ["info@example.org", "JOBS@example.org", "nobody", "@example.org", ""])
def test_addresses_of_roles_are_nobodys(text: str) -> None:
    assert email(text) == ""


@pytest.mark.parametrize("text", ["000000000", "123456789", "+49 111 1111111", "12", "n/a"])
def test_placeholder_phones_are_nobodys(text: str) -> None:
    assert phone(text) == ""


def test_prefixes_do_not_change_a_phone() -> None:
    assert phone("+49 (0)30 555 0142") == phone("030/5550142") == "305550142"


def test_names_streets_and_accents() -> None:
    assert split_name("Nwosu, Amara") == split_name("Dr. Amara Nwosu") == ("amara", "nwosu")
    assert split_street("Hafenstraße 12a") == split_street("12a Hafen Street") == ("hafen st", "12a")
    assert plain("Łucja Yıldırım-Hoàng") == "lucja yildirim hoang"
    assert plain("N/A") == ""


def test_a_row_becomes_a_record_without_what_is_empty() -> None:
    cells = [
        ("full", "Amara Nwosu"),
        ("phone", "+49 30 5550142"),
        ("phone", ""),
        ("email", "info@example.org"),
        ("other:4", " Blue "),
    ]
    assert build_record(cells) == {"given": "amara", "family": "nwosu", "phone": ("305550142",), "other:4": "blue"}


@pytest.mark.parametrize(
    ("compare", "a", "b", "level"),
    [
        (comparing.names, "amara", "amara", SAME), (comparing.names, "amara", "amaar", NEAR), (comparing.names, "lena", "l", PART),
        (comparing.names, "robert", "bob", PART), (comparing.names, "anna maria", "anna", PART), (comparing.names, "lena", "otto", DIFFERENT),
        (comparing.names, "de la cruz", "delacruz", NEAR), (comparing.births, "19801203", "19801230", NEAR),
        (comparing.births, "19800312", "19801203", NEAR), (comparing.births, "19801203", "1980", PART),
        (comparing.births, "19801203", "19710524", DIFFERENT), (comparing.numbers, "2602", "2620", NEAR),
        (comparing.numbers, "2602", "4817", DIFFERENT), (comparing.texts, "mill lane", "lane mill", NEAR),
        (comparing.texts, "harbour rd", "harbor rd", NEAR), (comparing.texts, "harbour rd", "chapel cl", DIFFERENT),
        (comparing.emails, "amara.nwosu@example.org", "amara.nwosu@example.net", NEAR),
    ],
)  # fmt: skip
def test_levels(compare: Callable[[str, str], int], a: str, b: str, level: int) -> None:
    assert compare(a, b) == compare(b, a) == level
