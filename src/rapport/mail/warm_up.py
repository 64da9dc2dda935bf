"""How a new mailbox starts: few messages a day, twice as many every week, until its cap. Pure.

Providers know a new sender by nothing but how much it sends at once.
"""

from datetime import date, timedelta

FIRST = 20
WEEK = timedelta(days=7)


def cap_on(day: date, *, start: date | None, daily_cap: int) -> int:
    """How many messages the mailbox may send on this day; without a start its cap."""
    if start is None:
        return daily_cap
    weeks = max((day - start) // WEEK, 0)
    return daily_cap if weeks > 20 else min(daily_cap, FIRST << weeks)


def rises_on(day: date, *, start: date | None, daily_cap: int) -> date | None:
    """The day on which the mailbox may send more than on this one; None when it sends as much as it ever may."""
    if start is None or cap_on(day, start=start, daily_cap=daily_cap) == daily_cap:
        return None
    return start + (max((day - start) // WEEK, 0) + 1) * WEEK
