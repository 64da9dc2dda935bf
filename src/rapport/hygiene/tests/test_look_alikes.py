"""Which words are nearly the same, and which only look so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.hygiene.audits.look_alikes import find_look_alikes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("data engineer", "Data-Engineers"), ("speaks at meetups", "Speaks at meetup"), ("Café crew", "cafe crew"),
        ("Referral", "Referal"), ("Referral", "Refferal"), ("relocates", "relcoates"), ("Career site", "Careers site"),
        ("silver medal", "medal, silver"), ("knows the industry", "knows the indutsry"), ("front end", "frontend"),
    ],
)  # fmt: skip
def test_alike(one: str, other: str) -> None:
    assert find_look_alikes({1: one, 2: other}, {1: 5, 2: 1}) == {2: 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Meetup 2025", "Meetup 2026"), ("C", "C++"), ("C", "C#"), ("Java", "Lava"), ("Java", "JavaScript"),
        ("remote", "promote it"), ("four days", "five days"), ("Berlin", "Bern"), ("nurse", "purser"),
    ],
)  # fmt: skip
def test_not_alike(one: str, other: str) -> None:
    assert find_look_alikes({1: one, 2: other}, {1: 5, 2: 1}) == {}


def test_the_word_that_fewer_people_have_leads_to_the_other_in_one_step() -> None:
    names = {1: "Referal", 2: "Referral", 3: "Referrals", 4: "Job fair"}
    assert find_look_alikes(names, {1: 1, 2: 90, 3: 7, 4: 3}) == {1: 2, 3: 2}
    assert find_look_alikes({1: "Referal", 2: "Referral"}, {}) == {2: 1}


@given(st.dictionaries(st.integers(0, 20), st.text("abcdef 1", max_size=9), max_size=12))
def test_nobody_leads_to_a_word_that_leads_on(names: dict[int, str]) -> None:
    found = find_look_alikes(names, dict.fromkeys(names, 1))
    assert set(found.values()).isdisjoint(found)


def test_ten_thousand_words_are_compared_in_seconds() -> None:
    from time import perf_counter

    names = {number: f"{'abcdefghij'[number % 10] * 3}{number // 10} group" for number in range(9_998)}
    names |= {9_998: "quarterly champions", 9_999: "quaterly champions"}
    started = perf_counter()
    assert find_look_alikes(names, {9_998: 2}) == {9_999: 9_998}
    assert perf_counter() - started < 20
