"""The subjects of a message's activities: those its sender gave it, and the message itself."""

from uuid import UUID

from rapport.mail.models import Message


def subjects_of(message: Message) -> dict[str, UUID]:
    """Kind to id, as `record` takes them."""
    return {**{kind: UUID(key) for kind, key in message.subjects.items()}, "message": message.id}
