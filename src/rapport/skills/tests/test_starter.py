"""The starter vocabulary: large enough, without contradictions, quick to load."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from rapport.skills import finder
from rapport.skills.finder import Vocabulary
from rapport.skills.starter_files import read_starter
from rapport.skills.words import normal, squashed

FILES = sorted((Path(finder.__file__).parent / "starter").glob("*.txt"))
ROWS = [row for path in FILES for row in read_starter(path.read_text(encoding="utf-8"))]


def test_there_are_at_least_1500_skills() -> None:
    assert len(ROWS) >= 1500
    assert len(Vocabulary.starter()) == len(ROWS)


def test_every_skill_has_a_category_and_short_enough_words() -> None:
    assert [row[0] for row in ROWS if not row[1] or len(row[1]) > 60] == []
    assert [alias.text for row in ROWS for alias in row[2] if not 0 < len(alias.text) <= 80] == []


def test_no_name_is_there_twice() -> None:
    assert [name for name, count in Counter(normal(row[0]) for row in ROWS).items() if count > 1] == []


def test_no_word_points_to_two_skills() -> None:
    owners: dict[str, set[str]] = {}
    for name, _, aliases, _ in ROWS:
        for alias in aliases:
            for form in {normal(alias.text), squashed(alias.text) or normal(alias.text)}:
                owners.setdefault(form, set()).add(name)
    assert {form: names for form, names in owners.items() if len(names) > 1} == {}


def test_relations_name_skills_that_exist_once_and_are_not_the_skill_itself() -> None:
    names = {row[0] for row in ROWS}
    pairs = [(skill, other) for row in ROWS for skill, other, _ in row[3]]
    assert [pair for pair in pairs if pair[1] not in names or pair[0] == pair[1]] == []
    assert [pair for pair, count in Counter(frozenset(pair) for pair in pairs).items() if count > 1] == []
    assert [weight for row in ROWS for _, _, weight in row[3] if not 0 < weight <= 1] == []


def test_every_alias_is_found_where_it_stands_alone_in_a_list() -> None:
    vocabulary = Vocabulary.starter()
    missed = []
    for name, _, aliases, _ in ROWS:
        for alias in aliases:
            mentions = vocabulary.find(f"Python, {alias.text}, SQL")
            if name not in {mention.skill for mention in mentions}:
                missed.append((name, alias.text))
    assert missed == []


def test_finding_needs_no_django() -> None:
    code = (
        "import sys; from rapport.skills.finder import find_skills; find_skills('C++'); print('django' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
