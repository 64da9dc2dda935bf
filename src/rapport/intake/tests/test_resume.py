"""A whole résumé from text to JSON Resume; every way of heading a job."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.intake.plain_text import text_document
from rapport.intake.resume import parse_resume
from rapport.intake.tests.files import RESUME_LINES

TODAY = date(2026, 11, 23)


def parse(*lines: str) -> dict[str, Any]:
    return parse_resume(text_document("text", "\n".join(lines)), TODAY).as_json()


def test_all_parts_of_a_resume() -> None:
    resume = parse(*RESUME_LINES)

    assert resume["basics"]["name"] == "Mina Okafor"
    assert resume["basics"]["email"] == "mina.okafor@example.org"
    assert resume["basics"]["phone"] == "+4930901820"
    assert resume["basics"]["location"] == {
        "address": "Berlin, Germany",
        "city": "Berlin",
        "region": "Germany",
        "countryCode": "DE",
    }
    assert resume["basics"]["profiles"] == [
        {"network": "LinkedIn", "username": "mina-okafor", "url": "https://linkedin.com/in/mina-okafor"}
    ]
    first, second = resume["work"]
    assert (first["position"], first["name"], first["startDate"]) == (
        "Senior Data Engineer",
        "Harbour Analytics GmbH",
        "2019-03",
    )
    assert first["isCurrent"] is True
    assert "endDate" not in first
    assert first["highlights"] == ["Built pipelines in Python and SQL"]
    assert (second["position"], second["name"], second["startDate"], second["endDate"]) == (
        "Data Analyst",
        "Nordlicht AG",
        "2015-06",
        "2019-02",
    )
    (school,) = resume["education"]
    assert (school["institution"], school["studyType"], school["area"]) == (
        "University of Bremen",
        "BSc",
        "Mathematics",
    )
    assert (school["startDate"], school["endDate"]) == ("2012", "2015")
    assert resume["languages"] == [
        {"language": "German", "fluency": "Native speaker"},
        {"language": "English", "fluency": "Fluent (C1)"},
    ]
    assert resume["meta"]["experienceYears"] == 11.4


def test_listed_skills_count_whether_or_not_the_vocabulary_knows_them() -> None:
    names = {skill["name"]: skill.get("years") for skill in parse(*RESUME_LINES)["skills"]}

    assert names["Sail stitching by hand"] is None
    assert names["Python"] == 7.7
    assert names["SQL"] == 7.7


def test_evidence_points_to_the_very_words() -> None:
    resume = parse(*RESUME_LINES)

    spans = {item["field"]: item for item in resume["evidence"]}
    assert spans["basics.name"]["text"] == "Mina Okafor"
    assert spans["work[0].position"]["text"] == "Senior Data Engineer"
    assert spans["work[0].startDate"]["text"] == "March 2019 – present"
    assert spans["work[1].name"]["text"] == "Nordlicht AG"
    assert all(resume["text"][item["start"] : item["end"]] == item["text"] for item in resume["evidence"])
    assert all(0 <= value <= 1 for value in resume["confidence"].values())


HEADINGS = [
    ["Software Engineer\tMay 2019 - June 2021", "Acorn Labs"],
    ["Acorn Labs\tMay 2019 - June 2021", "Software Engineer"],
    ["Acorn Labs", "Software Engineer\tMay 2019 - June 2021"],
    ["Software Engineer, Acorn Labs\t05/2019 – 06/2021"],
    ["Acorn Labs, Software Engineer\t05/2019 – 06/2021"],
    ["Software Engineer | Acorn Labs | 05/2019 – 06/2021"],
    ["05/2019 – 06/2021\tSoftware Engineer, Acorn Labs"],
    ["05/2019 – 06/2021", "Software Engineer", "Acorn Labs"],
    ["Software Engineer (Acorn Labs) 05/2019 - 06/2021"],
    ["Software Engineer at Acorn Labs (May 2019 - June 2021)"],
    ["Software Engineer @ Acorn Labs\tMay 2019 - June 2021"],
    ["Acorn Labs — Software Engineer", "May 2019 – June 2021 | Berlin, Germany"],
    ["Software Engineer", "Acorn Labs, Berlin, Germany", "May 2019 – June 2021"],
    ["Software Engineer, Acorn Labs, Kleve", "May 2019 – June 2021"],
    ["Company: Acorn Labs", "Position: Software Engineer", "Period: 05/2019 – 06/2021"],
]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Certified Scrum Master, Scrum Alliance, 2019", ("Certified Scrum Master", "Scrum Alliance", "2019")),
        ("03/2021 AWS Solutions Architect | Amazon", ("AWS Solutions Architect", "Amazon", "03/2021")),
        ("First aid (2018)", ("First aid", None, "2018")),
        ("- Sail, Sail Academy, May 2020", ("Sail", "Sail Academy", "May 2020")),
    ],
)
def test_name_issuer_and_date_of_a_certificate_are_shown_each(line: str, words: tuple[str | None, ...]) -> None:
    resume = parse("Mina Okafor", "", "EXPERIENCE", "Lead, Harbour GmbH", "2019 - 2020", "", "CERTIFICATES", line)
    spans = {item["field"]: item["text"] for item in resume["evidence"]}
    assert tuple(spans.get(f"certificates[0].{key}") for key in ("name", "issuer", "date")) == words


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("German (native), English (C1)",), ["native", "C1"]),
        (("English - fluent (C1)",), ["fluent (C1"]),
        (("Fluent in Spanish",), ["Fluent"]),
        (("Polish", "Basic", "", "Dutch"), ["Basic", None]),
    ],
)
def test_the_level_of_a_language_is_shown(lines: tuple[str, ...], words: list[str | None]) -> None:
    resume = parse("Mina Okafor", "", "EXPERIENCE", "Lead, Harbour GmbH", "2019 - 2020", "", "LANGUAGES", *lines)
    spans = {item["field"]: item["text"] for item in resume["evidence"]}
    assert [spans.get(f"languages[{place}].fluency") for place in range(len(resume["languages"]))] == words


@pytest.mark.parametrize("heading", HEADINGS)
def test_title_and_organisation_in_every_order(heading: list[str]) -> None:
    lines = ["Mina Okafor", "", "EXPERIENCE", *heading, "• Wrote software for beekeepers and their bees."]

    (job,) = parse(*lines)["work"]

    assert (job["position"], job["name"]) == ("Software Engineer", "Acorn Labs")
    assert (job["startDate"], job["endDate"]) == ("2019-05", "2021-06")


def test_jobs_vote_for_the_place_of_the_title() -> None:
    lines = [
        "EXPERIENCE",
        "Quillon – Software Engineer\t2019 – 2021",
        "• a",
        "Vexa – Growth\t2017 – 2019",
        "• b",
        "Orlo – Product Manager\t2015 – 2017",
        "• c",
    ]

    assert [(job["name"], job["position"]) for job in parse(*lines)["work"]] == [
        ("Quillon", "Software Engineer"),
        ("Vexa", "Growth"),
        ("Orlo", "Product Manager"),
    ]


def test_several_positions_at_one_company() -> None:
    lines = [
        "EXPERIENCE",
        "Harbour Analytics GmbH\t2015 – 2021",
        "Team Lead\t2018 – 2021",
        "• led",
        "Data Analyst\t2015 – 2018",
        "• analysed",
    ]

    assert [(job["name"], job["position"], job["startDate"]) for job in parse(*lines)["work"]] == [
        ("Harbour Analytics GmbH", "Team Lead", "2018"),
        ("Harbour Analytics GmbH", "Data Analyst", "2015"),
    ]


LANGUAGES = [
    (
        ["Berufserfahrung", "seit 03/2019\tSoftwareentwicklerin, Nordlicht GmbH"],
        "Softwareentwicklerin",
        "Nordlicht GmbH",
        "2019-03",
    ),
    (
        ["Expérience professionnelle", "Développeuse, Société Horizon\tmars 2019 – aujourd'hui"],
        "Développeuse",
        "Société Horizon",
        "2019-03",
    ),
    (
        ["Experiencia laboral", "Ingeniera de datos, Grupo Sol\tmarzo 2019 – actualidad"],
        "Ingeniera de datos",
        "Grupo Sol",
        "2019-03",
    ),
]


@pytest.mark.parametrize(("lines", "title", "organisation", "start"), LANGUAGES)
def test_german_french_and_spanish_jobs(lines: list[str], title: str, organisation: str, start: str) -> None:
    (job,) = parse("Mina Okafor", "", *lines)["work"]

    assert (job["position"], job["name"], job["startDate"], job["isCurrent"]) == (title, organisation, start, True)


@given(st.lists(st.text(max_size=60), max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_parsed(lines: list[str]) -> None:
    text = "\n".join(["x", "EXPERIENCE", *lines, "SKILLS", *lines])
    resume = parse_resume(text_document("text", text), TODAY).as_json()

    assert all(0 <= item["start"] <= item["end"] <= len(resume["text"]) for item in resume["evidence"])
