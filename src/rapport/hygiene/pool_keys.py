"""Candidates as records for linkage, and the keys by which a possible duplicate of theirs is found. Pure.

A pool has no birth dates and streets, but careers: who worked at the same place from the same month on is rarely somebody
else of the same name. A key is a number of 63 bits made of two values; candidates who share one are compared, unless more
than KEY_LIMIT share it: an office address or a frequent name tells nothing then.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from sys import intern
from typing import Any

from rapport.hygiene import person_records
from rapport.hygiene.linkage import Weights
from rapport.hygiene.person_records import Record, name_part, organisation, plain, sound

KEY_LIMIT = 24
MOST_ENTRIES = 12
KEPT_COUNTS = 4000  # frequent values of a field that are remembered between two linkages of the whole pool


@dataclass(slots=True)
class Facts:
    """What is known of a candidate. Jobs are (organisation, start), studies (school, end)."""

    full_name: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    organisation: str = ""
    city: str = ""
    country_code: str = ""
    contacts: Sequence[tuple[str, str]] = ()
    jobs: Sequence[tuple[str, date | None]] = field(default_factory=tuple)
    studies: Sequence[tuple[str, date | None]] = field(default_factory=tuple)


def as_record(facts: Facts) -> Record:
    """A candidate in comparable form. Shared contact points have been left out by whoever read the facts."""
    given, family = name_part(facts.given_name), name_part(facts.family_name)
    if not given and not family:
        given, family = person_records.split_name(facts.full_name)
    jobs = [(organisation(name), start) for name, start in facts.jobs if name]
    undated = {name for name, start in jobs if not start} | (
        {organisation(facts.organisation)} - {name for name, _ in jobs}
    )
    record: dict[str, Any] = {
        "given": intern(given),
        "family": intern(family),
        "title": intern(plain(facts.title)),
        "place": intern(plain(facts.city)),
        "country": intern(facts.country_code.lower()),
        "career": _dated(jobs),
        "organisation": tuple(sorted(filter(None, undated)))[:MOST_ENTRIES],
        "education": _dated([(plain(school), end) for school, end in facts.studies if school]),
    }
    for kind, read in (("email", person_records.email), ("phone", person_records.phone), ("link", person_records.link)):
        record[kind] = tuple(filter(None, (read(value) for of_kind, value in facts.contacts if of_kind == kind)))
    return {name: value for name, value in record.items() if value}


def _dated(rows: Sequence[tuple[str, date | None]]) -> tuple[str, ...]:
    found = (intern(f"{name}|{when.year}-{when.month:02}") for name, when in rows if name and when)
    return tuple(dict.fromkeys(found))[:MOST_ENTRIES]


def keys_of(record: Record) -> list[int]:
    """The keys of a record, sorted; empty for one that tells too little to be compared."""
    given, family = str(record.get("given", "")), str(record.get("family", ""))
    first, last = sound(given), sound(family)
    parts: list[tuple[str, ...]] = []
    for entry in record.get("career", ()):
        parts += [("cf", entry, last), ("cg", entry, first)] if last and first else [("c", entry, last or first)]
    career = sorted(record.get("career", ()))
    parts += [("cc", one, other) for one, other in pairwise(career)]
    parts += [("e", entry, last, first) for entry in record.get("education", ())]
    for place in {str(record.get("place", ""))} - {""}:
        parts += [("np", family, given, place), ("tp", str(record.get("title", "")), last, first, place)]
    for name in record.get("organisation", ()):
        parts.append(("o", name, *sorted((first, last))))
    for address in record.get("email", ()):
        local = address.partition("@")[0]
        if len(local) >= 6:
            parts.append(("m", local))
    parts += [("p", number) for number in record.get("phone", ())]
    parts += [("l", link.rpartition("/")[2], last) for link in record.get("link", ())]
    if given and family and not record.get("place"):
        parts.append(("n", family, given))
    return sorted({_number("\x1f".join(part)) for part in parts})


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1


def is_proved(a: Record, b: Record) -> bool:
    """Whether two look-alikes share what namesakes do not: two stations of their way, or an address of their own."""
    stations = sum(len(set(a.get(name, ())).intersection(b.get(name, ()))) for name in ("career", "education"))
    return stations >= 2 or any(
        set(a.get(name, ())).intersection(b.get(name, ())) for name in ("email", "phone", "link")
    )


def remember(weights: Weights) -> dict[str, Any]:
    """Weights as JSON, for comparing one person later: what was learnt, and how frequent the frequent values are."""
    return {
        "odds": weights.odds,
        "m": weights.m,
        "u": weights.u,
        "filled": weights.filled,
        "counts": {name: dict(counts.most_common(KEPT_COUNTS)) for name, counts in weights.counts.items()},
    }


def recall(stored: Mapping[str, Any] | None, people: int, fields: Collection[str]) -> Weights:
    """Weights that were remembered, or cautious ones for a pool that was never linked as a whole."""
    weights = Weights([], population=max(people, 1), fields=fields)
    if stored:
        weights.restore(stored)
    return weights
