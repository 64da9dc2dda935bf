"""Who gets which variant: by chance in equal shares, always the same, and nearly the same when variants come and go."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from uuid import UUID

import pytest

from rapport.outreach.variants import draw, next_letter

DICE = Random(20261127)
STEP = UUID(int=DICE.getrandbits(128))
LIMITS = {1: 6.635, 2: 9.210, 3: 11.345, 4: 13.277}  # of chi-square at 1 %, by degrees of freedom
PEOPLE = [UUID(int=DICE.getrandbits(128)) for _ in range(10_000)]


def drawn(letters: str, step: UUID = STEP) -> dict[UUID, str]:
    return {person: draw(step, person, letters) for person in PEOPLE}


def is_even(counts: Iterable[int], shares: Sequence[float] = ()) -> bool:
    """Whether chance explains these counts, by the chi-square test; even shares unless others are given."""
    counts = list(counts)
    expected = [sum(counts) * share for share in shares or [1 / len(counts)] * len(counts)]
    return (
        sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(counts, expected, strict=True))
        < LIMITS[len(counts) - 1]
    )


def test_the_measure_sees_uneven_shares():
    assert is_even([5_100, 4_900])
    assert not is_even([5_200, 4_800])


@pytest.mark.parametrize("letters", ["AB", "ABC", "ABCDE", "BD"])
def test_shares_are_equal_within_chance(letters):
    counts = Counter(drawn(letters).values())
    assert sorted(counts) == list(letters)
    assert is_even(counts.values())


def test_it_is_the_same_whenever_and_in_whatever_order_it_is_asked():
    assert drawn("ABCDE") == drawn("EDCBA")
    assert set(drawn("C").values()) == {"C"}


def test_steps_draw_independently_of_one_another():
    one, other = drawn("AB"), drawn("AB", UUID(int=DICE.getrandbits(128)))
    assert is_even(Counter((one[person], other[person]) for person in PEOPLE).values())


def test_a_variant_that_is_added_takes_evenly_from_the_others_and_nobody_else_moves():
    before, after = drawn("AB"), drawn("ABC")
    moved = [person for person in PEOPLE if before[person] != after[person]]
    assert {after[person] for person in moved} == {"C"}
    assert is_even([len(moved), len(PEOPLE) - len(moved)], [1 / 3, 2 / 3])
    assert is_even(Counter(before[person] for person in moved).values())


def test_one_that_is_retired_gives_its_people_evenly_to_the_others_and_nobody_else_moves():
    before, after = drawn("ABC"), drawn("AC")
    moved = [person for person in PEOPLE if before[person] != after[person]]
    assert {before[person] for person in moved} == {"B"}
    assert is_even(Counter(after[person] for person in moved).values())


def test_a_letter_is_never_given_to_another_text():
    assert [next_letter(used) for used in ("", "A", "AC", "CA", "Y", "AZ")] == ["A", "B", "D", "D", "Z", ""]
