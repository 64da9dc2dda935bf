"""A résumé's pages with the boxes of the words that became fields, for the page that shows them beside the fields. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport.intake.review_text import Piece


@dataclass(frozen=True, slots=True)
class Word:
    """Words on a page, as attributes of an SVG rectangle; `fields` and `is_mark` as in `review_text.Piece`."""

    fields: str
    is_mark: bool
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page in points; one whose size is unknown cannot be drawn."""

    number: int
    width: int
    height: int
    words: list[Word] = field(default_factory=list)

    @property
    def can_be_drawn(self) -> bool:
        return self.width > 0 and self.height > 0


def spans_of(pieces: Iterable[Piece]) -> Iterator[tuple[int, int, Piece]]:
    """(start, end, piece) of the pieces that became fields."""
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if piece.fields:
            yield start, end, piece
        start = end


def build_pages(found: Mapping[str, Any], pieces: Sequence[Piece]) -> list[Page]:
    """Pages of what `pdf_pages.find_words` has found; `pieces` are those of the spans it was asked for."""
    pages = [
        Page(number, round(width), round(height)) for number, (width, height) in enumerate(found["pages"], start=1)
    ]
    for piece, boxes in zip(pieces, found["boxes"], strict=False):
        for number, *box in boxes:
            word = Word(piece.fields, piece.is_mark, *(f"{value:g}" for value in box))
            pages[number - 1].words.append(word)
    return pages
