"""The one place that reads the clock, so that tests can set it and rules can be given the time."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in UTC; use the reader's zone for what people see."""
    return now().date()


def read_moment(text: str) -> datetime:
    """The aware moment that an ISO text given out by us says; ValueError for any other, and for what no column holds."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError(f"no moment: {text[:40]!r}")
    return moment
