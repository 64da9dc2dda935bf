"""Which people of a pool are worth comparing: those who share a key that few others have. Pure.

Keys and places lie in plain arrays, cut into parts by the key, so that only one part at a time is spread out: about 200
bytes a person in all. Pairs are cut by their first place in the same way and come in order, each once.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from random import Random

PARTS = 256
SHIFT = 32
SEED = 7


class SharedKeys:
    """Who has which key; `pairs` gives those who share one that at most `limit` have."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._keys = [array("q") for _ in range(PARTS)]
        self._places = [array("I") for _ in range(PARTS)]
        self._count = 0

    def add(self, place: int, keys: Iterable[int]) -> None:
        """Places are given in rising order."""
        for key in keys:
            part = key % PARTS
            self._keys[part].append(key)
            self._places[part].append(place)
        self._count = place + 1

    def find_pairs(self) -> "Pairs":
        """Pairs of places; the keys are used up."""
        found = Pairs(self._count)
        for part in range(PARTS):
            for block in self._blocks(part):
                found.add_block(block)
            self._keys[part], self._places[part] = array("q"), array("I")
        found.settle()
        return found

    def _blocks(self, part: int) -> Iterator[list[int]]:
        blocks: dict[int, list[int]] = defaultdict(list)
        for key, place in zip(self._keys[part], self._places[part], strict=True):
            blocks[key].append(place)
        return (block for block in blocks.values() if 1 < len(block) <= self.limit)


class Pairs:
    """Pairs of places; once settled they come in order, each once."""

    def __init__(self, places: int) -> None:
        self._width = places // PARTS + 1
        self._parts = [array("Q") for _ in range(PARTS)]

    def add_block(self, block: list[int]) -> None:
        """All pairs of places that rise."""
        for a, b in combinations(block, 2):
            self._parts[a // self._width].append(a << SHIFT | b)

    def settle(self) -> None:
        self._parts = [array("Q", sorted(set(part))) for part in self._parts]

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for part in self._parts:
            for pair in part:
                yield pair >> SHIFT, pair & (1 << SHIFT) - 1

    def sample(self, count: int) -> list[tuple[int, int]]:
        """So many pairs by chance, the same for the same pairs; all where there are not more."""
        size = len(self)
        if size <= count:
            return list(self)
        chosen = set(Random(SEED).sample(range(size), count))
        return [pair for at, pair in enumerate(self) if at in chosen]
