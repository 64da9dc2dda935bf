"""An export of Lever: a contact is a person, an opportunity with an application is an application."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.candidates.models import Candidate, CandidateTag, Consent, Note
from rapport.flows.moving_in.running import Report, bring_in
from rapport.flows.tests.exports import write_lever
from rapport.intake.models import ImportRow
from rapport.jobs.models import Job
from rapport.lib.actors import COMMAND

pytestmark = pytest.mark.django_db
START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    return write_lever(tmp_path / "export")


def run(path: Path, **options) -> Report:
    return bring_in(actor=COMMAND, system="lever", path=path, **options)


def test_opportunities_of_one_contact_are_one_person(rita: User, hugo: User, export: Path) -> None:
    tried = run(export, dry_run=True)
    report = run(export)
    assert report.counts == tried.counts == {
        "job": {"created": 2},
        "candidate": {"created": 2, "skipped": 1},
        "application": {"created": 2, "failed": 1},
        "note": {"created": 2},
        "document": {},
        "event": {"created": 1},
    }  # fmt: skip
    zora = Candidate.objects.get(full_name="Zora Quill")
    assert (zora.organisation, zora.city, zora.owner_id, str(zora.source)) == ("Paper Ltd", "Berlin", rita.id, "Meetup")
    assert (zora.created_at, zora.last_activity_at) == (
        START - timedelta(seconds=50_000_000),
        START + timedelta(days=1),
    )
    assert set(zora.contact_points.values_list("normal", flat=True)) == {
        "zora@example.com", "zora@paper.example", "+49305550142", "github.com/zoraquill",
    }  # fmt: skip
    assert set(CandidateTag.objects.filter(candidate=zora).values_list("tag__name", flat=True)) == {
        "Latin",
        "Night shift",
    }
    consent = Consent.objects.get()
    assert (consent.purpose, consent.given_at, consent.expires_at) == (
        "pool",
        START,
        START + timedelta(seconds=10_000_000),
    )


def test_applications_have_their_stages_and_ends(rita: User, hugo: User, export: Path) -> None:
    run(export)
    active = Application.objects.get(job__title="Archivist")
    assert (active.state, active.stage.name, active.origin, active.applied_at) == (
        "active",
        "Phone screen",
        "applied",
        START,
    )
    assert active.stage_entered_at == START + timedelta(hours=1)
    ended = Application.objects.get(job__title="Binder")
    assert (ended.state, ended.stage.name, str(ended.archive_reason)) == (
        "withdrawn",
        "New applicant",
        "Candidate withdrew",
    )
    moved = Activity.objects.filter(verb="application.moved").get()
    assert (moved.occurred_at, moved.data["from_stage"], moved.data["to_stage"]) == (
        START + timedelta(hours=1), "New applicant", "Phone screen",
    )  # fmt: skip
    job = Job.objects.get(title="Archivist")
    assert (job.state, job.description, job.city) == ("open", "Old paper", "Berlin")
    assert dict(job.team_rows.values_list("user_id", "team_role")) == {rita.id: "recruiter", hugo.id: "hiring_manager"}
    assert list(job.stages.values_list("name", flat=True)) == ["New applicant", "Phone screen"]


def test_notes_feedback_and_interviews_are_told(rita: User, hugo: User, export: Path) -> None:
    report = run(export)
    assert list(Note.objects.order_by("created_at").values_list("text", "author_id")) == [
        ("Call again", rita.id), ("Feedback, Debrief: 3 - Hire\n- They are kind", hugo.id),
    ]  # fmt: skip
    assert Activity.objects.get(verb="history.told").data == {
        "system": "Lever",
        "text": "interview Panel with Hugo Example",
    }
    assert report.file_problems == [{"file": "notes.jsonl", "row": 3, "message": "This line is no JSON."}]
    messages = dict(ImportRow.objects.filter(name__startswith="Candidate").values_list("name", "message"))
    assert messages == {
        "Candidate con-1": "Lever says that this person may not be contacted: check their consent before you write.",
        "Candidate con-2": "This person was made anonymous in Lever and is not brought in.",
        "Candidate con-3": "Application app-4 was left out: its job post-404 is neither in this export nor here.",
    }


def test_an_application_whose_job_comes_later_is_made_up_for(rita: User, export: Path) -> None:
    run(export)
    assert run(export).counts["application"] == {"unchanged": 2, "failed": 1}
    text = (export / "postings.json").read_text().replace('"id": "post-2"', '"id": "post-404"')
    (export / "postings-2.json").write_text(text)
    report = run(export)
    assert report.counts["application"] == {"created": 1, "unchanged": 2}
    assert Application.objects.filter(candidate__full_name="Yan Ferro").get().job.title == "Binder"
    assert run(export).counts["candidate"] == {"unchanged": 2, "skipped": 1}
