"""What a vocabulary knows of a name, and what is found of it in a text. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

ANY, CASE, CONTEXT = "any", "case", "context"


@dataclass(frozen=True, slots=True)
class Mention:
    """A skill found in a text: its canonical name, the span text[start:end] in characters, and what stands there."""

    skill: str
    start: int
    end: int
    text: str


class Alias(NamedTuple):
    """A way of writing a skill; `language` is empty for English and for what is written alike everywhere."""

    skill: str
    text: str
    language: str = ""
    matching: str = ANY
    normal: str = ""  # where it is known already: in the database


class Hit(NamedTuple):
    """A name at the words first..last of a text."""

    first: int
    last: int
    alias: Alias


def default_matching(text: str) -> str:
    """How a name is recognised when nobody said: one letter by context, two letters by case, all else in any case."""
    if not text.isalpha():
        return ANY
    return {1: CONTEXT, 2: CASE}.get(len(text), ANY)
