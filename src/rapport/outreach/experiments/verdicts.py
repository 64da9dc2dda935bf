"""What an experiment of two to five arms says by now.

| verdict | when |
|---|---|
| winner | one arm's intervals against every other arm lie above 0 |
| no difference | every interval between two arms lies within the smallest effect of interest |
| leading | one arm is ahead of each other by more than one standard error, but an interval still holds 0 |
| not enough data | otherwise, or where early and late data contradict one another |

With k arms each comparison is kept at level / (k - 1). Then the intervals of all arms against the control hold together
(Bonferroni), and so does "winner": a false winner has to beat one truly best arm, which is k - 1 one-sided errors, or is
that arm and beats one that is as good, which is one more; k halves of level / (k - 1) are at most the level.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapport.outreach.experiments.confidence import Comparison, compare
from rapport.outreach.experiments.planning import required_n

NOT_ENOUGH, LEADING, WINNER, NO_DIFFERENCE = "not enough data", "leading", "winner", "no difference"
LEVEL = 0.05
SMALLEST_EFFECT = 0.02
MOST_ARMS = 5
LEAST_PEOPLE, LEAST_ANSWERS = 30, 10  # before anybody is said to lead: people in each arm, outcomes 1 in all


@dataclass(frozen=True, slots=True)
class Arm:
    name: str
    n: int
    ones: int

    @property
    def rate(self) -> float:
        return self.ones / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The estimate is the rate of the best arm beside the control minus the rate of the control, with its interval."""

    verdict: str
    winner: str | None
    best: str
    control: str
    estimate: float
    interval: tuple[float, float]
    required_n: int
    reason: str
    arms: tuple[Arm, ...]


class Outcomes:
    """Who was in which arm and what came of it, in order of time: one byte a person."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.codes = bytearray()
        self._places: dict[str, int] = {}

    def add(self, arm: str, outcome: int) -> None:
        """Take in the next person; a new arm past MOST_ARMS is a ValueError."""
        place = self._places.get(arm)
        if place is None:
            if len(self.names) == MOST_ARMS:
                raise ValueError(arm)
            place = self._places[arm] = len(self.names)
            self.names.append(arm)
        self.codes.append(2 * place + outcome)

    def of_arm(self, place: int) -> bytes:
        """The outcomes of one arm, in order of time."""
        others = bytes(code for code in range(2 * MOST_ARMS) if code // 2 != place)
        table = bytes(code % 2 for code in range(256))
        return bytes(self.codes.translate(table, others))

    def of_two(self, one: int, other: int) -> bytes:
        """Those of two arms, in order of time, as `compare` wants them."""
        left_out = bytes(code for code in range(2 * MOST_ARMS) if code // 2 not in (one, other))
        table = bytes(code % 2 + 2 * (code // 2 == other) for code in range(256))
        return bytes(self.codes.translate(table, left_out))


def analyze(
    outcomes: Outcomes, *, control: str | None = None, level: float = LEVEL, smallest_effect: float = SMALLEST_EFFECT
) -> Verdict:
    """The verdict on two to five arms; the control is the first arm unless named."""
    control = outcomes.names[0] if control is None else control
    lists = [outcomes.of_arm(place) for place in range(len(outcomes.names))]
    arms = tuple(Arm(name, len(row), sum(row)) for name, row in zip(outcomes.names, lists, strict=True))
    shared = level / (len(arms) - 1)
    pairs = {
        (arms[one].name, arms[other].name): compare(outcomes.of_two(one, other), shared)
        for one, other in combinations(range(len(arms)), 2)
    }
    return judge(arms, pairs, control=control, level=level, smallest_effect=smallest_effect)


def judge(
    arms: tuple[Arm, ...],
    pairs: dict[tuple[str, str], Comparison],
    *,
    control: str,
    level: float,
    smallest_effect: float,
) -> Verdict:
    """The verdict by comparisons that are made already."""
    by_name = {arm.name: arm for arm in arms}
    best = max(arms, key=lambda arm: (arm.rate, arm.name == control))
    challenger = max((arm for arm in arms if arm.name != control), key=lambda arm: arm.rate)
    interval = _between(pairs, challenger.name, control)
    contradictory = any(pair.is_contradictory for pair in pairs.values())
    winner = None if contradictory else _find_winner([arm.name for arm in arms], pairs)
    if contradictory:
        verdict = NOT_ENOUGH
    elif winner:
        verdict = WINNER
    elif all(-smallest_effect < pair.lower and pair.upper < smallest_effect for pair in pairs.values()):
        verdict = NO_DIFFERENCE
    else:
        verdict = LEADING if _is_ahead(best, arms) else NOT_ENOUGH
    base = by_name[control]
    likely = (base.ones + 0.5) / (base.n + 1)  # a rate of 0 among three people promises nothing
    return Verdict(
        verdict=verdict,
        winner=winner,
        best=winner or best.name,
        control=control,
        estimate=challenger.rate - base.rate,
        interval=interval,
        required_n=required_n(rate=likely, effect=smallest_effect, arms=len(arms), level=level),
        reason=_explain(verdict, winner or best.name, contradictory, smallest_effect),
        arms=arms,
    )


def _find_winner(names: Iterable[str], pairs: dict[tuple[str, str], Comparison]) -> str | None:
    names = list(names)
    for name in names:
        if all(_between(pairs, name, other)[0] >= 0 for other in names if other != name):
            return name
    return None


def _between(pairs: dict[tuple[str, str], Comparison], one: str, other: str) -> tuple[float, float]:
    """The interval of the rate of one arm minus that of another. An end at 0 is refuted too (see confidence.py)."""
    if (one, other) in pairs:
        pair = pairs[one, other]
        return pair.lower, pair.upper
    pair = pairs[other, one]
    return -pair.upper, -pair.lower


def _is_ahead(best: Arm, arms: Sequence[Arm]) -> bool:
    if min(arm.n for arm in arms) < LEAST_PEOPLE or sum(arm.ones for arm in arms) < LEAST_ANSWERS:
        return False
    return all(best.rate - arm.rate > _standard_error(best, arm) for arm in arms if arm is not best)


def _standard_error(one: Arm, other: Arm) -> float:
    return math.sqrt(sum(arm.rate * (1 - arm.rate) / arm.n for arm in (one, other)))


def _explain(verdict: str, best: str, contradictory: bool, smallest_effect: float) -> str:
    if contradictory:
        return (
            "Early and late data contradict one another: the rates changed while the experiment ran. Start a new one."
        )
    if verdict == WINNER:
        return f"{best} is better than every other arm, however often this was looked at."
    if verdict == NO_DIFFERENCE:
        return f"No two arms are {smallest_effect:g} or more apart."
    if verdict == LEADING:
        return f"{best} is ahead, but chance may explain it: an interval still holds 0. Let it run on."
    return "Neither a difference nor its absence can be told yet. Let it run on."
