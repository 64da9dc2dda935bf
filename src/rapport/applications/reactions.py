"""What follows when something happens elsewhere."""

from rapport.activity.models import Activity
from rapport.activity.registry import on
from rapport.applications import promise_operations


@on("message.sent")
def keep_promises(activity: Activity) -> None:
    """A message of ours, written to this person and not to many, is the answer they were promised."""
    candidate_id = activity.find_subject_id("candidate")
    if candidate_id is None or activity.data.get("is_bulk"):
        return
    promise_operations.keep_promises_by_message(
        candidate_id=candidate_id,
        application_id=activity.find_subject_id("application"),
        job_id=activity.find_subject_id("job"),
    )
