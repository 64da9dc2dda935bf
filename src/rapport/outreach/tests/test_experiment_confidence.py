"""The interval for two arms: exact where it can be counted, and true however often somebody looks."""

import math
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.outreach.experiments.confidence import STAKES, Comparison, compare, log_capital
from rapport.outreach.experiments.matching import match

PEOPLE = st.lists(st.sampled_from([0, 1, 2, 3]), max_size=500).map(bytes)
LOST_AND_WON = bytes([0, 3])  # a pair of the one arm and the other
WON_AND_LOST = bytes([1, 2])


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
    assert compare(WON_AND_LOST * 10, 0.05).excluded_above_at == 0
    found = compare(WON_AND_LOST * 11, 0.05)
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


@given(PEOPLE)
@settings(deadline=None, max_examples=60)
def test_swapping_the_arms_mirrors_the_interval(people: bytes) -> None:
    there, back = compare(people, 0.05), compare(bytes(code ^ 2 for code in people), 0.05)
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


@given(PEOPLE, st.sampled_from([0.05, 0.4]))
@settings(deadline=None, max_examples=60)
def test_zero_is_refuted_at_the_very_block_where_the_capital_suffices(people: bytes, level: float) -> None:
    """The bound that spares most of the work never hides a block."""
    expected, cells = 0, Counter[float]()
    for block, difference in enumerate(match(people), 1):
        cells[difference] += 1
        if not expected and log_capital(list(cells.items()), 0.0) >= math.log(2 / level):
            expected = block
    assert compare(people, level).excluded_above_at == expected


@pytest.mark.parametrize("even", [0, 5, 20, 60, 150, 250, 400])
def test_zero_is_refuted_where_the_capital_suffices_after_so_many_pairs_that_cancel_out(even: int) -> None:
    """However many pairs differ, the bound lets the deciding one through."""
    surplus = 1
    while log_capital([(1, even + surplus), (-1, even)], 0.0) < math.log(2 / 0.05):
        surplus += 1
    found = compare((WON_AND_LOST + LOST_AND_WON) * even + WON_AND_LOST * (surplus + 50), 0.05)
    assert found.excluded_above_at == 2 * even + surplus


def test_a_coarse_look_does_not_miss_that_zero_is_refuted() -> None:
    comparison = Comparison(0.05)
    comparison.table, comparison.total, comparison.squares = {1: 11}, 11, 11
    comparison.look(11, precision=2)
    assert (comparison.lower, comparison.excluded_above_at) == (0, 11)


def test_early_and_late_data_that_refute_one_another_are_told() -> None:
    found = compare(WON_AND_LOST * 200 + LOST_AND_WON * 600, 0.05)
    assert found.is_contradictory
    assert (found.excluded_above_at, found.excluded_below_at > 400) == (11, True)


def test_nobody_or_one_arm_without_people_says_nothing() -> None:
    for found in (compare(b"", 0.05), compare(b"\1" * 500, 0.05)):
        assert (found.blocks, found.lower, found.upper) == (0, -1.0, 1.0)
