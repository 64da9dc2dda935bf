"""The difference of two rates, with an interval that stays true however often somebody looks at it.

A confidence sequence by betting (Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting",
JRSS B 2024). People of the two arms are matched in the order in which they came, and each pair gives D = outcome of one minus outcome of the other: -1, 0 or 1. Whatever the two rates
are, D has their difference as its mean. To refute "the difference is at most m", bet on D being larger: a capital of 1
is multiplied by 1 + u (D - m) / (1 + m) with every pair. If the claim is true the capital is a supermartingale, so by
Ville's inequality it ever exceeds 1/a with probability at most a, wherever and why ever one stops. The interval is what
bets upwards and downwards (a half of the level each) have not refuted, now or at any look before.

u is not guessed: the capital is spread over STAKES, as in mixture tests (Robbins 1970; Johari et al. 2022). At m = 0 only
pairs that differ count, and the best u is a function of the odds ratio alone, not of the base rate. That is why one
spread serves rates of 2 % and of 40 %. For arms of equal size matching loses no information to first order.

Why not others: asymptotic confidence sequences (Waudby-Smith et al. 2024) and the mixture SPRT on normal approximations
promise their level only after enough people, and replies at 2 % are not enough for long; Bernoulli mixtures over both
rates at once are exact too, but pay in people for the second parameter, which nobody asked for.

What it asks for: the next person's arm must not depend on the outcomes so far (random assignment does not). Rates may rise
and fall with time as long as they do so together: `matching.py` compares people who came at nearly the same time.
"""

import math
from collections.abc import Sequence

from rapport.outreach.experiments.matching import match

_TYPICAL, _SPREAD, _FLOOR = 0.12, 1.0, 0.01  # the best u for a lift of a quarter to a third, give or take a factor of e
_LEVELS = [0.9 / 2**halvings for halvings in range(11)]
_WEIGHTS = [math.exp(-0.5 * (math.log(u / _TYPICAL) / _SPREAD) ** 2) + _FLOOR for u in _LEVELS]
STAKES = [(math.log(weight / sum(_WEIGHTS)), u) for weight, u in zip(_WEIGHTS, _LEVELS, strict=True)]

FIRST_LOOK, LOOK_EVERY = 16, 0.1  # the interval is worked out at block 16, and again whenever there are 10 % more
_CURVE = 1 - math.log(2)  # log(1 + x) <= x - _CURVE x² from -1 to 1
_PRECISION, _ON_THE_WAY = 1e-7, 1e-4  # how finely an end of the interval is found; never on the narrow side


class Comparison:
    """Evidence on rate of one arm minus rate of another, at a level that is kept over all looks together.

    Whether 0 is refuted is asked at every block, the interval is worked out at some of them, from `first_look` on.
    """

    __slots__ = ("_next", "blocks", "excluded_above_at", "excluded_below_at", "lower", "needed", "squares", "table", "total", "upper")  # fmt: skip

    def __init__(self, level: float, first_look: int = FIRST_LOOK) -> None:
        self.needed = math.log(2 / level)
        self.blocks = 0
        self.total = self.squares = 0.0
        self.table: dict[float, int] = {}
        self.lower, self.upper = -1.0, 1.0
        self.excluded_above_at = self.excluded_below_at = 0  # the block at which 0 was first refuted
        self._next = first_look

    def add(self, difference: float, block: int) -> None:
        """Take in block number `block`; those since the last one that was told had no difference."""
        self.blocks = block
        self.table[difference] = self.table.get(difference, 0) + 1
        self.total += difference
        self.squares += difference * difference
        if self._refutes_zero():
            self.look(block)
        elif block >= self._next:
            self.look(block, _ON_THE_WAY)

    def look(self, block: int, precision: float = _PRECISION) -> None:
        """Narrow the interval by what is known after so many blocks; it never widens again."""
        self.blocks = block
        if not block:
            return
        up = self._cells()
        down = [(-difference, count) for difference, count in up]
        mean = self.total / block
        self.lower = _raise_bound(up, self.lower, mean, self.needed, precision)
        self.upper = -_raise_bound(down, -self.upper, -mean, self.needed, precision)
        if self.lower >= 0 and not self.excluded_above_at:
            self.excluded_above_at = block
        if self.upper <= 0 and not self.excluded_below_at:
            self.excluded_below_at = block
        self._next = max(self._next, int(block * (1 + LOOK_EVERY)) + 1)

    @property
    def is_contradictory(self) -> bool:
        """Early and late data refute one another: the rates have changed (or a chance within the level has happened)."""
        return self.lower >= self.upper

    def _cells(self) -> list[tuple[float, int]]:
        same = self.blocks - sum(self.table.values())
        return [*self.table.items(), (0.0, same)]

    def _refutes_zero(self) -> bool:
        """Has the capital against 0 just reached what is needed? Most blocks are settled by a bound of its logarithm."""
        if self.total * self.total < 4 * _CURVE * self.needed * self.squares:
            return False
        if self.excluded_above_at if self.total > 0 else self.excluded_below_at:
            return False
        sign = 1 if self.total > 0 else -1
        return log_capital([(sign * difference, count) for difference, count in self.table.items()], 0.0) >= self.needed


def log_capital(cells: Sequence[tuple[float, int]], claim: float) -> float:
    """The logarithm of what bets against "the mean is at most `claim`" have made of 1; cells are (difference, count)."""
    scale = 1 / (1 + claim)
    moves = [((difference - claim) * scale, count) for difference, count in cells]
    logs = [start + sum([count * math.log1p(u * move) for move, count in moves]) for start, u in STAKES]
    top = max(logs)
    return top + math.log(sum([math.exp(value - top) for value in logs]))


def _raise_bound(
    cells: Sequence[tuple[float, int]], bound: float, mean: float, needed: float, precision: float
) -> float:
    """The largest claim that is refuted, or the bound so far. The capital falls as the claim grows, so halving finds it."""
    low, high = max(bound, -1 + 1e-9), mean
    if low >= high or log_capital(cells, low) < needed:
        return bound
    if bound < 0 < high and log_capital(cells, 0.0) >= needed:
        low = 0.0
    while high - low > precision:
        middle = (low + high) / 2
        if log_capital(cells, middle) >= needed:
            low = middle
        else:
            high = middle
    return low


def compare(people: bytes, level: float) -> Comparison:
    """Rate of one arm minus rate of the other, by their people in order of time: 0 and 1 are outcomes of the one, 2 and 3 of
    the other."""
    comparison = Comparison(level)
    block = 0
    for block, difference in enumerate(match(people), 1):
        if difference:
            comparison.add(difference, block)
    comparison.look(block)
    return comparison
