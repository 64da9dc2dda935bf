"""Loading the starter, finding or creating skills, and the queries over them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from rapport.lib.errors import InvalidInput
from rapport.skills import operations, queries
from rapport.skills.models import Alias, Relation, Skill, VocabularyChange


@pytest.fixture
def starter(db: None) -> operations.Loaded:
    return operations.load_starter()


def test_the_starter_is_loaded_once(starter: operations.Loaded) -> None:
    assert starter.skills == Skill.objects.count() >= 1500
    assert starter.aliases == Alias.objects.count()
    assert starter.relations == Relation.objects.count()
    assert starter.taken == 0
    assert operations.load_starter() == operations.Loaded()
    assert VocabularyChange.objects.count() == 1


def test_loading_takes_few_statements(db: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as statements:
        operations.load_starter()
    assert len(statements) < 35


def test_the_starter_respects_what_recruiters_added(db: None) -> None:
    own = operations.find_or_create_skills(["Falconry", "dotnet core 3 porting"])
    python = Skill.objects.create(name="PYTHON", normal="python", source=Skill.Source.RECRUITER)
    taken = Skill.objects.create(name="Golang", normal="golang", source=Skill.Source.RECRUITER)
    loaded = operations.load_starter()
    assert loaded.taken == 1
    python.refresh_from_db()
    assert (python.name, python.source) == ("PYTHON", "recruiter")
    assert Alias.objects.filter(skill=python, normal="python3").exists()
    assert not Alias.objects.filter(normal="golang").exists()
    assert operations.find_or_create_skills(["golang", "falconry"]) == {"golang": taken.id, "falconry": own["Falconry"]}


def test_names_and_aliases_in_any_spelling_find_one_skill(starter: operations.Loaded) -> None:
    before = Skill.objects.count()
    names = ["Node.js", "node js", "NODEJS", "Frontend", "front-end", "Buchhaltung", "databases"]
    ids = operations.find_or_create_skills(names)
    assert list(ids) == names
    assert ids["Node.js"] == ids["node js"] == ids["NODEJS"]
    assert ids["Frontend"] == ids["front-end"]
    by_id = dict(Skill.objects.filter(id__in=ids.values()).values_list("id", "name"))
    assert by_id[ids["Buchhaltung"]] == "Bookkeeping"
    assert by_id[ids["databases"]] == "Relational databases"
    assert Skill.objects.count() == before


def test_unknown_names_become_skills_of_recruiters(starter: operations.Loaded) -> None:
    ids = operations.find_or_create_skills(["Falconry ", "falconry", "  ", "???", "x" * 500])
    assert set(ids) == {"Falconry ", "falconry", "???", "x" * 500}
    assert ids["Falconry "] == ids["falconry"]
    skill = Skill.objects.get(id=ids["falconry"])
    assert (skill.name, skill.normal, skill.source, skill.category) == ("Falconry", "falconry", "recruiter", "")
    assert operations.find_or_create_skills(["FALCONRY", "???"]) == {"FALCONRY": skill.id, "???": ids["???"]}


def test_an_empty_database_gets_the_starters_names(db: None) -> None:
    ids = operations.find_or_create_skills(["golang", "Go"])
    assert ids["golang"] == ids["Go"]
    skill = Skill.objects.get()
    assert (skill.name, skill.source, skill.category) == ("Go", "starter", "Programming languages")


def test_the_new_vocabulary_is_used_after_a_change(starter: operations.Loaded) -> None:
    text = "Falconry, Kotlin"
    assert [mention.skill for mention in queries.vocabulary().find(text)] == ["Kotlin"]
    ids = operations.find_or_create_skills(["Falconry"])
    assert [mention.skill for mention in queries.vocabulary().find(text)] == ["Falconry", "Kotlin"]
    operations.set_active(skill_id=ids["Falconry"], is_active=False)
    assert [mention.skill for mention in queries.vocabulary().find(text)] == ["Kotlin"]
    with pytest.raises(InvalidInput):
        operations.set_active(skill_id=VocabularyChange.objects.all()[0].id, is_active=False)


def test_skills_that_are_only_added_are_taken_in_without_building_anew(
    starter: operations.Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = queries.vocabulary()
    monkeypatch.setattr(queries, "_build", lambda: pytest.fail("built anew"))
    operations.find_or_create_skills(["Falconry", "Kite sewing"])
    operations.find_or_create_skills(["Hawking"])
    assert queries.vocabulary() is first
    assert [mention.skill for mention in first.find("Hawking, falconry, Kotlin")] == ["Hawking", "Falconry", "Kotlin"]
    assert list(first)[-3:] == ["Falconry", "Kite sewing", "Hawking"]


def test_any_other_change_builds_anew(starter: operations.Loaded) -> None:
    ids = operations.find_or_create_skills(["Falconry", "Hawking"])
    first = queries.vocabulary()
    operations.find_or_create_skills(["Kite sewing"])
    operations.set_active(skill_id=ids["Falconry"], is_active=False)
    second = queries.vocabulary()
    assert second is not first
    assert [mention.skill for mention in second.find("Hawking, falconry, kite sewing")] == ["Hawking", "Kite sewing"]
    VocabularyChange.objects.all().delete()
    VocabularyChange.objects.create(added=[])
    assert queries.vocabulary() is not second


def test_the_vocabulary_is_kept_while_nothing_changes(starter: operations.Loaded) -> None:
    first = queries.vocabulary()
    with CaptureQueriesContext(connection) as statements:
        assert queries.vocabulary() is first
    assert len(statements) == 1


def test_the_databases_vocabulary_finds_what_the_starter_finds(starter: operations.Loaded) -> None:
    text = "Python, R, Go and REST; we go on. Buchhaltung, frontend, C++"
    mentions = queries.vocabulary().find(text)
    assert [mention.skill for mention in mentions] == [
        "Python", "R", "Go", "REST APIs", "Bookkeeping", "Front-end development", "C++",
    ]  # fmt: skip
    assert queries.vocabulary().related("Django")["Python"] == 0.9


def test_suggestions_while_typing(starter: operations.Loaded) -> None:
    with CaptureQueriesContext(connection) as statements:
        names = [choice.name for choice in queries.list_skills("java")]
    assert len(statements) == 1
    assert names[:3] == ["Java", "JavaScript", "Java servlets"]
    assert [choice.name for choice in queries.list_skills("golan")] == ["Go"]
    assert "Machine learning" in [choice.name for choice in queries.list_skills("learn", limit=30)]
    assert queries.list_skills("  ") == []
    assert queries.list_skills("100%_") == []
    assert len(queries.list_skills("a", limit=5)) == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_create_one_skill() -> None:
    names = [f"Rare craft {number}" for number in range(40)]

    def create(order: int) -> dict[str, object]:
        try:
            with transaction.atomic():
                return dict(operations.find_or_create_skills(names[::order]))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(create, [1, -1, 1, -1]))
    assert all(result == results[0] for result in results)
    assert Skill.objects.count() == 40
