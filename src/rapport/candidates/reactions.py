"""What this app does when something happened elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from rapport.activity.models import Activity
from rapport.activity.registry import on, on_batch
from rapport.candidates import operations
from rapport.candidates.queries import resolve_merged
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import NotFound
from rapport.mail.queries import senders_of, who_answers

CONTACT = ("message.sent", "message.received")
MERGES = ("candidate.merged", "candidate.merged_away", "candidate.unmerged", "candidate.back")
# A change of a field or a tag by itself does not make a person current, and neither does mail to many; being dealt
# with does.
CURRENT_GROUPS = {"mail", "interviews", "notes"}


@on_batch(*CONTACT)
def follow_contact(activities: list[Activity]) -> None:
    """Mail to many has moved last_contact_at already, where it was sent."""
    operations.touch_last_contact(moments=_latest(activity for activity in activities if not _is_bulk(activity)))


@on_batch("*")
def follow_activity(activities: list[Activity]) -> None:
    dealt_with = (
        activity
        for activity in activities
        if (activity.declared.group in CURRENT_GROUPS and not _is_bulk(activity))
        or activity.verb.startswith("application.")
    )
    operations.touch_last_activity(moments=_latest(dealt_with))


@on_batch(*CONTACT, "message.clicked", *MERGES)
def follow_signals(activities: list[Activity]) -> None:
    """Whose relationship may have changed: mail to many changes none, a merge those of both."""
    found = {activity.find_subject_id("candidate") for activity in activities if not _is_bulk(activity)}
    now = resolve_merged(key for key in found if key)
    operations.recount_relationships(candidate_ids={*now.keys(), *now.values()})


@on("suppression.added")
def follow_dead_address(activity: Activity) -> None:
    """An address that mail proved dead shows so on the profile; erasure may have blanked it meanwhile."""
    address = activity.data.get("address")
    if address and activity.data.get("reason") == "hard_bounce":
        note = "Mail came back: there is no such address."
        operations.mark_contact_points(actor=SYSTEM, kind="email", normals=[address], status="bounced", note=note)


@on("suppression.lifted")
def follow_revived_address(activity: Activity) -> None:
    address = activity.data.get("address")
    if address and activity.data.get("reason") == "hard_bounce":
        operations.mark_contact_points(actor=SYSTEM, kind="email", normals=[address], status="unverified")


@on_batch("message.received")
def follow_answers(activities: list[Activity]) -> None:
    """An address that somebody answered from is in use."""
    replies = [activity.find_subject_id("message") for activity in activities if activity.data.get("kind") == "reply"]
    addresses = senders_of([key for key in replies if key])
    if addresses:
        operations.mark_contact_points(actor=SYSTEM, kind="email", normals=addresses, status="in_use")


@on_batch("message.received", "message.intent_changed")
def follow_intents(activities: list[Activity]) -> None:
    """What a reply wants is a task where somebody has to act; a correction changes it or takes it back.

    The record only says which replies to look at: one that is followed late, or again, finds what holds by now.
    """
    wanted: dict[UUID, UUID] = {}
    about: dict[UUID, dict[str, UUID]] = {}
    for activity in activities:
        message_id, candidate_id = activity.find_subject_id("message"), activity.find_subject_id("candidate")
        has_intent = activity.verb == "message.intent_changed" or activity.data.get("intent")
        if message_id and candidate_id and has_intent:
            wanted[message_id] = candidate_id
            about[message_id] = {kind: UUID(key) for kind, key in activity.subjects.items() if kind != "candidate"}
    survivors = resolve_merged(wanted.values()) if wanted else {}
    otherwise = who_answers(wanted) if wanted else {}
    for message_id, candidate_id in wanted.items():
        try:
            operations.keep_reply_task(
                actor=SYSTEM, candidate_id=survivors[candidate_id], message_id=message_id,
                otherwise_id=otherwise.get(message_id), about=about[message_id],
            )  # fmt: skip
        except NotFound:  # erased or discarded meanwhile
            continue


def _is_bulk(activity: Activity) -> bool:
    return activity.verb == "message.sent" and bool(activity.data.get("is_bulk"))


def _latest(activities: Iterable[Activity]) -> dict[UUID, datetime]:
    """The latest moment of each candidate among the subjects."""
    moments: dict[UUID, datetime] = {}
    for activity in activities:
        candidate_id = activity.find_subject_id("candidate")
        if candidate_id:
            moments[candidate_id] = max(activity.occurred_at, moments.get(candidate_id, activity.occurred_at))
    latest: dict[UUID, datetime] = {}
    for candidate_id, survivor_id in resolve_merged(moments).items():
        latest[survivor_id] = max(moments[candidate_id], latest.get(survivor_id, moments[candidate_id]))
    return latest
