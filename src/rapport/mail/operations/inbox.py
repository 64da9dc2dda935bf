"""Putting incoming messages aside, and taking them back."""

from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.mail import queries
from rapport.mail.activities import MESSAGE_DONE, MESSAGE_REOPENED
from rapport.mail.models import Message
from rapport.mail.permissions import SEND
from rapport.mail.subjects import subjects_of


@transaction.atomic
def mark_done(*, actor: Actor, message_id: UUID) -> Message:
    """Put an incoming message aside: it needs no answer (any more). Records message.done; twice is harmless."""
    require(actor, SEND)
    message = queries.lock_message(actor, message_id)
    if message.is_incoming and message.done_at is None:
        message.done_at, message.done_by_id = clock.now(), actor.id
        message.save(update_fields=["done_at", "done_by"])
        record(MESSAGE_DONE, actor=actor, subjects=subjects_of(message))
    return message


@transaction.atomic
def reopen(*, actor: Actor, message_id: UUID) -> Message:
    """Put a message back into the inbox. Records message.reopened; twice is harmless."""
    require(actor, SEND)
    message = queries.lock_message(actor, message_id)
    if message.done_at is not None:
        message.done_at, message.done_by_id = None, None
        message.save(update_fields=["done_at", "done_by"])
        record(MESSAGE_REOPENED, actor=actor, subjects=subjects_of(message))
    return message
