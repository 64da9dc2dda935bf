"""How many people an experiment needs, said before it starts: for the sequential test, and for a classical one beside it.

For large numbers the sum of the matched differences is a Brownian motion with drift, and a verdict falls when it leaves
the boundary where the bets of confidence.py have earned enough. The boundary is concave, so its tangent lies above it:
the chance to have crossed the tangent by then (inverse Gaussian law, Siegmund 1985) is a slightly low estimate of the
power, and the number a slightly high one.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

from rapport.outreach.experiments.confidence import STAKES

POWER = 0.8
_NORMAL = NormalDist()
_MOVES = [(start, math.log1p(u), math.log1p(-u)) for start, u in STAKES]
_PRECISION = 1e-6


def required_n(*, rate: float, effect: float, arms: int = 2, level: float = 0.05, power: float = POWER) -> int:
    """People in each arm until an arm that is `effect` above `rate` is called the winner with this power."""
    better = _add_effect(rate, effect)
    needed = math.log(2 * (arms - 1) / level)
    goal = pair_power(power, arms)
    return _smallest(lambda n: _sequential_power(n, rate, better, needed) >= goal)


def required_n_fixed(*, rate: float, effect: float, arms: int = 2, level: float = 0.05, power: float = POWER) -> int:
    """The same for a test that may be looked at once, at the end (two proportions, normal approximation)."""
    better = _add_effect(rate, effect)
    middle = (rate + better) / 2
    reach = -_NORMAL.inv_cdf(level / (2 * (arms - 1))) * math.sqrt(2 * middle * (1 - middle))
    spread = _NORMAL.inv_cdf(pair_power(power, arms)) * math.sqrt(rate * (1 - rate) + better * (1 - better))
    return math.ceil(((reach + spread) / (better - rate)) ** 2)


def pair_power(power: float, arms: int) -> float:
    """The power of each comparison of the best arm so that all of them succeed with `power`.

    They share the best arm's people, so they succeed together at least as often as if they were independent.
    """
    return float(power ** (1 / (arms - 1)))


def _add_effect(rate: float, effect: float) -> float:
    """The better rate; where it would pass one, the effect is taken downwards, which by symmetry is the same question."""
    if rate + effect <= 1:
        return rate + effect
    if rate >= effect:
        return rate - effect
    return 1.0 if rate < 0.5 else 0.0


def _sequential_power(n: int, rate: float, better: float, needed: float) -> float:
    apart = rate * (1 - better) + better * (1 - rate)  # the share of pairs that differ
    drift = abs(better - rate)
    boundary = _boundary(n * apart, needed)
    if not boundary:
        return 0.0
    step = n * 0.01
    slope = ((_boundary((n + step) * apart, needed) or boundary) - boundary) / step
    spread = math.sqrt(max(apart - drift * drift, 1e-12))
    start, pull, end = (boundary - slope * n) / spread, (drift - slope) / spread, math.sqrt(n)
    reflected = 2 * start * pull
    second = _NORMAL.cdf((-start - pull * n) / end)
    return _NORMAL.cdf((pull * n - start) / end) + (math.exp(min(reflected, 700.0)) * second if second else 0.0)


def _boundary(differing: float, needed: float) -> float | None:
    """The surplus of one sign among so many differing pairs that refutes 0, or None while none does."""
    if _log_capital(differing, differing) < needed:
        return None
    low, high = 0.0, differing
    while high - low > _PRECISION * differing:
        middle = (low + high) / 2
        low, high = (low, middle) if _log_capital(differing, middle) >= needed else (middle, high)
    return high


def _log_capital(differing: float, surplus: float) -> float:
    won, lost = (differing + surplus) / 2, (differing - surplus) / 2
    logs = [start + won * gain + lost * loss for start, gain, loss in _MOVES]
    top = max(logs)
    return top + math.log(sum(math.exp(value - top) for value in logs))


def _smallest(holds: Callable[[int], bool]) -> int:
    high = 8
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
