"""Pairs of words that people put in quotes: those of which titles and skills consist.

For two frequent words the index would compare positions in the texts of everybody who has both, which takes as long as all the
rest of a search. Who has one of these pairs stands in the index as who has a word does.

An index knows the pairs of its time: when this list changes, profiles.SCHEMA_VERSION is raised (a test remembers the list).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from rapport import skills
from rapport.search.analyzers import words_of

_LISTS = ("starter", "occupations")
_BETWEEN = re.compile(r"[|,/()]|\s[01]?\.\d+")
_BEFORE = re.compile(r"^(?:[a-z]{2}:)?[=?]?")  # the language of an alias, and how it is recognised


@cache
def _seconds() -> dict[str, frozenset[str]]:
    """The second words by the first."""
    found: dict[str, set[str]] = {}
    for name in _names():
        for first, second in pairwise(words_of(name)):
            found.setdefault(first, set()).add(second)
    return {first: frozenset(seconds) for first, seconds in found.items()}


def _names() -> Iterator[str]:
    folder = Path(skills.__file__).parent
    for path in sorted(file for name in _LISTS for file in (folder / name).glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                yield from (_BEFORE.sub("", piece.strip()) for piece in _BETWEEN.split(line))


def list_pairs() -> list[str]:
    """All of them as terms of the index, in their order."""
    return sorted(f"{first}_{second}" for first, seconds in _seconds().items() for second in seconds)


def pairs_among(words: Sequence[str]) -> list[str]:
    """The pairs that stand in a text, as terms of the index, as often as they do; `words` as the index holds them."""
    seconds_of = _seconds().get
    return [
        f"{first}_{second}" for first, second in pairwise(words) if (seconds := seconds_of(first)) and second in seconds
    ]
