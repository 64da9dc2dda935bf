from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.candidates import contact_rules
from rapport.candidates.contact_rules import NotAContact, read_contact


@pytest.mark.parametrize(
    ("kind", "entered", "country_code", "normal"),
    [
        ("email", " Amara.Nwosu@Example.ORG ", "", "amara.nwosu@example.org"),
        ("email", "mailto:amara+jobs@example.org", "", "amara+jobs@example.org"),
        ("email", "<jö@exämple.org>", "", "jö@exämple.org"),
        ("phone", "030 / 555 01 42", "DE", "+49305550142"),
        ("phone", "0049 (0)30 5550142", "", "+49305550142"),
        ("phone", "+1 (415) 555-0132 ext 12", "", "+14155550132x12"),
        ("phone", "415-555-0132", "us", "+14155550132"),
        ("link", "https://de.linkedin.com/in/Amara/?trk=nav", "", "linkedin.com/in/amara"),
        ("link", "http://www.linkedin.com/in/j%C3%B6rg-m/details/skills/", "", "linkedin.com/in/jörg-m"),
        ("link", "GitHub.com/AmaraNw/forecast", "", "github.com/amaranw"),
        ("link", "https://www.xing.com/profile/Amara_Nwosu/cv", "", "xing.com/profile/amara_nwosu"),
        ("link", "https://twitter.com/@amara", "", "x.com/amara"),
        ("link", "https://amara.example.org/?utm_source=x&page=2#top", "", "amara.example.org?page=2"),
        ("link", "m.example.org/Amara", "", "example.org/Amara"),
    ],
)
def test_the_same_is_read_alike(kind: str, entered: str, country_code: str, normal: str) -> None:
    assert read_contact(kind, entered, country_code).normal == normal


@pytest.mark.parametrize(
    ("kind", "entered", "country_code"),
    [
        ("email", "amara@@example.org", ""),
        ("email", "amara", ""),
        ("email", "amara@localhost", ""),
        ("phone", "555 0142", ""),
        ("phone", "123", "DE"),
        ("phone", "+49 abc", ""),
        ("link", "linkedin.com", ""),
        ("link", "https://www.linkedin.com/company/solwerk", ""),
        ("link", "javascript:alert(1)", ""),
        ("link", "http://[::1", ""),
        ("link", "amara", ""),
        ("pigeon", "amara", ""),
        ("email", "  ", ""),
    ],
)
def test_what_is_no_contact_point_is_told(kind: str, entered: str, country_code: str) -> None:
    with pytest.raises(NotAContact):
        read_contact(kind, entered, country_code)


@given(st.sampled_from(contact_rules.KINDS), st.text(max_size=80))
def test_any_text_is_read_or_refused(kind: str, text: str) -> None:
    with suppress(NotAContact):
        assert read_contact(kind, text, "DE").normal


@given(st.from_regex(r"[a-z0-9]{1,8}\.[a-z]{2,3}(/[A-Za-z0-9._-]{1,8}){0,3}", fullmatch=True))
def test_a_normal_link_reads_as_itself(link: str) -> None:
    try:
        normal = contact_rules.read_link(link)
    except NotAContact:
        return
    assert contact_rules.read_link(normal) == normal


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("amara@example.org", "email"),
        ("+49 30 5550142", "phone"),
        ("github.com/amara", "link"),
        ("0151-2345678", "phone"),
    ],
)
def test_the_kind_is_guessed_from_the_value(value: str, kind: str) -> None:
    assert contact_rules.guess_kind(value) == kind


@pytest.mark.parametrize(
    ("normal", "shown"),
    [("+493055501420", "+49 30 55501420"), ("+12095550193x12", "+1 209-555-0193 ext. 12"), ("unknown", "unknown")],
)
def test_a_phone_number_is_shown_in_groups(normal: str, shown: str) -> None:
    assert contact_rules.shown_phone(normal) == shown
