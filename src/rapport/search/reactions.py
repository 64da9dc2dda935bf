"""What follows when something happens elsewhere."""

from uuid import UUID

from rapport.activity.models import Activity
from rapport.activity.registry import on, on_batch
from rapport.applications.models import Application
from rapport.candidates.models import Tag
from rapport.lib.actors import Actor
from rapport.search import operations
from rapport.search.activities import SEGMENT_TAG_DELETED, SEGMENT_TAG_MERGED
from rapport.search.tag_news import tell_of_tag


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


@on("tag.merged", "tag.deleted")
def tell_of_tags(activity: Activity) -> None:
    """Who keeps a segment hears what became of a tag that it names."""
    tag_id, actor = activity.find_subject_id("tag"), Actor(activity.actor_kind, activity.actor_id)
    if tag_id is None:  # it says who lost the tag, or got the other
        return
    if activity.verb == "tag.deleted":
        tell_of_tag(SEGMENT_TAG_DELETED, actor=actor, tag=activity.data["tag"], activity_id=activity.id)
    elif Tag.objects.filter(id=tag_id, name=activity.data["before"], merged_into__isnull=False).exists():
        tell_of_tag(
            SEGMENT_TAG_MERGED, actor=actor, tag=activity.data["before"], activity_id=activity.id,
            into=activity.data["tag"],
        )  # fmt: skip
