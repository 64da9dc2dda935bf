"""Storing messages that another app sent by its own ledger, many at once: they belong to the thread like any other."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from rapport.activity.operations import Happening, json_of_ids, record, record_many
from rapport.lib.actors import SYSTEM, Actor
from rapport.mail.activities import MESSAGE_FAILED, MESSAGE_SENT, MESSAGE_UNCLEAR
from rapport.mail.composing import Content
from rapport.mail.models import Message
from rapport.mail.subjects import subjects_of

_COLUMNS = (
    "id, thread_id, direction, state, kind, mailbox_id, message_id, in_reply_to, \"references\", from_address, from_name, "
    "to_address, to_name, subject, preview, subjects, template_version_id, sent_by_id, is_bulk, attempts, state_note, has_attachments, "
    "storage_name, created_at, in_flight_at, sent_at"
)  # fmt: skip
INSERT_MESSAGES = f"COPY mail_message ({_COLUMNS}) FROM STDIN"
INSERT_BODIES = "COPY mail_messagebody (message_id, text, full_text, html) FROM STDIN"
_VERBS = {
    Message.State.SENT: MESSAGE_SENT,
    Message.State.FAILED: MESSAGE_FAILED,
    Message.State.UNCLEAR: MESSAGE_UNCLEAR,
}


class HandedOver(NamedTuple):
    """A message that was handed to a server: `state` is sent, failed or unclear, `note` says why it is not sent.

    Message-IDs are without angle brackets, addresses in normal form; `subjects` maps kinds to ids; each that the
    record lists (activity.listing) costs a row of it.
    """

    id: UUID
    thread_id: UUID
    state: str
    mailbox_id: UUID
    message_id: str
    from_address: str
    from_name: str
    to_address: str
    to_name: str
    content: Content
    subjects: dict[str, UUID]
    sent_by_id: UUID | None
    at: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    note: str = ""
    template_version_id: UUID | None = None


def store_handed_over(messages: Sequence[HandedOver]) -> None:
    """Insert messages with their texts in the present transaction, and record message.sent, .failed or .unclear.

    The caller makes sure that none is stored twice; a repeated id raises IntegrityError.
    """
    if not messages:
        return
    with connection.cursor() as cursor:
        with cursor.copy(INSERT_MESSAGES) as copy:
            for message in messages:
                copy.write_row(_row(message))
        with cursor.copy(INSERT_BODIES) as copy:
            for message in messages:
                copy.write_row((message.id.hex, message.content.text, "", ""))
    _record(messages)


def _row(message: HandedOver) -> tuple[object, ...]:
    """The columns; ids and moments as text, which the driver would take several times as long to make of each."""
    preview = " ".join(message.content.text[:400].split())[:200]
    is_sent = message.state == Message.State.SENT
    at, sent_by = str(message.at), message.sent_by_id.hex if message.sent_by_id else None
    return (
        message.id.hex, message.thread_id.hex, "out", message.state, "", message.mailbox_id.hex, message.message_id,
        message.in_reply_to, list(message.references) if message.references else "{}", message.from_address,
        message.from_name, message.to_address, message.to_name[:200], message.content.subject, preview, json_of_ids(message.subjects),
        message.template_version_id.hex if message.template_version_id else None, sent_by, True, 1, message.note, False, "", at, at, at if is_sent else None,
    )  # fmt: skip


def _record(messages: Sequence[HandedOver]) -> None:
    groups: dict[tuple[str, UUID | None], list[HandedOver]] = {}
    for message in messages:
        groups.setdefault((message.state, message.sent_by_id), []).append(message)
    for (state, sent_by_id), members in groups.items():
        by_person = state == Message.State.SENT and sent_by_id
        shared = {mailbox_id: {"mailbox_id": str(mailbox_id), "is_bulk": True} for mailbox_id in _mailboxes(members)}
        record_many(
            _VERBS[Message.State(state)],
            actor=Actor(kind="user", id=sent_by_id) if by_person else SYSTEM,
            happenings=[
                Happening(
                    {**row.subjects, "message": row.id},
                    shared[row.mailbox_id] if state == Message.State.SENT else {"reason": row.note},
                )
                for row in members
            ],
        )


def _mailboxes(messages: Sequence[HandedOver]) -> set[UUID]:
    return {message.mailbox_id for message in messages}


def give_up_unclear(*, message_id: UUID, note: str) -> bool:
    """An unclear message counts as not sent; False when it is not unclear (any more)."""
    unclear = Message.objects.filter(id=message_id, state=Message.State.UNCLEAR)
    return bool(unclear.update(state=Message.State.FAILED, state_note=note))


def confirm_unclear(*, message_id: UUID, at: datetime) -> bool:
    """An unclear message has arrived; False when it is not unclear (any more). Records message.sent."""
    message = Message.objects.select_for_update().filter(id=message_id, state=Message.State.UNCLEAR).first()
    if message is None:
        return False
    message.state, message.state_note, message.sent_at = Message.State.SENT, "", at
    message.save(update_fields=["state", "state_note", "sent_at"])
    actor = Actor(kind="user", id=message.sent_by_id) if message.sent_by_id else SYSTEM
    data = {"mailbox_id": str(message.mailbox_id), "is_bulk": message.is_bulk}
    record(MESSAGE_SENT, actor=actor, subjects=subjects_of(message), data=data, at=at)
    return True
