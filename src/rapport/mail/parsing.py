"""Bytes of a message to a ParsedMail: who, when, about what, the text, the attachments. Never raises on any bytes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property

from rapport.mail import html_text, mime

MAX_ADDRESSES = 200
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_ADDRESS = re.compile(r"[^\s<>\"(),:;@]+@[^\s<>\"(),:;@]+")
# Fields one of which every message has; a file without any of them is a bare text.
_MAIL_FIELDS = (
    "From", "To", "Subject", "Date", "Message-ID", "Received", "Return-Path", "MIME-Version", "Content-Type",
    "Delivered-To", "Sender", "Cc", "Content-Transfer-Encoding", "X-Mailer",
)  # fmt: skip
# Fields that programs write and nobody quotes above an answer.
_MACHINE_FIELDS = ("Message-ID", "Received", "Return-Path", "MIME-Version", "Content-Type", "Delivered-To", "X-Mailer")


@dataclass(frozen=True, slots=True)
class Address:
    """`email` as written, `name` decoded; either may be empty."""

    name: str
    email: str


@dataclass(frozen=True)
class Attachment:
    """A part that is not the body; `content()` decodes its bytes when asked."""

    part: mime.Part

    @property
    def filename(self) -> str:
        return self.part.filename or ("message.eml" if self.content_type == "message/rfc822" else "")

    @property
    def content_type(self) -> str:
        return self.part.content_type

    @property
    def is_inline(self) -> bool:
        """Shown inside the text (a logo, a picture), not something sent along."""
        return self.part.disposition[0] == "inline" or bool(self.part.headers.raw("Content-ID"))

    @cached_property
    def size_bytes(self) -> int:
        """About the size once decoded; base64 takes four characters for three bytes."""
        size = len(self.part.body)
        is_base64 = self.part.headers.raw("Content-Transfer-Encoding").strip().lower() == "base64"
        return size * 3 // 4 if is_base64 else size

    def content(self) -> bytes:
        return self.part.content()


@dataclass(frozen=True)
class ParsedMail:
    """A message, read. `date` is aware UTC or None; ids are without angle brackets; `is_bare` says there was no header."""

    root: mime.Part
    is_bare: bool = False

    @property
    def headers(self) -> mime.Headers:
        return self.root.headers

    @property
    def message_id(self) -> str:
        return _first_id(self.headers.raw("Message-ID"))

    @property
    def in_reply_to(self) -> str:
        return _first_id(self.headers.raw("In-Reply-To"))

    @property
    def references(self) -> list[str]:
        """Ids of the thread, oldest first, at most the last hundred."""
        return _MESSAGE_ID.findall(self.headers.raw("References"))[-100:]

    @property
    def subject(self) -> str:
        return re.sub(r"\s+", " ", self.headers.get("Subject")).strip()[:998]

    @cached_property
    def senders(self) -> list[Address]:
        return parse_addresses(self.headers.raw("From"))

    @property
    def sender(self) -> Address:
        """The first From address; empty where there is none."""
        return self.senders[0] if self.senders else Address("", "")

    @cached_property
    def to(self) -> list[Address]:
        return parse_addresses(self.headers.raw("To"))

    @cached_property
    def cc(self) -> list[Address]:
        return parse_addresses(self.headers.raw("Cc"))

    @cached_property
    def date(self) -> datetime | None:
        return parse_date(self.headers.raw("Date"))

    @cached_property
    def _body(self) -> tuple[list[mime.Part], list[mime.Part]]:
        return _sort_parts(self.root)

    @cached_property
    def text(self) -> str:
        """The readable body: the plain part, or else the HTML as text."""
        plain = "\n".join(_clean(part.text()) for part in self._body[0] if part.content_type != "text/html")
        return plain if plain.strip() else html_text.to_text(self.html)

    @cached_property
    def html(self) -> str:
        """The HTML as sent, unsafe: sanitise before it is shown."""
        return "\n".join(part.text() for part in self._body[0] if part.content_type == "text/html")

    @cached_property
    def attachments(self) -> list[Attachment]:
        return [Attachment(part) for part in self._body[1]]


def parse(data: bytes) -> ParsedMail:
    """Read a message; a file that is only text (no header fields of mail) becomes a bare body."""
    if data.startswith(b"From "):
        data = data.partition(b"\n")[2]  # the separator line of an mbox
    elif data.startswith(b">From "):
        data = data.partition(b"\n")[2]
    root = mime.read(data)
    if any(name in root.headers for name in _MAIL_FIELDS) and not _is_letter(data, root.headers):
        return ParsedMail(root)
    return ParsedMail(mime.Part(mime.Headers(), data), is_bare=True)


def _is_letter(data: bytes, headers: mime.Headers) -> bool:
    """A text whose lines only resemble a header: "From: Carl" without an address, or a quoted header below own words."""
    if any(name in headers for name in _MACHINE_FIELDS):
        return False
    if len(headers.rows) == 1 and headers.rows[0][0].lower() in ("from", "to"):
        return "@" not in headers.rows[0][1]
    first = data[:1_000].lstrip(b"\r\n").partition(b"\n")[0].strip()
    return not re.match(rb"[!-9;-~]{1,120}[ \t]*:", first)


def parse_addresses(value: str) -> list[Address]:
    """Names and addresses of a header value; what the grammar rejects is searched for addresses instead."""
    found: list[Address] = []
    for name, email in getaddresses([value[:16_000]])[:MAX_ADDRESSES]:
        if "@" in email:
            found.append(Address(_tidy_name(name), email.strip("<>\"' ").strip()))
    if not found:
        found = [Address("", email) for email in _ADDRESS.findall(mime.decode_words(value)[:16_000])[:MAX_ADDRESSES]]
    return found


def _tidy_name(name: str) -> str:
    return re.sub(r"\s+", " ", mime.decode_words(name)).strip(" \"'")[:200]


def parse_date(value: str) -> datetime | None:
    """The moment in UTC, or None when it cannot be read or lies outside the calendar."""
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _first_id(value: str) -> str:
    match = _MESSAGE_ID.search(value)
    if match:
        return match[1]
    words = value.split()
    return words[0].strip("<>")[:900] if words else ""


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _sort_parts(root: mime.Part) -> tuple[list[mime.Part], list[mime.Part]]:
    """Which leaves are the body and which came along (RFC 2046, section 5.1)."""
    body: list[mime.Part] = []
    others: list[mime.Part] = []
    for part in root.walk():
        if part.children or part.content_type.startswith("multipart/"):
            if not part.children and part is root:
                body.append(part)  # a multipart without any boundary: read what is there
            continue
        (body if _is_body(part, root) else others).append(part)
    return body, others


def _is_body(part: mime.Part, root: mime.Part) -> bool:
    if part.content_type not in ("text/plain", "text/html", "text/enriched", "text/richtext"):
        return False
    if part is root:
        return part.disposition[0] != "attachment"
    return part.disposition[0] != "attachment" and not part.filename
