"""The short facts under a job's title. Pure: takes the job and the time."""

from datetime import datetime
from typing import Any

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
CHANGES = {"open": "Open", "paused": "Pause", "closed": "Close"}
STATES = {"draft": "draft", "open": "open", "paused": "paused", "closed": "closed"}


def of_job(job: Any, *, hired_count: int, active_count: int, now: datetime) -> list[str]:
    """Place, pay, hires, how long open, and how many are in process."""
    return [
        fact
        for fact in (
            place(job.place, job.get_workplace_display()),
            pay(job.pay_min, job.pay_max, job.pay_currency, job.pay_period),
            f"{hired_count} of {job.headcount} hired",
            age(job.state, job.opened_at, now),
            f"{active_count:,} in process",
        )
        if fact
    ]


def place(text: str, workplace: str) -> str:
    """ "Berlin, hybrid"; the workplace alone where no place is given."""
    return f"{text}, {workplace.lower()}" if text and workplace.lower() not in text.lower() else text or workplace


def pay(low: int | None, high: int | None, currency: str, period: str) -> str:
    """ "€78,000–96,000", "from £60,000", "up to $90 an hour"; "" where nothing is known. A year is not named."""
    sign = SIGNS.get(currency, f"{currency} ")
    unit = "" if period == "year" else f" {'an' if period == 'hour' else 'a'} {period}"
    if low is not None and high is not None:
        return f"{sign}{low:,}{unit}" if low == high else f"{sign}{low:,}–{high:,}{unit}"
    if low is not None:
        return f"from {sign}{low:,}{unit}"
    return f"up to {sign}{high:,}{unit}" if high is not None else ""


def days_open(opened_at: datetime | None, now: datetime) -> int | None:
    return (now - opened_at).days if opened_at else None


def age(state: str, opened_at: datetime | None, now: datetime) -> str:
    """ "open 31 days", "opened today", or the state where it is not open."""
    days = days_open(opened_at, now)
    if state != "open" or days is None:
        return STATES[state]
    return "opened today" if days < 1 else f"open {days} {'day' if days == 1 else 'days'}"
