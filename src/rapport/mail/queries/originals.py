"""What a reply's original holds: its signature, and the files that came along. Nothing here parses mail."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.core.files.storage import default_storage

from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.files import SentFile
from rapport.mail.models import Message, Original
from rapport.mail.offers import Found
from rapport.mail.queries.messages import get_message
from rapport.mail.signatures import read_signature

MOST_READ = 3  # originals of a conversation, the last ones
NOT_KEPT = "This message has no such attachment, or its original is not kept."


def read_found(replies: Sequence[Message]) -> list[Found]:
    """What the last replies of a conversation (with `original`) hold, oldest first, as far as that was read."""
    known = [(row, original) for row in _last(replies) if (original := _original_of(row))]
    found = [Found(row, files_in(original)) for row, original in known]
    if known and known[-1][0] is replies[-1]:
        last, kept = known[-1]
        found[-1] = replace(found[-1], signature=read_signature(kept.signature, last.from_name))
    return found


def list_unread(replies: Sequence[Message]) -> list[Message]:
    """Those of the last replies whose originals are kept and were never read."""
    return [row for row in _last(replies) if row.storage_name and _original_of(row) is None]


def get_file(actor: Actor, message_id: UUID, number: int) -> tuple[Message, SentFile]:
    """A file that came with a message, by its number; NotFound where there is none."""
    message = get_message(actor, message_id)
    original = Original.objects.filter(message=message).first() if message.storage_name else None
    found = next((file for file in files_in(original) if file.number == number), None) if original else None
    if found is None:
        raise NotFound(NOT_KEPT)
    return message, found


def read_file(message: Message, file: SentFile) -> bytes:
    """Its bytes, of which alone the original is read. Raises NotFound when that is gone."""
    try:
        with default_storage.open(message.storage_name) as stored:
            stored.seek(file.start)
            return file.decode(stored.read(file.length))
    except FileNotFoundError as error:
        raise NotFound(NOT_KEPT) from error


def files_in(original: Original) -> list[SentFile]:
    return [SentFile(**row) for row in original.files]


def _last(replies: Sequence[Message]) -> list[Message]:
    return [row for row in replies if row.has_attachments or row is replies[-1]][-MOST_READ:]


def _original_of(row: Message) -> Original | None:
    return getattr(row, "original", None) if row.storage_name else None
