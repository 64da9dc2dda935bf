"""Normal forms of job titles, their seniority and occupation; no database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.skills.occupations import Occupations, find_occupation, read_occupations
from rapport.skills.titles import SENIORITIES, normal_form, normalize_title
from rapport.skills.titles_cli import run


@pytest.mark.parametrize(
    ("title", "normal", "seniority", "occupation"),
    [
        ("Sr. SWE II (m/w/d) - Remote, Berlin #4711", "software engineer", "senior", "software engineer"),
        ("Jr. Java Developer", "java developer", "junior", "software engineer"),
        ("Mgr, Sales", "sales manager", "mid", "sales manager"),
        ("Sales Manager (f/m/x) | Full-time | London", "sales manager", "mid", "sales manager"),
        ("VP of Engineering", "engineering vice president", "head", "chief technology officer"),
        ("CTO", "chief technology officer", "executive", "chief technology officer"),
        ("URGENT: Registered Nurse (RN) - Austin, TX", "registered nurse", "mid", "registered nurse"),
        ("Bäcker*in", "bäcker", "mid", "baker"),
        ("Software-Entwickler/in", "software entwickler", "mid", "software engineer"),
        ("Softwareentwicklerin", "softwareentwickler", "mid", "software engineer"),
        ("Kauffrau für Büromanagement", "kaufmann für büromanagement", "mid", "administrative assistant"),
        ("Vendeur / Vendeuse de meubles", "vendeur de meubles", "mid", "retail salesperson"),
        ("Technicien(ne) de maintenance H/F", "technicien de maintenance", "mid", "maintenance technician"),
        (
            "Opérateur en raffinerie/opératrice en raffinerie",
            "opérateur en raffinerie",
            "mid",
            "chemical plant operator",
        ),
        ("Director/a de Recursos Humanos", "director de recursos humanos", "head", "human resources manager"),
        ("Interpreters and Translators", "interpreter and translator", "mid", "translator"),
        ("Software Engineering Intern", "software engineering", "intern", "software engineer"),
        ("Principal Software Engineer", "software engineer", "lead", "software engineer"),
        ("Head Chef", "head chef", "mid", "chef"),
        ("Staff Nurse", "staff nurse", "mid", "registered nurse"),
        ("C++ Developer", "c++ developer", "mid", "software engineer"),
        ("Req ID: JR-00123 Senior Accountant, €60k-70k", "accountant", "senior", "accountant"),
        ("日本語", "日本語", "mid", ""),
        ("", "", "mid", ""),
    ],
)
def test_titles(title: str, normal: str, seniority: str, occupation: str) -> None:
    found = normalize_title(title)
    assert (found.normal, found.seniority, found.occupation) == (normal, seniority, occupation)
    assert found.title == title


@pytest.mark.parametrize(
    "titles",
    [
        ("Senior Software Engineer", "Sr Software Engineer", "SR. SOFTWARE ENGINEER", "Software Engineer (Senior)"),
        ("HR Manager", "Human Resources Manager", "Manager, Human Resources", "Manager HR - Remote"),
        ("Verkäufer (m/w/d)", "Verkäuferin", "Verkäufer/in", "Verkäufer:in", "VerkäuferIn", "Verkäufer (gn)"),
        ("Assistant administratif / Assistante administrative", "Assistant administratif (H/F)"),
        ("Salesman", "Saleswoman", "Salesperson"),
        ("Laveur de vitres", "Laveuse de vitres", "Laveur / Laveuse de vitres"),
        ("Assistant coiffeur", "Assistante coiffeuse"),
        ("Chargé de mission", "Chargée de mission"),
        ("Conseiller adjoint", "Conseillère adjointe"),
    ],
)
def test_spellings_of_one_title_coincide(titles: tuple[str, ...]) -> None:
    assert len({normalize_title(title).normal for title in titles}) == 1


@pytest.mark.parametrize(
    "titles",
    [
        ("Programmer", "Softwareentwickler", "Développeur informatique", "Desarrollador de software", "Java Developer"),
        ("Nurse", "Krankenschwester", "Infirmière", "Enfermero", "RN"),
        ("Truck Driver", "LKW-Fahrer", "Berufskraftfahrer/in", "Chauffeur routier", "HGV driver"),
        ("Shop Assistant", "Retail Sales Associate", "Verkäuferin", "Vendeuse"),
    ],
)
def test_titles_of_one_occupation_share_it(titles: tuple[str, ...]) -> None:
    assert len({normalize_title(title).occupation for title in titles}) == 1
    assert normalize_title(titles[0]).occupation


@given(st.text(max_size=80))
def test_any_text_has_a_form_and_a_level(text: str) -> None:
    found = normalize_title(text)
    assert found == normalize_title(text)
    assert found.seniority in SENIORITIES


def test_a_normal_form_of_a_normal_form_is_itself() -> None:
    for title in ("Mgr, Sales", "Sr. SWE", "Director of Nursing", "Bäcker*in", "Vendeur / Vendeuse de meubles"):
        normal = normal_form(title)[0]
        assert normal_form(normal)[0] == normal


def test_an_unknown_title_has_no_occupation_and_a_listed_one_has() -> None:
    known = Occupations(read_occupations("# a comment\nbeekeeper | apiarist, imker\n\n"))
    assert (known.find("apiarist"), known.find("urban beekeeper"), known.find("quux")) == ("beekeeper", "beekeeper", "")
    assert find_occupation("zzyzx") == ""


def test_the_command_answers_line_by_line_in_order() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rapport", "titles", "normalize", "--stdin", "--json"],
        input="Sr. SWE\n\nKöchin\n".encode() + b"\xff\n", stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0] == {
        "title": "Sr. SWE", "normal": "software engineer", "seniority": "senior", "occupation": "software engineer",
    }  # fmt: skip
    assert [row["title"] for row in rows] == ["Sr. SWE", "", "Köchin", "\ufffd"]
    assert rows[2]["occupation"] == "chef"


def test_the_command_needs_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["normalize"]) == 2
    assert run(["normalize", "Sr. SWE"]) == 0
    assert capsys.readouterr().out == "Sr. SWE\tsoftware engineer\tsenior\tsoftware engineer\n"


def test_imported_occupations_are_known_beside_the_starter(tmp_path: Path) -> None:
    header = "conceptUri,preferredLabel,altLabels\n"
    (tmp_path / "occupations_en.csv").write_text(header + 'o/1,falconer,"bird of prey keeper\nhawk trainer"\n')
    (tmp_path / "occupations_de.csv").write_text(header + "o/1,Falkner/Falknerin,\n")
    data = tmp_path / "data"
    environ = {**os.environ, "RAPPORT_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "rapport", "titles"]
    done = subprocess.run([*command, "import", str(tmp_path)], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"1 occupations are kept in {data / 'occupations.txt'}. They are ESCO's")
    titles = ["Hawk Trainers", "Senior Falknerin (m/w/d)", "Falkner/in", "Nurse"]
    done = subprocess.run(
        [*command, "normalize", "--json", *titles], env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    found = [json.loads(line)["occupation"] for line in done.stdout.splitlines()]
    assert found == ["falconer", "falconer", "falconer", "registered nurse"]
    done = subprocess.run([*command, "import", str(data)], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "occupations_en.csv" in done.stderr
