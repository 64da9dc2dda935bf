"""Reading a reply's original again: its attachments and its signature."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.core.files.storage import default_storage

from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import Message
from rapport.mail.offers import Found
from rapport.mail.parsing import Attachment, ParsedMail, parse
from rapport.mail.queries.messages import get_message
from rapport.mail.reply_text import split_reply
from rapport.mail.signatures import Signature, read_signature

MOST_ATTACHMENTS = 50
MOST_READ = 3  # originals of a conversation, the last ones


def read_found(replies: Sequence[Message]) -> list[Found]:
    """What the last replies of a conversation hold, oldest first, as far as their originals are kept."""
    wanted = [row for row in replies if row.has_attachments or row is replies[-1]][-MOST_READ:]
    originals = [(row, mail) for row in wanted if (mail := _original(row))]
    found = [Found(row, _attachments(mail)) for row, mail in originals]
    if originals and originals[-1][0] is replies[-1]:
        found[-1] = replace(found[-1], signature=_signature(originals[-1][1]))
    return found


def get_attachment(actor: Actor, message_id: UUID, number: int) -> tuple[Message, Attachment]:
    """An attachment by its number; NotFound where there is none."""
    message = get_message(actor, message_id)
    mail = _original(message) if message.is_incoming else None
    found = dict(_attachments(mail)).get(number) if mail else None
    if found is None:
        raise NotFound("This message has no such attachment, or its original is not kept.")
    return message, found


def _signature(mail: ParsedMail) -> Signature | None:
    return read_signature(split_reply(mail.text, mail.sender.name).signature, mail.sender.name)


def _attachments(mail: ParsedMail) -> list[tuple[int, Attachment]]:
    """What was sent along, without pictures of the text itself."""
    sent = [(number, row) for number, row in enumerate(mail.attachments) if not row.is_inline]
    return sent[:MOST_ATTACHMENTS]


def _original(message: Message) -> ParsedMail | None:
    if not message.storage_name:
        return None
    try:
        with default_storage.open(message.storage_name) as file:
            return parse(file.read())
    except FileNotFoundError:
        return None
