"""Demo people: the same for the same seed, made of known skills, at reserved addresses."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from rapport.flows.demo import words
from rapport.flows.demo.company import JOBS
from rapport.flows.demo.people import CHUNK, World, make_people, make_phone
from rapport.flows.demo.roles import ROLES
from rapport.skills.finder import Vocabulary

SKILLS = sorted({skill for role in ROLES for skill in role.core + role.more})


def world(seed: int = 1, people: int = 10_000) -> World:
    return World(
        seed=seed, people=people, start=datetime(2024, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 23, tzinfo=UTC),
        skills={name: f"skill-{place}" for place, name in enumerate(SKILLS)}, sources=["a", "b"], tags=["c", "d", "e"],
        owners=["f"], cities=[(name, country, 1.0, 2.0, "UTC") for name, country, _ in words.CITIES], documents=50,
    )  # fmt: skip


def test_same_seed_gives_the_same_people_and_another_seed_others():
    first = make_people(world(), CHUNK, 100)
    assert make_people(world(), CHUNK, 100).tables == first.tables
    assert make_people(world(seed=2), CHUNK, 100).tables != first.tables


def test_ids_rise_with_the_number_and_are_unique():
    rows = make_people(world(), 0, 500).tables
    ids = [line.split("\t")[0] for line in rows["candidates_candidate"]]
    assert ids == sorted(set(ids))
    contacts = [line.split("\t") for line in rows["candidates_contactpoint"]]
    assert len({(row[2], row[4]) for row in contacts}) == len(contacts)


def test_addresses_are_reserved_ones():
    rows = make_people(world(), 0, 300).tables["candidates_contactpoint"]
    values = [line.split("\t")[3] for line in rows]
    assert all("@example." in value or "example.org/" in value or value.startswith("+") for value in values)
    assert make_phone(0) == "+447700900000"
    assert make_phone(1000) == "+12005550100"[:12]


def test_first_people_have_a_resume_in_which_their_skills_stand():
    rows = make_people(world(), 0, 60)
    assert len(rows.files) == 50
    texts = {identifier: content.decode() for identifier, _, content in rows.files}
    placed = [line.split("\t") for line in rows.tables["candidates_candidateskill"]]
    names = {f"skill-{place}": name for place, name in enumerate(SKILLS)}
    with_spans = [row for row in placed if row[3] in texts]
    assert len(with_spans) > 200
    assert all(texts[row[3]][int(row[5]) : int(row[6])] == names[row[1]] for row in with_spans)


def test_every_skill_named_is_in_the_starter_vocabulary():
    vocabulary = Vocabulary.starter()
    wanted = {name for row in JOBS for text in row[4:6] for name in text.split("|")}
    assert {name for name in wanted | set(SKILLS) if vocabulary.canonical(name) != name} == set()


@pytest.mark.parametrize("people", [59, 1_000_001])
def test_a_number_of_people_that_does_not_carry_the_story_is_refused(people):
    with pytest.raises(CommandError, match="from 60 to 1,000,000"):
        call_command("demo", candidates=people)
