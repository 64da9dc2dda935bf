"""A file turned into lines of text: what every reader makes and every rule reads.

`Document.text` is the lines joined by newlines; evidence points into it by character offsets. A tab inside a line marks a wide gap
(a column, a date set to the right); an empty line marks a gap between paragraphs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


class Refusal(Exception):
    """This file cannot be read; the message is a sentence for people, `code` one word for programs.

    Codes: empty, too_large, too_many_pages, encrypted, corrupt, unknown_type, picture, archive, timeout, memory, crashed.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


# Page (the first is 1), left, top, right and bottom in points from the page's upper left corner.
Box = tuple[int, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as printed. `x` and `size` are in points (0 where the format knows none); `bold` holds spans of `text`.

    `boxes` says where each character of `text` stands, None for one that is not printed; empty unless it was asked for.
    """

    text: str
    page: int = 1
    x: float = 0.0
    size: float = 0.0
    bold: tuple[tuple[int, int], ...] = ()
    is_heading: bool = False
    boxes: tuple["Box | None", ...] = ()

    @property
    def is_all_bold(self) -> bool:
        covered = sum(end - start for start, end in self.bold)
        return bool(self.text.strip()) and covered >= 0.9 * len(self.text.strip())


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file. `links` are addresses behind words (PDF annotations, hyperlinks), in reading order.

    `picture_pages` are those that hold a picture and no text to be read (a scan).
    """

    kind: str
    lines: tuple[Line, ...]
    page_count: int = 1
    links: tuple[str, ...] = ()
    text: str = field(default="")
    starts: tuple[int, ...] = field(default=())
    picture_pages: tuple[int, ...] = ()


def build_document(
    kind: str,
    lines: Iterable[Line],
    page_count: int = 1,
    links: Iterable[str] = (),
    picture_pages: Iterable[int] = (),
) -> Document:
    """Join lines into one text and remember where each begins; runs of empty lines become one."""
    kept: list[Line] = []
    for line in lines:
        if line.text.strip() or (kept and kept[-1].text.strip()):
            kept.append(line)
    starts, position = [], 0
    for line in kept:
        starts.append(position)
        position += len(line.text) + 1
    text = "\n".join(line.text for line in kept)
    return Document(kind, tuple(kept), page_count, tuple(links), text, tuple(starts), tuple(picture_pages))
