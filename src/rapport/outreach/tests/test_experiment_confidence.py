"""The interval for two arms: exact where it can be counted, and true however often somebody looks."""

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.outreach.experiments.confidence import STAKES, Comparison, Ratio, compare, log_capital, read_ratio

OUTCOMES = st.lists(st.sampled_from([0, 1]), max_size=120).map(bytes)


def test_the_capital_of_three_wins_and_a_loss_is_the_sum_over_the_stakes() -> None:
    by_hand = sum(math.exp(start) * (1 + u) ** 3 * (1 - u) for start, u in STAKES)
    assert math.exp(log_capital([(1, 3), (-1, 1), (0, 5)], 0.0)) == pytest.approx(by_hand, rel=1e-12)
    assert sum(math.exp(start) for start, _ in STAKES) == pytest.approx(1)


@pytest.mark.parametrize(("one", "other"), [(0.3, 0.3), (0.5, 0.2), (0.05, 0.4)])
def test_the_capital_is_worth_one_on_average_if_the_claim_is_true(one: float, other: float) -> None:
    chance = {1: one * (1 - other), -1: other * (1 - one)}
    chance[0] = 1 - chance[1] - chance[-1]
    worth = 0.0
    for row in product((1, 0, -1), repeat=6):
        cells = [(value, row.count(value)) for value in (1, 0, -1)]
        worth += math.prod(chance[value] for value in row) * math.exp(log_capital(cells, one - other))
    assert worth == pytest.approx(1, abs=1e-9)


def test_ten_pairs_in_a_row_are_not_enough_and_eleven_are() -> None:
    assert compare(bytes([1] * 10), bytes(10), 0.05).excluded_above_at == 0
    found = compare(bytes([1] * 11), bytes(11), 0.05)
    assert found.excluded_above_at == 11
    assert 0 <= found.lower < 0.1
    assert found.upper == 1.0


def test_the_chance_ever_to_refute_the_truth_counted_over_all_courses_of_400_pairs() -> None:
    """Fair coins that are looked at after every toss: the mass that has reached what is needed, one side."""
    needed, alive, refuted = math.log(2 / 0.05), {0: 1.0}, 0.0
    for tosses in range(1, 401):
        step: dict[int, float] = {}
        for won, mass in alive.items():
            for now in (won, won + 1):
                step[now] = step.get(now, 0.0) + mass / 2
        alive = {}
        for won, mass in step.items():
            lost = tosses - won
            if won > lost and log_capital([(1, won), (-1, lost)], 0.0) >= needed:
                refuted += mass
            else:
                alive[won] = mass
    assert 0.009 < refuted <= 0.025


@given(OUTCOMES, OUTCOMES)
@settings(deadline=None, max_examples=60)
def test_swapping_the_arms_mirrors_the_interval(one: bytes, other: bytes) -> None:
    there, back = compare(one, other, 0.05), compare(other, one, 0.05)
    assert (there.lower, there.upper) == (-back.upper, -back.lower)
    assert there.excluded_above_at == back.excluded_below_at


@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=400), st.sampled_from([0.01, 0.05, 0.3]))
@settings(deadline=None, max_examples=60)
def test_what_is_excluded_stays_excluded(row: list[int], level: float) -> None:
    comparison = Comparison(level)
    before = (-1.0, 1.0, 0, 0)
    for block, difference in enumerate(row, 1):
        if difference:
            comparison.add(difference, block)
        if block % 37 == 0:
            comparison.look(block)
        assert comparison.lower >= before[0]
        assert comparison.upper <= before[1]
        assert not before[2] or comparison.excluded_above_at == before[2]
        assert not before[3] or comparison.excluded_below_at == before[3]
        before = comparison.lower, comparison.upper, comparison.excluded_above_at, comparison.excluded_below_at


@given(OUTCOMES, OUTCOMES, st.sampled_from([0.05, 0.4]))
@settings(deadline=None, max_examples=60)
def test_zero_is_refuted_at_the_very_pair_where_the_capital_suffices(one: bytes, other: bytes, level: float) -> None:
    """The bound that spares most of the work never hides a pair."""
    expected, cells = 0, {1: 0, -1: 0}
    for block, (left, right) in enumerate(zip(one, other, strict=False), 1):
        cells[left - right] = cells.get(left - right, 0) + 1
        if not expected and log_capital([(1, cells[1]), (-1, cells[-1])], 0.0) >= math.log(2 / level):
            expected = block
    assert compare(one, other, level).excluded_above_at == expected


def test_early_and_late_data_that_refute_one_another_are_told() -> None:
    found = compare(bytes([1] * 200 + [0] * 600), bytes([0] * 200 + [1] * 600), 0.05)
    assert found.is_contradictory
    assert (found.excluded_above_at, found.excluded_below_at > 400) == (11, True)


def test_arms_of_equal_size_are_matched_one_by_one_and_others_by_their_ratio() -> None:
    assert _parts(read_ratio(104, 96)) == (1, 1, 96)
    assert _parts(read_ratio(160, 40)) == (4, 1, 40)
    assert _parts(read_ratio(40, 160)) == (1, 4, 40)
    assert _parts(read_ratio(190, 10)) == (10, 1, 10)
    assert _parts(read_ratio(200, 0)) == (1, 1, 0)
    assert _parts(read_ratio(20, 80)) == (1, 1, 0)


def _parts(ratio: Ratio) -> tuple[int, int, int]:
    return ratio.one, ratio.other, ratio.after


def test_a_small_arm_is_matched_with_several_of_a_large_one_and_the_interval_is_narrower() -> None:
    dice = random.Random(5)
    large = bytes(dice.random() < 0.2 for _ in range(4000))
    small = bytes(dice.random() < 0.2 for _ in range(1000))
    one_by_one, by_ratio = compare(large, small, 0.05), compare(large, small, 0.05, Ratio(4, 1, 40))
    assert by_ratio.blocks == 40 + 960
    assert by_ratio.upper - by_ratio.lower < 0.85 * (one_by_one.upper - one_by_one.lower)
    assert by_ratio.lower < 0 < by_ratio.upper


def test_nobody_or_one_arm_without_people_says_nothing() -> None:
    for found in (compare(b"", b"", 0.05), compare(b"\1\1\1", b"", 0.05)):
        assert (found.blocks, found.lower, found.upper) == (0, -1.0, 1.0)
