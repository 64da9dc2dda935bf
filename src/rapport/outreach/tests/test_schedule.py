"""When mail may go out: tables for the rules people know, hypothesis for what must always hold."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rapport.outreach.schedule import (
    Hours,
    NeverOpen,
    after_days,
    after_hours,
    after_open_days,
    holidays_of,
    is_open,
    morning_after,
    next_slot,
    zone_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(frozenset(range(5)), time(9), time(17), BERLIN, holidays_of("DE", 2026))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),  # a Monday in the morning
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 17:00", "2026-11-24 09:00"),  # the end does not belong to the hours
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over the weekend
        ("2026-12-24 20:00", "2026-12-28 09:00"),  # Christmas: Friday and Saturday, then Sunday
        ("2027-01-01 10:00", "2027-01-04 09:00"),  # a holiday of the next year
        ("2026-03-29 01:00", "2026-03-30 09:00"),  # the night in which clocks go forward
    ],
)
def test_the_next_slot(moment, slot):
    assert next_slot(berlin(moment), OFFICE) == berlin(slot)


def test_an_hour_that_does_not_exist_becomes_the_moment_after_it():
    night = Hours(frozenset(range(7)), time(2, 30), time(3, 30), BERLIN)
    assert next_slot(berlin("2026-03-29 00:00"), night) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
    longer = Hours(frozenset(range(7)), time(2, 30), time(5), BERLIN)
    assert next_slot(berlin("2026-03-29 00:00"), longer) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_first_one():
    night = Hours(frozenset(range(7)), time(2, 30), time(5), BERLIN)
    assert next_slot(berlin("2026-10-25 00:00"), night) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "days", "due"),
    [
        ("2026-11-23 10:15", 0, "2026-11-23 10:15"),
        ("2026-11-23 10:15", 3, "2026-11-26 10:15"),
        ("2026-11-26 10:15", 2, "2026-11-30 09:00"),  # Saturday, so Monday morning
        ("2026-10-23 10:15", 3, "2026-10-26 10:15"),  # the same time of day, though the clocks went back
        ("2024-02-26 10:15", 3, "2024-02-29 10:15"),
    ],
)
def test_waiting_counts_calendar_days(sent, days, due):
    assert after_days(berlin(sent), days, OFFICE) == berlin(due)


def test_the_morning_after_somebody_returns():
    assert morning_after(date(2026, 11, 26), OFFICE) == berlin("2026-11-27 09:00")
    assert morning_after(date(2026, 11, 27), OFFICE) == berlin("2026-11-30 09:00")


def test_unknown_zones_and_countries_fall_back():
    assert zone_of("Nowhere/City", "Asia/Tokyo") == ZoneInfo("Asia/Tokyo")
    assert zone_of("", "") == ZoneInfo("UTC")
    assert holidays_of("XX", 2026) == holidays_of("", 2026) == frozenset()


def test_hours_that_never_open_say_so():
    with pytest.raises(NeverOpen):
        next_slot(berlin("2026-11-23 10:00"), Hours(frozenset(), time(9), time(17), BERLIN))


MOMENTS = some.integers(0, 6 * 365 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
HOURS = some.builds(
    lambda days, start, minutes, zone: Hours(
        days, start, (datetime.combine(date(2026, 1, 1), start) + timedelta(minutes=minutes)).time(), ZoneInfo(zone)
    ),
    some.frozensets(some.integers(0, 6), min_size=1),
    some.times(max_value=time(20)),
    some.integers(90, 230),
    some.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
    ),
)


@given(MOMENTS, HOURS)
def test_a_slot_is_never_before_and_always_open(moment, hours):
    slot = next_slot(moment, hours)
    local = slot.astimezone(hours.zone)
    assert slot >= moment
    assert next_slot(slot, hours) == slot
    assert is_open(slot, hours)
    assert local.weekday() in hours.days
    assert slot - moment <= timedelta(days=16)


@given(MOMENTS, MOMENTS, HOURS)
def test_later_moments_have_no_earlier_slots(one, other, hours):
    first, second = sorted([one, other])
    assert next_slot(first, hours) <= next_slot(second, hours)


@pytest.mark.parametrize(
    ("sent", "count", "due"),
    [
        ("2026-11-23 10:15", 0, "2026-11-23 10:15"),
        ("2026-11-23 10:15", 4, "2026-11-23 14:15"),
        ("2026-11-23 16:00", 2, "2026-11-24 09:00"),  # an evening later the office is closed
        ("2026-11-27 16:30", 1, "2026-11-30 09:00"),  # Friday evening
        ("2026-03-28 03:00", 24, "2026-03-30 09:00"),  # over the clock change, on a Sunday
    ],
)
def test_some_hours_later(sent, count, due):
    assert after_hours(berlin(sent), count, OFFICE) == berlin(due)


@pytest.mark.parametrize(
    ("sent", "count", "due"),
    [
        ("2026-11-23 10:15", 0, "2026-11-23 10:15"),
        ("2026-11-23 10:15", 1, "2026-11-24 10:15"),
        ("2026-11-26 10:15", 2, "2026-11-30 10:15"),  # Thursday, Friday, Monday
        ("2026-11-28 10:15", 1, "2026-11-30 10:15"),  # from a Saturday on
        ("2026-12-23 10:15", 3, "2026-12-29 10:15"),  # Christmas is no working day
        ("2026-11-23 18:30", 1, "2026-11-25 09:00"),  # at that time on Tuesday the office is closed
        ("2026-10-23 09:30", 1, "2026-10-26 09:30"),  # clocks go back on Sunday
    ],
)
def test_some_working_days_later(sent, count, due):
    assert after_open_days(berlin(sent), count, OFFICE) == berlin(due)


def test_the_longest_wait_counted_in_one_day_a_week():
    mondays = Hours(frozenset({0}), time(9), time(17), BERLIN)
    sent = berlin("2026-11-23 10:15")
    assert after_open_days(sent, 365, mondays) == berlin(f"{sent.date() + timedelta(weeks=365)} 10:15")


def test_working_days_that_never_come():
    with pytest.raises(NeverOpen):
        after_open_days(berlin("2026-11-23 10:15"), 1, Hours(frozenset(), time(9), time(17), BERLIN))


@given(
    hours=some.integers(0, 2 * 365 * 24),
    count=some.integers(1, 30),
)
def test_between_are_exactly_so_many_open_days(hours, count):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    due = after_open_days(moment, count, OFFICE)
    assert is_open(due, OFFICE)
    first = moment.astimezone(BERLIN).date()
    days = [first + timedelta(days=number) for number in range(1, (due.astimezone(BERLIN).date() - first).days + 1)]
    counted = sum(OFFICE.window(day) is not None for day in days)
    assert counted in (count, count + 1)  # one more where the office is closed at that time of the day
