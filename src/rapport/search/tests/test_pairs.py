"""Phrases by known pairs of words: they find exactly whom positions find."""

import hashlib
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.search import language
from rapport.search.analyzers import words_of
from rapport.search.engine import EVERYBODY, Engine
from rapport.search.pairs import list_pairs, pairs_among
from rapport.search.profiles import SCHEMA_VERSION
from rapport.search.tests.people import LOOKUP, profile

WORDS = ("data", "engineer", "machine", "learning", "Ingénieur", "x" * 70)


def found(texts: list[str], query: str) -> set[int]:
    people = [profile(number, "Nobody Example", text=text) for number, text in enumerate(texts)]
    node = language.parse(query).node
    assert node is not None
    places = {person.candidate_id: number for number, person in enumerate(people)}
    return {places[key] for key in Engine.in_memory(people).search(node, LOOKUP, EVERYBODY, limit=200).ids}


def test_an_index_made_with_another_list_has_another_version() -> None:
    """When this fails, raise SCHEMA_VERSION and write both down here: indexes are then built anew."""
    digest = hashlib.sha256("\n".join(list_pairs()).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (7, "8c62137399e6e7f4")


def test_titles_and_skills_in_all_languages_are_pairs() -> None:
    known = set(list_pairs())
    assert {"data_engineer", "machine_learning", "genie_mecanique", "key_account", "front_end"} <= known
    assert not {pair for pair in known if pair.startswith("0_")}, "weights of relations are no words"
    assert pairs_among(words_of("Lead Data Engineer, Machine-Learning")) == ["data_engineer", "machine_learning"]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("A data engineer.", True),
        ("Data\nengineer", True),
        ("data, engineer", True),
        ("data and engineer", False),
        ("engineer data", False),
        ("data " + "x" * 70 + " engineer", False),
        ("dätä engineer", True),
    ],
)
def test_what_stands_in_turn(text: str, is_found: bool) -> None:
    assert (found([text], '"data engineer"') == {0}) is is_found


def test_values_of_fields_are_not_read_on_into_each_other() -> None:
    person = profile(0, "Nobody Example", titles=("Head of data",), companies=("Engineer Ltd",))
    node = language.parse('"data engineer"').node
    assert node is not None
    assert Engine.in_memory([person]).search(node, LOOKUP, EVERYBODY).total == 0


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), min_size=1, max_size=6))
def test_a_phrase_finds_whom_its_words_in_turn_find(texts: list[str]) -> None:
    for first, second, third in product(("data", "machine"), ("engineer", "learning"), ("", "engineer")):
        wanted = " ".join(filter(None, (first, second, third)))
        has = {number for number, text in enumerate(texts) if f" {wanted} " in f" {text} "}
        assert found(texts, f'"{wanted}"') == has
