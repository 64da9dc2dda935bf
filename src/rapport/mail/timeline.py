"""What messages show on a timeline beyond their sentence: a fixed number of statements for a page of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rapport.activity.models import Activity
from rapport.lib.actors import Actor


def load_messages(actor: Actor, activities: Sequence[Activity]) -> Mapping[UUID, dict[str, Any]]:
    """{"message": with its body and mailbox, or None when it is gone or the actor may not read mail}."""
    from rapport.accounts.capabilities import holds
    from rapport.mail.models import Message
    from rapport.mail.permissions import VIEW
    from rapport.mail.queries.messages import visible_messages, with_delivery

    wanted = {activity.id: activity.find_subject_id("message") for activity in activities}
    messages: dict[UUID, Message] = {}
    if holds(actor, VIEW):
        rows = with_delivery(visible_messages(actor)).select_related("body", "mailbox")
        messages = rows.in_bulk([key for key in wanted.values() if key])
    return {activity_id: {"message": messages.get(key) if key else None} for activity_id, key in wanted.items()}


def load_comments(actor: Actor, activities: Sequence[Activity]) -> Mapping[UUID, dict[str, Any]]:
    """{"comment", or None when it was deleted or the actor may not read mail; "mentioned": names}."""
    from rapport.accounts.capabilities import holds
    from rapport.mail.permissions import VIEW
    from rapport.mail.queries import comments_by_id

    wanted = {
        activity.id: UUID(activity.data["comment_id"]) for activity in activities if activity.data.get("comment_id")
    }
    comments = comments_by_id(actor, wanted.values()) if holds(actor, VIEW) else {}
    return {activity.id: {"comment": comments.get(wanted.get(activity.id, activity.id))} for activity in activities}
