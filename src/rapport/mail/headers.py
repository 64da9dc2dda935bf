"""Header lines of outgoing mail as bytes: encoded words (RFC 2047), folding and quoting (RFC 5322), no injection.

Whatever people typed is put on one line before it is written, so that a value can never begin a header of its own.
"""

import base64
import re
from functools import lru_cache
from typing import NamedTuple

import idna

from rapport.lib.errors import InvalidInput

LINE_LIMIT = 76
_NOT_PRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_URL = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{1,900}")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q_TABLE = tuple("_" if byte == 32 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in range(256))
# An encoded word has at most 75 characters, 12 of them are =?utf-8?q?…?= (RFC 2047 section 2).
_WORD_ROOM = 63


class Address(NamedTuple):
    """A mailbox in a header: the name people see, which may be empty, and the e-mail address."""

    email: str
    name: str = ""


@lru_cache(maxsize=4096)
def ascii_address(email: str) -> str:
    """The address as SMTP wants it, the domain in its ASCII form (IDNA). Raises InvalidInput if it is none."""
    local, _, domain = email.strip().rpartition("@")
    try:
        domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        domain = ""
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise InvalidInput(f"“{one_line(email)[:80]}” is not an address that mail can be sent to")
    return f"{local}@{domain}"


def one_line(value: str) -> str:
    """The value with every run of spaces, line ends and control characters made one space."""
    return _NOT_PRINTABLE.sub(" ", value).strip()


def text_header(name: str, value: str) -> bytes:
    """An unstructured header (Subject), with the line end."""
    value = one_line(value)
    if not value.isascii() or "=?" in value or any(len(word) > LINE_LIMIT for word in value.split(" ")):
        return _join(name, _encoded_words(value, LINE_LIMIT - len(name) - 2))
    return _join(name, value.split(" "))


def address_header(name: str, address: Address) -> bytes:
    """A header with one address (From, To, Reply-To), with the line end. Raises InvalidInput for no address."""
    email = ascii_address(address.email)
    shown = one_line(address.name)
    if not shown:
        return _join(name, [email])
    return _join(name, [*_phrase(shown, LINE_LIMIT - len(name) - 2), f"<{email}>"])


def ids_header(name: str, message_ids: list[str]) -> bytes:
    """In-Reply-To or References; raises InvalidInput for what is not a message id."""
    for message_id in message_ids:
        if not is_message_id(message_id):
            raise InvalidInput(f"{message_id[:80]!r} is not a message id")
    return _join(name, message_ids)


def url_header(name: str, urls: list[str]) -> bytes:
    """List-Unsubscribe (RFC 2369): URLs in angle brackets; raises InvalidInput for what is not a URL."""
    for url in urls:
        if not _URL.fullmatch(url):
            raise InvalidInput(f"{url[:80]!r} is not a web or mail address for a header")
    return _join(name, [f"<{url}>{',' if url is not urls[-1] else ''}" for url in urls])


def is_message_id(value: str) -> bool:
    """Whether it is `<something@somewhere>` in printable ASCII, as others wrote it or we did."""
    return _MESSAGE_ID.fullmatch(value) is not None


def _phrase(shown: str, room: int) -> list[str]:
    """A display name as atoms, as a quoted string, or as encoded words."""
    if not shown.isascii() or "=?" in shown or len(shown) > room:
        return _encoded_words(shown, room)
    if _ATOMS.fullmatch(shown):
        return [shown]
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded_words(value: str, room: int) -> list[str]:
    """Encoded words of whole characters; the first one fits into what the header's name leaves of its line."""
    plain, limit = value.encode(), min(room - 12, _WORD_ROOM)
    whole = "".join([_Q_TABLE[byte] for byte in plain])
    as_base64 = len(whole) > len(plain) * 4 / 3
    if (len(plain) <= limit // 4 * 3) if as_base64 else (len(whole) <= limit):
        return [_encoded_word(value, as_base64)]
    words, piece, used = [], "", 0
    costs = [sum(len(_Q_TABLE[byte]) for byte in character.encode()) for character in value]
    for character, q_cost in zip(value, costs, strict=True):
        cost = len(character.encode()) if as_base64 else q_cost
        if used + cost > (limit // 4 * 3 if as_base64 else limit):
            words.append(_encoded_word(piece, as_base64))
            piece, used, limit = "", 0, _WORD_ROOM
        piece += character
        used += cost
    return [*words, _encoded_word(piece, as_base64)]


def _encoded_word(piece: str, as_base64: bool) -> str:
    if as_base64:
        return f"=?utf-8?b?{base64.b64encode(piece.encode()).decode()}?="
    return f"=?utf-8?q?{''.join(_Q_TABLE[byte] for byte in piece.encode())}?="


def _join(name: str, words: list[str]) -> bytes:
    """`name: words`, folded before the word that would not fit on the line any more."""
    line = f"{name}: {' '.join(words)}"
    if len(line) <= LINE_LIMIT:  # most do
        return f"{line}\r\n".encode("ascii")
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > LINE_LIMIT and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"
