"""Adverts: what they ask for, by their headings, in several languages."""

import re

from rapport.search.description import read_description, split_lines
from rapport.search.fits import SkillNeed
from rapport.skills.finder import Vocabulary

GERMAN = """PROJEKTBESCHREIBUNG
Projekt-Titel
Java Entwickler
Projekt-Rolle
Entwickler
Einsatzort
Hannover
Projekt-Beschreibung
Ablösung einer Anwendung auf Basis von Java.
Must-Have Skills
Java, SQL, mindestens 5 Jahre Erfahrung
Nice-to-Have Skills
Docker
Wir bieten
Einen Kurs in Python
"""
ENGLISH = """Data Engineer

We are looking for somebody with 3+ years of experience in Python.

Requirements:
- SQL
* PostgreSQL
Nice to have: Docker
Benefits
Free Excel courses. 100% remote.
"""


def skills(text: str) -> list[object]:
    return list(VOCABULARY.find(text))


VOCABULARY = Vocabulary.from_rows([(name, "") for name in ("Java", "SQL", "Docker", "Python", "PostgreSQL")])


def test_reads_a_german_advert() -> None:
    needs = read_description(GERMAN, skills)
    assert needs.title == "Java Entwickler / Entwickler"
    assert needs.must == (SkillNeed("Java", 3.0), SkillNeed("SQL", 2.0))
    assert needs.nice == (SkillNeed("Docker", 1.0),)
    assert needs.min_years == 5
    assert "Kurs" not in needs.description


def test_reads_an_english_advert() -> None:
    needs = read_description(ENGLISH, skills)
    assert needs.title == "Data Engineer"
    assert [need.skill for need in needs.must] == ["SQL", "PostgreSQL", "Python"]
    assert [need.skill for need in needs.nice] == ["Docker"]
    assert (needs.min_years, needs.is_remote) == (3, True)


def test_a_sentence_that_begins_like_a_heading_is_no_heading() -> None:
    text = "Requirements are gathered by you and written down.\nProfile measurements of the rotor"
    assert [kind for kind, _ in split_lines(text)] == ["tasks", "tasks"]


def test_an_empty_advert_asks_for_nothing() -> None:
    needs = read_description(" \n\t\n", skills)
    assert (needs.title, needs.must, needs.nice, needs.description) == ("", (), (), "")


def test_long_lines_take_no_long_time() -> None:
    assert re.match("a+", read_description("a" * 200_000, skills).title)


def test_what_no_vocabulary_knows_is_kept_as_it_is_written() -> None:
    needs = read_description(
        "Entwickler\nMust-Have Skills:\n- Java, MaxDB und BRF+\n- Sehr gute Kenntnisse in Data Replication Framework\n"
        "- Mindestens 5 Jahre Erfahrung, gute Deutschkenntnisse\nNice to have:\n- Gefriertrocknung\n",
        skills,
    )
    phrases = [(need.skill, need.weight) for need in (*needs.must, *needs.nice) if not need.is_known]
    assert phrases == [("MaxDB", 1.0), ("BRF+", 1.0), ("Data Replication Framework", 1.0), ("Gefriertrocknung", 0.5)]
    assert [need.skill for need in needs.nice] == ["Gefriertrocknung"]
