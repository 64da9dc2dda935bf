"""A query that finds nobody: which slips are mended, and that nothing else is touched."""

from collections.abc import Callable

import pytest
from django.test import Client

from rapport.accounts.models import User
from rapport.applications.tests.factories import ApplicationFactory
from rapport.search import language, queries
from rapport.search.correcting import closest, correct
from rapport.search.tests.factories import make_candidate, make_job

SKILLS = ["Python", "PostgreSQL", "Machine learning", "C++"]
MENDED = [
    ("lindqwist", "name:lindqwist"),
    ("known lindqwist", "known name:lindqwist"),
    ("(lindqwist OR nwsou) years:>=5", "(name:lindqwist OR name:nwsou) years:>=5"),
    ("skill:pyhton", "skill:Python"),
    ('skill:"machin lerning"', 'skill:"Machine learning"'),
    ("skill:gardening", "skill:gardening"),
    ("NOT lindqwist", "NOT lindqwist"),
    ("abc", "abc"),
    ("lind*", "lind*"),
    ('"lindqwist ada"', '"lindqwist ada"'),
    ("title:lindqwist", "title:lindqwist"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), MENDED)
def test_slips_are_mended(text: str, expected: str) -> None:
    node = language.parse(text).node
    mended = correct(node, lambda word: word == "known", lambda name: closest(name, SKILLS))
    assert language.to_text(mended) == expected


@pytest.mark.django_db
def test_the_list_offers_what_was_meant(index_everybody, rita: User, sign_in: Callable[[User], Client]) -> None:
    make_candidate("Ada Lindqvist", skills=("Python",))
    index_everybody()
    found = queries.search_candidates(rita.actor, "lindqwist skill:pyton")
    assert (found.total, found.meant, found.meant_count) == (0, "name:lindqwist skill:Python", 1)
    page = sign_in(rita).get("/candidates/", {"q": "lindqwist"}).content.decode()
    assert "It finds 1 person." in page
    for text in ("lindqvist", "gardening", "skill:gardening"):
        assert queries.search_candidates(rita.actor, text).meant == ""


@pytest.mark.django_db
def test_nobody_is_offered_whom_one_may_not_see(index_everybody, hugo: User) -> None:
    make_candidate("Ada Lindqvist")
    ApplicationFactory(candidate=make_candidate("Ben"), job=make_job("Canteen", team=[hugo]))
    index_everybody()
    assert queries.search_candidates(hugo.actor, "lindqwist").meant == ""
