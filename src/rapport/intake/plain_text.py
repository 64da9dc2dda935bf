"""Plain text, HTML and RTF to lines."""

import codecs
import re
from html.parser import HTMLParser

from rapport.intake.document import Document, Line, Refusal, build_document
from rapport.intake.limits import MAX_CHARACTERS
from rapport.intake.wordlists import word_set

_BLOCKS = word_set(
    "p div section article header footer li ul ol table tr h1 h2 h3 h4 h5 h6 br hr dl dt dd blockquote pre main aside nav address figure title"
)
_INLINE = word_set("span b strong i em time small a")
_SIZES = {"h1": 24.0, "h2": 16.0, "h3": 13.0, "h4": 12.0}  # as browsers show them, in proportion
_TEXT_SIZE = 10.0
_SKIPPED = word_set("script style template noscript svg head")
_ENDLESS_REFERENCE = re.compile(r"&#\d{12,};?")
_RTF_TOKEN = re.compile(
    r"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-f]{2})|\\(?P<sign>[^a-z])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.I,
)
_RTF_DESTINATIONS = word_set(
    "fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr ftnsep themedata colorschememapping datastore latentstyles generator listtable listoverridetable rsidtbl xmlnstbl fldinst bkmkstart bkmkend mmathpr pgdsctbl"
)
_RTF_SIGNS = {"par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "cell": "\t", "tab": "\t", "emdash": "—", "endash": "–", "bullet": "• ", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}  # fmt: skip


def decode_text(data: bytes) -> str:
    """Text by byte order mark, UTF-8, UTF-16 without a mark, else Windows-1252 (what older Western files use)."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    sample = data[:4000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(sample) > 20 and sample[offset::2].count(0) > 0.8 * (len(sample) // 2):
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def text_document(kind: str, text: str, links: tuple[str, ...] = ()) -> Document:
    """Lines of a text; runs of four blanks or more count as a tab, form feeds as new pages."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")[:MAX_CHARACTERS]
    lines = []
    for page, sheet in enumerate(text.split("\f"), start=1):
        for raw in sheet.split("\n"):
            stripped = raw.expandtabs(8) if raw[:1] in " \t" else raw
            indent = len(stripped) - len(stripped.lstrip())
            clean = re.sub(r" *\t[ \t]*| {4,}", "\t", raw.strip().replace("\xa0", " "))
            lines.append(Line(clean, page, x=float(indent * 5) if indent else 0.0))
    if not any(line.text for line in lines):
        raise Refusal("empty", "This file has no text in it.")
    return build_document(kind, lines, links=links)


def read_text(data: bytes) -> Document:
    return text_document("text", decode_text(data))


class _HtmlLines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.links: list[str] = []
        self.parts: list[str] = []
        self.bold: list[tuple[int, int]] = []
        self.depth = {"skip": 0, "bold": 0}
        self.size = _TEXT_SIZE
        self.has_just_ended = False
        self.length = self.line_length = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.depth["skip"] += 1
        elif tag in _BLOCKS:
            self.flush()
            self.size = _SIZES.get(tag, _TEXT_SIZE)
            if tag == "li":
                self._add("• ")
        elif tag in ("td", "th") and self.parts:
            self._add("\t")
        elif tag in ("b", "strong"):
            self.depth["bold"] += 1
        if tag in _INLINE and self.has_just_ended and self.parts and not self.parts[-1][-1:].isspace():
            self._add("\t")  # boxes set side by side by a style sheet have nothing between them
        self.has_just_ended = False
        href = dict(attrs).get("href") if tag == "a" else None
        if href:
            self.links.append(href[:2000])

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.depth["skip"] = max(0, self.depth["skip"] - 1)
        elif tag in _BLOCKS:
            self.flush()
            if tag in ("p", "div", "section", "ul", "table"):
                self.lines.append(Line(""))
        elif tag in ("b", "strong"):
            self.depth["bold"] = max(0, self.depth["bold"] - 1)
        self.has_just_ended = tag in _INLINE

    def handle_data(self, data: str) -> None:
        self.has_just_ended = False
        if self.depth["skip"] or self.length > MAX_CHARACTERS:
            return
        text = re.sub(r"\s+", " ", data)
        self._add(text if self.parts else text.lstrip())

    def _add(self, text: str) -> None:
        if not text:
            return
        if self.depth["bold"] and text.strip():
            self.bold.append((self.line_length, self.line_length + len(text.rstrip())))
        self.parts.append(text)
        self.line_length += len(text)
        self.length += len(text)

    def flush(self) -> None:
        text = "".join(self.parts).rstrip()
        if text.strip(" •"):
            bold = tuple((a, min(b, len(text))) for a, b in self.bold if a < len(text))
            self.lines.append(Line(text, size=self.size, bold=bold, is_heading=self.size > _TEXT_SIZE))
        self.parts, self.bold, self.line_length, self.size = [], [], 0, _TEXT_SIZE


def without_endless_references(text: str) -> str:
    """HTML without character references of so many digits that `html.unescape` raises ValueError on them."""
    return _ENDLESS_REFERENCE.sub("�", text)


def read_html(data: bytes) -> Document:
    """Lines of an HTML page: blocks become lines, list items bullets, cells tabs; scripts and styles are left out."""
    parser = _HtmlLines()
    declared = re.search(rb"charset=[\"']?([\w-]{3,20})", data[:2048])
    text = decode_text(data)
    if declared and "�" in text:
        try:
            text = data.decode(declared.group(1).decode("ascii"), "replace")
        except LookupError:
            text = decode_text(data)
    parser.feed(without_endless_references(text[: 4 * MAX_CHARACTERS]))
    parser.close()
    parser.flush()
    if not any(line.text for line in parser.lines):
        raise Refusal("empty", "This page has no text in it.")
    return build_document("html", parser.lines, links=parser.links[:200])


def read_rtf(data: bytes) -> Document:
    """Text of an RTF file (RTF 1.9): destinations that hold no text are skipped, code pages and \\u letters decoded."""
    source = data.decode("latin-1")
    encoding = "cp" + match.group(1) if (match := re.search(r"\\ansicpg(\d{3,5})", source[:2000])) else "cp1252"
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "cp1252"
    return text_document("rtf", _rtf_text(source, encoding))


def _rtf_text(source: str, encoding: str) -> str:
    out: list[str] = []
    stack: list[tuple[bool, int]] = []
    skipping, fallback, to_skip = False, 1, 0
    for match in _RTF_TOKEN.finditer(source):
        word, brace = match.group("word"), match.group("brace")
        if brace == "{":
            stack.append((skipping, fallback))
        elif brace == "}":
            skipping, fallback = stack.pop() if stack else (False, 1)
        elif match.group("sign") == "*" or (word and word.lower() in _RTF_DESTINATIONS):
            skipping = True
        elif skipping:
            continue
        elif word == "uc":
            fallback = int(match.group("number") or 1)
        elif word == "u" and match.group("number"):
            code = int(match.group("number")) % 65536
            out.append(chr(code) if not 0xD800 <= code < 0xE000 else "")
            to_skip = fallback
        elif word:
            out.append(_RTF_SIGNS.get(word, ""))
        elif match.group("hex"):
            if to_skip:
                to_skip -= 1
            else:
                out.append(bytes([int(match.group("hex"), 16)]).decode(encoding, "replace"))
        elif match.group("sign"):
            out.append(
                {"~": " ", "_": "-", "\n": "\n", "\r": "\n"}.get(
                    match.group("sign"), match.group("sign") if match.group("sign") in "\\{}" else ""
                )
            )
        elif match.group("text"):
            text = match.group("text")[to_skip:]
            to_skip = max(0, to_skip - len(match.group("text")))
            out.append(text)
    return "".join(out)
