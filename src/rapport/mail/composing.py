"""Outgoing messages: a subject and a body with merge fields become RFC 5322 bytes, thousands in a second.

`compile_message` once for a step, `MessageTemplate.render` for each person (also for previews), `write_message` for
what goes over the wire. EmailMessage of the standard library does the same at about a third of the speed we need.
"""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache, partial
from html import escape
from typing import NamedTuple
from uuid import UUID

from rapport.lib.errors import InvalidInput
from rapport.mail.branding import Brand, lay_out
from rapport.mail.headers import Address, address_header, ids_header, is_message_id, text_header, url_header
from rapport.mail.markup import MARK, plain_html
from rapport.mail.merge_fields import (
    NO_SNIPPETS,
    CompiledText,
    Field,
    Shape,
    TemplateProblem,
    compile_text,
    framed,
    is_placeholder,
    without_marks,
)

CLIP_BYTES = 102_000  # of HTML as it is sent; Gmail hides the rest behind a link, with the unsubscribe link in it
UNSUBSCRIBE_LINK = "unsubscribe link"  # a field that nobody can write: its name holds a space
_MAX_REFERENCES = 12
_LINE_KEPT = 2_000
_ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


class Content(NamedTuple):
    """What a person reads; `html` is "" where there is only the text."""

    subject: str
    text: str
    html: str = ""


class Envelope(NamedTuple):
    """Everything of a message but its content.

    `message_id` with its angle brackets; `sent_at` aware; `references` oldest first, ids that cannot be written are
    left out; `unsubscribe_url` must act on POST (RFC 8058).
    """

    sender: Address
    recipient: Address
    message_id: str
    sent_at: datetime
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A compiled subject and body; `html` is None for text only. Of a formatted one it shows more than the text says."""

    subject: CompiledText
    text: CompiledText
    html: CompiledText | None
    is_formatted: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.subject.fields, *self.text.fields)

    @property
    def placeholders(self) -> list[str]:
        """The names of what a person has to fill in for each reader."""
        return list(dict.fromkeys(field.name for field in self.fields if is_placeholder(field.name)))

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """The fields without a fallback for which there is no value, placeholders not among them: `render` would raise
        MissingValues for them."""
        return [
            field.name
            for field in self.fields
            if field.fallback is None and not values.get(field.name) and not is_placeholder(field.name)
        ]

    def draft(self, values: Mapping[str, str]) -> Content:
        """A text for one person to go on writing; what is missing stands there as a placeholder."""
        known = {name: without_marks(value) for name, value in values.items() if value}
        asked = {
            name: name if is_placeholder(name) else f"[[{name.replace('_', ' ')}]]"
            for name in [*self.missing(known), *self.placeholders]
        }
        plain = replace(self, html=None)
        return plain.render({**known, **asked})

    def render(self, values: Mapping[str, str]) -> Content:
        """The content for one person. Raises MissingValues where a field is empty and has no fallback."""
        return Content(
            subject=self.subject.render(values).strip(),
            text=self.text.render(values),
            html=self.html.render(values) if self.html else "",
        )


def compile_message(
    *,
    subject: str,
    body: str,
    known: Collection[str],
    with_html: bool = True,
    snippets: Mapping[str, str] = NO_SNIPPETS,
    brand: Brand | None = None,
    unsubscribe_words: str = "",
) -> MessageTemplate:
    """Compile a message for many people. Raises InvalidInput with the field (subject, body) and the position.

    With a brand its HTML is set on the letterhead, and its text ends with the letterhead's lines; with `unsubscribe_words`
    the HTML says them with a link, whose address is the value of UNSUBSCRIBE_LINK.
    """
    problems: dict[str, str] = {}
    compiled: dict[str, CompiledText] = {}
    for field, source, shape in (("subject", subject, Shape.LINE), ("body", body, Shape.TEXT)):
        try:
            compiled[field] = compile_text(source, known=known, shape=shape, snippets=snippets)
        except TemplateProblem as problem:
            problems[field] = str(problem)
    if problems:
        raise InvalidInput(problems)
    html = compile_text(body, known=known, shape=Shape.HTML, snippets=snippets) if with_html else None
    if brand is None:
        return MessageTemplate(
            compiled["subject"], compiled["body"], html, html is not None and _is_formatted(html, compiled["body"])
        )
    text = compiled["body"]
    text = replace(text, parts=(*text.parts[:-1], with_lines(text.parts[-1], brand.footer_text)))
    if html is not None:
        closing = f'<p>{escape(unsubscribe_words)} <a href="{MARK}">unsubscribe</a></p>' if unsubscribe_words else ""
        further = [UNSUBSCRIBE_LINK] if unsubscribe_words else []
        html = framed(html, partial(lay_out, brand=brand, closing=closing), *further)
    return MessageTemplate(compiled["subject"], text, html, html is not None)


def _is_formatted(html: CompiledText, text: CompiledText) -> bool:
    return MARK.join(html.parts) != plain_html(MARK.join(text.parts))


def content_of(*, subject: str, text: str, with_html: bool = True, brand: Brand | None = None) -> Content:
    """Content that was written for one person, without merge fields; with a brand it is set on the letterhead."""
    html = plain_html(text) if with_html else ""
    if brand is None:
        return Content(subject, text, html)
    return Content(subject, with_lines(text, brand.footer_text), lay_out(html, brand) if html else "")


def with_signature(text: str, signature: str) -> str:
    """A text with a mailbox's signature below "-- ", where there is one (RFC 3676, section 4.3)."""
    return f"{text.rstrip()}\n\n-- \n{signature.strip()}" if signature.strip() else text


def with_lines(text: str, lines: str) -> str:
    """A text with a paragraph after it, where there is one."""
    return f"{text.rstrip()}\n\n{lines}" if lines else text


def make_message_id(identifier: UUID, domain: str) -> str:
    """The Message-ID, without angle brackets, of a message that has this id here; fixed before it is sent."""
    return f"{identifier.hex}@{domain}"


def write_message(content: Content, envelope: Envelope) -> bytes:
    """The message as bytes with CRLF line ends, all ASCII; dot-stuffing is left to SMTP.

    Raises InvalidInput where an address, id or URL cannot be written; names and subjects always can.
    """
    parts = [
        _sender_headers(envelope.sender, envelope.reply_to),
        address_header("To", envelope.recipient),
        text_header("Subject", content.subject),
        _date_header(int(envelope.sent_at.timestamp())),
        ids_header("Message-ID", [envelope.message_id]),
    ]
    if envelope.in_reply_to and is_message_id(envelope.in_reply_to):
        parts.append(ids_header("In-Reply-To", [envelope.in_reply_to]))
    if references := _references(envelope.references):
        parts.append(ids_header("References", references))
    if envelope.unsubscribe_url:
        parts += (url_header("List-Unsubscribe", [envelope.unsubscribe_url]), _ONE_CLICK)
    parts.append(b"MIME-Version: 1.0\r\n")
    if content.html:
        parts.append(_alternatives(content, envelope.message_id))
    else:
        parts.append(_part("plain", content.text))
    return b"".join(parts)


def clipping_of(content: Content) -> str:
    """A warning where the HTML part, measured as it is sent, is longer than Gmail shows; else ""."""
    size = len(_part("html", content.html)) if content.html else 0
    if size <= CLIP_BYTES:
        return ""
    return (
        f"The HTML part has {size / 1000:.1f} kB as it is sent. Gmail shows {CLIP_BYTES // 1000} kB and hides the rest, the "
        "unsubscribe link with it. Make the text shorter."
    )


def _alternatives(content: Content, message_id: str) -> bytes:
    # "=_" cannot stand in a quoted-printable or base64 body, so the boundary cannot either (RFC 2045 section 6.7).
    boundary = b"=_" + binascii.b2a_hex(binascii.crc32(message_id.encode()).to_bytes(4, "big"))
    return b"".join(
        (
            b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n--', boundary, b"\r\n",
            _part("plain", content.text), b"--", boundary, b"\r\n",
            _part("html", content.html), b"--", boundary, b"--\r\n",
        )
    )  # fmt: skip


def _part(subtype: str, text: str) -> bytes:
    """One body part with its headers; quoted-printable, or base64 where that is shorter (RFC 2045)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    quoted = _quoted if max(map(len, lines)) <= _LINE_KEPT else _quoted.__wrapped__
    encoding, body = b"quoted-printable", b"\r\n".join([*map(quoted, lines), b""])
    # A text has at least as many bytes as characters: nearly all need not be encoded to be measured.
    if len(body) > len(text) * 4 / 3 + 80 and len(body) > len(text.encode("utf-8", "replace")) * 4 / 3 + 80:
        plain = "\r\n".join([*lines, ""]).encode("utf-8", "replace")
        encoding, body = b"base64", base64.encodebytes(plain).replace(b"\n", b"\r\n")
    head = b'Content-Type: text/%b; charset="utf-8"\r\nContent-Transfer-Encoding: %b\r\n\r\n'
    return head % (subtype.encode(), encoding) + body


@lru_cache(maxsize=2048)
def _quoted(line: str) -> bytes:
    """One line in quoted-printable; most lines of a message to many are the same for all of them."""
    return binascii.b2a_qp(line.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


@lru_cache(maxsize=256)
def _sender_headers(sender: Address, reply_to: Address | None) -> bytes:
    return address_header("From", sender) + (address_header("Reply-To", reply_to) if reply_to else b"")


@lru_cache(maxsize=8)
def _date_header(unix_time: int) -> bytes:
    return f"Date: {format_datetime(datetime.fromtimestamp(unix_time, UTC))}\r\n".encode()


def _references(ids: tuple[str, ...]) -> list[str]:
    """The first and the latest ids of a long thread, as RFC 5322 readers need no more (section 3.6.4)."""
    known = [message_id for message_id in ids if is_message_id(message_id)]
    return known if len(known) <= _MAX_REFERENCES else [known[0], *known[1 - _MAX_REFERENCES :]]
