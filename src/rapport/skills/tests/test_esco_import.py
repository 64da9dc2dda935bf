"""Importing ESCO's CSV: made-up rows in its format."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from rapport.lib.errors import InvalidInput
from rapport.skills import importing, operations, queries
from rapport.skills.models import Alias, Relation, Skill

COLUMNS = [
    "conceptType",
    "conceptUri",
    "skillType",
    "reuseLevel",
    "preferredLabel",
    "altLabels",
    "status",
    "description",
]
URI = "http://data.example.org/esco/skill/"


def write(path: Path, columns: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def concept(
    number: int, label: str, others: str = "", *, kind: str = "skill/competence", status: str = "released"
) -> list[str]:
    return ["KnowledgeSkillCompetence", f"{URI}{number}", kind, "sector-specific", label, others, status, 'A, "b"\nc']


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    english = [
        concept(1, "train falcons", "falcon training\ntrain birds of prey\ntrain falcons"),
        concept(2, "Python (computer programming)", "Python", kind="knowledge"),
        concept(3, "machine learning", "ML techniques", kind="knowledge"),
        concept(4, "shoe horses by hammer", status="obsolete"),
        concept(5, ""),
    ]
    write(tmp_path / "skills_en.csv", COLUMNS, english)
    write(
        tmp_path / "skills_de.csv",
        COLUMNS,
        [concept(1, "Falken abrichten", "Beizvögel abrichten"), concept(9, "Unbekanntes")],
    )
    write(
        tmp_path / "broaderRelationsSkillPillar_en.csv",
        ["conceptType", "conceptUri", "conceptLabel", "broaderType", "broaderUri"],
        [["KnowledgeSkillCompetence", f"{URI}2", "", "", f"{URI}3"], ["", f"{URI}1", "", "", f"{URI}77"]],
    )
    write(
        tmp_path / "skillSkillRelations_en.csv",
        ["originalSkillUri", "originalSkillType", "relationType", "relatedSkillType", "relatedSkillUri"],
        [[f"{URI}3", "", "essential", "", f"{URI}2"], [f"{URI}1", "", "optional", "", f"{URI}3"]],
    )
    return tmp_path


def test_concepts_become_skills_or_join_those_that_are_there(db: None, folder: Path) -> None:
    operations.load_starter()
    before = Skill.objects.count()
    loaded = importing.import_esco(folder)
    assert (loaded.added["skills"], loaded.named) == (1, 2)
    assert Skill.objects.count() == before + 1
    falcons = Skill.objects.get(external_uri=f"{URI}1")
    assert (falcons.name, falcons.source, falcons.category) == ("train falcons", "esco", "ESCO: skills and competences")
    learning = Skill.objects.get(external_uri=f"{URI}3")
    assert (learning.name, learning.source) == ("Machine learning", "starter")
    assert Alias.objects.get(normal="ml technique").skill == learning
    assert Alias.objects.get(language="de", skill=falcons, text="Beizvögel abrichten")
    assert not Skill.objects.filter(external_uri=f"{URI}4").exists()
    python = Skill.objects.get(external_uri=f"{URI}2")
    assert (python.name, python.source) == ("Python", "starter")
    assert Alias.objects.get(skill=python, text="Python (computer programming)").matching == "any"
    assert loaded.taken == 0
    weights = {
        (row.skill_id, row.related_id): row.weight for row in Relation.objects.filter(skill__in=[python, learning])
    }
    assert 0.5 in weights.values()
    found = [mention.skill for mention in queries.vocabulary().find("Falcon training; Beizvögel abrichten")]
    assert found == ["train falcons", "train falcons"]


def test_a_second_import_adds_nothing(db: None, folder: Path) -> None:
    first = importing.import_esco(folder)
    again = importing.import_esco(folder)
    assert (first.added["skills"], first.added["relations"]) == (3, 2)
    assert set(again.added.values()) == {0}
    assert (again.named, again.skipped) == (0, {"here already": 3})


def test_a_single_file_is_enough(db: None, folder: Path) -> None:
    assert importing.import_esco(folder / "skills_en.csv").added["skills"] == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("skills_en.csv", b"a,b\n1,2\n"),
        ("skills_en.csv", b"\xff\xfe\x00\x01"),
        ("skills_en.csv", b""),
        ("other.txt", b"x"),
    ],
)
def test_other_files_are_refused_with_a_reason(db: None, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        importing.import_esco(tmp_path)
    assert str(tmp_path.name) in str(refused.value) or "skills_en.csv" in str(refused.value)
    assert Skill.objects.count() == 0
    assert queries.list_sources() == []


def test_the_command_tells_what_it_added(db: None, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("skills", "load", "--json")
    assert json.loads(capsys.readouterr().out)["skills"] == Skill.objects.count()
    call_command("skills", "import", "esco", str(folder))
    assert capsys.readouterr().out.startswith("Added 1 skills, ")
