"""What imports do when something happened elsewhere. Safe to repeat."""

from rapport.activity.models import Activity
from rapport.activity.registry import on
from rapport.intake import operations


@on("document.removed")
def forget_pages(activity: Activity) -> None:
    """The drawn pages of a file that is removed go at once; on other machines after a day, reachable by nobody."""
    candidate_id = activity.find_subject_id("candidate")
    if candidate_id:
        operations.forget_pages(candidate_id=candidate_id)
