"""The subjects of a message's activities: those its sender gave it, and the message itself."""

from uuid import UUID

from rapport.mail import people
from rapport.mail.models import Message


def subjects_of(message: Message) -> dict[str, UUID]:
    """Kind to id, as `record` takes them."""
    stored = {kind: UUID(key) for kind, key in message.subjects.items()}
    return {**people.who_now(stored), "message": message.id}
