"""Words of the house that are nearly the same: "data-engineer" and "Data Engineers", "Refferal" and "Referral". Pure.

Alike are names with the same words whatever their order, case, accents, plural and signs between them, and names that
differ by a slip of the pen (one letter, two from eight letters on). Numbers must be the same: "Meetup 2025" is not
"Meetup 2026". What ends in a sign (C, C#, C++) is only ever itself, and up to four letters no slip is guessed.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations
from typing import TypeVar

from rapidfuzz.distance import OSA

from rapport.skills.words import TOKEN, fold, singular

Key = TypeVar("Key")
SHORTEST, LONG = 5, 8
MOST_ALIKE = 50  # of one form: enough to show, and thousands of the same do not make millions of pairs


def find_look_alikes(names: Mapping[Key, str], weights: Mapping[Key, int]) -> dict[Key, Key]:
    """Who looks like whom: the lighter one of two leads to the heavier; of equal ones the later to the earlier.

    Each name leads to one that leads nowhere itself, so that bringing them together needs one step.
    """
    order = {key: (-weights.get(key, 0), place) for place, key in enumerate(names)}
    forms = {key: _forms(name) for key, name in names.items()}
    found: dict[Key, Key] = {}
    for one, other in sorted(_pairs(forms), key=lambda pair: sorted((order[pair[0]], order[pair[1]]))):
        heavier, lighter = sorted((one, other), key=lambda key: order[key])
        target = found.get(heavier, heavier)
        if lighter not in found and target != lighter and lighter not in found.values():
            found[lighter] = target
    return found


def _forms(name: str) -> tuple[str, str]:
    """The words without what is between them, as they stand and in the order of the alphabet."""
    words = [singular(fold(token)) for token in TOKEN.findall(name)]
    return "".join(words), "".join(sorted(words))


def _pairs(forms: Mapping[Key, tuple[str, str]]) -> set[tuple[Key, Key]]:
    buckets: dict[str, list[Key]] = defaultdict(list)
    for key, own in forms.items():
        for variant in {variant for form in own for variant in (form, *_shortened(form))}:
            if len(buckets[variant]) < MOST_ALIKE:
                buckets[variant].append(key)
    return {
        (one, other)
        for keys in buckets.values()
        for one, other in combinations(keys, 2)
        if any(map(_are_alike, forms[one], forms[other]))
    }


def _shortened(bare: str) -> set[str]:
    """The word without one of its letters: whatever differs by one letter, or by one on each side, shares one of these."""
    if len(bare) < SHORTEST:
        return set()
    return {bare[:place] + bare[place + 1 :] for place in range(len(bare))}


def _are_alike(a: str, b: str) -> bool:
    if a == b:
        return bool(a)
    if _signs(a) != _signs(b):
        return False
    shorter = min(len(a), len(b))
    if shorter < SHORTEST:
        return False
    return OSA.distance(a, b, score_cutoff=2) <= (2 if shorter >= LONG else 1)


def _signs(text: str) -> str:
    return "".join(letter for letter in text if not letter.isalpha())
