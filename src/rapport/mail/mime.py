"""Reading MIME by hand, so that broken or hostile mail costs bounded work and never raises.

The standard library's parser recurses with the nesting and compares every line with every open boundary. Here a
message is searched for boundaries level by level with limits on depth and number of parts, bodies stay slices of the
original bytes until somebody asks for them, and what cannot be understood is passed on as plain bytes.
Sources: RFC 5322 (format), 2045-2046 (MIME), 2047 (encoded words), 2231 (parameters).
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

MAX_DEPTH = 20
MAX_PARTS = 300
MAX_HEADER_BYTES = 256_000
MAX_VALUE_CHARS = 32_000
MAX_TEXT_BYTES = 2_000_000
_MAX_BOUNDARY_HITS = 20_000

_HEADER = re.compile(rb"([!-9;-~]{1,120})[ \t]*:(.*)", re.DOTALL)
_HEADER_END = re.compile(rb"\r?\n\r*\n|\r\r")
_ENCODED_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?\r\n]*)\?=")
_PARAMETER = re.compile(r";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(\"(?:\\.|[^\"\\])*\"?|[^;]*)", re.DOTALL)
_CHARSET_ALIASES = {
    "iso-8859-1": "cp1252",  # what calls itself Latin-1 has Windows quotes in it (as the WHATWG encoding standard says)
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "utf8": "utf-8",
    "unicode": "utf-8",
}
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
# Python's codecs that are no charsets of mail; some take quadratic time.
_NOT_CHARSETS = {"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "palmos"}


@dataclass(frozen=True)
class Headers:
    """Header fields in their order; names compare without case; values are unfolded, not yet decoded."""

    rows: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in self.rows:
            found.setdefault(name.lower(), []).append(value)
        return found

    def raw(self, name: str) -> str:
        """The first value as sent, or an empty string."""
        return self._by_name.get(name.lower(), [""])[0]

    def get(self, name: str) -> str:
        """The first value with encoded words decoded, or an empty string."""
        return decode_words(self.raw(name))

    def all(self, name: str) -> list[str]:
        return [decode_words(value) for value in self._by_name.get(name.lower(), [])]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name


@dataclass(frozen=True)
class Part:
    """One MIME part; `body` is still encoded, a slice of the message that begins at `start`."""

    headers: Headers
    body: bytes | memoryview
    depth: int = 0
    is_digest_child: bool = False
    start: int = 0
    children: list["Part"] = field(default_factory=list)

    @cached_property
    def _type(self) -> tuple[str, dict[str, str]]:
        return parse_parameters(self.headers.raw("Content-Type"))

    @property
    def content_type(self) -> str:
        """The type in lower case; what is missing or senseless is text/plain (RFC 2045, section 5.2)."""
        value = self._type[0].lower()
        if re.fullmatch(r"[\w!#$&.+^-]+/[\w!#$&.+^-]+", value):
            return value
        if value in ("text", "multipart"):
            return {"text": "text/plain", "multipart": "multipart/mixed"}[value]
        return "message/rfc822" if self.is_digest_child else "text/plain"

    def parameter(self, name: str) -> str:
        return self._type[1].get(name, "")

    @cached_property
    def disposition(self) -> tuple[str, dict[str, str]]:
        value, parameters = parse_parameters(self.headers.raw("Content-Disposition"))
        return value.lower(), parameters

    @property
    def filename(self) -> str:
        """The name the sender gave, without folders and control characters; empty when there is none."""
        name = decode_words(self.disposition[1].get("filename") or self.parameter("name"))
        name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name).replace("\\", "/").rsplit("/", 1)[-1]
        return name.strip()[:200]

    def content(self, limit: int | None = None) -> bytes:
        """The bytes with the transfer encoding undone; at most about `limit` of them when given."""
        body = bytes(self.body if limit is None else self.body[: limit * 3])
        decoded = decode_transfer(body, self.headers.raw("Content-Transfer-Encoding"))
        return decoded if limit is None else decoded[:limit]

    def text(self) -> str:
        """The text in its charset, cut at MAX_TEXT_BYTES."""
        return decode_charset(self.content(MAX_TEXT_BYTES), self.parameter("charset"))

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def embedded(self) -> "Part":
        """The message inside a message/rfc822 or text/rfc822-headers part."""
        return read(self.content(5_000_000), self.depth + 1)


def read(data: bytes, depth: int = 0) -> Part:
    """The tree of a message."""
    budget = [MAX_PARTS]
    return _read(memoryview(data), depth, budget, is_digest_child=False, at=0)


def _read(data: memoryview, depth: int, budget: list[int], *, is_digest_child: bool, at: int) -> Part:
    budget[0] -= 1
    headers, body_at = read_headers(data)
    part = Part(headers, data[body_at:], depth, is_digest_child, at + body_at)
    boundary = part.parameter("boundary").rstrip()
    if part.content_type.startswith("multipart/") and boundary and depth < MAX_DEPTH:
        is_digest = part.content_type == "multipart/digest"
        for start, end in _spans(bytes(part.body), boundary, budget[0]):
            if budget[0] <= 0:
                break
            child: memoryview = part.body[start:end]  # type: ignore[assignment]  # a slice of a memoryview is one
            part.children.append(_read(child, depth + 1, budget, is_digest_child=is_digest, at=part.start + start))
    return part


def read_headers(data: bytes | memoryview) -> tuple[Headers, int]:
    """The header fields at the beginning, and where the body begins; no header at all gives body from 0."""
    head = bytes(data[:MAX_HEADER_BYTES])
    if head[:1] == b"\n" or head[:2] == b"\r\n":
        return Headers(), 1 if head[:1] == b"\n" else 2
    end = _HEADER_END.search(head)
    block, body_at = (head[: end.start()], end.end()) if end else (head, len(head))
    rows = _unfold(block)
    if not rows:
        return Headers(), 0
    return Headers(tuple(rows)), body_at


def header_of(data: bytes) -> bytes:
    """A message without its body."""
    return data[: read_headers(data)[1]]


def _unfold(block: bytes) -> list[tuple[str, str]]:
    rows: list[tuple[str, list[bytes]]] = []
    for line in re.split(rb"\r*\n|\r", block):
        match = _HEADER.match(line)
        if match and line[:1] not in b" \t":
            rows.append((match[1].decode("ascii", "replace"), [match[2]]))
        elif rows:
            rows[-1][1].append(line)  # a continuation, also one that lost its leading blank
    return [(name, _plain(b" ".join(value.strip() for value in lines))) for name, lines in rows]


def _plain(value: bytes) -> str:
    return decode_charset(value[:MAX_VALUE_CHARS], "").replace("\x00", "").strip()


def _spans(data: bytes, boundary: str, limit: int) -> list[tuple[int, int]]:
    """Start and end of each part between boundary lines (RFC 2046, section 5.1.1); no closing line is no problem."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    spans: list[tuple[int, int]] = []
    start, at, hits = -1, -1, 0
    while hits < _MAX_BOUNDARY_HITS and len(spans) < limit:
        at, hits = data.find(mark, at + 1), hits + 1
        if at < 0:
            break
        if at and data[at - 1 : at] not in (b"\n", b"\r"):
            continue
        line_end = data.find(b"\n", at)
        line_end = len(data) if line_end < 0 else line_end
        rest = data[at + len(mark) : line_end].strip()
        if rest not in (b"", b"--"):
            continue
        if start >= 0:
            spans.append((start, _before_line_end(data, start, at)))
        start = line_end + 1
        if rest == b"--":
            return spans
    if 0 <= start <= len(data):
        spans.append((start, len(data)))
    return spans


def _before_line_end(data: bytes, start: int, at: int) -> int:
    end = at - 1 if data[at - 1 : at] == b"\n" else at
    end = end - 1 if data[end - 1 : end] == b"\r" else end
    return max(start, end)


def parse_parameters(value: str) -> tuple[str, dict[str, str]]:
    """A value and its parameters, with RFC 2231 continuations and charsets put together."""
    main, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for name, given in _PARAMETER.findall(value[: 4 * 4096]):
        text = given.strip()
        if text.startswith('"'):
            text = re.sub(r"\\(.)", r"\1", text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:])
        key, star, rest = name.lower().partition("*")
        if not star:
            plain.setdefault(key, text)
            continue
        number = rest.rstrip("*")
        pieces.setdefault(key, []).append((int(number) if number.isdecimal() else 0, text, name.endswith("*")))
    for key, rows in pieces.items():
        plain[key] = _join_pieces(sorted(rows))
    return main.strip(), plain


def _join_pieces(rows: list[tuple[int, str, bool]]) -> str:
    charset, collected = "utf-8", b""
    for index, (_, text, is_encoded) in enumerate(rows):
        if is_encoded and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        collected += _unquote(text) if is_encoded else text.encode("utf-8", "replace")
    return decode_charset(collected, charset)


def _unquote(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), raw)


def decode_words(value: str) -> str:
    """A header value with its encoded words decoded (RFC 2047); neighbours of one charset are joined as bytes first."""
    if "=?" not in value:
        return value
    value = re.sub(r"(\?=)\s+(?==\?)", r"\1", value)
    out: list[str] = []
    pending, charset, last = b"", "", 0
    for match in _ENCODED_WORD.finditer(value):
        if match.start() > last or match[1].lower() != charset:
            out += [decode_charset(pending, charset) if pending else "", value[last : match.start()]]
            pending, charset = b"", match[1].lower()
        pending += _word_bytes(match[2], match[3])
        last = match.end()
    out += [decode_charset(pending, charset) if pending else "", value[last:]]
    return re.sub(r"[\r\n]+", " ", "".join(out)).replace("\x00", "")


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_base64(raw)
    return quopri.decodestring(raw.replace(b"_", b" "), header=True)


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; unknown ones are left as they are."""
    match encoding.split(";")[0].strip().strip("\"'").lower():
        case "base64":
            return decode_base64(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _decode_uu(body)
    return body


def decode_base64(body: bytes) -> bytes:
    """Base64 with anything else in it ignored, cut short where it ends early."""
    kept = body.translate(None, _NOT_BASE64)
    return base64.b64decode(kept[: len(kept) - (len(kept) % 4 == 1)] + b"=" * (-len(kept) % 4 % 3))


def _decode_uu(body: bytes) -> bytes:
    out: list[bytes] = []
    for line in body.splitlines():
        if line.startswith((b"begin ", b"end")) or not line:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(out)


def decode_charset(data: bytes, charset: str) -> str:
    """Text in the named charset; where the name lies or is missing, UTF-8 if it fits, else Windows-1252."""
    name = charset.strip().strip("\"'").lower()
    if data.startswith(b"\xef\xbb\xbf"):
        data, name = data[3:], "utf-8"
    if name in ("", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "8bit", "unknown", "default", "x-unknown"):
        return _guess(data, replace=name.startswith("utf"))
    codec = _CHARSET_ALIASES.get(name, name)
    if codec.replace("-", "_") in _NOT_CHARSETS:
        return _guess(data)
    try:
        return data.decode(codec, "replace")
    except (LookupError, ValueError, UnicodeError):
        return _guess(data)


def _guess(data: bytes, *, replace: bool = False) -> str:
    if b"\x1b$" in data[:4096] and max(data[:4096]) < 128:
        return data.decode("iso2022_jp_ext", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A cut in the last character or few stray bytes do not make it another charset.
        is_cut = error.start >= len(data) - 3 and not data[: error.start].isascii()
        if is_cut or (replace and _is_mostly_utf8(data)):
            return data.decode("utf-8", "replace")
        return data.decode("cp1252", "replace")


def _is_mostly_utf8(data: bytes) -> bool:
    text = data[:20_000].decode("utf-8", "replace")
    beyond_ascii = sum(character > "\x7f" for character in text)
    return text.count("\ufffd") * 2 < beyond_ascii
