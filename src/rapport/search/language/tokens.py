"""Cutting the text of a query into tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapport.search.language.nodes import MAX_SLOP, Problem


class UnreadableError(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, start + 1, max(1, end - start))


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # "(", ")", "and", "or", "not", "field", "phrase", "word", "end"
    text: str
    start: int
    end: int
    slop: int = 0


_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([^\W\d]\w*):(?!//)")
_WORD = re.compile(r'[^\s()"“”„]+')
_SLOP = re.compile(r"~(\d{1,6})")
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not", "&&": "and", "||": "or"}
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "“": re.compile(r"“((?:[^“”\\]|\\.)*)[“”]", re.DOTALL),
    "„": re.compile(r"„((?:[^“”\\]|\\.)*)[“”]", re.DOTALL),
}
_ESCAPED = re.compile(r'\\(["\\])')
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]+")


def tokens(text: str) -> Iterator[Token]:
    at = 0
    after_field = False
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            at, after_field = space.end(), False
            continue
        token = _token(text, at, after_field)
        yield token
        at, after_field = token.end, token.kind == "field"
    yield Token("end", "", len(text), len(text))


def _token(text: str, at: int, after_field: bool) -> Token:
    character = text[at]
    if character in "()":
        return Token(character, character, at, at + 1)
    if character in _QUOTED:
        return _phrase_token(text, at)
    if character == "”":
        raise UnreadableError("This quotation mark closes nothing.", at, at + 1)
    if character == "-" and not after_field and at + 1 < len(text) and not text[at + 1].isspace():
        return Token("not", "-", at, at + 1)
    name = None if after_field else _FIELD.match(text, at)
    if name:
        return Token("field", name[1], at, name.end())
    word = _WORD.match(text, at)
    end = word.end() if word else at + 1
    return Token(_OPERATORS.get(text[at:end], "word") if not after_field else "word", text[at:end], at, end)


def _phrase_token(text: str, at: int) -> Token:
    quoted = _QUOTED[text[at]].match(text, at)
    if quoted is None:
        raise UnreadableError("The quotation mark is not closed.", at, len(text))
    slop = _SLOP.match(text, quoted.end())
    if slop and int(slop[1]) > MAX_SLOP:
        raise UnreadableError(f"Up to {MAX_SLOP} words may stand between those of a phrase.", *slop.span())
    end, between = (slop.end(), int(slop[1])) if slop else (quoted.end(), 0)
    return Token("phrase", _ESCAPED.sub(r"\1", quoted[1]), at, end, between)


def needs_quotes(text: str) -> bool:
    """Whether a word would be read as something else without quotation marks."""
    return (
        not text
        or text in _OPERATORS
        or text[0] == "-"
        or text[-1] == "*"
        or _FIELD.match(text) is not None
        or any(c.isspace() or c in '()"“”„' for c in text)
    )


def clean(text: str) -> str:
    """Control characters and runs of spaces become one space."""
    return " ".join(_CONTROL.sub(" ", text).split())
