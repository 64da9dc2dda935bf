"""Section names in four languages, names of people, places."""

from datetime import date

import pytest

from rapport.intake.document import Line, build_document
from rapport.intake.names import find_name, looks_like_name
from rapport.intake.places import country_of, is_place, split_place
from rapport.intake.plain_text import text_document
from rapport.intake.resume import parse_resume
from rapport.intake.section_names import heading_kind, is_heading_text
from rapport.intake.sections import Section, split_sections

HEADINGS = [
    ("WORK EXPERIENCE", "work"), ("Employment History:", "work"), ("E X P E R I E N C E", "work"), ("Relevant Professional Experience", "work"),
    ("Berufserfahrung", "work"), ("Beruflicher Werdegang", "work"), ("Expérience professionnelle", "work"), ("EXPERIENCIA LABORAL", "work"),
    ("Education & Training", "education"), ("Ausbildung", "education"), ("Formation", "education"), ("Formación académica", "education"),
    ("Technical Skills", "skills"), ("IT-Kenntnisse", "skills"), ("Compétences", "skills"), ("Habilidades", "skills"), ("2. Key Skills", "skills"),
    ("Sprachkenntnisse", "languages"), ("Langues", "languages"), ("Idiomas", "languages"), ("Zertifikate", "certificates"), ("Über mich", "summary"),
    ("Hobbys & Interessen", "other"), ("Persönliche Daten", "contact"), ("Projets personnels", "projects"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), HEADINGS)
def test_headings_open_their_section(text: str, kind: str) -> None:
    assert heading_kind(text) == kind


@pytest.mark.parametrize(
    "text", ["experience with Python", "Software Engineer", "University of Bremen", "skills,", "mina@example.org", ""]
)
def test_other_lines_open_none(text: str) -> None:
    assert not is_heading_text(text)


def test_unknown_headings_end_a_section_when_they_are_set_like_known_ones() -> None:
    lines = [
        Line("EXPERIENCE", size=14),
        Line("x", size=10),
        Line("SKILLS", size=14),
        Line("y", size=10),
        Line("MY GARDEN", size=14),
        Line("z", size=10),
    ]

    assert [section.kind for section in split_sections(lines)] == ["head", "work", "skills", "other"]


@pytest.mark.parametrize(
    "text",
    ["Mina Okafor", "José María de la Cruz", "Nguyễn Văn An", "Anne-Marie O'Neill", "J. R. Ewing", "Okafor, Mina"],
)
def test_names_look_like_names(text: str) -> None:
    assert looks_like_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Software Engineer",
        "Berlin, Germany",
        "Work Experience",
        "Nordlicht GmbH",
        "Curriculum Vitae 2024",
        "mina",
        "Available from May",
    ],
)
def test_other_words_do_not(text: str) -> None:
    assert not looks_like_name(text)


NAMES = [
    (["Mina Okafor", "Data Engineer"], "Mina Okafor"),
    (["CURRICULUM VITAE", "MINA OKAFOR"], "Mina Okafor"),
    (["Lebenslauf von Mina Okafor"], "Mina Okafor"),
    (["Dr. Mina Okafor, PhD"], "Mina Okafor"),
    (["Name: Okafor, Mina"], "Mina Okafor"),
    (["Data Engineer", "Mina Okafor | mina@example.org"], "Mina Okafor"),
    (["MINA VAN DER BERG-OKAFOR"], "Mina van der Berg-Okafor"),
]


@pytest.mark.parametrize(("lines", "name"), NAMES)
def test_the_name_is_found_and_put_into_usual_letters(lines: list[str], name: str) -> None:
    document = build_document("text", [Line(line) for line in lines])

    found = find_name(document, Section("head", "", 0, len(lines)), [], ["mina@example.org"])

    assert found is not None
    assert found.text == name


def test_a_resume_without_a_name_gets_none() -> None:
    document = build_document("text", [Line("SALES EXECUTIVE"), Line("Haifa, Israel")])

    assert find_name(document, Section("head", "", 0, 2), [], []) is None


@pytest.mark.parametrize(
    ("text", "rest", "place"),
    [
        ("Nexus AI, San Francisco, CA", "Nexus AI", "San Francisco, CA"),
        ("Universität Bonn – Bonn, Germany", "Universität Bonn", "Bonn, Germany"),
        ("Acme Inc, London", "Acme Inc", "London"),
        ("Acme, Inc.", "Acme, Inc.", ""),
        ("Remote", "", "Remote"),
    ],
)
def test_places_are_cut_off_the_end(text: str, rest: str, place: str) -> None:
    assert split_place(text) == (rest, place)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bremen, Germany", "DE"),
        ("Redmond, WA", "US"),
        ("Toronto, ON", "CA"),
        ("Wien, Österreich", "AT"),
        ("Atlantis", ""),
    ],
)
def test_the_country_of_a_place(text: str, code: str) -> None:
    assert country_of(text) == code
    assert is_place(text) == bool(code)


@pytest.mark.parametrize(
    ("first_line", "name"),
    [
        ("Prof. Dr. med. Anna-Lena Müller", "Anna-Lena Müller"),
        ("JANE VAN DER BERG", "Jane van der Berg"),
        ("😀 Jane Doe 🚀", "Jane Doe"),
        ("محمد الأحمد", "محمد الأحمد"),
        ("Jane Doe, Data Analyst", "Jane Doe"),
        ("Prudence", "Prudence"),
    ],
)
def test_names_with_titles_signs_and_in_other_scripts(first_line: str, name: str) -> None:
    lines = [first_line, "prudence@example.org", "", "Experience", "Analyst, Nordlicht AG\t2019 - 2021"]
    resume = parse_resume(text_document("text", "\n".join(lines)), date(2026, 11, 23))

    assert resume.data["basics"]["name"] == name


def test_a_large_name_over_two_lines_is_one() -> None:
    lines = [
        Line("Svenja", size=21),
        Line("Hagedorn", size=21),
        Line("Contact", size=14),
        Line("svenja.hagedorn@example.org", size=10),
    ]

    name = parse_resume(build_document("pdf", lines), date(2026, 11, 23)).data["basics"]["name"]

    assert name == "Svenja Hagedorn"
