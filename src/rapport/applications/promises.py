"""By when a candidate hears from us: working days, weekends and holidays. Pure."""

from collections.abc import Container
from datetime import date, timedelta

from rapport.lib.wording import near_date

SATURDAY = 5


def is_working_day(day: date, holidays: Container[date] = ()) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def hear_by(start: date, promised_days: int, holidays: Container[date] = ()) -> date:
    """The last day of a promise given on `start`: so many working days later, never a weekend or holiday.

    >>> hear_by(date(2026, 11, 23), 5)   # Monday, five working days
    datetime.date(2026, 11, 30)
    """
    day = start
    for _ in range(promised_days):
        day += timedelta(days=1)
        while not is_working_day(day, holidays):
            day += timedelta(days=1)
    return day


def tone(hear_by_on: date | None, today: date) -> str:
    """How urgent a promise is: bad when its last day is today or past, warn when it is the next working day."""
    if hear_by_on is None:
        return ""
    if hear_by_on <= today:
        return "bad"
    return "warn" if hear_by_on <= hear_by(today, 1) else ""


def words(hear_by_on: date | None, today: date) -> str:
    """ "hear by Fri 27 Nov", "late since Fri 20 Nov" once the last day has passed, "" without a promise."""
    if hear_by_on is None:
        return ""
    return f"{'late since' if hear_by_on < today else 'hear by'} {near_date(hear_by_on, today)}"
