"""How a job's facts read."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.jobs import facts

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("low", "high", "currency", "period", "text"),
    [
        (78000, 96000, "EUR", "year", "€78,000–96,000"),
        (60000, None, "GBP", "year", "from £60,000"),
        (None, 90, "USD", "hour", "up to $90 an hour"),
        (5000, 5000, "CHF", "month", "CHF 5,000 a month"),
        (None, None, "EUR", "year", ""),
    ],
)
def test_pay_reads_as_people_say_it(low, high, currency, period, text) -> None:
    assert facts.pay(low, high, currency, period) == text


@pytest.mark.parametrize(
    ("state", "days", "text"),
    [("open", 31, "open 31 days"), ("open", 1, "open 1 day"), ("open", 0, "opened today"), ("paused", 3, "paused")],
)
def test_age_counts_days_of_open_jobs(state, days, text) -> None:
    assert facts.age(state, NOW - timedelta(days=days), NOW) == text


def test_the_workplace_is_not_said_twice() -> None:
    assert facts.place("Berlin", "Hybrid") == "Berlin, hybrid"
    assert facts.place("Remote in Germany", "Remote") == "Remote in Germany"
    assert facts.place("", "Remote") == "Remote"
