"""Experiments: false winners under continuous peeking, power and people needed, coverage where the experiment stops."""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from statistics import mean, median

from bench.figures import Figure
from rapport.outreach.experiments.confidence import Comparison
from rapport.outreach.experiments.planning import required_n, required_n_fixed
from rapport.outreach.experiments.verdicts import LEVEL, Outcomes, analyze

RUNS = 2000
PEOPLE = 20_000
RATES = (0.02, 0.1, 0.3)
LIFTS = ((0.02, 0.005), (0.02, 0.01), (0.02, 0.02), (0.1, 0.02), (0.1, 0.05), (0.1, 0.1), (0.3, 0.03), (0.3, 0.06), (0.3, 0.15))  # fmt: skip
POWER_RUNS = 500
LONGEST = 3  # times the required number, after which a run ends without a verdict
WHOLE_RUNS = 500
CLASSICAL_Z2 = 1.959964**2
CLASSICAL_FROM = 20  # differing pairs before the peer looks for the first time


def measure(_people: int) -> Iterator[Figure]:
    """A/A with a look after every person, then power, people and coverage, then the same through the whole of `analyze`."""
    for arms in (2, 4):
        for rate in RATES:
            yield from _same(arms, rate)
    for rate, lift in LIFTS:
        yield from _lift(rate, lift)
    yield from _several(0.1, 0.05)
    yield _unequal(0.1)
    yield _weeks(0.05, 0.2)
    yield _no_difference(0.1, 0.02)
    yield _speed()


def draw(dice: random.Random, n: int, rate: float) -> int:
    """n independent outcomes as the bits of a number: 1 with chance `rate`, to 24 binary places."""
    bits, places = 0, int(rate * 2**24)
    for place in range(24):
        bits = bits | dice.getrandbits(n) if places >> place & 1 else bits & dice.getrandbits(n)
    return bits


def differences(one: int, other: int, n: int) -> Iterator[tuple[int, int]]:
    """(number of the pair from 1, 1 or -1) for pairs that differ."""
    won = format(one & ~other, f"0{n}b")
    lost = format(other & ~one, f"0{n}b")
    for block, (up, down) in enumerate(zip(won, lost, strict=True), 1):
        if up != down:
            yield block, 1 if up == "1" else -1


def _watch(pairs: Iterable[tuple[int, int]], comparison: Comparison, classical: list[bool] | None = None) -> Comparison:
    differing = surplus = 0
    for block, sign in pairs:
        comparison.add(sign, block)
        if classical is not None and not classical[0]:
            differing, surplus = differing + 1, surplus + sign
            classical[0] = differing >= CLASSICAL_FROM and surplus * surplus > CLASSICAL_Z2 * differing
    return comparison


def _same(arms: int, rate: float) -> Iterator[Figure]:
    """Everybody answers alike: how often is somebody called the winner at any of the looks?"""
    dice = random.Random(f"same {arms} {rate}")
    winners = refuted = classical_winners = 0
    each = PEOPLE // arms
    for _ in range(RUNS):
        drawn = [draw(dice, each, rate) for _ in range(arms)]
        beats, classical = set(), [False]
        for one, other in combinations(range(arms), 2):
            pairs = differences(drawn[one], drawn[other], each)
            found = _watch(pairs, Comparison(LEVEL / (arms - 1), first_look=each), classical if other == 1 else None)
            beats |= {(one, other)} if found.excluded_above_at else set()
            beats |= {(other, one)} if found.excluded_below_at else set()
        winners += any(all((one, other) in beats for other in range(arms) if other != one) for one in range(arms))
        refuted += any(0 in pair for pair in beats)
        classical_winners += classical[0]
    yield Figure(
        f"experiments.aa.{arms}_arms.{rate}", winners / RUNS, "false winners", target=0.05, n=RUNS,
        peer="z test of two arms at 5 %, looked at as often", peer_value=round(classical_winners / RUNS, 3),
        note=f"an interval against the control ever without 0: {refuted / RUNS:.4f}; {PEOPLE} people a run",
    )  # fmt: skip


def _lift(rate: float, lift: float) -> Iterator[Figure]:
    """The second arm is better: how often is it found by the number promised, how soon, and is the interval true then?"""
    dice = random.Random(f"lift {rate} {lift}")
    needed = required_n(rate=rate, effect=lift)
    longest = needed * LONGEST
    stops: list[int] = []
    wrong = covered = 0
    for _ in range(POWER_RUNS):
        pairs = differences(draw(dice, longest, rate + lift), draw(dice, longest, rate), longest)
        found = _until_refuted(pairs, longest)
        stopped = found.excluded_above_at or found.excluded_below_at
        wrong += bool(found.excluded_below_at)
        covered += found.lower <= lift <= found.upper
        stops.append(stopped or longest)
    at_needed = sum(stop <= needed for stop in stops) / POWER_RUNS
    fixed = required_n_fixed(rate=rate, effect=lift)
    name = f"experiments.lift.{rate}+{lift}"
    yield Figure(
        f"{name}.power", at_needed, "share", target=0.78, at_most=False, n=POWER_RUNS,
        note=f"by {needed} people an arm, planned for 0.80; the worse arm won {wrong} times",
    )  # fmt: skip
    yield Figure(
        f"{name}.people", median(stops), "median an arm", n=POWER_RUNS, peer="fixed-size test, power 0.80",
        peer_value=fixed, note=f"mean {mean(stops):.0f}, required_n {needed}",
    )  # fmt: skip
    yield Figure(
        f"{name}.coverage", covered / POWER_RUNS, "share", target=0.95, at_most=False, n=POWER_RUNS,
        note="interval holds the true difference when the experiment stops",
    )  # fmt: skip


def _until_refuted(pairs: Iterable[tuple[int, int]], longest: int) -> Comparison:
    comparison = Comparison(LEVEL)
    for block, sign in pairs:
        comparison.add(sign, block)
        if comparison.excluded_above_at or comparison.excluded_below_at:
            return comparison
    comparison.look(longest)
    return comparison


def _several(rate: float, lift: float) -> Iterator[Figure]:
    """Four arms of which one is better: by the number promised it has beaten all three others."""
    dice = random.Random(f"several {rate} {lift}")
    arms, needed = 4, required_n(rate=rate, effect=lift, arms=4)
    found = 0
    for _ in range(POWER_RUNS):
        drawn = [draw(dice, needed, rate + lift * (arm == arms - 1)) for arm in range(arms)]
        found += all(
            _watch(
                differences(drawn[-1], other, needed), Comparison(LEVEL / (arms - 1), first_look=needed)
            ).excluded_above_at
            for other in drawn[:-1]
        )
    yield Figure(
        f"experiments.4_arms.{rate}+{lift}.power", found / POWER_RUNS, "share", target=0.78, at_most=False,
        n=POWER_RUNS, note=f"by {needed} people an arm, planned for 0.80",
    )  # fmt: skip


def _people(dice: random.Random, rates: Sequence[float], people: int, shares: Sequence[int] = (1, 1)) -> Outcomes:
    """People who are assigned at random, one after the other."""
    outcomes = Outcomes()
    for place in dice.choices(range(len(rates)), shares, k=people):
        outcomes.add("AB"[place], dice.random() < rates[place])
    return outcomes


def _unequal(rate: float) -> Figure:
    """Random assignment, four times as many people in one arm, matching: the same promise through all of the code."""
    dice = random.Random("unequal")
    winners = sum(analyze(_people(dice, (rate, rate), PEOPLE, (4, 1))).winner is not None for _ in range(WHOLE_RUNS))
    return Figure("experiments.aa.4_to_1", winners / WHOLE_RUNS, "false winners", target=0.05, n=WHOLE_RUNS)


def _weeks(low: float, high: float) -> Figure:
    """Both arms are answered four times as often in every other week of a thousand people."""
    dice = random.Random("weeks")
    winners = 0
    for _ in range(WHOLE_RUNS):
        outcomes = Outcomes()
        for number in range(PEOPLE):
            outcomes.add(dice.choice("AB"), dice.random() < (high if number // 1000 % 2 else low))
        winners += analyze(outcomes).winner is not None
    return Figure("experiments.aa.weeks", winners / WHOLE_RUNS, "false winners", target=0.05, n=WHOLE_RUNS)


def _no_difference(rate: float, effect: float) -> Figure:
    """The smallest effect of interest is there: how often is "no difference" said?"""
    dice = random.Random("no difference")
    said = sum(
        analyze(_people(dice, (rate, rate + effect), PEOPLE), smallest_effect=effect).verdict == "no difference"
        for _ in range(WHOLE_RUNS)
    )
    return Figure("experiments.false_no_difference", said / WHOLE_RUNS, "share", target=0.05, n=WHOLE_RUNS)


def _speed() -> Figure:
    outcomes = _people(random.Random("speed"), (0.1, 0.1), 1_000_000)
    started = time.perf_counter()
    analyze(outcomes)
    return Figure(
        "experiments.analyze", time.perf_counter() - started, "s", n=1_000_000, note="people in memory, 2 arms"
    )
