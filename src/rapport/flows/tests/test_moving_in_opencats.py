"""A dump of the OpenCATS database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.candidates.models import Candidate, CandidateTag, Document, Note, PoolMember
from rapport.flows.moving_in.running import Report, bring_in
from rapport.flows.tests.exports import write_opencats
from rapport.jobs.models import Job
from rapport.lib.actors import COMMAND

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_opencats(tmp_path / "export")


def run(path: Path, **options) -> Report:
    return bring_in(actor=COMMAND, system="opencats", path=path, **options)


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2022, month, day, hour, tzinfo=UTC)


def test_the_tables_of_a_dump_come_in(rita: User, export: Path) -> None:
    tried = run(export, dry_run=True)
    report = run(export)
    assert report.counts == tried.counts == {
        "job": {"created": 2},
        "candidate": {"created": 2, "skipped": 1},
        "application": {"created": 3, "failed": 1},
        "note": {"created": 3},
        "document": {"created": 2},
        "event": {"created": 2},
    }  # fmt: skip
    assert report.file_problems == [
        {
            "file": "cats.sql (activity)",
            "row": 38,
            "message": "This row of the dump cannot be read, or the dump ends in it.",
        }
    ]
    zora = Candidate.objects.get(full_name="Zora O'Quill")
    assert (zora.organisation, zora.city, zora.owner_id, str(zora.source)) == (
        "Paper Ltd",
        "Berlin",
        rita.id,
        "Website",
    )
    assert (zora.created_at, zora.last_activity_at) == (at(3, 1, 9), at(4, 1, 9))
    assert set(zora.skill_rows.values_list("skill__name", flat=True)) == {"Python", "SQL", "Latin"}
    assert list(CandidateTag.objects.values_list("tag__name", flat=True)) == ["Hot"]
    assert list(PoolMember.objects.values_list("pool__name", "candidate_id")) == [("Silver medals", zora.id)]
    assert set(Document.objects.values_list("file_name", "candidate__full_name")) == {
        ("cv.txt", "Zora O'Quill"), ("lost.doc.txt", "Yan Ferro"),
    }  # fmt: skip
    assert set(Note.objects.values_list("text", "author_id", "created_at")) == {
        ("Knows (old); paper,\nand 'ink'", rita.id, at(3, 1, 9)), ("Desired pay: 60k", rita.id, at(3, 1, 9)),
        ("Call\nTalked about ink", rita.id, at(3, 4)),
    }  # fmt: skip


def test_statuses_are_stages_and_ends(rita: User, export: Path) -> None:
    run(export)
    job = Job.objects.get(title="Archivist")
    assert (job.state, str(job.department), job.headcount, job.description) == ("open", "Library Inc", 2, "Old paper")
    assert list(job.stages.values_list("name", "kind")) == [
        ("No Contact", "applied"), ("Contacted", "screen"), ("Candidate Responded", "screen"), ("Qualifying", "screen"),
        ("Submitted", "screen"), ("Interviewing", "interview"), ("Offered", "offer"),
    ]  # fmt: skip
    found = {
        (row.candidate.full_name, row.job.title): row
        for row in Application.objects.select_related("candidate", "job", "stage")
    }
    active = found["Zora O'Quill", "Archivist"]
    assert (active.state, active.stage.name, active.stage_entered_at) == ("active", "Interviewing", at(3, 9))
    rejected = found["Zora O'Quill", "Binder"]
    assert (rejected.state, str(rejected.archive_reason)) == ("rejected", "Not in Consideration")
    hired = found["Yan Ferro", "Archivist"]
    assert (hired.state, hired.ended_at) == ("hired", at(5, 8))
    told = Activity.objects.filter(verb="history.told").order_by("occurred_at").values_list("data__text", flat=True)
    assert list(told) == ["Call, missed (Rita Example)", "Status change: Interviewing (Rita Example)"]


def test_the_same_dump_again_changes_nothing(rita: User, export: Path) -> None:
    run(export)
    counts = run(export).counts
    assert (counts["job"], counts["candidate"]) == ({"unchanged": 2}, {"unchanged": 1, "changed": 1, "skipped": 1})
    assert counts["application"] == {"unchanged": 3, "failed": 1}
    assert (Candidate.objects.count(), Note.objects.count(), Document.objects.count()) == (2, 3, 2)
