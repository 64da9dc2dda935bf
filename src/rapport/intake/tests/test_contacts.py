"""E-mail addresses, phone numbers, links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.intake.contacts import find_emails, find_links, find_phones, network_of


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Mail: mina.okafor@example.org.", ["mina.okafor@example.org"]),
        ("mina@ example.org", ["mina@example.org"]),
        ("a+b@sub.example.co.uk, A+B@sub.example.co.uk", ["a+b@sub.example.co.uk"]),
        ("@mina on Mastodon, user@localhost", []),
    ],
)
def test_addresses_are_found_once(text: str, addresses: list[str]) -> None:
    assert [found.value for found in find_emails(text)] == addresses


def test_an_address_behind_a_word_is_found_without_a_span() -> None:
    (found,) = find_emails("write me", ["mailto:mina@example.org?subject=Hi"])

    assert (found.value, found.span) == ("mina@example.org", None)


PHONES = [
    ("+49 30 901820", "US", "+4930901820"),
    ("0049 30 901820", "US", "+4930901820"),
    ("+49 (0)30 901820", "US", "+4930901820"),
    ("Tel.: 030 901820", "DE", "+4930901820"),
    ("(909) 448-4000", "US", "+19094484000"),
    ("909.448.4000", "US", "+19094484000"),
    ("Phone: 909-448-4000 ext. 12", "US", "+19094484000"),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("+34 612 345 678", "ES", "+34612345678"),
]


@pytest.mark.parametrize(("text", "country", "number"), PHONES)
def test_phones_come_out_as_e164(text: str, country: str, number: str) -> None:
    (found,) = find_phones(text, country)

    assert (found.value, found.is_valid) == (number, True)


def test_a_number_outside_every_plan_is_kept_as_written() -> None:
    (found,) = find_phones("123-456-7890", "US")

    assert (found.value, found.is_valid) == ("123-456-7890", False)


@pytest.mark.parametrize(
    "text",
    [
        "2012 - 2015",
        "03/2015–08/2017",
        "10.1234/5678901",
        "Fax: 030 901820",
        "ISBN 978-3-16-148410-0",
        "+49 176 313 *** **",
        "0009-0008-8088-9837 orcid",
        "$18,000,000",
    ],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert [found for found in find_phones(text, "DE") if found.is_valid] == []


def test_links_get_a_scheme_and_mail_domains_are_none() -> None:
    found = find_links("mina@example.org linkedin.com/in/mina www.example.org/cv, Node.js and ASP.NET")

    assert [link.value for link in found] == ["https://linkedin.com/in/mina", "https://www.example.org/cv"]


@pytest.mark.parametrize(
    ("link", "profile"),
    [
        ("https://www.linkedin.com/in/mina-okafor/", ("LinkedIn", "mina-okafor")),
        ("github.com/mina", ("GitHub", "mina")),
        ("https://de.linkedin.com/in/mina", ("LinkedIn", "mina")),
        ("https://example.org/mina", ("", "")),
    ],
)
def test_profiles_are_told_from_pages(link: str, profile: tuple[str, str]) -> None:
    assert network_of(link) == profile


@given(st.text(alphabet="0123456789 ()+-./@abc\n\t", max_size=120))
def test_any_text_can_be_asked_for_contacts(text: str) -> None:
    for found in [*find_emails(text), *find_phones(text, "US"), *find_links(text)]:
        assert found.span is not None
        assert text[found.span[0] : found.span[1]].strip() == found.entered.strip()
