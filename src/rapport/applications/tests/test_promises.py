"""Working days, urgency and words of promises."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.applications.promises import hear_by, is_working_day, tone, words

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
COUNTS = st.integers(min_value=1, max_value=90)
HOLIDAYS = st.sets(DAYS, max_size=30)
MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (MONDAY, 1, date(2026, 11, 24)),
        (MONDAY, 4, date(2026, 11, 27)),
        (MONDAY, 5, date(2026, 11, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (MONDAY, 0, MONDAY),
    ],
)
def test_working_days_are_counted_over_weekends(start: date, days: int, end: date) -> None:
    assert hear_by(start, days) == end


def test_holidays_do_not_count() -> None:
    assert hear_by(date(2026, 12, 23), 2, {date(2026, 12, 25)}) == date(2026, 12, 28)


@given(DAYS, COUNTS, HOLIDAYS)
def test_the_last_day_is_a_working_day_after_exactly_so_many(start: date, days: int, holidays: set[date]) -> None:
    end = hear_by(start, days, holidays)
    between = [start + timedelta(days=offset) for offset in range(1, (end - start).days + 1)]
    assert sum(is_working_day(day, holidays) for day in between) == days
    assert is_working_day(end, holidays)


@given(DAYS, COUNTS, COUNTS, HOLIDAYS)
def test_days_add_up_and_more_days_end_later(start: date, first: int, second: int, holidays: set[date]) -> None:
    assert hear_by(hear_by(start, first, holidays), second, holidays) == hear_by(start, first + second, holidays)
    assert hear_by(start, first, holidays) < hear_by(start, first + second, holidays)


@pytest.mark.parametrize(
    ("hear_by_on", "expected"),
    [
        (date(2026, 11, 20), ("bad", "late since Fri 20 Nov")),
        (MONDAY, ("bad", "hear by today")),
        (date(2026, 11, 24), ("warn", "hear by tomorrow")),
        (date(2026, 11, 25), ("", "hear by Wed 25 Nov")),
        (None, ("", "")),
    ],
)
def test_urgency_and_words(hear_by_on: date | None, expected: tuple[str, str]) -> None:
    assert (tone(hear_by_on, MONDAY), words(hear_by_on, MONDAY)) == expected


def test_on_friday_monday_is_near() -> None:
    assert tone(date(2026, 11, 30), date(2026, 11, 27)) == "warn"
