"""Keys, pairs and records of a large pool, as they are kept small."""

from itertools import combinations, pairwise
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.hygiene.frequencies import Frequencies
from rapport.hygiene.pool_keys import keys_of
from rapport.hygiene.pool_pairs import PARTS, SharedKeys
from rapport.hygiene.pool_store import PoolStore

AMARA = {
    "given": "amara", "family": "nwosu", "place": "gent", "title": "engineer", "phone": ("305550142",),
    "career": ("kranich mobil|2019-03", "umbra data|2015-09"),
}  # fmt: skip
KEYS = st.lists(st.sets(st.integers(0, 40).map(lambda key: key * 7919), max_size=6), max_size=30)


@given(KEYS, st.integers(2, 6))
def test_pairs_are_those_who_share_a_key_that_few_have(keys: list[set[int]], limit: int) -> None:
    shared = SharedKeys(limit)
    for place, own in enumerate(keys):
        shared.add(place, own)
    pairs = shared.find_pairs()
    few = {key for own in keys for key in own if sum(key in other for other in keys) <= limit}
    expected = [(a, b) for a, b in combinations(range(len(keys)), 2) if keys[a] & keys[b] & few]
    assert list(pairs) == expected
    assert len(pairs) == len(expected)


def test_pairs_of_many_come_in_order_and_a_sample_of_them_too() -> None:
    shared, count = SharedKeys(24), 3 * PARTS + 5
    for place in range(count):
        shared.add(place, {place // 2, 10_000 + place // 3})
    pairs = shared.find_pairs()
    everything = list(pairs)
    assert everything == sorted(set(everything))
    assert everything[-1] == (count - 2, count - 1)
    sample = pairs.sample(50)
    assert sample == pairs.sample(50) == sorted(sample)
    assert len(sample) == 50
    assert set(sample) < set(everything)
    assert pairs.sample(10**6) == everything
    assert all(a < b for a, b in pairwise(sample))


def test_nobody_gives_no_pairs() -> None:
    assert list(SharedKeys(24).find_pairs()) == []


def test_records_come_back_as_they_were_with_whose_they_are() -> None:
    records = [AMARA, {}, {"given": "Zoë\x1f", "email": ("zoe@example.org",)}]
    with PoolStore() as store:
        for place, record in enumerate(records):
            store.append(UUID(int=place + 1), record)
            assert store[place] == record
        assert (list(store), len(store)) == (records, 3)
        assert [store.id_at(place).int for place in range(3)] == [1, 2, 3]
        with pytest.raises(IndexError):
            store[3]
    with pytest.raises(ValueError, match="closed"):
        store[0]


def test_what_occurs_again_is_counted_and_what_is_never_equal_need_not_be() -> None:
    dice = Random(7)
    numbers = [f"30555{dice.randrange(3000):06}" for _ in range(4000)]
    seen = Frequencies(({"phone": (number,), "given": number[-2:]} for number in numbers), ["email"])
    expected = {number: numbers.count(number) for number in set(numbers)}
    assert {number: count for number, count in expected.items() if count > 1} == seen.counts["phone"]
    assert sum(seen.counts["given"].values()) == 4000
    assert seen.filled == {"email": 0, "phone": 4000, "given": 4000}


def test_keys_are_the_same_in_every_process() -> None:
    """They are stored: another process has to find the same ones, also after an upgrade of Python."""
    assert keys_of({"given": "amara", "family": "nwosu"}) == [4240060332714799622]
    assert len(keys_of(AMARA)) == 9
    assert keys_of({}) == []


def test_a_number_alone_makes_no_key_but_with_either_name() -> None:
    def shared(other: dict) -> int:
        return len(
            set(keys_of({**AMARA, "career": (), "place": ""})) & set(keys_of({"phone": AMARA["phone"], **other}))
        )

    assert shared({"given": "amara", "family": "brandvold"}) == 1
    assert shared({"given": "lena", "family": "nwosu"}) == 1
    assert shared({"given": "lena", "family": "brandvold"}) == 0
