"""Reading the originals of replies, in the worker: when they come, or later for those that came before that was kept."""

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from django.core.files.storage import default_storage

from rapport.lib.queue import enqueue
from rapport.mail.classify import classify
from rapport.mail.files import files_of
from rapport.mail.models import Message, Original
from rapport.mail.offers import look_at
from rapport.mail.parsing import ParsedMail, parse
from rapport.mail.rehearsing import can_read

MAX_SIGNATURE_CHARS = 4_000


def original_of(message: Message, data: bytes, mail: ParsedMail, signature: str) -> Original:
    """What is kept of the original of a reply; not saved yet."""
    kept = signature[:MAX_SIGNATURE_CHARS].replace("\x00", "")
    return Original(message=message, signature=kept, files=[asdict(file) for file in files_of(data, mail, look_at)])


def ask_to_read(messages: Iterable[Message]) -> None:
    """Have the worker read originals that were never read."""
    for message in messages:
        enqueue("mail.read_original", once=f"mail.read_original:{message.id}", message_id=message.id)


def read_original(*, message_id: UUID) -> bool:
    """Read the original of a reply that has none stored yet; whether there was something to read. Safe to repeat."""
    message = Message.objects.incoming().filter(id=message_id, original=None).exclude(storage_name="").first()
    if message is None:
        return False
    try:
        with default_storage.open(message.storage_name) as file:
            data = file.read()
    except FileNotFoundError:
        data = b""
    Original.objects.bulk_create([_read(message, data)], ignore_conflicts=True)
    return True


def _read(message: Message, data: bytes) -> Original:
    if not can_read(data):
        return Original(message=message, signature="", files=[])
    mail = parse(data)
    return original_of(message, data, mail, classify(mail).reply.signature)
