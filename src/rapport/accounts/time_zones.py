"""Finding a time zone by what people type: its name, a city in it, or a country."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime

from rapport.lib.places import find_place

SHOWN = 8
# Zones that are no place: kept for old systems, or offsets that know no summer time.
ODD = ("Etc/", "SystemV/", "US/", "posix/", "right/")


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """`offset` is "UTC+1" or "UTC+5:30" at the moment asked about, `time` the clock there, "16:40"."""

    name: str
    offset: str
    time: str


def find_time_zones(query: str, now: datetime) -> list[ZoneChoice]:
    """At most eight zones: the one of the city that is named first, then those whose names hold all the words."""
    words = query.replace("_", " ").replace("/", " ").lower().split()
    if not words:
        return []
    named = [name for name in place_names() if all(word in name.replace("_", " ").lower() for word in words)]
    named.sort(key=lambda name: (not _last_part(name).startswith(words[0]), name))
    place = find_place(query)
    first = [place.time_zone] if place and place.time_zone else []
    return [_choice(name, now) for name in dict.fromkeys([*first, *named])][:SHOWN]


def place_names() -> list[str]:
    """The names of all zones that people live in, such as "Europe/Berlin", and "UTC"."""
    known = zoneinfo.available_timezones()
    return [name for name in sorted(known) if ("/" in name and not name.startswith(ODD)) or name == "UTC"]


def _last_part(name: str) -> str:
    return name.rsplit("/", 1)[-1].replace("_", " ").lower()


def _choice(name: str, now: datetime) -> ZoneChoice:
    local = now.astimezone(zoneinfo.ZoneInfo(name))
    minutes = int((local.utcoffset() or local - local).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    offset = f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return ZoneChoice(name, offset, f"{local:%H:%M}")
