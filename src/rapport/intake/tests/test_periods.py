"""Dates and periods in every usual form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.intake.periods import count_months, find_periods, is_only_dates

CASES = [
    ("Jan 2019 - present", "2019-01", "", True),
    ("03/2015–08/2017", "2015-03", "2017-08", False),
    ("2014 – 2016", "2014", "2016", False),
    ("2014-16", "2014", "2016", False),
    ("Sept 2018 – May 2023", "2018-09", "2023-05", False),
    ("2016/09 - now", "2016-09", "", True),
    ("02/2001 to 10/2012", "2001-02", "2012-10", False),
    ("06/2012 to Current", "2012-06", "", True),
    ("Sep 15 - NOW", "2015-09", "", True),
    ("Mar '14 – Jan '15", "2014-03", "2015-01", False),
    ("May - August 2020", "2020-05", "2020-08", False),
    ("Nov – Feb 2021", "2020-11", "2021-02", False),
    ("01.04.2018 – 30.06.2020", "2018-04", "2020-06", False),
    ("2019-03-01 – 2020-01-31", "2019-03-01", "2020-01-31", False),
    ("seit 05/2021", "2021-05", "", True),
    ("März 2016 bis Dezember 2018", "2016-03", "2018-12", False),
    ("10/2019 – heute", "2019-10", "", True),
    ("septembre 2017 à juin 2019", "2017-09", "2019-06", False),
    ("depuis janvier 2020", "2020-01", "", True),
    ("enero de 2018 – actualidad", "2018-01", "", True),
    ("de marzo 2015 a julio 2016", "2015-03", "2016-07", False),
    ("Fall 2013 – Spring 2014", "2013", "2014", False),
    ("June 2012 –Present", "2012-06", "", True),
    ("since 2019", "2019", "", True),
    ("March 3, 2010 - April 2, 2012", "2010-03", "2012-04", False),
    ("Q1 2020 – Q3 2021", "2020-01", "2021-07", False),
]


@pytest.mark.parametrize(("text", "start", "end", "is_current"), CASES)
def test_a_range_is_read_with_its_precision(text: str, start: str, end: str, is_current: bool) -> None:
    (period,) = find_periods(text)

    assert (period.start, period.end, period.is_current, period.is_range) == (start, end, is_current, True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2011 / 11", "2011-11"),
        ("Nov. 2011", "2011-11"),
        ("July 2023", "2023-07"),
        ("(2014)", "2014"),
        ("Summer 2022", "2022"),
    ],
)
def test_a_single_date_is_no_range(text: str, day: str) -> None:
    (period,) = find_periods(text)

    assert (period.start, period.end, period.is_range) == (day, day, False)


@pytest.mark.parametrize(
    "text",
    [
        "Raised 2000 leads",
        "+49 176 2014 2015 99",
        "US Patent 11,234,567",
        "NeurIPS",
        "10.1234/neurips.2023.1234",
        "99.97% uptime",
        "room 20-21",
        "",
    ],
)
def test_other_numbers_are_no_ranges(text: str) -> None:
    assert [period for period in find_periods(text) if period.is_range] == []


@pytest.mark.parametrize("text", ["Jan 2019 –", "2014", "(2012 - 2015)", "03/2015–08/2017, 2 years"])
def test_text_of_dates_alone_is_known_as_such(text: str) -> None:
    assert is_only_dates(text)


def test_text_with_other_words_is_not_only_dates() -> None:
    assert not is_only_dates("Engineer 2014 – 2016")


TODAY = date(2026, 11, 23)
YEARS = [
    ([("2014-01", "2014-12", False)], 12),
    ([("2014-01", "2015-12", False), ("2015-01", "2016-12", False)], 36),
    ([("2014-01", "2014-06", False), ("2020-01", "2020-06", False)], 12),
    ([("2014", "2016", False)], 24),
    ([("2014", "2014", False)], 12),
    ([("2026-09", "", True)], 2),
    ([("", "", False), ("2030-01", "2031-01", False)], 0),
]


@pytest.mark.parametrize(("periods", "months"), YEARS)
def test_months_are_counted_once(periods: list[tuple[str, str, bool]], months: int) -> None:
    assert count_months(periods, TODAY) == months


@given(st.lists(st.tuples(st.integers(1990, 2024), st.integers(0, 5)), max_size=8))
def test_overlaps_never_add_up_to_more_than_the_whole(spans: list[tuple[int, int]]) -> None:
    periods = [(f"{year}-01", f"{year + length}-12", False) for year, length in spans]

    months = count_months(periods, TODAY)

    assert months <= 12 * (2029 - 1990 + 1)
    assert months == count_months(periods + periods, TODAY)


@given(st.text(max_size=200))
def test_any_text_can_be_asked_for_periods(text: str) -> None:
    for period in find_periods(text):
        assert 0 <= period.span[0] < period.span[1] <= len(text)
