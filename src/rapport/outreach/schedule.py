"""When mail may go out: business hours in a time zone, without weekends and holidays. Pure.

Local times are turned into moments by the zone's rules: a time that a clock change leaves out becomes the moment after
it, a time that comes twice the first one (PEP 495, fold 0).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HORIZON_DAYS = 400


class NeverOpen(ValueError):
    """These hours leave no moment within more than a year."""


@dataclass(frozen=True, slots=True)
class Hours:
    """On `days` (Monday is 0) from `start` to before `end`, local time, except on days that `holidays` holds."""

    days: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def window(self, day: date) -> tuple[datetime, datetime] | None:
        """The moments (UTC) at which a local day opens and closes; None when it stays closed."""
        if day.weekday() not in self.days or day in self.holidays:
            return None
        opens, closes = _moment(day, self.start, self.zone), _moment(day, self.end, self.zone)
        return (opens, closes) if opens < closes else None


def next_slot(moment: datetime, hours: Hours) -> datetime:
    """The first moment from `moment` on that lies within the hours, in UTC. Raises NeverOpen."""
    day = moment.astimezone(hours.zone).date() - timedelta(days=1)
    for _ in range(HORIZON_DAYS):
        window = _window(day, hours)
        if window and moment < window[1]:
            return max(moment.astimezone(UTC), window[0])
        day += timedelta(days=1)
    raise NeverOpen(f"no opening within {HORIZON_DAYS} days of {moment:%Y-%m-%d}")


@lru_cache(maxsize=1024)
def _window(day: date, hours: Hours) -> tuple[datetime, datetime] | None:
    return hours.window(day)


def is_open(moment: datetime, hours: Hours) -> bool:
    return next_slot(moment, hours) == moment


def after_days(moment: datetime, days: int, hours: Hours) -> datetime:
    """So many calendar days later at the same local time, moved on to the next slot. Raises NeverOpen."""
    if days == 0:
        return next_slot(moment, hours)
    local = moment.astimezone(hours.zone)
    later = _moment(local.date() + timedelta(days=days), local.time().replace(fold=0), hours.zone)
    return next_slot(later, hours)


def after_hours(moment: datetime, count: int, hours: Hours) -> datetime:
    """So many hours later, moved on to the next slot. Raises NeverOpen."""
    return next_slot(moment + timedelta(hours=count), hours)


def after_open_days(moment: datetime, count: int, hours: Hours) -> datetime:
    """At the same local time so many days of those later that are open. Raises NeverOpen."""
    local = moment.astimezone(hours.zone)
    day, left = local.date(), count
    for _ in range(HORIZON_DAYS + 7 * count):  # of a week, one day may be open
        if left == 0:
            return next_slot(_moment(day, local.time().replace(fold=0), hours.zone) if count else moment, hours)
        day += timedelta(days=1)
        left -= _window(day, hours) is not None
    raise NeverOpen(f"no {count} open days after {moment:%Y-%m-%d}")


def morning_after(day: date, hours: Hours) -> datetime:
    """The first slot of the days after a date: for those who are away until then. Raises NeverOpen."""
    return next_slot(_moment(day + timedelta(days=1), time(0), hours.zone), hours)


@lru_cache(maxsize=512)
def zone_of(name: str, fallback: str) -> ZoneInfo:
    """The zone of a name, of the fallback where there is none of that name, else UTC."""
    for candidate in (name, fallback):
        try:
            if candidate:
                return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")


@lru_cache(maxsize=64)
def holidays_of(country: str, first_year: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166-1 alpha-2) in two years; none for a country that is not known."""
    if not country:
        return frozenset()
    import holidays  # takes 0.3 s to import

    try:
        return frozenset(holidays.country_holidays(country, years=[first_year, first_year + 1]))
    except NotImplementedError:
        return frozenset()


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
