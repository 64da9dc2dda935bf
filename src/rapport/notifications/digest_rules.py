"""When a digest is due. Pure."""

from datetime import datetime, time, timedelta, tzinfo

MORNING = time(7, 0)


def is_due(every: str, sent_at: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Whether a digest may go out now: hourly ones an hour after the last, daily ones once after 7:00 local time."""
    if every == "never":
        return False
    if every == "hour":
        return sent_at is None or now - sent_at >= timedelta(hours=1)
    local = now.astimezone(zone)
    if local.time() < MORNING:
        return False
    return sent_at is None or sent_at.astimezone(zone).date() < local.date()
