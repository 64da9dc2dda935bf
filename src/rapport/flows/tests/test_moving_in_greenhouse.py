"""An export of Greenhouse, brought in, brought in again, and taken back."""

import copy
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.activity.operations import react
from rapport.applications.models import Application, ArchiveReason
from rapport.candidates.drafts import CandidateDraft, ContactPointDraft
from rapport.candidates.models import Candidate, CandidateTag, ContactPoint, Document, Note, Pool, PoolMember
from rapport.candidates.operations import add_note, create_candidate, update_candidate
from rapport.flows.moving_in.running import Report, bring_in
from rapport.flows.tests.exports import FEED, JOB, PEOPLE, write_greenhouse, write_json
from rapport.intake import operations
from rapport.intake.models import ExternalId, Import, ImportRow
from rapport.jobs.models import Department, HiringTeamMember, Job, Stage
from rapport.lib import clock
from rapport.lib.actors import COMMAND
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.notifications.models import Follow, Notification

pytestmark = pytest.mark.django_db
EVERYTHING = (
    Candidate,
    ContactPoint,
    Note,
    Document,
    Job,
    Stage,
    Application,
    ExternalId,
    Import,
    ImportRow,
    PoolMember,
)


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_greenhouse(tmp_path / "export")


def run(path: Path, **options) -> Report:
    return bring_in(actor=COMMAND, system="greenhouse", path=path, **options)


class Killed(BaseException):
    """What nothing in a process can catch."""


def sizes() -> list[int]:
    return [*(model._default_manager.count() for model in EVERYTHING), Activity.objects.count()]


def undo(item: Import) -> Import:
    operations.undo_import(actor=COMMAND, import_id=item.id)
    while operations.work(token="test"):
        continue
    item.refresh_from_db()
    return item


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def test_jobs_people_and_their_history_come_in(rita: User, hugo: User, export: Path) -> None:
    report = run(export)
    assert report.counts == {
        "job": {"created": 1},
        "candidate": {"created": 3, "failed": 1, "skipped": 1},
        "application": {"created": 2},
        "note": {"created": 3},
        "document": {"created": 1},
        "event": {"created": 1},
    }
    job = Job.objects.get()
    assert (job.title, job.state, job.city, job.headcount, job.owner_id) == ("Archivist", "open", "Berlin", 2, rita.id)
    assert (job.created_at.isoformat(), str(job.department)) == ("2024-01-02T09:00:00+00:00", "Library")
    assert list(job.stages.values_list("name", "kind", "promised_days")) == [
        ("Application Review", "applied", None), ("Phone Screen", "screen", None), ("Face to Face", "interview", None),
    ]  # fmt: skip
    assert dict(job.team_rows.values_list("user_id", "team_role")) == {rita.id: "recruiter", hugo.id: "hiring_manager"}
    zora = Candidate.objects.get(full_name="Zora Quill")
    assert (zora.title, zora.organisation, zora.city, zora.owner_id) == ("Archivist", "Paper Ltd", "Hamburg", rita.id)
    assert (zora.created_at, zora.last_activity_at, str(zora.source)) == (at(8), at(15), "Referral")
    assert set(zora.contact_points.values_list("kind", "normal", "label")) == {
        ("email", "zora.quill@example.com", "personal"), ("email", "zq@paper.example", "work"),
        ("phone", "+49305550142", "mobile"), ("link", "linkedin.com/in/zora-quill", ""),
    }  # fmt: skip
    assert set(CandidateTag.objects.filter(candidate=zora).values_list("tag__name", flat=True)) == {
        "Latin",
        "Night shift",
    }
    assert list(zora.educations.values_list("school", "degree", "field")) == [("University of Halle", "MA", "History")]
    assert list(zora.experiences.values_list("title", "organisation", "is_current")) == [
        ("Archivist", "Paper Ltd", True)
    ]
    document = zora.documents.get()
    assert (document.file_name, document.kind, document.created_at) == ("cv.txt", "resume", at(8))
    assert "PostgreSQL" in document.text
    assert {"Python", "SQL"} <= set(zora.skill_rows.values_list("skill__name", flat=True))


def test_notes_are_text_with_their_authors_and_times(rita: User, export: Path) -> None:
    run(export)
    notes = list(Note.objects.order_by("created_at").values_list("text", "author_id", "created_at"))
    assert notes == [
        ("Knows Latin.\nCall & ask.", rita.id, at(9, 12)),
        ("Nina Elsewhere wrote in Greenhouse:\nLikes the quiet.", None, at(9, 13)),
        ("E-mail\nSubject: Your call\nFrom: rita@example.org\nTo: zora.quill@example.com\n\nHello Zora", rita.id, at(10, 12)),
    ]  # fmt: skip
    told = Activity.objects.filter(verb="note.added").order_by("occurred_at").first()
    assert told is not None
    assert (told.occurred_at, told.actor_id) == (at(9, 12), rita.id)
    row = ImportRow.objects.get(candidate_id__isnull=False, name="Candidate 1")
    assert row.message == (
        "1 offer document left out. 1 private note left out: here all who see a candidate read the notes."
    )


def test_scorecards_are_notes_without_what_only_some_may_read(rita: User, export: Path) -> None:
    card = {
        "id": 61, "candidate_id": 2, "interview": "Panel", "overall_recommendation": "definitely_not", "submitted_at": "2024-01-12T10:00:00Z",
        "submitted_by": {"id": 11}, "attributes": [{"name": "Latin", "rating": "mixed", "note": "rusty"}, {"name": "Ink", "rating": "no_decision"}],
        "questions": [{"question": "Key Take-Aways", "answer": "No"}, {"question": "Private Notes", "answer": "secret"}],
    }  # fmt: skip
    write_json(export / "scorecards.json", [card])
    run(export)
    note = Note.objects.get(candidate__full_name="Yan Ferro")
    assert note.text == "Scorecard, Panel: definitely not\n- Latin: mixed, rusty\nKey Take-Aways\nNo"
    assert (note.author_id, note.created_at) == (rita.id, at(12))


def test_who_is_anonymous_or_may_not_be_mailed(export: Path) -> None:
    people = copy.deepcopy(PEOPLE)
    people[1] |= {"first_name": "Anonymized", "last_name": "2"}
    people[2]["can_email"] = False
    write_greenhouse(export, people=people)
    report = run(export)
    assert report.counts["candidate"] == {"created": 2, "failed": 1, "skipped": 2}
    row = ImportRow.objects.get(name="Candidate 3")
    assert (row.needs_look, row.message) == (
        True, "Greenhouse says that this person may not be mailed: check their consent before you write.",
    )  # fmt: skip


def test_applications_stand_where_they_stood(rita: User, export: Path) -> None:
    run(export)
    active = Application.objects.get(state="active")
    assert (active.stage.name, active.owner_id, active.origin, active.applied_at) == (
        "Phone Screen",
        rita.id,
        "referred",
        at(8),
    )
    assert active.promises.count() == 0
    gone = Application.objects.get(state="withdrawn")
    assert (gone.candidate.full_name, gone.ended_at, str(gone.archive_reason)) == (
        "Yan Ferro",
        at(20),
        "Took another offer",
    )
    assert ArchiveReason.objects.get(name="Took another offer").side == "withdrawn"
    told = Activity.objects.filter(verb="application.archived").get()
    assert (told.occurred_at, told.data["state"], told.is_history) == (at(20), "withdrawn", True)
    assert Activity.objects.get(verb="history.told").data == {
        "system": "Greenhouse", "text": "Candidate Stage Change: Zora Quill was moved into Phone Screen (Nina Elsewhere)",
    }  # fmt: skip
    assert list(PoolMember.objects.values_list("pool__name", "candidate__full_name")) == [
        ("Silver medals", "Xenia Moos")
    ]


@pytest.mark.django_db(transaction=True)
def test_history_is_nobodys_news(rita: User, export: Path) -> None:
    other = create_candidate(
        actor=rita.actor,
        draft=CandidateDraft("Zora Q.", contact_points=(ContactPointDraft("email", "zora.quill@example.com"),)),
    )
    Follow.objects.create(user=rita, subject_kind="candidate", subject_id=other.id)
    run(export)
    while react():
        continue
    assert Application.objects.filter(candidate=other).exists()
    assert Notification.objects.count() == 0


def test_the_person_who_is_there_gets_what_is_new(rita: User, export: Path) -> None:
    there = create_candidate(
        actor=rita.actor,
        draft=CandidateDraft(
            "Z. Quill", title="Librarian", contact_points=(ContactPointDraft("phone", "+49305550142"),)
        ),
    )
    report = run(export)
    assert report.counts["candidate"] == {"created": 2, "attached": 1, "failed": 1, "skipped": 1}
    there.refresh_from_db()
    assert (there.full_name, there.title, there.organisation) == ("Z. Quill", "Librarian", "Paper Ltd")
    assert there.applications.get().stage.name == "Phone Screen"
    item = undo(report.item)
    assert (item.state, item.kept_count) == ("undone", 0)
    there.refresh_from_db()
    assert (there.organisation, there.applications.count(), there.notes.count(), there.contact_points.count()) == (
        "",
        0,
        0,
        1,
    )
    assert list(Candidate.objects.values_list("id", flat=True)) == [there.id]
    assert ExternalId.objects.count() == 0


def test_a_second_run_doubles_nothing(rita: User, export: Path) -> None:
    run(export)
    before = sizes()
    report = run(export)
    assert report.counts == {
        "job": {"unchanged": 1},
        "candidate": {"unchanged": 3, "failed": 1, "skipped": 1},
        "application": {"unchanged": 2},
        "note": {"unchanged": 3},
        "document": {"unchanged": 1},
        "event": {"unchanged": 1},
    }
    grown = dict(zip([model.__name__ for model in EVERYTHING], map(int.__sub__, sizes(), before), strict=False))
    assert {name: count for name, count in grown.items() if count} == {"Import": 1, "ImportRow": 6}
    assert Activity.objects.count() == before[-1] + 2  # import.started and import.finished


def test_a_newer_export_changes_what_has_changed(rita: User, export: Path) -> None:
    run(export)
    zora, yan = Candidate.objects.get(full_name="Zora Quill"), Candidate.objects.get(full_name="Yan Ferro")
    update_candidate(actor=rita.actor, candidate_id=zora.id, version=zora.version, changes={"organisation": "Own Ltd"})
    people = copy.deepcopy(PEOPLE)
    people[0] |= {"title": "Head of archive", "company": "Paper Holding", "last_name": "Quill-Feder"}
    people[0]["applications"][0] |= {
        "status": "hired", "current_stage": {"id": 903, "name": "Face to Face"}, "last_activity_at": "2024-02-01T10:00:00Z",
    }  # fmt: skip
    people[0]["phone_numbers"].append({"value": "+49 30 5550143"})
    feed = copy.deepcopy(FEED)
    feed["notes"][1]["body"] = "Likes the quiet a lot."
    write_greenhouse(export, people=people, job=JOB | {"status": "closed", "closed_at": "2024-02-02T09:00:00Z"})
    write_json(export / "activity_feed" / "1.json", feed)
    report = run(export)
    assert report.counts == {
        "job": {"changed": 1},
        "candidate": {"changed": 1, "unchanged": 2, "failed": 1, "skipped": 1},
        "application": {"changed": 1, "unchanged": 1},
        "note": {"changed": 1, "unchanged": 2},
        "document": {"unchanged": 1},
        "event": {"unchanged": 1},
    }
    zora.refresh_from_db()
    assert (zora.full_name, zora.title, zora.organisation) == ("Zora Quill-Feder", "Head of archive", "Own Ltd")
    assert zora.contact_points.filter(kind="phone").count() == 2
    assert Note.objects.filter(text="Nina Elsewhere wrote in Greenhouse:\nLikes the quiet a lot.").count() == 1
    application = zora.applications.get()
    assert (application.state, application.stage.name) == ("hired", "Face to Face")
    assert Activity.objects.filter(verb="application.hired").get().occurred_at == datetime(2024, 2, 1, 10, tzinfo=UTC)
    assert Job.objects.get().state == "closed"

    assert undo(report.item).state == "undone"
    zora.refresh_from_db()
    application.refresh_from_db()
    assert (zora.full_name, zora.title, zora.organisation) == ("Zora Quill", "Archivist", "Own Ltd")
    assert (application.state, application.stage.name, application.ended_at) == ("active", "Phone Screen", None)
    assert Job.objects.get().state == "open"
    assert (zora.contact_points.filter(kind="phone").count(), yan.applications.count()) == (1, 1)
    again = run(export)
    assert (again.counts["candidate"]["changed"], again.counts["application"]["changed"]) == (1, 1)
    assert zora.applications.get().state == "hired"


def test_what_was_changed_here_since_is_left(rita: User, export: Path) -> None:
    run(export)
    application = Application.objects.get(state="active")
    to_stage = Stage.objects.get(name="Face to Face")
    from rapport.applications.operations import move_application

    move_application(actor=rita.actor, application_id=application.id, to_stage_id=to_stage.id)
    people = copy.deepcopy(PEOPLE)
    people[0]["applications"][0] |= {"status": "rejected", "rejected_at": "2024-02-01T10:00:00Z"}
    write_greenhouse(export, people=people)
    report = run(export)
    assert report.counts["application"] == {"skipped": 1, "unchanged": 1}
    application.refresh_from_db()
    assert (application.state, application.stage_id) == ("active", to_stage.id)
    assert next(row["message"] for row in report.problems if not row["failed"]).startswith(
        "Application 7001 was changed here since"
    )


def test_a_dry_run_says_the_same_and_writes_nothing(rita: User, export: Path) -> None:
    before = sizes()
    tried = run(export, dry_run=True)
    assert sizes() == before
    assert (Pool.objects.count(), Department.objects.count(), HiringTeamMember.objects.count()) == (0, 0, 0)
    assert not (export.parent / "files").exists()
    done = run(export)
    assert tried.counts == done.counts
    assert tried.problems == done.problems
    assert [row["message"] for row in tried.problems] == ["The name is missing."]
    assert run(export, dry_run=True).counts["candidate"] == {"unchanged": 3, "failed": 1, "skipped": 1}


def test_the_whole_run_is_taken_back(rita: User, export: Path) -> None:
    report = run(export)
    yan = Candidate.objects.get(full_name="Yan Ferro")
    add_note(actor=rita.actor, candidate_id=yan.id, text="Called him.")
    item = undo(report.item)
    assert (item.state, item.kept_count) == ("undone", 2)
    assert list(Candidate.objects.values_list("full_name", flat=True)) == ["Yan Ferro"]
    assert yan.applications.get().state == "withdrawn"
    kept = dict(ImportRow.objects.filter(state="kept").values_list("name", "message"))
    assert kept == {
        "Candidate 2": "Something else has happened with this person since, so they stay: note.",
        "Job 500: Archivist": "Candidates are considered for this job still, so it stays.",
    }
    report = run(export)
    assert report.counts["candidate"] == {"created": 2, "unchanged": 1, "failed": 1, "skipped": 1}
    assert report.counts["job"] == {"unchanged": 1}
    assert Candidate.objects.count() == 3


def test_whoever_was_removed_here_stays_removed(export: Path) -> None:
    run(export)
    Application.objects.all().delete()
    Candidate.objects.filter(full_name="Zora Quill").delete()
    Job.objects.all().delete()
    report = run(export)
    assert (report.counts["candidate"], report.counts["job"]) == (
        {"unchanged": 2, "failed": 1, "skipped": 2},
        {"skipped": 1},
    )
    assert not Candidate.objects.filter(full_name="Zora Quill").exists()


def test_a_killed_run_goes_on_where_it_stopped(export: Path, monkeypatch) -> None:
    from rapport.flows.moving_in import running

    monkeypatch.setattr(running, "BATCH", 2)
    real, calls = running._rows, []

    def die_in_the_third(*args):
        calls.append(1)
        if len(calls) == 3:
            real(*args)
            raise Killed
        return real(*args)

    monkeypatch.setattr(running, "_rows", die_in_the_third)
    with pytest.raises(Killed):
        run(export)
    item = Import.objects.get()
    assert (item.state, item.position, Candidate.objects.count()) == ("running", 3, 2)
    with pytest.raises(Conflict):
        run(export)
    Import.objects.update(leased_until=clock.now())
    report = run(export)
    assert report.resumed_at == 3
    assert report.item is not None
    assert (report.item.id, report.item.position, report.item.created_count) == (item.id, 6, 4)
    assert report.counts["candidate"] == {"created": 3, "failed": 1, "skipped": 1}
    assert list(ImportRow.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_an_entry_that_the_database_refuses_costs_only_itself(export: Path, monkeypatch) -> None:
    from rapport.flows.moving_in import person_writing

    real = person_writing.store_belongings

    def refuse_the_second(run, working, import_id):
        real(run, working, import_id)
        if any(plan.entry.id == "2" for plan, _ in working):
            raise IntegrityError("no")

    monkeypatch.setattr(person_writing, "store_belongings", refuse_the_second)
    report = run(export)
    assert report.counts["candidate"] == {"created": 2, "failed": 2, "skipped": 1}
    assert report.counts["application"] == {"created": 1}
    assert (
        ImportRow.objects.get(name="Candidate 2").message == "The database refused this row; nothing of it was stored."
    )
    monkeypatch.setattr(person_writing, "store_belongings", real)
    assert run(export).counts["candidate"] == {"created": 1, "unchanged": 2, "failed": 1, "skipped": 1}


def test_somebody_who_stops_the_command_can_go_on_at_once(export: Path, monkeypatch) -> None:
    from rapport.flows.moving_in import running

    def stop(*args):
        raise KeyboardInterrupt

    real = running._rows
    monkeypatch.setattr(running, "_rows", stop)
    with pytest.raises(KeyboardInterrupt):
        run(export)
    item = Import.objects.get()
    assert (item.state, item.error) == (
        "failed",
        "Somebody stopped the command. Run the command again: it goes on where it stopped.",
    )
    monkeypatch.setattr(running, "_rows", real)
    assert run(export).item == item


def test_a_confidential_job_without_its_team_is_seen_by_administrators(ada: User, export: Path) -> None:
    write_greenhouse(export, job=JOB | {"confidential": True})
    run(export)
    assert list(Job.objects.get().team_rows.values_list("user_id", flat=True)) == [ada.id]


def test_a_run_that_the_worker_finds_interrupted_is_gone_on_with(export: Path) -> None:
    item = run(export).item
    assert item is not None
    Import.objects.update(state="running", leased_until=clock.now(), position=item.position)
    assert operations.work(token="test") == 1
    item.refresh_from_db()
    assert (item.state, item.error) == (
        "failed",
        "The command was interrupted. Run it again: what is in the pool is recognised.",
    )
    again = run(export)
    assert again.item is not None
    assert (again.item.id, again.item.state, again.resumed_at) == (item.id, "done", 6)


def test_a_zip_is_read_like_a_folder(export: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(export.rglob("*")):
            archive.write(path, path.relative_to(export))
    report = run(tmp_path / "export.zip")
    assert report.counts["document"] == {"created": 1}
    assert report.counts["candidate"] == {"created": 3, "failed": 1, "skipped": 1}


def test_private_candidates_come_in_when_asked_for(export: Path) -> None:
    run(export)
    assert run(export, with_private=True).counts["candidate"] == {"created": 1, "unchanged": 3, "failed": 1}


def test_only_administrators_may(rita: User, hugo: User, ines: User, emma: User, ada: User, export: Path) -> None:
    for user in (rita, hugo, ines, emma):
        with pytest.raises(NotAllowed):
            bring_in(actor=user.actor, system="greenhouse", path=export)
    assert Import.objects.count() == 0
    report = bring_in(actor=ada.actor, system="greenhouse", path=export)
    assert report.item is not None
    assert report.item.created_by_id == ada.id
    with pytest.raises(NotFound):
        operations.undo_import(actor=rita.actor, import_id=report.item.id)


@pytest.mark.parametrize("text", ["", "[", "{}", "not json at all", '[{"id": 1'])
def test_what_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "candidates.json").write_text(text)
    with pytest.raises(InvalidInput):
        run(tmp_path / "candidates.json")
    assert Import.objects.count() == 0
