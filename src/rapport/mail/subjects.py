"""The subjects of a message's activities: those its sender gave it, and the message itself."""

from collections.abc import Sequence
from uuid import UUID

from rapport.mail import people
from rapport.mail.models import Message


def subjects_of(message: Message) -> dict[str, UUID]:
    """Kind to id, as `record` takes them."""
    return subjects_of_all([message])[0]


def subjects_of_all(messages: Sequence[Message]) -> list[dict[str, UUID]]:
    """Those of several messages, in their order; in as many statements as for one."""
    stored = [{kind: UUID(key) for kind, key in message.subjects.items()} for message in messages]
    now = people.who_now(stored)
    return [{**subjects, "message": message.id} for subjects, message in zip(now, messages, strict=True)]
