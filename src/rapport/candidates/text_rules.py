"""Making entered text fit to be stored: no control characters, no accidental spaces, no more than the field holds."""

import re
import unicodedata

# PostgreSQL cannot store NUL; the others are invisible and come from files, never from people.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def one_line(text: str, limit: int) -> str:
    """The text on one line with single spaces, cut at a word where it is longer than `limit` characters."""
    if not text:
        return ""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", CONTROL.sub(" ", text))
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def many_lines(text: str) -> str:
    """The text with plain line ends, without spaces around it."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def without_nul(text: str) -> str:
    """A document's text as it may be stored: spans into it stay right, because characters are replaced one by one."""
    return CONTROL.sub(" ", text)
