"""Which records are the same person: blocking, Fellegi-Sunter weights learnt from the records themselves, clusters. Pure.

Each field of two records is compared to a level (comparing.py). A level is worth log2(m / u): m is how often it occurs
between records of one person, learnt by expectation maximisation from a prior; u is how often by chance, for an equal
value from how many records have it (a rare surname tells more than a common one), for the rest from random pairs.
The sum of a pair's weights, plus the odds that any two records are one person, is its score in bits: above 0 it is
more likely than not. (I. Fellegi and A. Sunter, A Theory for Record Linkage, 1969; W. Winkler on value frequencies.)

Three things keep chance and families from looking like one person: all parts of an address together count for at most
ADDRESS_LIMIT bits; who differs in given name and birth date is somebody else unless a number or address of their own
agrees; and a cluster is joined only where its records agree on average, never through one bridge.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from rapport.hygiene.blocking import candidate_pairs
from rapport.hygiene.comparing import COMPARE, DIFFERENT, NEAR, PART, SAME, texts
from rapport.hygiene.frequencies import Frequencies
from rapport.hygiene.person_records import MANY, OWN, Record

# How often each level occurs between two records of one person, before anything was learnt: SAME, NEAR, PART.
PRIORS = {
    "given": (0.76, 0.12, 0.05), "middle": (0.5, 0.1, 0.2), "family": (0.8, 0.12, 0.02), "maiden": (0.7, 0.1, 0.05),
    "birth": (0.85, 0.08, 0.03), "street": (0.7, 0.15, 0.05), "number": (0.8, 0.06, 0.02), "extra": (0.6, 0.15, 0.05),
    "place": (0.74, 0.12, 0.03), "postcode": (0.8, 0.08, 0.02), "region": (0.88, 0.04, 0.0), "country": (0.95, 0.01, 0.0),
    "phone": (0.6, 0.05, 0.02), "email": (0.5, 0.06, 0.04), "link": (0.7, 0.05, 0.01), "identity": (0.85, 0.08, 0.02),
    "career": (0.6, 0.0, 0.0), "education": (0.6, 0.0, 0.0), "organisation": (0.5, 0.1, 0.08), "title": (0.4, 0.12, 0.12), "gender": (0.96, 0.0, 0.0),
}  # fmt: skip
PRIOR_OTHER = (0.6, 0.08, 0.04)
# How rare a value is before it is counted: so many records with any value, of which so many share one.
TYPICAL = {
    "given": 0.004, "family": 0.0015, "birth": 0.00006, "street": 0.0006, "number": 0.01, "place": 0.005, "postcode": 0.002,
    "region": 0.12, "country": 0.3, "gender": 0.5, "title": 0.01, "organisation": 0.002, "identity": 0.000002,
    "career": 0.0002, "education": 0.0005, "phone": 0.000002, "email": 0.000001, "link": 0.000001,
}  # fmt: skip
TYPICAL_OTHER = 0.03
PRIOR_RECORDS, PRIOR_PAIRS = 300, 60
SMALLEST_POPULATION = 1000
RANDOM_PAIRS, LEARNING_PAIRS, ROUNDS = 20_000, 20_000, 6
ADDRESS = frozenset(("street", "number", "extra", "place", "postcode", "region", "country"))
PLACES = frozenset(("place", "postcode", "region", "country"))
FIRST = ("birth", "family", "given")
ADDRESS_TEXTS = ("street", "extra", "place")
ADDRESS_LIMIT = 20.0
ELSEWHERE = -3.0  # an address line or name that stands in another column is worth a little less
LIKELY, SURE = 0.0, 9.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records (by their place in the list) and their score in bits."""

    first: int
    second: int
    score: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that are one person; `score` is the probability of its weakest link, `sure` that nobody need look."""

    members: list[int]
    score: float
    sure: bool
    weakest: Pair = field(compare=False)


def probability(score: float) -> float:
    """The odds in bits as a probability."""
    return 1 / (1 + 2 ** -max(min(score, 60.0), -60.0))


class Weights:
    """What levels are worth for these records. `score` compares two of them."""

    def __init__(
        self,
        records: Sequence[Record],
        *,
        population: int | None = None,
        fields: Iterable[str] = (),
        seed: int = 7,
    ) -> None:
        self.records = records
        seen = Frequencies(records, fields)
        self.fields = sorted(seen.counts)
        self.compare: dict[str, Callable[..., int]] = {name: COMPARE.get(name, texts) for name in self.fields}
        self.counts, self.filled = seen.counts, seen.filled
        self.lines_may_move = sum(name in self.counts for name in ADDRESS_TEXTS) > 1
        self.odds = -math.log2(max(population or len(records), SMALLEST_POPULATION))
        self.m = {name: _with_rest(PRIORS.get(name, PRIOR_OTHER)) for name in self.fields}
        self.u = self._chance(random.Random(seed))
        self._settle()

    def _chance(self, dice: random.Random) -> dict[str, list[float]]:
        """How often NEAR and PART occur between two records at random; SAME is told by each value's frequency."""
        seen = {name: [0, 0, 0, 0] for name in self.fields}
        size = len(self.records)
        for _ in range(RANDOM_PAIRS if size > 1 else 0):
            places = dice.randrange(size), dice.randrange(size)
            if places[0] == places[1]:
                continue
            a, b = self.records[places[0]], self.records[places[1]]
            for name, value in a.items():
                other = b.get(name)
                if other:
                    seen[name][self.compare[name](value, other)] += 1
        chance = {}
        for name, counts in seen.items():
            total = sum(counts) + 400
            near, part = (counts[NEAR] + 0.4) / total, (counts[PART] + 0.8) / total
            same = (counts[SAME] + 400 * TYPICAL.get(name, TYPICAL_OTHER)) / total
            chance[name] = [max(1 - same - near - part, 0.05), part, near, same]
        return chance

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take over what was learnt from other records: m, u, odds and frequencies by field."""
        self.odds = stored["odds"]
        for name in self.fields:
            if name in stored["m"]:
                self.m[name], self.u[name] = list(stored["m"][name]), list(stored["u"][name])
                self.counts[name], self.filled[name] = Counter(stored["counts"][name]), stored["filled"][name]
        self._settle()

    def _settle(self) -> None:
        self.bits = {
            name: [math.log2(max(m, 1e-4) / u) for m, u in zip(self.m[name], self.u[name], strict=True)]
            for name in self.fields
        }
        self.equal: dict[str, dict[Any, float]] = {name: {} for name in self.fields}

    def rarity(self, name: str, value: str) -> float:
        """The chance that a record has this value, with the typical one as a prior."""
        typical = TYPICAL.get(name, TYPICAL_OTHER)
        return (self.counts[name].get(value, 0) + PRIOR_RECORDS * typical) / (self.filled[name] + PRIOR_RECORDS)

    def same_bits(self, name: str, a: Any, b: Any) -> float:
        """What it is worth that both have this value, of several the rarest."""
        known = self.equal[name]
        if name in MANY:
            return max(self._one_bits(known, name, value) for value in a if value in b)
        found = known.get(a)
        return self._one_bits(known, name, a) if found is None else found

    def _one_bits(self, known: dict[Any, float], name: str, value: str) -> float:
        bits = known.get(value)
        if bits is None:
            bits = known[value] = math.log2(self.m[name][SAME] / self.rarity(name, value))
        return bits

    def levels(self, a: Record, b: Record) -> dict[str, int]:
        """The level of each field that both records have."""
        compare = self.compare
        found = {}
        for name, value in a.items():
            other = b.get(name)
            if other:
                found[name] = SAME if value == other else compare[name](value, other)
        return found

    def score(self, a: Record, b: Record) -> float:
        """The odds that two records are one person, in bits."""
        if self._is_hopeless(a, b):
            return LIKELY - 20
        return self.weigh(a, b, self.levels(a, b))

    def _is_hopeless(self, a: Record, b: Record) -> bool:
        """A cheap look before the full comparison: names, birth and what is equal cannot reach 0, whatever the rest says."""
        bound, compare = self.odds + ADDRESS_LIMIT + 2, self.compare
        for name in FIRST:
            value, other = a.get(name), b.get(name)
            if value and other:
                level = SAME if value == other else compare[name](value, other)
                bound += self.same_bits(name, value, other) if level == SAME else self.bits[name][level]
        if bound > LIKELY:
            return False
        for name, value in a.items():
            if name not in ADDRESS and name not in FIRST:
                other = b.get(name)
                if other and (not set(value).isdisjoint(other) if name in MANY else value == other):
                    bound += self.same_bits(name, value, other)
        return bound <= LIKELY and not (_begin_alike(a, b, "given", "family") and _begin_alike(a, b, "family", "given"))

    def weigh(self, a: Record, b: Record, levels: dict[str, int]) -> float:
        """The score of two records whose levels are known; names that were swapped are written down as near."""
        total, address, where = self.odds, 0.0, []
        bits_of, name_level = self.bits, min(levels.get("given", SAME), levels.get("family", SAME))
        for name, level in levels.items():
            bits = self.same_bits(name, a[name], b[name]) if level == SAME else bits_of[name][level]
            if name in PLACES:
                where.append(bits)
            elif name in ADDRESS:
                address += bits
            elif name in ("email", "link") and NEAR >= level > DIFFERENT:
                total += min(bits, 4.0 if level == NEAR else 1.0) if name_level >= PART else bits / 2
            else:
                total += bits
        if name_level < NEAR:
            total += self._swapped_names(a, b, levels)
        address += _together(where)
        if self.lines_may_move and total + ADDRESS_LIMIT > LIKELY:
            address += self._moved_lines(a, b, levels)
        total += min(address, ADDRESS_LIMIT)
        if total <= LIKELY - 1:
            return total
        if _contradicts(levels):
            return LIKELY - 1
        return min(total, SURE - 1) if _may_be_kin(levels) else total

    def _swapped_names(self, a: Record, b: Record, levels: dict[str, int]) -> float:
        """What is gained by reading given and family name of one record in the other order."""
        crossed, hits = 0.0, 0
        for name, other in (("given", "family"), ("family", "given")):
            mine, theirs = str(a.get(name, "")), str(b.get(other, ""))
            if mine and theirs:
                if mine[0] != theirs[0]:
                    return 0.0
                level = self.compare[name](mine, theirs)
                if level < NEAR:
                    return 0.0
                crossed += self.same_bits(name, mine, mine) if level == SAME else self.bits[name][NEAR]
                hits += 1
        if not hits:
            return 0.0
        straight = sum(self._bits_of(name, a, b, levels[name]) for name in ("given", "family") if name in levels)
        gain = crossed + ELSEWHERE - straight
        if gain > 0:
            levels.update({name: NEAR for name in ("given", "family") if name in levels})
        return max(gain, 0.0)

    def _bits_of(self, name: str, a: Record, b: Record, level: int) -> float:
        return self.same_bits(name, a[name], b[name]) if level == SAME else self.bits[name][level]

    def _moved_lines(self, a: Record, b: Record, levels: dict[str, int]) -> float:
        """What is gained where an address line of one record stands in another line of the other."""
        gained = 0.0
        for name in ADDRESS_TEXTS:
            if levels.get(name) != DIFFERENT:
                continue
            value = str(a[name])
            for other in ADDRESS_TEXTS:
                if other != name and b.get(other) and len(value) > 3 and texts(value, str(b[other])) >= NEAR:
                    gained += max(self.same_bits(name, value, value) + ELSEWHERE, 0) - self.bits[name][DIFFERENT]
                    break
        return gained

    def learn(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Learn m by expectation maximisation over candidate pairs, held by the prior where they are few."""
        if not pairs:
            return
        records = self.records
        compared = [(a, b, self.levels(records[a], records[b])) for a, b in pairs]
        for _ in range(ROUNDS):
            totals = {
                name: [PRIOR_PAIRS * share for share in _with_rest(PRIORS.get(name, PRIOR_OTHER))]
                for name in self.fields
            }
            for a, b, levels in compared:
                share = probability(self.weigh(records[a], records[b], dict(levels)))
                if share > 0.01:
                    for name, level in levels.items():
                        totals[name][level] += share
            self.m = {name: _held([count / sum(counts) for count in counts], name) for name, counts in totals.items()}
            self._settle()


def _begin_alike(a: Record, b: Record, name: str, other: str) -> bool:
    mine, theirs = a.get(name), b.get(other)
    return not mine or not theirs or mine[0] == theirs[0]


def _together(bits: list[float]) -> float:
    """Town, postcode and region say nearly the same: what agrees counts once, at its best, what differs in full."""
    agreeing = [value for value in bits if value > 0]
    best = max(agreeing, default=0.0)
    return best + 0.25 * (sum(agreeing) - best) + sum(value for value in bits if value < 0)


def _contradicts(levels: dict[str, int]) -> bool:
    """Whether given name and birth date, or the whole name, say two people and nothing of their own says one."""
    if any(levels.get(name, DIFFERENT) >= NEAR for name in OWN):
        return False
    if levels.get("given") == DIFFERENT and levels.get("family") == DIFFERENT:
        return levels.get("birth", DIFFERENT) < SAME
    return levels.get("given") == DIFFERENT and "birth" in levels and levels["birth"] == DIFFERENT


def _may_be_kin(levels: dict[str, int]) -> bool:
    """Twins share all but the given name, and a bride all but the surname: a person has to look."""
    one_differs = DIFFERENT in (levels.get("given"), levels.get("family"))
    return one_differs and not any(levels.get(name, DIFFERENT) >= NEAR for name in OWN)


def _held(shares: list[float], name: str) -> list[float]:
    """What was learnt, kept from drifting: records of one person do not differ in a field several times as often as known."""
    prior = _with_rest(PRIORS.get(name, PRIOR_OTHER))[DIFFERENT]
    limit = max(min(4 * prior, 0.6), prior)
    if shares[DIFFERENT] <= limit:
        return shares
    rest = 1 - shares[DIFFERENT]
    return [limit, *(share * (1 - limit) / rest for share in shares[1:])]


def _with_rest(shares: tuple[float, float, float]) -> list[float]:
    same, near, part = shares
    return [1 - same - near - part, part, near, same]


def find_pairs(records: Sequence[Record], weights: Weights, pairs: Iterable[tuple[int, int]]) -> list[Pair]:
    """The pairs that are more likely one person than not."""
    found = []
    for a, b in pairs:
        score = weights.score(records[a], records[b])
        if score > LIKELY:
            found.append(Pair(a, b, score))
    return found


def link(records: Sequence[Record]) -> tuple[list[Cluster], Weights]:
    """Clusters of two and more records that are one person, the surest first, and the weights they were found by."""
    pairs = list(candidate_pairs(records))
    weights = Weights(records)
    sample = pairs if len(pairs) <= LEARNING_PAIRS else random.Random(7).sample(pairs, LEARNING_PAIRS)
    weights.learn(sample)
    return cluster(find_pairs(records, weights, pairs), lambda a, b: weights.score(records[a], records[b])), weights


def cluster(pairs: Sequence[Pair], score: Callable[[int, int], float]) -> list[Cluster]:
    """Join pairs, the surest first, where the two groups agree on average; unknown pairs are compared by `score`."""
    known = {(pair.first, pair.second): pair.score for pair in pairs}

    def bits(a: int, b: int) -> float:
        key = (a, b) if a < b else (b, a)
        if key not in known:
            known[key] = score(*key)
        return max(min(known[key], 25.0), -25.0)

    groups: dict[int, list[int]] = {}
    group_of: dict[int, int] = {}
    weakest: dict[int, Pair] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.first, pair.second)):
        a, b = (group_of.setdefault(place, place) for place in (pair.first, pair.second))
        mine, theirs = groups.setdefault(a, [a]), groups.setdefault(b, [b])
        if a == b:
            continue
        mean = sum(bits(one, other) for one in mine for other in theirs) / (len(mine) * len(theirs))
        if mean <= LIKELY:
            continue
        for place in theirs:
            group_of[place] = a
        mine += groups.pop(b)
        weakest[a] = min((weakest.pop(a, pair), weakest.pop(b, pair), pair), key=lambda link: link.score)
    found = [
        Cluster(sorted(members), probability(weakest[key].score), _is_sure(members, weakest[key], bits), weakest[key])
        for key, members in groups.items()
        if len(members) > 1
    ]
    return sorted(found, key=lambda item: (-item.score, item.members))


def _is_sure(members: Sequence[int], weakest: Pair, bits: Callable[[int, int], float]) -> bool:
    return weakest.score >= SURE and all(bits(a, b) > LIKELY for a, b in combinations(members, 2))
