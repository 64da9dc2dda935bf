"""Invented people in every layout: what their pages and Word files say must be read, field by field."""

from typing import Any

import pytest

from rapport.intake.tests.labelled import scoring
from rapport.intake.tests.labelled.layouts import LAYOUTS
from rapport.intake.tests.labelled.people import LANGUAGES, make_person, truth_of
from rapport.intake.tests.labelled.word_files import WORD_LAYOUTS
from rapport.intake.worker import parse_file

SEEDS = range(7000, 7008)
HIGH = ("name", "email", "phone")


def read(data: bytes) -> dict[str, Any]:
    answer = parse_file(data)
    assert "error" not in answer
    return answer["resume"]


def missed(counts: list[scoring.Counts]) -> dict[str, float]:
    """Fields below what is promised: 0.95 for name and contact, 0.85 for all else."""
    shares = scoring.shares(scoring.merge(counts))
    return {key: share for key, share in shares.items() if share < (0.95 if key in HIGH else 0.85)}


@pytest.mark.parametrize("name", LAYOUTS)
def test_pages_of_every_layout_are_read(name: str) -> None:
    layout, has_months = LAYOUTS[name]
    people = [make_person(seed) for seed in SEEDS]

    counts = [scoring.score(read(layout(person).encode()), truth_of(person, has_months)) for person in people]

    assert missed(counts) == {}


@pytest.mark.parametrize("name", WORD_LAYOUTS)
def test_word_files_of_every_layout_are_read(name: str) -> None:
    people = [make_person(seed) for seed in SEEDS]

    counts = [scoring.score(read(WORD_LAYOUTS[name](person)), truth_of(person)) for person in people]

    assert missed(counts) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_read(language: str) -> None:
    people = [make_person(seed, language) for seed in SEEDS]

    counts = [scoring.score(read(LAYOUTS["dates_left"][0](person).encode()), truth_of(person)) for person in people]

    assert missed(counts) == {}


def test_the_score_counts_what_is_wrong() -> None:
    truth = truth_of(make_person(1))
    wrong = {
        "basics": {**truth["basics"], "phone": "+491"},
        "work": [{**truth["work"][0], "name": "Another"}, {"position": "Nobody's"}],
        "education": [],
        "skills": [{"name": "Unrelated"}],
        "languages": [],
    }

    counts = scoring.score(wrong, truth)

    assert (counts["name"], counts["phone"]) == ([True], [False])
    assert (counts["job.position"][0], counts["job.name"][0]) == (True, False)
    assert counts["jobs.true"] == [True, False]
    assert not any(counts["school.institution"] + counts["skill"] + counts["language"])
