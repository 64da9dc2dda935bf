"""Jobs of another system: brought in at their own times and taken back."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.jobs.history_operations import PastJob, bring_in_job, change_past_job, stage_kind, take_back_jobs
from rapport.jobs.models import Job
from rapport.jobs.operations import update_job
from rapport.lib.actors import COMMAND
from rapport.lib.errors import NotAllowed

pytestmark = pytest.mark.django_db
MADE, OPENED, CLOSED = (datetime(2024, month, 1, 9, 0, tzinfo=UTC) for month in (1, 2, 3))
IMPORT = uuid4()


def bring_in(**values) -> Job:
    past = PastJob(**{"title": "Archivist", "state": "closed", "created_at": MADE, "opened_at": OPENED, "closed_at": CLOSED,
                      "place": "Berlin", "stages": ("Applied", "Phone", "phone", "Offer"), **values})  # fmt: skip
    return bring_in_job(actor=COMMAND, past=past, import_id=IMPORT).job


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Application Review", "applied"), ("Phone Screen", "screen"), ("Face to Face", "interview"), ("Onsite", "interview"),
        ("Offer", "offer"), ("Reference Check", "screen"), ("New applicant", "applied"),
    ],
)  # fmt: skip
def test_kinds_of_stages_by_their_names(name: str, kind: str) -> None:
    assert stage_kind(name) == kind


def test_a_job_comes_in_with_its_past(rita: User) -> None:
    job = bring_in(team={rita.id: "recruiter", uuid4(): "recruiter"}, department="Library")
    job.refresh_from_db()
    assert (job.city, str(job.department), job.opened_at, job.closed_at) == ("Berlin", "Library", OPENED, CLOSED)
    assert list(job.stages.values_list("name", "promised_days")) == [
        ("Applied", None),
        ("Phone", None),
        ("Offer", None),
    ]
    assert list(job.team_rows.values_list("user_id", flat=True)) == [rita.id]
    rows = Activity.objects.order_by("occurred_at")
    assert list(rows.values_list("verb", "occurred_at")) == [
        ("job.created", MADE),
        ("job.opened", OPENED),
        ("job.closed", CLOSED),
    ]
    assert all(row.is_history for row in rows)


def test_a_job_without_stages_gets_one(rita: User) -> None:
    assert [stage.name for stage in bring_in(stages=()).stages.all()] == ["Applied"]


def test_a_change_tells_what_was_there_before() -> None:
    job = bring_in()
    assert change_past_job(actor=COMMAND, job=job, changes={"title": "Head archivist", "place": "Berlin"}, import_id=IMPORT) == {
        "title": "Archivist"
    }  # fmt: skip
    job.refresh_from_db()
    assert (job.title, job.version) == ("Head archivist", 2)


def test_a_job_somebody_has_changed_since_stays(rita: User) -> None:
    gone, kept = bring_in(), bring_in(title="Binder")
    update_job(actor=rita.actor, job_id=kept.id, title="Book binder")
    why = take_back_jobs(actor=COMMAND, job_ids=[gone.id, kept.id], import_id=IMPORT)
    assert why == {kept.id: "Somebody has changed this job since, so it stays."}
    assert list(Job.objects.values_list("id", flat=True)) == [kept.id]
    assert Activity.objects.filter(verb="job.removed").count() == 1


def test_interviewers_may_not(ines: User) -> None:
    with pytest.raises(NotAllowed):
        bring_in_job(actor=ines.actor, past=PastJob("Archivist", "open", MADE), import_id=IMPORT)
    assert Job.objects.count() == 0
