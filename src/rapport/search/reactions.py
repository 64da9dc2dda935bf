"""What follows when something happens elsewhere."""

from uuid import UUID

from rapport.activity.models import Activity
from rapport.activity.registry import on_batch
from rapport.applications.models import Application
from rapport.search import operations


@on_batch("application.created")
def score_new_applications(activities: list[Activity]) -> None:
    """Show on the board how well those who were just put up for a job fit it."""
    by_job: dict[UUID, list[UUID]] = {}
    for activity in activities:
        by_job.setdefault(activity.subject_id("job"), []).append(activity.subject_id("candidate"))
    for job_id, candidate_ids in sorted(by_job.items()):
        operations.score_applications(job_id=job_id, candidate_ids=candidate_ids)


@on_batch("job.skills_changed")
def score_again(activities: list[Activity]) -> None:
    """Another set of skills gives other scores to all who are in process."""
    for job_id in sorted({activity.subject_id("job") for activity in activities}):
        rows = Application.objects.active().filter(job_id=job_id).values_list("candidate_id", flat=True)
        operations.score_applications(job_id=job_id, candidate_ids=list(rows))


@on_batch("job.opened")
def look_back(activities: list[Activity]) -> None:
    """When a job opens, those who follow it hear how many people known from before fit it well."""
    for activity in activities:
        operations.rediscover(job_id=activity.subject_id("job"), opened_id=activity.id)
