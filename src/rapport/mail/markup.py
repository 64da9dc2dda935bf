"""The few marks that a text of a template may have: bold, italic, links with words, lists. Pure.

| written | becomes |
|---|---|
| `**words**`, `*words*` | bold, italic; in the text part the words alone |
| `[words](https://example.org/)` | a link; in the text part “words (https://example.org/)” |
| two or more lines with `- `, or with `1. `, `2. ` … | a list; in the text part as it was written |
| `\\*`, `\\[` | the sign itself |

Chosen so that what people write anyway stays as it is: “Entwickler*in”, “2 * 3 * 4”, a line that begins with “24. December”,
a signature “- Rita”. Everything else is text, whatever it looks like: nobody's script, style or element gets into a mail.
"""

import html
import re
from collections.abc import Iterator

MARK = "\ue000"  # stands for a merge field, whose value is filled in later and never read for marks
LINK = rf"https?://[^\s<>{MARK}\"]*[^\s<>{MARK}\".,;:!?)\]'’”](?![^\s<>]*{MARK})"
_BARE_LINK = re.compile(f"(?P<link>{LINK})")
_EMPHASIS = (
    r"\\(?P<sign>[*\[])"
    r"|\*\*(?=[^\s*])(?P<bold>[^*\n]*[^\s*])\*\*(?!\*)"
    r"|(?<![\w*])\*(?=[^\s*])(?P<italic>[^*\n]*[^\s*])\*(?![\w*])"
)
_NO_LINKS = re.compile(_EMPHASIS)
_WORDED_LINK = rf"\[(?P<words>[^\[\]\n]{{1,200}})\]\((?P<url>https?://[^\s<>\"(){MARK}]+)\)"
_INLINE = re.compile(f"{_WORDED_LINK}|(?P<link>{LINK})|{_EMPHASIS}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_DOT, _NUMBER = re.compile(r"[ \t]*[-•][ \t]+(?=\S)"), re.compile(r"[ \t]*(\d{1,2})[.)][ \t]+(?=\S)")


def marked_html(text: str) -> str:
    """A text as HTML with its marks; everything else is escaped."""
    return "\n".join(_block(paragraph) for paragraph in _PARAGRAPHS.split(text.strip("\n")))


def marked_text(text: str) -> str:
    """A text as it reads without its marks."""
    return _INLINE.sub(_plain, text)


def plain_html(text: str) -> str:
    """A text without marks as HTML: paragraphs, line breaks and links that can be clicked; everything else is escaped."""
    return "\n".join(f"<p>{_lines(part, _BARE_LINK)}</p>" for part in _PARAGRAPHS.split(text.strip("\n")))


def _block(paragraph: str) -> str:
    """A paragraph and the lists in it."""
    return "\n".join(
        f"<p>{_lines(chr(10).join(lines))}</p>" if not tag else _list(tag, lines)
        for tag, lines in _runs(paragraph.split("\n"))
    )


def _list(tag: str, lines: list[str]) -> str:
    pattern = _DOT if tag == "ul" else _NUMBER
    items = "\n".join(f"<li>{_lines(pattern.sub('', line, count=1))}</li>" for line in lines)
    return f"<{tag}>\n{items}\n</{tag}>"


def _runs(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines that belong together, each run with the element of its list; "" for what is none."""
    text: list[str] = []
    at = 0
    while at < len(lines):
        tag, count = _list_at(lines, at)
        if not tag:
            text.append(lines[at])
            at += 1
            continue
        if text:
            yield "", text
            text = []
        yield tag, lines[at : at + count]
        at += count
    if text:
        yield "", text


def _list_at(lines: list[str], at: int) -> tuple[str, int]:
    """The list that begins at this line, and how many lines it has; one line alone is none."""
    for tag, belongs in (("ul", _is_dot), ("ol", _is_number)):
        count = 0
        while at + count < len(lines) and belongs(lines[at + count], count):
            count += 1
        if count > 1:
            return tag, count
    return "", 0


def _is_dot(line: str, number: int) -> bool:
    return bool(_DOT.match(line))


def _is_number(line: str, number: int) -> bool:
    """Whether a line has the number that the next one of a list has; dates and years have another."""
    match = _NUMBER.match(line)
    return match is not None and int(match[1]) == number + 1


def _lines(text: str, pattern: re.Pattern[str] = _INLINE) -> str:
    """Lines as HTML; `pattern` finds what is more than text."""
    pieces, position = [], 0
    for match in pattern.finditer(text):
        pieces += [html.escape(text[position : match.start()]), _element(match)]
        position = match.end()
    pieces.append(html.escape(text[position:]))
    return "".join(pieces).replace("\n", "<br>\n")


def _element(match: re.Match[str]) -> str:
    found = match.groupdict()
    if link := found.get("link"):
        return f'<a href="{html.escape(link)}">{html.escape(link)}</a>'
    if found.get("url"):
        return f'<a href="{html.escape(found["url"])}">{_lines(found["words"], _NO_LINKS)}</a>'
    if found["bold"]:
        return f"<strong>{_lines(found['bold'], match.re)}</strong>"
    if found["italic"]:
        return f"<em>{_lines(found['italic'], match.re)}</em>"
    return html.escape(found["sign"])


def _plain(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found.get("url"):
        words = _NO_LINKS.sub(_plain, found["words"])
        return found["url"] if words == found["url"] else f"{words} ({found['url']})"
    inner = found["bold"] or found["italic"]
    return match.re.sub(_plain, inner) if inner else found["sign"] or match.group()
