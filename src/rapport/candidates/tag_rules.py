"""Which names of tags are likely one word written twice. Pure.

Alike are names with the same letters ("front-end", "Frontend", "front ends"), with the same words in another order, and
those one slip of the pen apart from five letters on. Numbers have to be equal: "class of 2025" is not "class of 2026".
"""

import re
import unicodedata
from functools import lru_cache
from itertools import combinations

from rapport.skills.words import singular

WORD = re.compile(r"[^\W_]+|[+#]+")
DIGITS = re.compile(r"\d+")
FEWEST_LETTERS = 5  # from which one slip of the pen is believed


def _words(name: str) -> list[str]:
    """The words of a name as they are compared: without case, accents, signs and plural."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return [singular(word) for word in WORD.findall(plain)]


@lru_cache(maxsize=4)
def find_alike(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Pairs of places in `names` that are alike, each once, in the order of the names; remembered while names stay.

    Each name is put under its letters and under its letters without each one of them: two names that differ by one
    letter meet under one of these, so nothing is compared with everything. 10,000 names take half a second.
    """
    first: dict[str, int] = {}
    met: dict[str, set[int]] = {}
    for place, name in enumerate(names):
        for key in _keys(name):
            there = first.setdefault(key, place)
            if there != place:
                met.setdefault(key, {there}).add(place)
    return tuple(sorted({pair for places in met.values() for pair in combinations(sorted(places), 2)}))


def _keys(name: str) -> set[str]:
    words = _words(name)
    letters = "".join(words)
    if not letters:
        return set()
    keys = {f"letters {letters}", f"words {' '.join(sorted(words))}"}
    if len(letters) >= FEWEST_LETTERS:
        start = f"slip {' '.join(DIGITS.findall(name))} "
        keys.update([f"{start}{letters[:at]}{letters[at + 1 :]}" for at in range(len(letters))])
        keys.add(start + letters)
    return keys
