"""Verdicts on several arms, how many people they take, and how seldom they are wrong."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.outreach.experiments.planning import pair_power, required_n, required_n_fixed
from rapport.outreach.experiments.verdicts import Outcomes, Verdict, analyze

PEOPLE = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([0, 1])), max_size=200)


def collect(people: Sequence[tuple[str, int]]) -> Outcomes:
    outcomes = Outcomes()
    for arm, outcome in people:
        outcomes.add(arm, outcome)
    return outcomes


def draw(seed: int, people: int, **rates: float) -> list[tuple[str, int]]:
    dice = random.Random(seed)
    return [(arm, int(dice.random() < rates[arm])) for arm in dice.choices(list(rates), k=people)]


def numbers(found: Verdict) -> tuple[object, ...]:
    return found.verdict, found.estimate, found.interval, found.required_n, [(arm.n, arm.ones) for arm in found.arms]


def test_few_people_are_not_enough_data() -> None:
    found = analyze(collect([("A", 0), ("B", 1)] * 9))
    assert (found.verdict, found.winner, found.estimate) == ("not enough data", None, 1.0)


def test_eleven_pairs_that_all_differ_have_a_winner() -> None:
    found = analyze(collect([("A", 0), ("B", 1)] * 11))
    assert (found.verdict, found.winner, found.control) == ("winner", "B", "A")


def test_ahead_without_proof_is_leading() -> None:
    found = analyze(collect(draw(1, 2000, A=0.1, B=0.13)))
    assert (found.verdict, found.winner, found.best) == ("leading", None, "B")
    assert found.interval[0] < 0 < found.interval[1]


def test_a_better_arm_wins_and_the_interval_holds_the_truth() -> None:
    found = analyze(collect(draw(1, 20_000, A=0.1, B=0.15)))
    assert (found.verdict, found.winner) == ("winner", "B")
    assert 0 < found.interval[0] <= 0.05 <= found.interval[1] < 0.1


def test_the_control_may_win_and_the_estimate_is_below_zero() -> None:
    found = analyze(collect(draw(1, 20_000, A=0.15, B=0.1)), control="A")
    assert (found.verdict, found.winner) == ("winner", "A")
    assert found.estimate < 0
    assert found.interval[1] < 0


def test_no_difference_is_about_the_smallest_effect_of_interest() -> None:
    people = collect(draw(1, 20_000, A=0.1, B=0.1))
    assert analyze(people, smallest_effect=0.02).verdict == "no difference"
    assert analyze(people, smallest_effect=0.005).verdict == "not enough data"


def test_a_winner_has_to_beat_every_other_arm() -> None:
    """B and C are both far above the control and alike, so neither is the best."""
    found = analyze(collect(draw(3, 12_000, A=0.05, B=0.2, C=0.2)))
    assert found.verdict in ("leading", "not enough data")
    assert found.interval[0] > 0
    assert found.winner is None


def test_a_winner_among_five() -> None:
    found = analyze(collect(draw(4, 20_000, A=0.1, B=0.1, C=0.2, D=0.1, E=0.1)), control="B")
    assert (found.verdict, found.winner, found.control) == ("winner", "C", "B")


def test_more_arms_share_the_level() -> None:
    """Eleven pairs are enough for two arms; with three each comparison has half the level."""
    assert analyze(collect([("A", 0), ("B", 1), ("C", 0)] * 11)).winner is None
    assert analyze(collect([("A", 0), ("B", 1), ("C", 0)] * 12)).winner == "B"


def test_a_sixth_arm_is_refused() -> None:
    with pytest.raises(ValueError, match="F"):
        collect([(arm, 0) for arm in "ABCDEF"])


def test_rates_that_turn_round_are_no_verdict() -> None:
    found = analyze(collect([("A", 0), ("B", 1)] * 200 + [("A", 1), ("B", 0)] * 600))
    assert (found.verdict, found.winner) == ("not enough data", None)
    assert "contradict" in found.reason


@given(PEOPLE)
@settings(deadline=None, max_examples=40)
def test_names_of_arms_mean_nothing(people: list[tuple[str, int]]) -> None:
    if len({arm for arm, _ in people}) < 2:
        return
    other = {"A": "zeta", "B": "Ä", "C": "1"}
    found = analyze(collect(people))
    renamed = analyze(collect([(other[arm], outcome) for arm, outcome in people]))
    assert numbers(found) == numbers(renamed)
    assert renamed.winner == other.get(found.winner or "")


@given(PEOPLE, st.sampled_from("ABC"))
@settings(deadline=None, max_examples=40)
def test_the_order_in_which_arms_appear_means_nothing_once_the_control_is_named(
    people: list[tuple[str, int]], last: str
) -> None:
    """Each arm keeps its own order; which arm comes first among equals does not matter."""
    if len({arm for arm, _ in people}) < 3:
        return
    apart = sorted(people, key=lambda person: person[0] == last)
    one, other = analyze(collect(people), control="A"), analyze(collect(apart), control="A")
    assert (one.verdict, one.winner, one.estimate) == (other.verdict, other.winner, other.estimate)


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from([0, 1])), max_size=300), st.integers(2, 299))
@settings(deadline=None, max_examples=60)
def test_who_has_won_has_won_unless_later_data_contradict(people: list[tuple[str, int]], cut: int) -> None:
    if len({arm for arm, _ in people[:cut]}) < 2:
        return
    early, late = analyze(collect(people[:cut]), control="A"), analyze(collect(people), control="A")
    if early.winner:
        assert late.winner == early.winner or "contradict" in late.reason


def test_equal_arms_have_a_false_winner_in_few_of_150_experiments_watched_all_the_time() -> None:
    """A verdict of winner stays, so its presence at the end is its presence at any of 1,000 looks."""
    found = [analyze(collect(draw(seed, 1000, A=0.1, B=0.1))) for seed in range(150)]
    assert sum(verdict.winner is not None for verdict in found) <= 7


def test_the_number_promised_finds_the_winner() -> None:
    needed = required_n(rate=0.1, effect=0.1)
    dice = random.Random(11)
    won = 0
    for _ in range(100):
        outcomes = Outcomes()
        for _ in range(needed):
            outcomes.add("A", dice.random() < 0.1)
            outcomes.add("B", dice.random() < 0.2)
        won += analyze(outcomes).winner == "B"
    assert 72 <= won <= 95


def test_a_control_without_answers_so_far_is_not_taken_for_one_that_gets_none() -> None:
    found = analyze(collect([("A", 0), ("B", 1)] * 2))
    assert found.required_n == required_n(rate=0.5 / 3, effect=0.02)


def test_people_needed() -> None:
    assert required_n_fixed(rate=0.1, effect=0.02) == 3841
    assert required_n(rate=0.1, effect=0.02) == pytest.approx(1.7 * 3841, rel=0.02)
    assert required_n(rate=0.1, effect=0.02, arms=4) > required_n(rate=0.1, effect=0.02, arms=3)
    assert required_n(rate=0.1, effect=0.02, power=0.9) > required_n(rate=0.1, effect=0.02)
    assert required_n(rate=0.1, effect=0.02, level=0.01) > required_n(rate=0.1, effect=0.02)


def test_an_effect_beyond_one_is_looked_for_downwards() -> None:
    assert required_n(rate=0.95, effect=0.1) == required_n(rate=0.05, effect=0.1)
    assert required_n(rate=1.0, effect=0.9) > 0
    assert required_n(rate=0.05, effect=0.97) == required_n(rate=0.05, effect=0.95)


def test_each_comparison_of_several_needs_more_power_than_all_of_them() -> None:
    assert pair_power(0.8, 2) == 0.8
    assert pair_power(0.8, 4) ** 3 == pytest.approx(0.8)
