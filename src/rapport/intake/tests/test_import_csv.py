import json
from io import BytesIO

import pytest
from django.core.management import call_command

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
from rapport.candidates.models import Candidate, ContactPoint, Note
from rapport.candidates.operations import add_note, create_candidate
from rapport.intake import operations, queries
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import running, sources
from rapport.intake.tests.conftest import start_csv, work_until_done
from rapport.lib.actors import COMMAND
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db

TABLE = """Name;E-Mail;E-Mail;Telefon;Ort;Position;Firma;Kenntnisse;Tags;Quelle;Bemerkung
Amara Nwosu;amara@example.org;a.nwosu@example.com;030 5550142;Berlin, Deutschland;Data engineer;Solwerk;"Python, SQL";four days;Meetup;Met in March
Ben Klein;ben@example.org;;;;;;;;;
"""


def carl(rita: User) -> Candidate:
    draft = CandidateDraft(full_name="Carl Example", contact_points=(ContactPointDraft("email", "carl@example.org"),))
    return create_candidate(actor=rita.actor, draft=draft)


def test_a_row_becomes_a_person_with_everything(import_csv, rita: User) -> None:
    item = import_csv(TABLE, source="Fair", tags=["fair 2026"])

    assert (item.state, item.row_count, item.created_count, item.failed_count) == ("done", 2, 2, 0)
    amara = Candidate.objects.get(full_name="Amara Nwosu")
    assert (amara.city, amara.country_code, amara.title, amara.organisation) == (
        "Berlin",
        "DE",
        "Data engineer",
        "Solwerk",
    )
    assert amara.source.name == "Meetup"
    assert sorted(amara.contact_points.values_list("normal", flat=True)) == [
        "+49305550142", "a.nwosu@example.com", "amara@example.org",
    ]  # fmt: skip
    assert sorted(amara.tag_rows.values_list("tag__name", flat=True)) == ["fair 2026", "four days"]
    assert sorted(amara.skill_rows.values_list("skill__name", flat=True)) == ["Python", "SQL"]
    assert Note.objects.get(candidate=amara).text == "Met in March"
    assert Candidate.objects.get(full_name="Ben Klein").source.name == "Fair"
    created = Activity.objects.filter(verb="candidate.created").first()
    assert created.data["import_id"] == str(item.id)
    assert created.actor_id == rita.id
    finished = Activity.objects.get(verb="import.finished")
    assert finished.data == {"created": 2, "attached": 0, "skipped": 0, "failed": 0}


def test_the_same_address_is_the_same_person_even_within_the_file(import_csv, rita: User) -> None:
    person = carl(rita)
    item = import_csv(
        "name,email,title\nC. Example,CARL@example.org,Chef\nDora Lind,dora@example.org,\nD. Lind,dora@example.org,Cook\n"
    )

    assert (item.created_count, item.attached_count) == (1, 2)
    assert Candidate.objects.count() == 2
    person.refresh_from_db()
    assert (person.full_name, person.title) == ("Carl Example", "Chef")


def test_each_bad_row_says_why_and_nothing_of_it_is_stored(import_csv) -> None:
    item = import_csv(
        "name,email,skills\n"
        ",nobody@example.org,\n"
        "Anna Berg,not an address,\n"
        "Ben Klein,ben@example.org,x,y,z\n"
        "=HYPERLINK(1),evil@example.org,\n"
        f"{'x' * 301},long@example.org,\n"
        '"Open,open@example.org,\n'
        "Good Person,good@example.org,Python\n"
    )
    said = dict(ImportRow.objects.filter(state="failed").values_list("number", "message"))
    assert sorted(said) == [2, 3, 4, 5, 6, 7]
    assert said[2] == "The name is missing."
    assert said[3].startswith("'not an address' is not an e-mail address")
    assert said[4].startswith("This row has 5 cells, but there are 3 columns")
    assert said[5] == "The name is a spreadsheet formula."
    assert said[6].startswith("The name has 301 characters")
    assert said[7] == "A quotation mark is opened in this row and never closed."
    assert (item.created_count, item.failed_count) == (1, 6)
    assert ContactPoint.objects.get().normal == "good@example.org"


@pytest.mark.parametrize("name", ["محمد علي", "Zoë 🚀 Bär", "王小明", "n" * 300, "O'Neil-Smith", "A\0B Cee"])
def test_names_of_every_kind_come_in(import_csv, name: str) -> None:
    item = import_csv(f"name,email\n{name},one@example.org\n")
    assert (item.created_count, item.failed_count) == (1, 0)


def test_what_was_exported_with_defused_formulas_comes_back(import_csv) -> None:
    import_csv("name,title\nAnna Berg,'=Lead\n")
    assert Candidate.objects.get().title == "=Lead"


def test_what_cannot_be_taken_over_is_left_out_and_asks_to_be_looked_at(import_csv) -> None:
    item = import_csv("name,email,phone\nAnna Berg,anna@example.org,12\n")
    row = ImportRow.objects.get()
    assert (row.state, row.needs_look) == ("created", True)
    assert "lacks the country" in row.message
    assert queries.count_looks([item.id]) == {item.id: 1}
    assert operations.confirm_rows(actor=COMMAND, import_id=item.id) == 1
    assert queries.count_looks([item.id]) == {}


def test_a_number_that_many_names_share_makes_nobody_one_person(import_csv) -> None:
    rows = "".join(
        f"{name},{name.lower()}@example.org,+49 30 5550100\n" for name in ("Anna", "Ben", "Cid", "Dora", "Emil")
    )
    item = import_csv("name,email,phone\n" + rows)
    assert (item.created_count, item.attached_count) == (5, 0)
    assert not ContactPoint.objects.filter(kind="phone").exists()
    assert queries.count_looks([item.id]) == {item.id: 5}


def test_a_killed_worker_goes_on_where_it_stopped(rita: User, monkeypatch) -> None:
    monkeypatch.setattr(sources, "CSV_BATCH", 10)
    table = "name,email\n" + "".join(f"Person {chr(97 + i % 26)},p{i}@example.org\n" for i in range(35))
    item = start_csv(rita, table)
    assert operations.work(token="killed") == 10
    sources.let_go()

    assert operations.work(token="other") == 0  # the lease of the killed one holds for a minute
    Import.objects.update(leased_until="2020-01-01T00:00Z")
    while operations.work(token="other"):
        continue

    item.refresh_from_db()
    assert (item.state, item.position, item.created_count) == ("done", 35, 35)
    assert (Candidate.objects.count(), ImportRow.objects.count()) == (35, 35)
    assert operations.work(token="killed") == 0


def test_a_batch_that_fails_stores_nothing_and_is_done_again(rita: User, monkeypatch) -> None:
    item = start_csv(rita, "name,email\nAnna Berg,anna@example.org\n")
    real = running.copy_lines
    monkeypatch.setattr(running, "copy_lines", lambda *rows: (_ for _ in ()).throw(RuntimeError("power cut")))
    operations.work(token="test")
    item.refresh_from_db()
    assert (item.state, Candidate.objects.count(), item.position) == ("failed", 0, 0)
    assert "Something went wrong" in item.error

    monkeypatch.setattr(running, "copy_lines", real)
    operations.resume_import(actor=rita.actor, import_id=item.id)
    assert work_until_done(item).created_count == 1


def test_rows_read_ahead_are_neither_lost_nor_stored_twice(rita: User, monkeypatch) -> None:
    monkeypatch.setattr(sources, "CSV_BATCH", 10)
    item = start_csv(rita, "name,email\n" + "".join(f"Person {chr(97 + i)},p{i}@example.org\n" for i in range(25)))
    assert operations.work(token="test") == 10
    real = running.copy_lines
    monkeypatch.setattr(running, "copy_lines", lambda *rows: (_ for _ in ()).throw(RuntimeError("power cut")))
    operations.work(token="test")  # with the rows that were read ahead of it
    monkeypatch.setattr(running, "copy_lines", real)
    item.refresh_from_db()
    assert (item.state, item.position, Candidate.objects.count()) == ("failed", 10, 10)

    operations.resume_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)
    assert (item.state, item.created_count, item.attached_count) == ("done", 25, 0)
    assert list(item.rows.order_by("number").values_list("number", flat=True)) == list(range(2, 27))
    people = ContactPoint.objects.values_list("candidate__full_name", "normal")
    assert set(people) == {(f"Person {chr(97 + i)}", f"p{i}@example.org") for i in range(25)}


def test_a_row_the_database_refuses_costs_that_row_only(rita: User, monkeypatch) -> None:
    from django.db import DataError

    real = running.store_prepared

    def refuse_ben(*, prepared, **rest):
        if any(row.name.full.startswith("Ben") for row in prepared):
            raise DataError
        return real(prepared=prepared, **rest)

    monkeypatch.setattr(running, "store_prepared", refuse_ben)
    item = work_until_done(
        start_csv(rita, "name,email\nAnna Berg,a@example.org\nBen Klein,b@example.org\nCid Falk,c@example.org\n")
    )
    assert (item.created_count, item.failed_count) == (2, 1)
    assert ImportRow.objects.get(state="failed").number == 3


def test_undo_takes_everything_back(import_csv, rita: User) -> None:
    person = carl(rita)
    item = import_csv(
        "name,email,phone,title,tags,skills,note\nC,carl@example.org,+49 30 5550142,Chef,x,Python,Hello\nDora Lind,dora@example.org,,,,,\nDora Lind,dora@example.org,,Cook,,,\n"
    )
    assert (item.created_count, item.attached_count) == (1, 2)

    operations.undo_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)

    assert (item.state, item.kept_count) == ("undone", 0)
    assert list(Candidate.objects.values_list("full_name", "title")) == [("Carl Example", "")]
    assert list(person.contact_points.values_list("normal", flat=True)) == ["carl@example.org"]
    assert (person.tag_rows.count(), person.skill_rows.count(), person.notes.count()) == (0, 0, 0)
    assert set(ImportRow.objects.values_list("state", flat=True)) == {"undone"}
    assert Activity.objects.get(verb="import.undone").data == {"removed": 1, "detached": 2, "kept": 0}
    assert operations.undo_import(actor=rita.actor, import_id=item.id).state == "undone"


def test_undo_keeps_people_something_else_happened_to(import_csv, rita: User) -> None:
    item = import_csv("name,email\nAnna Berg,anna@example.org\nBen Klein,ben@example.org\n")
    anna = Candidate.objects.get(full_name="Anna Berg")
    add_note(actor=rita.actor, candidate_id=anna.id, text="Called her.")

    operations.undo_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)

    assert (item.state, item.kept_count) == ("undone", 1)
    assert Candidate.objects.get() == anna
    (kept,) = queries.list_rows(rita.actor, item.id, show="kept").rows
    assert (kept.candidate_id, kept.message) == (
        anna.id,
        "Something else has happened with this person since, so they stay: note.",
    )


def test_undo_leaves_a_title_that_somebody_has_changed_since(import_csv, rita: User) -> None:
    person = carl(rita)
    item = import_csv("name,email,title,organisation\nC,carl@example.org,Chef,Solwerk\n")
    Candidate.objects.filter(id=person.id).update(title="Head chef")
    operations.undo_import(actor=rita.actor, import_id=item.id)
    work_until_done(item)
    person.refresh_from_db()
    assert (person.title, person.organisation) == ("Head chef", "")


def test_a_cancelled_import_stops_and_can_go_on_or_be_undone(rita: User, monkeypatch) -> None:
    monkeypatch.setattr(sources, "CSV_BATCH", 1)
    item = start_csv(rita, "name,email\nAnna Berg,a@example.org\nBen Klein,b@example.org\n")
    operations.work(token="test")
    operations.cancel_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)
    assert (item.state, item.created_count) == ("cancelled", 1)
    with pytest.raises(Conflict):
        operations.start_import(actor=rita.actor, import_id=item.id)

    operations.resume_import(actor=rita.actor, import_id=item.id)
    assert work_until_done(item).created_count == 2


def test_columns_must_name_a_person_once(rita: User) -> None:
    item = operations.create_csv_import(actor=rita.actor, name="x.csv", file=BytesIO(b"a,b\n1,2\n"))
    for mapping, said in ((["email", ""], "holds the name"), (["title", "title"], "two columns"), (["full_name"], "other columns"), (["nonsense", "full_name"], "no field")):  # fmt: skip
        with pytest.raises(InvalidInput, match=said):
            operations.save_mapping(actor=rita.actor, import_id=item.id, mapping=mapping)
    with pytest.raises(Conflict):
        operations.start_import(actor=rita.actor, import_id=item.id)


def test_a_recruiter_who_left_stops_the_import(rita: User) -> None:
    item = start_csv(rita, "name,email\nAnna Berg,a@example.org\n")
    User.objects.filter(id=rita.id).update(is_active=False)
    item = work_until_done(item)
    assert (item.state, Candidate.objects.count()) == ("failed", 0)
    assert "no account any more" in item.error


def test_only_recruiters_import(hugo: User, ines: User, emma: User, ada: User) -> None:
    for user in (hugo, ines, emma):
        with pytest.raises(NotAllowed):
            operations.create_csv_import(actor=user.actor, name="x.csv", file=BytesIO(b"name\nA B\n"))
    assert operations.create_csv_import(actor=ada.actor, name="x.csv", file=BytesIO(b"name\nA B\n")).state == "mapping"


def test_the_statements_of_a_batch_do_not_depend_on_its_rows(rita: User, django_assert_max_num_queries) -> None:
    table = "name,email,skills,tags\n" + "".join(
        f"Person {chr(97 + i % 26)},p{i}@example.org,Python,x\n" for i in range(200)
    )
    start_csv(rita, table)
    with django_assert_max_num_queries(60):
        operations.work(token="test")


def test_the_command_imports_and_tries(db: None, tmp_path, capsys) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Wer,Mail\nAnna Berg,anna@example.org\nBen Klein,wrong\n")

    call_command("import", "candidates", str(path), "--map", "wer=full_name", "--dry-run", "--json")
    tried = json.loads(capsys.readouterr().out)
    assert (tried["rows"], tried["would_create"], tried["failed"]) == (2, 1, 1)
    assert tried["mapping"] == {"Wer": "full_name", "Mail": "email"}
    assert not Candidate.objects.exists()
    assert not Import.objects.exists()

    call_command("import", "candidates", str(path), "--map", "wer=full_name", "--source", "Fair", "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["state"], report["created"], report["failed"]) == ("done", 1, 1)
    assert report["failed_rows"][0]["row"] == 3
    assert Candidate.objects.get().source.name == "Fair"
    call_command("import", "candidates", str(path), "--map", "wer=full_name")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("2 rows: 0 created, 1 added to candidates who are there, 0 skipped, 1 not imported;")
    assert second == f"  row 3: {report['failed_rows'][0]['message']}"


def test_the_command_says_what_is_wrong(db: None, tmp_path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("a,b\n1,2\n")
    for arguments, said in ((("--map", "x=email"), "no column"), (("--map", "nothing"), "COLUMN=FIELD"), ((), "holds the name")):  # fmt: skip
        with pytest.raises(InvalidInput, match=said):
            call_command("import", "candidates", str(path), *arguments)
    assert not Import.objects.filter(state="running").exists()
