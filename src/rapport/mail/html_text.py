"""Plain text out of the HTML of a mail: what a person would see, quotations marked with ">" as in plain mail.

The result is text, never markup; scripts, styles and hidden parts are left out. Work is bounded by the input limit.
"""

import re
from typing import Any

MAX_HTML_CHARS = 2_000_000
_SKIPPED = {"script", "style", "head", "title", "template", "object", "embed", "iframe", "noframes", "svg", "math"}
_BLOCKS = {
    "p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "section",
    "article", "header", "footer", "address", "dl", "dt", "dd", "center", "form", "fieldset", "body",
}  # fmt: skip
_SPACED = {"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
RULE = "_" * 32


class _Writer:
    """Collects words into lines; remembers how deep in quotations it is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.quoted = 0
        self.kept = 0

    def text(self, value: str) -> None:
        self.words.append(value if self.kept else re.sub(r"[ \t\r\n\f]+", " ", value))

    def end_line(self, *, always: bool = False) -> None:
        line = "".join(self.words)
        self.words = []
        if not self.kept:
            line = line.strip(" ")
        if line.strip() or always:
            self.lines += [self._prefix() + piece for piece in line.split("\n")]

    def blank(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._prefix())

    def _prefix(self) -> str:
        return "> " * self.quoted


def to_text(html: str) -> str:
    """The visible text; empty when there is nothing to read."""
    root = _tree(html[:MAX_HTML_CHARS])
    if root is None:
        return ""
    writer = _Writer()
    _walk(root, writer)
    writer.end_line()
    text = "\n".join(line.rstrip() for line in writer.lines).replace("\xa0", " ")
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _tree(html: str) -> Any:
    from lxml import etree  # imported late: most mail has a text part, and commands start quickly

    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return etree.fromstring(html.replace("\x00", "").encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _walk(root: Any, writer: _Writer) -> None:
    """Depth first without recursion: each element is opened, its children follow, then it is closed."""
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        element, is_closing = waiting.pop()
        if is_closing:
            _close(element, writer)
            if element.tail and element is not root:
                writer.text(element.tail)
            continue
        waiting.append((element, True))
        if not _is_skipped(element):
            _open(element, writer)
            waiting += [(child, False) for child in reversed(element)]


def _is_skipped(element: Any) -> bool:
    return (
        not isinstance(element.tag, str) or element.tag in _SKIPPED or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _open(element: Any, writer: _Writer) -> None:
    tag = element.tag
    if tag in _SPACED:
        writer.blank()
    elif tag in _BLOCKS:
        writer.end_line()
    if tag == "blockquote":
        writer.quoted += 1
    elif tag == "pre":
        writer.kept += 1
    elif tag == "br":
        writer.end_line(always=True)
    elif tag == "hr":
        writer.end_line()
        writer.lines.append(writer._prefix() + RULE)
    elif tag == "li":
        writer.text("- ")
    elif tag in ("td", "th"):
        writer.text(" ")
    elif tag == "img" and element.get("alt"):
        writer.text(element.get("alt"))
    if element.text:
        writer.text(element.text)


def _close(element: Any, writer: _Writer) -> None:
    tag = element.tag
    if _is_skipped(element):
        return
    if tag in _BLOCKS:
        writer.end_line()
    if tag == "blockquote":
        writer.quoted -= 1
    elif tag == "pre":
        writer.kept -= 1
    if tag in _SPACED:
        writer.blank()
