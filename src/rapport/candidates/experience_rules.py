"""How many years somebody has worked, from the periods of their jobs. Pure."""

from collections.abc import Iterable
from datetime import date

from rapport.candidates.drafts import ExperienceDraft

DAYS_IN_YEAR = 365.25
MOST_YEARS = 60.0


def years_worked(experiences: Iterable[ExperienceDraft], today: date) -> float | None:
    """Years covered by at least one job, to a tenth; None where no job has a start. Overlaps count once."""
    if not experiences:
        return None
    periods = sorted(
        (job.start_on, min(job.end_on or (today if job.is_current else job.start_on), today))
        for job in experiences
        if job.start_on and job.start_on <= today
    )
    if not periods:
        return None
    days, covered_until = 0, date.min
    for start, end in periods:
        begin = max(start, covered_until)
        if end > begin:
            days += (end - begin).days
        covered_until = max(covered_until, end)
    return min(MOST_YEARS, round(days / DAYS_IN_YEAR, 1))
