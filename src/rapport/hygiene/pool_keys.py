"""Candidates as records for linkage, and the keys by which a possible duplicate of theirs is found. Pure.

A pool has no birth dates and streets, but careers: who worked at the same place from the same month on is rarely somebody
else of the same name. A key is a number of 63 bits made of a few values; candidates who share one are compared, unless
more than KEY_LIMIT share it: an office address or a frequent name tells nothing then.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from rapport.hygiene import person_records
from rapport.hygiene.linkage import Weights
from rapport.hygiene.person_records import Record, name_part, organisation, plain, sound

KEY_LIMIT = 24
MOST_ENTRIES = 12
FACTOR, MASK = 0x9E37_79B9_7F4A_7C15, (1 << 63) - 1
CONTACTS = {"email": person_records.email, "phone": person_records.phone, "link": person_records.link}
KEPT_COUNTS = 4000  # frequent values of a field that are remembered between two linkages of the whole pool


@dataclass(slots=True)
class Facts:
    """What is known of a candidate. Jobs are (month of the start, organisation), studies (month of the end, school)."""

    full_name: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    organisation: str = ""
    city: str = ""
    country_code: str = ""
    contacts: Sequence[tuple[str, str]] = ()
    jobs: Sequence[tuple[str, str]] = ()
    studies: Sequence[tuple[str, str]] = ()


def as_record(facts: Facts) -> Record:
    """A candidate in comparable form. Shared contact points have been left out by whoever read the facts."""
    given, family = name_part(facts.given_name), name_part(facts.family_name)
    if not given and not family:
        given, family = person_records.split_name(facts.full_name)
    jobs = [(month, organisation(name)) for month, name in facts.jobs if name]
    undated = {name for month, name in jobs if not month}
    employer = organisation(facts.organisation)
    if all(name != employer for _, name in jobs):
        undated.add(employer)
    record: dict[str, Any] = {
        "given": given, "family": family, "title": plain(facts.title), "place": plain(facts.city),
        "country": facts.country_code.lower(), "career": _dated(jobs),
        "organisation": tuple(sorted(filter(None, undated)))[:MOST_ENTRIES],
        "education": _dated([(month, plain(school)) for month, school in facts.studies]),
    }  # fmt: skip
    for kind, read in CONTACTS.items():
        record[kind] = tuple([found for of, value in facts.contacts if of == kind and (found := read(value))])
    return {name: value for name, value in record.items() if value}


def _dated(rows: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    found = [f"{name}|{month}" for month, name in rows if name and month]
    return tuple(dict.fromkeys(found))[:MOST_ENTRIES]


def keys_of(record: Record) -> list[int]:
    """The keys of a record, sorted; empty for one that tells too little to be compared."""
    given, family = str(record.get("given", "")), str(record.get("family", ""))
    place, title = str(record.get("place", "")), str(record.get("title", ""))
    first, last = _number(sound(given)), _number(sound(family))
    names = [("f", last), ("g", first)] if given and family else [("", last or first)]
    career = sorted(map(_number, record.get("career", ())))
    keys = {_mix("c" + kind, entry, name) for entry in career for kind, name in names}
    keys.update(_mix("cc", one, other) for one, other in pairwise(career))
    keys.update(_mix("e", _number(entry), last, first) for entry in record.get("education", ()))
    if place:
        keys.add(_mix("np", _number(family), _number(given), _number(place)))
        keys.add(_mix("tp", _number(title), last, first, _number(place)))
    elif given and family:
        keys.add(_mix("n", _number(family), _number(given)))
    keys.update(_mix("o", _number(name), *sorted((first, last))) for name in record.get("organisation", ()))
    keys.update(_own_keys(record, names, last))
    return sorted(keys)


def _own_keys(record: Record, names: Sequence[tuple[str, int]], last: int) -> Iterator[int]:
    """Addresses. A number needs a name beside it: its last nine digits alone are shared by strangers of several countries."""
    for address in record.get("email", ()):
        local = address.partition("@")[0]
        if len(local) >= 6:
            yield _mix("m", _number(local))
    for number in record.get("phone", ()):
        for kind, name in names:
            yield _mix("p" + kind, _number(number), name)
    for link in record.get("link", ()):
        yield _mix("l", _number(link.rpartition("/")[2]), last)


@lru_cache(maxsize=200_000)
def _number(text: str) -> int:
    """A text as 63 bits, the same in every process; 0 for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1 if text else 0


def _mix(kind: str, *numbers: int) -> int:
    """Numbers in their order as one, by a polynomial whose odd factor spreads them over 63 bits."""
    mixed = _number(kind)
    for number in numbers:
        mixed = (mixed * FACTOR + number) & MASK
    return mixed


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
