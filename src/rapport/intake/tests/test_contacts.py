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


def test_a_number_that_no_plan_has_given_out_is_normalised_but_unsure() -> None:
    (found,) = find_phones("123-456-7890", "US")

    assert (found.value, found.is_valid) == ("+11234567890", False)


def test_a_number_that_nobody_can_dial_is_kept_as_written() -> None:
    (found,) = find_phones("Phone: 555 123 4567 890 12", "US")

    assert (found.value, found.is_valid) == ("555 123 4567 890 12", False)


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


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mina.okafor@exam\nple.org", "mina.okafor@example.org"),
        ("mina.\nokafor@example.org", "mina.okafor@example.org"),
        ("mina.okafor\n@example.org", "mina.okafor@example.org"),
        ("030 901 820\nmina@example.or\ng", "mina@example.org"),
    ],
)
def test_addresses_broken_by_a_narrow_column_are_made_whole(text: str, address: str) -> None:
    (found,) = find_emails(text)

    assert found.value == address
    assert found.span is not None
    assert text[slice(*found.span)].replace("\n", "") == address


def test_a_whole_address_takes_nothing_from_the_next_line() -> None:
    assert [found.value for found in find_emails("mina@example.org\nBremen")] == ["mina@example.org"]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("910 123 456", "ES", "+34910123456"),
        ("a | 655 12 34 56 | b", "ES", "+34655123456"),
        ("+61 3 7010 5550\n12 Example Street", "AU", "+61370105550"),
    ],
)
def test_numbers_without_signs_count_where_they_stand_alone(text: str, country: str, number: str) -> None:
    assert [found.value for found in find_phones(text, country)] == [number]


def test_a_row_of_digits_within_a_sentence_is_no_number() -> None:
    assert find_phones("We shipped 910 123 456 boxes", "ES") == []
