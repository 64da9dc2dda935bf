"""The one place that reads the clock, so that tests can set it and rules can be given the time."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in UTC; use the reader's zone for what people see."""
    return now().date()
