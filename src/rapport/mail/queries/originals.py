"""Reading a reply's original again: its attachments and its signature."""

from uuid import UUID

from django.core.files.storage import default_storage

from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import Message
from rapport.mail.offers import Found
from rapport.mail.parsing import Attachment, ParsedMail, parse
from rapport.mail.queries.messages import get_message
from rapport.mail.reply_text import split_reply
from rapport.mail.signatures import read_signature

MOST_ATTACHMENTS = 50


def read_found(message: Message) -> Found | None:
    """What a reply holds; None when its original is not kept."""
    mail = _original(message)
    if mail is None:
        return None
    signature = read_signature(split_reply(mail.text, mail.sender.name).signature, mail.sender.name)
    return Found(message, _attachments(mail), signature)


def get_attachment(actor: Actor, message_id: UUID, number: int) -> tuple[Message, Attachment]:
    """An attachment by its number; NotFound where there is none."""
    message = get_message(actor, message_id)
    mail = _original(message) if message.is_incoming else None
    found = dict(_attachments(mail)).get(number) if mail else None
    if found is None:
        raise NotFound("This message has no such attachment, or its original is not kept.")
    return message, found


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
