"""Files of a size at which shortcuts show: a hundred thousand rows, one in a hundred broken, and taking them back."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from bench.imports import write_table
from django.core.files.base import File
from django.db import connection

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.models import Candidate, CandidateSkill, ContactPoint
from rapport.candidates.operations import add_note
from rapport.intake import operations, row_processes
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import sources
from rapport.intake.tests.conftest import start_csv, work_until_done

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

ROWS = 100_000
REASONS = {
    "The name is missing.": 250,
    "'no address' is not an e-mail address": 259,
    "A quotation mark is opened in this row and never closed.": 235,
    "This row has 11 cells, but there are 8 columns": 256,
}


def count_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return cursor.fetchone()[0]


def import_file(rita: User, path: Path) -> Import:
    with path.open("rb") as file:
        item = operations.create_csv_import(actor=rita.actor, name=path.name, file=File(file))
    operations.save_mapping(actor=rita.actor, import_id=item.id, mapping=item.mapping)
    operations.start_import(actor=rita.actor, import_id=item.id)
    return work_until_done(item)


@pytest.mark.timeout(1200)
def test_a_hundred_thousand_rows_come_in(rita: User, tmp_path: Path) -> None:
    write_table(tmp_path / "people.csv", ROWS)
    item = import_file(rita, tmp_path / "people.csv")

    assert (item.state, item.row_count, item.error) == ("done", ROWS, "")
    assert (item.created_count, item.attached_count, item.failed_count) == (97_000, 2_000, 1_000)
    assert (Candidate.objects.count(), ImportRow.objects.count()) == (97_000, ROWS)
    assert Activity.objects.filter(verb="candidate.created").count() == 97_000
    assert ContactPoint.objects.filter(kind="phone").count() == 97_000
    failed = Counter(ImportRow.objects.filter(state="failed").values_list("message", flat=True))
    kinds = Counter({name: sum(n for said, n in failed.items() if said.startswith(name)) for name in REASONS})
    assert kinds == Counter(REASONS)
    assert count_jobs() == 0


def test_what_the_planner_believed_of_the_tables_does_not_hold(rita: User, tmp_path: Path) -> None:
    tables = ["candidates_candidate", "candidates_contactpoint"]
    sizes = "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND reltuples >= 2500"
    write_table(tmp_path / "people.csv", 10_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET relpages = 100, reltuples = 0 WHERE relname = ANY(%s)", [tables])
        item = import_file(rita, tmp_path / "people.csv")
        cursor.execute(sizes, [tables])
        assert (item.created_count, cursor.fetchone()) == (9_700, (2,))


def test_undo_keeps_exactly_those_something_happened_to(rita: User, tmp_path: Path) -> None:
    write_table(tmp_path / "people.csv", 10_000)
    item = import_file(rita, tmp_path / "people.csv")
    assert (item.created_count, item.attached_count, item.failed_count) == (9_700, 200, 100)
    first, second = Candidate.objects.order_by("id")[:2]
    add_note(actor=rita.actor, candidate_id=first.id, text="Called.")
    ApplicationFactory(candidate=second)
    operations.undo_import(actor=rita.actor, import_id=item.id)
    item = work_until_done(item)

    assert (item.state, item.kept_count) == ("undone", 2)
    assert set(Candidate.objects.values_list("id", flat=True)) == {first.id, second.id}
    assert Counter(ImportRow.objects.values_list("state", flat=True)) == {"undone": 9_898, "kept": 2, "failed": 100}
    kept = dict(ImportRow.objects.filter(state="kept").values_list("candidate_id", "message"))
    assert kept[first.id].endswith("so they stay: note.")
    assert kept[second.id].endswith("so they stay: application.")
    assert CandidateSkill.objects.exclude(candidate__in=[first, second]).count() == 0
    assert Activity.objects.get(verb="import.undone").data == {"removed": 9_698, "detached": 200, "kept": 2}


def test_rows_read_in_other_processes_are_the_same(rita: User, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sources, "CSV_BATCH", 200)
    write_table(tmp_path / "people.csv", 1000)
    columns = ("number", "state", "message", "needs_look")
    found = []
    for threshold in (10_000, 1):
        monkeypatch.setattr(sources, "FOR_PROCESSES", threshold)
        item = import_file(rita, tmp_path / "people.csv")
        people = Candidate.objects.order_by("id").values_list("full_name", "city", "title", "family_name")
        found.append((list(item.rows.order_by("number").values_list(*columns)), list(people)))
        operations.undo_import(actor=rita.actor, import_id=item.id)
        assert work_until_done(item).kept_count == 0
    assert found[0] == found[1]
    assert len(found[0][1]) == 970


def test_a_reading_process_that_dies_costs_nothing(rita: User, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sources, "CSV_BATCH", 100)
    monkeypatch.setattr(sources, "FOR_PROCESSES", 1)
    real, killed = row_processes._Member.ask, []

    def ask_and_kill(member, question):
        real(member, question)
        if len(killed) < 2:
            killed.append(member._process.pid)
            member._process.kill()

    monkeypatch.setattr(row_processes._Member, "ask", ask_and_kill)
    write_table(tmp_path / "people.csv", 1000)
    item = import_file(rita, tmp_path / "people.csv")
    assert (item.state, item.created_count, len(killed)) == ("done", 970, 2)


def test_a_line_of_200_mb_costs_one_row(rita: User, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    with path.open("wb") as file:
        file.write(b"name,email\nAnna Berg,anna@example.org\n")
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b"\nBen Klein,ben@example.org\n")
    item = import_file(rita, path)
    assert (item.created_count, item.failed_count) == (2, 1)
    assert item.rows.get(state="failed").message == "This row is longer than 1,000,000 characters."


@pytest.mark.parametrize(
    "content",
    [
        b"sep=;\r\nName;E-Mail;Berufserfahrung\r\nZo\xeb B\xe4r;zoe@example.org;2,5\r\n",
        "\ufeffName\tE-Mail\tBerufserfahrung\nZoë Bär\tzoe@example.org\t2,5\n".encode(),
        "Name;E-Mail;Berufserfahrung;E-Mail;Berufserfahrung\nZoë Bär;zoe@example.org;2,5\n".encode("utf-16"),
        'Name,E-Mail,Berufserfahrung\n"Zoë Bär",zoe@example.org,"2,5"\n'.encode("cp1252"),
        "Name|E-Mail|Berufserfahrung\nZo\u0065\u0308 B\u0061\u0308r|zoe@example.org|2,5\0\n".encode(),
    ],
    ids=["excel", "bom and tabs", "utf-16, headers twice, ragged", "windows", "decomposed, NUL"],
)
def test_files_as_programs_write_them(rita: User, content: bytes) -> None:
    item = work_until_done(start_csv(rita, content))
    assert (item.created_count, item.failed_count) == (1, 0)
    person = Candidate.objects.get()
    assert (person.full_name, float(person.years_experience)) == ("Zoë Bär", 2.5)
    assert person.contact_points.get().normal == "zoe@example.org"


def test_formulas_and_ragged_rows_say_what_is_wrong(rita: User) -> None:
    content = (
        "Name;E-Mail\n=cmd|' /C calc'!A0;a@example.org\nBen Klein\nCid Falk;c@example.org;;;\nDora;d@example.org;x\n"
    )
    item = work_until_done(start_csv(rita, content))
    rows = list(item.rows.order_by("number").values_list("number", "state"))
    assert rows == [(2, "failed"), (3, "created"), (4, "created"), (5, "failed")]


def test_an_upload_that_is_no_table_leaves_nothing(rita: User) -> None:
    with pytest.raises(Exception, match="not a text file"):
        operations.create_csv_import(actor=rita.actor, name="x.csv", file=BytesIO(bytes(range(1, 32)) * 40))
    assert not Import.objects.exists()
