"""How dates, spans of time, numbers and names read on the screen. Pure: the present moment is an argument."""

from datetime import date, datetime

SPANS = (
    # seconds in one, below how many seconds it is used, one, many
    (60, 3600, "min", "min"),
    (3600, 86_400, "h", "h"),
    (86_400, 14 * 86_400, "day", "days"),
    (7 * 86_400, 60 * 86_400, "week", "weeks"),
    (30.44 * 86_400, 730 * 86_400, "month", "months"),
    (365.25 * 86_400, float("inf"), "year", "years"),
)


def near_date(day: date, today: date) -> str:
    """A day as people say it: "today", "Fri 27 Nov" within half a year, "3 Feb" in this year, "3 Feb 2025" else."""
    distance = (day - today).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(distance)
    if named:
        return named
    if abs(distance) <= 180:
        return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != today.year and distance < 0 else "")
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")


def month(text: str) -> str:
    """A month as a form keeps it ("2020-03") as people say it ("Mar 2020"); anything else stays as it is."""
    try:
        return f"{datetime.strptime(text, '%Y-%m'):%b %Y}"  # noqa: DTZ007 - no moment, only a month
    except ValueError:
        return text


def exact_moment(moment: datetime) -> str:
    """A moment to the minute in its own zone, "Fri 27 Nov 2026, 16:40 CET"."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M %Z}".rstrip()


def span(seconds: float) -> str:
    """A length of time in its largest sensible unit: "4 min", "3 h", "12 days", "5 months"."""
    for unit, below, one, many in SPANS:
        if seconds < below:
            count = int(seconds // unit)
            return f"{count} {one if count == 1 else many}"
    raise AssertionError("the last span has no end")


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, or in how long: "just now", "5 min ago", "in 3 days"."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 60:
        return "just now"
    return f"{span(seconds)} ago" if seconds > 0 else f"in {span(-seconds)}"


def number_short(count: int | None, cap: int = 10_000) -> str:
    """A count with thousands marked, "10,000+" from the cap on, because counting stops there; a dash for None."""
    if count is None:
        return "–"
    return f"{cap:,}+" if count >= cap else f"{count:,}"


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name, "?" without any letter."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def first_words(text: str, most: int = 10) -> list[str]:
    """The words to look for in names and titles: each is a condition of the database's, so a pasted page has no more."""
    return text[:1000].split()[:most]
