"""Finding skills in text: spellings, symbols, ambiguous names, languages, addresses."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.skills.finder import Vocabulary, find_skills
from rapport.skills.names import CASE, CONTEXT, Alias, Mention


def found(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(mention.skill, mention.text) for mention in find_skills(text, language)]


def skills(text: str, language: str | None = None) -> list[str]:
    return [skill for skill, _ in found(text, language)]


def test_offsets_are_those_of_the_given_text() -> None:
    text = "Ünïcode – knows machine\nlearning."
    assert find_skills(text) == [Mention("Machine learning", 16, 32, "machine\nlearning")]
    assert text[16:32] == "machine\nlearning"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++, C# and .NET", ["C++", "C#", ".NET"]),
        ("C++17/C++20", ["C++", "C++"]),
        ("ASP.NET with VB.NET", ["ASP.NET", "VB.NET"]),
        ("Node.js, NodeJS, node js", ["Node.js", "Node.js", "Node.js"]),
        ("CI/CD pipelines in GitLab", ["CI/CD", "GitLab"]),
        ("TCP/IP; A/B testing; PL/SQL", ["TCP/IP", "A/B testing", "PL/SQL"]),
        ("front-end, front end, frontend", ["Front-end development"] * 3),
        ("e-commerce, ecommerce, E commerce", ["E-commerce"] * 3),
        ("Deep-\nlearning", ["Deep learning"]),
        ("relational databases and a relational database", ["Relational databases"] * 2),
        ("data modelling, data modeling", ["Data modeling"] * 2),
        ("paediatrics, pediatrics", ["Pediatrics"] * 2),
        ("Health & Safety, health and safety", ["Occupational health and safety"] * 2),
        ("R&D", ["R&D"]),
        ("Object-Oriented Programming", ["Object-oriented programming"]),
        ("CompTIA Security+", ["CISSP"]),
    ],
)
def test_spellings_of_one_skill(text: str, expected: list[str]) -> None:
    assert skills(text) == expected


def test_the_longest_name_wins() -> None:
    assert skills("SQL Server Reporting Services") == ["SSRS"]
    assert skills("React Native") == ["React Native"]
    assert skills("Java Script") == ["JavaScript"]


@pytest.mark.parametrize(
    "text",
    [
        "Javanese culture",
        "We go to the office and excel there.",
        "John R. Miller, Python",
        "the rest of it is in the air",
        "an outlook on access to words",
        "net profit of 5 %",
        "Swift response to all customers' wishes",
        "She helped him get it right",
        "our sole-trading partner",
    ],
)
def test_ordinary_words_are_no_skills(text: str) -> None:
    assert [skill for skill in skills(text) if skill != "Python"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Python, R, Go", ["Python", "R", "Go"]),
        ("python, r and sql", ["Python", "R", "SQL"]),
        ("R programming", ["R"]),
        ("built on Java Spring and deployed", ["Java", "Spring"]),
        ("Skills: Word, Excel, Outlook", ["Microsoft Word", "Microsoft Excel", "Microsoft Outlook"]),
        ("REST and SOAP", ["REST APIs", "SOAP"]),
        ("• Linux\n• Go\n• Docker", ["Linux", "Go", "Docker"]),
    ],
)
def test_ambiguous_names_count_in_lists_of_skills(text: str, expected: list[str]) -> None:
    assert skills(text) == expected


def test_two_small_letters_are_no_acronym_even_in_a_list() -> None:
    assert skills("Payroll, ad, it, Sales") == ["Payroll", "Sales"]


def test_capitals_say_nothing_in_a_line_of_capitals() -> None:
    assert skills("MAKE IT BETTER FOR ALL") == []


def test_a_slash_lists_two_skills_unless_the_name_has_one() -> None:
    assert skills("Marketing/Sales") == ["Marketing", "Sales"]
    assert skills("Sales/Management") == ["Sales"]
    assert skills("Sales Management") == ["Sales management"]


@pytest.mark.parametrize(
    "text", ["sql@example.org", "https://python.example.com/docker", "www.example.org/java", "linkedin.com/in/scrum"]
)
def test_nothing_inside_an_address_is_a_skill(text: str) -> None:
    assert skills(text) == []
    assert skills(f"Kotlin {text} Perl") == ["Kotlin", "Perl"]


def test_aliases_of_other_languages_lead_to_the_same_skill() -> None:
    assert skills("Buchhaltung, comptabilité, contabilidad", None) == ["Bookkeeping", "Accounting", "Accounting"]
    assert skills("Qualitätsmanagement, Qualitaetsmanagement, QUALITÄTSMANAGEMENT") == ["Quality management"] * 3
    assert skills("Projekt-Management") == ["Project management"]


def test_a_stated_language_leaves_out_the_others_but_english() -> None:
    assert skills("Buchhaltung, comptabilité, accounting", "de") == ["Bookkeeping", "Accounting"]
    assert skills("Buchhaltung", "fr") == []


def test_decomposed_accents_are_read_and_offsets_kept() -> None:
    text = "Compétences : comptabilite\u0301 générale"
    [mention] = find_skills(text)
    assert (mention.skill, text[mention.start : mention.end]) == ("Financial accounting", "comptabilite\u0301 générale")


def test_canonical_takes_any_spelling() -> None:
    starter = Vocabulary.starter()
    assert starter.canonical("golang") == "Go"
    assert starter.canonical("Node JS") == "Node.js"
    assert starter.canonical("relational DATABASES") == "Relational databases"
    assert starter.canonical("maschinelles lernen") == "Machine learning"
    assert starter.canonical("underwater basket weaving") is None


def test_relations_go_both_ways() -> None:
    starter = Vocabulary.starter()
    assert starter.related("Django")["Python"] == 0.9
    assert starter.related("Python")["Django"] == 0.9
    assert starter.related("no such skill") == {}


def test_a_vocabulary_from_rows_and_additions() -> None:
    vocabulary = Vocabulary.from_rows(
        [("Beekeeping", "Farm"), ("Wax", "Farm")],
        [("Beekeeping", "Imkerei", "de", "any"), ("Wax", "Wax", "", CASE), ("Beekeeping", "Wax", "", "any")],
        [("Beekeeping", "Wax", 0.4)],
    )
    assert [m.skill for m in vocabulary.find("Imkerei, Wax; wax on, wax off")] == ["Beekeeping", "Wax"]
    vocabulary.add("Honey", ["Miel"], category="Farm", related={"Wax": 0.2})
    vocabulary.add("Q", matching=CONTEXT)
    assert [m.skill for m in vocabulary.find("honey, Miel, Q")] == ["Honey", "Honey", "Q"]
    assert vocabulary.related("Wax") == {"Beekeeping": 0.4, "Honey": 0.2}
    assert vocabulary.categories["Honey"] == "Farm"
    assert list(vocabulary) == ["Beekeeping", "Wax", "Honey", "Q"]
    assert Alias("Honey", "Miel") in set(vocabulary.aliases())


@given(st.text(max_size=300))
def test_any_text_gives_ordered_mentions_that_quote_it(text: str) -> None:
    last = 0
    for mention in find_skills(text):
        assert last <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        last = mention.end


def test_hostile_text_takes_linear_time() -> None:
    started = time.process_time()
    for text in ("a" * 200_000, "@" * 200_000, "C++" * 60_000, "machine-" * 25_000, "sql " * 50_000, "R, " * 60_000):
        find_skills(text)
    assert time.process_time() - started < 15


@pytest.mark.real_data
def test_skills_in_real_resumes_are_found_quickly(real_data: Path) -> None:
    rows = json.loads((real_data / "skills/skillspan/data/json/dev.json").read_text().splitlines()[0])
    assert find_skills(" ".join(rows["tokens"])) is not None
