"""Who is compared with whom: by arms and time alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.outreach.experiments.confidence import compare
from rapport.outreach.experiments.matching import FIRST, Blocks, match, read_blocks

PEOPLE = st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3]), max_size=600).map(bytes)


def draw(seed: int, people: int, share_of_one: float, rate: float) -> bytes:
    dice = random.Random(seed)
    return bytes(2 * (dice.random() >= share_of_one) + (dice.random() < rate) for _ in range(people))


def test_the_first_of_one_arm_goes_with_the_first_of_the_other() -> None:
    assert list(match(bytes([1, 1, 0, 2, 3, 3]))) == [1, 0, -1]
    assert list(match(bytes([1, 1, 0]))) == []


@pytest.mark.parametrize(
    ("in_one", "in_other", "ahead", "blocks"),
    [
        (104, 96, 12, Blocks(1, 1, 20)),
        (100, 100, 100, Blocks(1, 1, 100)),
        (160, 40, 120, Blocks(4, 1, 20)),
        (40, 160, 120, Blocks(1, 4, 20)),
        (190, 10, 180, Blocks(10, 1, 20)),
        (990, 10, 180, Blocks(10, 1, 20)),
    ],
)
def test_the_ratio_of_the_arms_is_read_from_who_came(in_one: int, in_other: int, ahead: int, blocks: Blocks) -> None:
    assert read_blocks(in_one, in_other, ahead) == blocks


@given(PEOPLE, st.integers(0, 600))
@settings(deadline=None, max_examples=80)
def test_who_comes_later_changes_no_block_before(people: bytes, cut: int) -> None:
    early, late = list(match(people[:cut])), list(match(people))
    assert late[: len(early)] == early


def test_random_assignment_leaves_few_people_out() -> None:
    blocks = len(list(match(draw(1, 20_000, 0.5, 0.1))))
    assert 9_600 <= blocks < 10_000


def test_a_small_arm_is_matched_with_several_of_a_large_one_and_the_interval_is_narrower() -> None:
    people = draw(5, 5_000, 0.8, 0.2)
    differences = list(match(people))
    assert {0.25, 0.5, -0.75} < set(differences[500:])
    assert 940 < len(differences) < 1015
    found = compare(people, 0.05)
    one_by_one = compare(
        bytes(code for code in people if code < 2)[:1000] + bytes(code for code in people if code > 1), 0.05
    )
    assert found.upper - found.lower < 0.9 * (one_by_one.upper - one_by_one.lower)
    assert found.lower < 0 < found.upper


def test_an_arm_that_is_listed_after_the_other_is_matched_whole() -> None:
    assert len(list(match(bytes([1] * 3000 + [2] * 3000)))) == 3000


def test_people_who_come_in_turns_of_a_hundred_are_matched_whole() -> None:
    assert len(list(match((bytes([0] * 100) + bytes([3] * 100)) * 20))) == 2000


def test_nobody_is_compared_with_people_of_another_week() -> None:
    """All answer from some day on, and one arm has run ahead by then: without a limit, sixty pairs would differ."""
    balanced = bytes([0, 2] * (FIRST // 2))
    people = balanced + bytes([0] * 60) + bytes([1, 3] * 60)
    assert sum(difference != 0 for difference in match(people)) == 19
