"""One figure for how healthy the data is. Pure.

    health = 100 - sum over all audits of (weight x share)

The share of an audit is the part of what it looks at that it complains of, 0 to 1; the weights of all audits sum to 100.
So 100 means that nothing is found, and 0 that everything is wrong with everything. Who was left as they are on purpose
does not count; of nothing at all nothing is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FORMULA = "100 minus, for each audit, its weight times its share"


@dataclass(frozen=True, slots=True)
class Count:
    """What an audit counted: findings, and how many of the population they concern."""

    found: int
    concerned: int
    population: int

    @property
    def share(self) -> float:
        return min(1.0, self.concerned / self.population) if self.population else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """What an audit takes off the figure."""

    key: str
    weight: int
    share: float

    @property
    def points(self) -> float:
        return self.weight * self.share


def parts(weights: Mapping[str, int], counts: Mapping[str, Count]) -> list[Part]:
    """One for each audit that has counted."""
    return [Part(key, weight, counts[key].share) for key, weight in weights.items() if key in counts]


def health(found: Sequence[Part]) -> float:
    """0 to 100, to a tenth; rounded down, so that 100 means that nothing at all was found."""
    return max(0.0, int((100 - sum(part.points for part in found)) * 10 + 1e-6) / 10)
