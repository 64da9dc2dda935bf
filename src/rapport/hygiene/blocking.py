"""Which records of a table are worth comparing: only those that agree on a key. Pure.

A key is a value of their own, or a code of two fields. (The pool has keys of its own: pool_keys.py.)
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from rapport.hygiene.person_records import MANY, OWN, Record, sound

BLOCK_LIMIT, SMALLEST_LIMIT = 60, 12
CODES: dict[str, Callable[[str], str]] = {
    "given": sound, "family": sound, "birth": lambda text: text, "street": lambda text: text.replace(" ", "")[:6],
    "number": lambda text: text, "extra": lambda text: text.replace(" ", "")[:6], "place": lambda text: text.replace(" ", "")[:5],
    "postcode": lambda text: text, "organisation": lambda text: text[:8], "title": lambda text: text[:8],
    "email": lambda text: text.partition("@")[0],
}  # fmt: skip
PAIRED = (
    "given", "family", "birth", "street", "place", "postcode", "number", "extra", "organisation", "title", "email",
)  # fmt: skip


def _alone(records: Sequence[Record], name: str) -> Iterator[tuple[int, str]]:
    for place, record in enumerate(records):
        value = record.get(name)
        if value:
            for one in value if name in MANY else (value,):
                yield place, str(one)


def block_limit_for(count: int) -> int:
    """How large a block may be: the more records there are, the finer the keys that have to tell them apart."""
    return max(SMALLEST_LIMIT, min(BLOCK_LIMIT, int(BLOCK_LIMIT * (10_000 / max(count, 1)) ** 0.4)))


def candidate_pairs(records: Sequence[Record]) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing, each once. A block larger than the limit is left to finer keys."""
    block_limit = block_limit_for(len(records))
    fields = {name for record in records for name in record}
    seen: set[tuple[int, int]] = set()
    for name in sorted(fields & {*OWN, "birth"}) + sorted(name for name in fields if name.startswith("other")):
        blocks: dict[str, list[int]] = defaultdict(list)
        for place, value in _alone(records, name):
            blocks[value].append(place)
        for block in blocks.values():
            if 1 < len(block) <= block_limit:
                for pair in combinations(block, 2):
                    if pair[0] != pair[1] and pair not in seen:
                        seen.add(pair)
                        yield pair
    codes = {name: _codes(records, name) for name in PAIRED if name in fields}
    passes: list[array[int]] = []
    for first, second in combinations(codes, 2):
        keys = array("q", (_key(a, b) for a, b in zip(codes[first], codes[second], strict=True)))
        yield from _pass(keys, passes, seen, block_limit)
        passes.append(keys)
    if {"given", "family"} <= set(codes):
        keys = array("q", (_key(*sorted(pair)) for pair in zip(codes["given"], codes["family"], strict=True)))
        yield from _pass(keys, passes, seen, block_limit)


def _codes(records: Sequence[Record], name: str) -> list[str]:
    code = CODES[name]
    return [code(str(value[0] if name in MANY else value)) if (value := record.get(name)) else "" for record in records]


def _key(a: str, b: str) -> int:
    return hash((a, b)) if a and b else 0


def _pass(
    keys: "array[int]", passes: "list[array[int]]", seen: set[tuple[int, int]], block_limit: int
) -> Iterator[tuple[int, int]]:
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key:
            blocks[key].append(place)
    for block in blocks.values():
        if len(block) > block_limit:
            for place in block:
                keys[place] = 0
        elif len(block) > 1:
            for a, b in combinations(block, 2):
                if (a, b) not in seen and not any(before[a] == before[b] != 0 for before in passes):
                    yield a, b
