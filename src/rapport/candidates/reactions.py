"""What this app does when something happened elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from rapport.activity.models import Activity
from rapport.activity.registry import on_batch
from rapport.candidates import operations

CONTACT = ("message.sent", "message.received", "call.logged")
# A change of a field or a tag by itself does not make a person current; being dealt with does.
CURRENT_GROUPS = {"mail", "interviews", "notes"}


@on_batch(*CONTACT)
def follow_contact(activities: list[Activity]) -> None:
    operations.touch_last_contact(moments=_latest(activities))


@on_batch("*")
def follow_activity(activities: list[Activity]) -> None:
    dealt_with = (
        activity
        for activity in activities
        if activity.declared.group in CURRENT_GROUPS or activity.verb.startswith("application.")
    )
    operations.touch_last_activity(moments=_latest(dealt_with))


def _latest(activities: Iterable[Activity]) -> dict[UUID, datetime]:
    """The latest moment of each candidate among the subjects."""
    moments: dict[UUID, datetime] = {}
    for activity in activities:
        candidate_id = activity.find_subject_id("candidate")
        if candidate_id:
            moments[candidate_id] = max(activity.occurred_at, moments.get(candidate_id, activity.occurred_at))
    return moments
