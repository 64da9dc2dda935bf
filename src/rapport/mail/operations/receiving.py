"""Fetching mailboxes and taking in what arrived.

Idempotent: a message is known by its Message-ID within its mailbox, a folder is read from the last UID on, and both
may repeat after a crash. Own copies (Sent folders, mail to oneself) are dropped.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction

from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.lib.addresses import normal_address
from rapport.lib.errors import PermanentFailure
from rapport.lib.ids import new_id
from rapport.mail import address_tokens, imap, people, queries
from rapport.mail.activities import MESSAGE_RECEIVED
from rapport.mail.classify import Verdict, classify
from rapport.mail.matching import clues_of
from rapport.mail.mime import header_of
from rapport.mail.models import Mailbox, MailboxFolder, Message, MessageBody, Original
from rapport.mail.operations.conversations import note_reply
from rapport.mail.operations.intents import keep_intent
from rapport.mail.operations.mailboxes import imap_settings, note_failure, note_success
from rapport.mail.operations.originals import original_of
from rapport.mail.operations.reports import keep_bounce, keep_complaint, keep_event
from rapport.mail.operations.suppressions import unsubscribe
from rapport.mail.parsing import ParsedMail, parse
from rapport.mail.rehearsing import can_read
from rapport.mail.subjects import subjects_of

logger = logging.getLogger(__name__)

BATCH = 200
CLOCK_TOLERANCE = timedelta(minutes=10)
MAX_TEXT_CHARS = 500_000
TOO_SLOW = "It took too long to read, so only its header is shown. Save the original to see the rest."


def fetch_mailbox(*, mailbox_id: UUID) -> int:
    """Take in what is new in all folders of a mailbox; returns how many messages were stored.

    A server that cannot be reached marks the mailbox as failing with a reason for its owner; nothing is raised.
    """
    mailbox = Mailbox.objects.usable().filter(id=mailbox_id).exclude(imap_host="").first()
    if mailbox is None:
        return 0
    stored = 0
    try:
        settings = imap_settings(mailbox)
        with imap.ImapConnection(settings) as connection:
            for name in mailbox.imap_folders:
                stored += _fetch_folder(mailbox, connection, name)
    except imap.FAILURES as error:
        note_failure(mailbox_id=mailbox.id, reason=imap.explain(error, settings), at=clock.now())
        return stored
    except PermanentFailure as error:
        note_failure(mailbox_id=mailbox.id, reason=str(error), at=clock.now())
        return stored
    Mailbox.objects.filter(id=mailbox.id).update(last_fetched_at=clock.now())
    note_success(mailbox_id=mailbox.id)
    return stored


def _fetch_folder(mailbox: Mailbox, connection: imap.ImapConnection, name: str) -> int:
    folder, _ = MailboxFolder.objects.get_or_create(mailbox=mailbox, name=name)
    uid_validity = connection.open_folder(name)
    if uid_validity != folder.uid_validity:
        folder.uid_validity, folder.last_uid = uid_validity, 0
    # What was there before the mailbox was connected stays where it is. SINCE compares days in the server's zone.
    since = mailbox.created_at.date() - timedelta(days=1) if folder.last_uid == 0 else None
    uids = connection.uids_after(folder.last_uid, since)[:BATCH]
    stored = 0
    try:
        for raw in connection.messages(uids):
            is_old = raw.arrived_at is not None and raw.arrived_at < mailbox.created_at - CLOCK_TOLERANCE
            stored += 0 if is_old else _receive_safely(mailbox, folder, raw)
            folder.last_uid = raw.uid
        folder.last_uid = max([folder.last_uid, *uids])
    finally:
        # Also where the connection broke in between: the next time goes on from here.
        folder.save(update_fields=["uid_validity", "last_uid"])
    return stored


def _receive_safely(mailbox: Mailbox, folder: MailboxFolder, raw: imap.RawMessage) -> int:
    """Take in one message; what is wrong with it must not hold up the mailbox: it stays on the server, and the log says which."""
    try:
        return receive(mailbox=mailbox, data=raw.data, is_cut=raw.is_cut) is not None
    except DatabaseError:
        raise
    except Exception:
        logger.exception("message not taken in mailbox=%s folder=%s uid=%d", mailbox.id, folder.id, raw.uid)
        return 0


def receive(*, mailbox: Mailbox, data: bytes, is_cut: bool = False) -> Message | None:
    """Take in one message; None when it is known already, a copy of our own, or a stranger's in a personal mailbox.

    A shared mailbox takes in everything. Of a colleague's own mailbox only mail is kept that answers ours or comes from
    an address that an app above knows (mail.people): the rest of their mail is none of our business.
    Records message.received, or for reports message.bounced and message.complained, with the subjects of the message it
    answers. A hard bounce, a complaint and "unsubscribe" in words suppress the address. Of a mail that takes too long to read
    the whole is kept, but only its header is read.
    """
    readable = next(part for part in _parts(data) if not part or can_read(part))
    is_slow, mail = readable is not data, parse(readable)
    message_id = mail.message_id or f"{hashlib.sha256(data).hexdigest()}@no-message-id"
    if _is_known(mailbox, message_id) or _is_own(mailbox, mail):
        return None
    verdict = classify(mail)
    origin = _origin_of(mailbox, mail, verdict)
    if not mailbox.is_shared and not origin.answered and not origin.subjects:
        return None
    message = _new_message(mailbox, mail, message_id, verdict, origin)
    message.state_note = (
        TOO_SLOW if is_slow else "Too large to fetch in full; open it in your mail program." if is_cut else ""
    )
    original = None
    if is_slow:
        logger.error("message takes too long to read message=%s mailbox=%s", message.id, mailbox.id)
        original = Original(message=message, signature="", files=[])  # it counts as read: nobody tries again
    elif message.kind == Message.Kind.REPLY:
        original = original_of(message, data, mail, verdict.reply.signature)
    message.storage_name = default_storage.save(f"mail/{clock.now():%Y/%m}/{new_id().hex}.eml", ContentFile(data))
    try:
        with transaction.atomic():
            return _store(message, mail, verdict, origin, original)
    except IntegrityError as error:
        default_storage.delete(message.storage_name)
        if "mail_message_id_unique" in str(error):
            return None  # another process was quicker
        raise
    except BaseException:
        default_storage.delete(message.storage_name)
        raise


def _parts(data: bytes) -> Iterator[bytes]:
    """The whole of a message, less of it, nothing of it."""
    yield data
    yield header_of(data)
    yield b""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an incoming message belongs to; `matched_by` is message_id, token, sender, address or empty."""

    answered: Message | None = None
    matched_by: str = ""
    subjects: Mapping[str, str] = field(default_factory=dict)
    thread_id: UUID | None = None


def _origin_of(mailbox: Mailbox, mail: ParsedMail, verdict: Verdict) -> Origin:
    clues = clues_of(mail, verdict)
    tokens = (address_tokens.read_plus_address(address) for address in clues.addresses)
    person = normal_address(clues.person)
    found = queries.find_answered(
        ids=clues.ids, token_id=next((token for token in tokens if token), None), sender=person, mailbox_id=mailbox.id
    )
    if found:
        return Origin(found[0], found[1], found[0].subjects, found[0].thread_id)
    subjects = {kind: str(key) for kind, key in people.find_subjects(person).items()}
    # Whoever writes once more before anybody answered goes on in their own thread.
    thread_id = queries.find_thread_of(clues.ids, sender=person, mailbox_id=mailbox.id)
    return Origin(None, "address" if subjects else "", subjects, thread_id)


def _is_known(mailbox: Mailbox, message_id: str) -> bool:
    return Message.objects.filter(message_id=message_id, direction="in", mailbox=mailbox).exists()


def _is_own(mailbox: Mailbox, mail: ParsedMail) -> bool:
    """A copy of what we sent: its Message-ID is ours, or it comes from this mailbox's own address."""
    if mail.message_id and Message.objects.outgoing().filter(message_id=mail.message_id).exists():
        return True
    return normal_address(mail.sender.email) == normal_address(mailbox.address)


def _store(message: Message, mail: ParsedMail, verdict: Verdict, origin: Origin, original: Original | None) -> Message:
    message.save(force_insert=True)
    full_text = mail.text[:MAX_TEXT_CHARS].replace("\x00", "")
    text = (verdict.reply.text or full_text)[:MAX_TEXT_CHARS]
    MessageBody.objects.create(
        message=message, text=text, full_text=full_text if full_text != text else "",
        html=mail.html[:MAX_TEXT_CHARS].replace("\x00", ""),
    )  # fmt: skip
    if original:
        original.save(force_insert=True)
    _record(message, verdict, origin)
    if message.kind == Message.Kind.REPLY:
        note_reply(message)
        if verdict.intent:
            keep_intent(message, verdict.intent)
    return message


def _new_message(mailbox: Mailbox, mail: ParsedMail, message_id: str, verdict: Verdict, origin: Origin) -> Message:
    identifier, now = new_id(), clock.now()
    return Message(
        id=identifier,
        thread_id=origin.thread_id or identifier,
        direction=Message.Direction.IN,
        state=Message.State.RECEIVED,
        kind=verdict.kind,
        mailbox=mailbox,
        message_id=message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        from_address=normal_address(mail.sender.email)[:320],
        from_name=mail.sender.name.replace("\x00", "")[:200],
        to_address=normal_address(mailbox.address),
        subject=mail.subject.replace("\x00", ""),
        preview=" ".join((verdict.reply.text or mail.text[:400]).split())[:200].replace("\x00", ""),
        subjects=dict(origin.subjects),
        has_attachments=any(not row.is_inline for row in mail.attachments),
        created_at=now,
        sent_at=_believable(mail.date, now),
        received_at=now,
    )


def _believable(sent_at: datetime | None, now: datetime) -> datetime | None:
    """The sender's clock, unless it is far off."""
    if sent_at is None or sent_at > now + timedelta(days=1) or sent_at < datetime(1990, 1, 1, tzinfo=UTC):
        return None
    return sent_at


def _record(message: Message, verdict: Verdict, origin: Origin) -> None:
    if verdict.bounce:
        _bounced(message, verdict, origin.answered)
    elif verdict.complaint:
        _complained(message, verdict, origin.answered)
    else:
        _received(message, verdict, origin.answered, origin.matched_by)


def _received(message: Message, verdict: Verdict, answered: Message | None, matched_by: str) -> None:
    returns_on = verdict.auto_reply.returns_on if verdict.auto_reply else None
    data = {
        "mailbox_id": str(message.mailbox_id),
        "kind": verdict.kind,
        "answers_message_id": str(answered.id) if answered else None,
        "matched_by": matched_by,
        "returns_on": returns_on.isoformat() if returns_on else None,
        "from_other_address": bool(answered and answered.to_address != message.from_address),
        "intent": verdict.intent.kind if verdict.intent else None,
        "come_back_on": verdict.intent.date.isoformat() if verdict.intent and verdict.intent.date else None,
    }
    record(MESSAGE_RECEIVED, actor=SYSTEM, subjects=subjects_of(message), data=data)
    if verdict.wants_unsubscribe and (answered or message.subjects):
        _stopped(message, answered)
    if answered is None:
        return
    if verdict.kind == Message.Kind.AUTO_REPLY:
        _event(answered, "auto_replied", "machine", message, returns_on=data["returns_on"])
    elif verdict.kind == Message.Kind.REPLY:
        _event(answered, "replied", "human", message)


def _stopped(message: Message, answered: Message | None) -> None:
    """They ask for no more mail: at the address that we wrote to, and at the one they wrote from.

    Of a message that answers none of ours the sender is known (it has subjects), so what they ask is honoured as well.
    """
    if answered:
        unsubscribe(message=answered, by="words")
    if "@" in message.from_address and (answered is None or message.from_address != answered.to_address):
        unsubscribe(message=message, by="words", address=message.from_address)


def _bounced(message: Message, verdict: Verdict, answered: Message | None) -> None:
    assert verdict.bounce is not None
    for failure in verdict.bounce.failures:
        keep_bounce(failure, answered=answered, report=message, source={"message_id": str(message.id)})


def _complained(message: Message, verdict: Verdict, answered: Message | None) -> None:
    found = verdict.complaint
    assert found is not None
    keep_complaint(
        feedback_type=found.feedback_type, address=found.address, is_suppressing=found.is_suppressing, answered=answered,
        report=message, source={"message_id": str(message.id)},
    )  # fmt: skip


def _event(answered: Message, kind: str, verdict: str, by: Message, **data: Any) -> None:
    keep_event(answered, kind, verdict, {"message_id": str(by.id), **data})
