"""How many records have a value: a rare one tells more than a common one. Pure.

Numbers, addresses and stations of a career are nearly all different, and a million people have several millions of them.
Of these a value is counted from the second time on that it is seen; of the first a bit is kept. That gives the same
weights, for what only one record has is never equal in two. (Of a million values three in a hundred share their bit with
another one and are counted once too often.)
"""

from collections import Counter
from collections.abc import Iterable
from zlib import crc32

from rapport.hygiene.person_records import MANY, Record

BITS = 1 << 25  # for each field


class Frequencies:
    """`counts` by field and value, `filled` by field: how many values there are in all."""

    def __init__(self, records: Iterable[Record], fields: Iterable[str] = ()) -> None:
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in fields}
        self.filled: dict[str, int] = dict.fromkeys(self.counts, 0)
        seen: dict[str, bytearray] = {}
        for record in records:
            for name, value in record.items():
                if name not in self.counts:
                    self.counts[name], self.filled[name] = Counter(), 0
                if name not in MANY:
                    self.counts[name][str(value)] += 1
                    self.filled[name] += 1
                elif value:
                    self.filled[name] += len(value)
                    _count_again(self.counts[name], seen.setdefault(name, bytearray()), value)


def _count_again(counts: Counter[str], seen: bytearray, values: Iterable[str]) -> None:
    """Count values that were seen before; the others leave their mark."""
    if not seen:
        seen.extend(bytes(BITS >> 3))
    for value in values:
        if value in counts:
            counts[value] += 1
            continue
        bit = crc32(value.encode()) & (BITS - 1)
        if seen[bit >> 3] & (1 << (bit & 7)):
            counts[value] = 2
        else:
            seen[bit >> 3] |= 1 << (bit & 7)
