"""A résumé's text cut at its evidence, for the page that shows the words beside the fields they became. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LONGEST_SHOWN = 60_000
# Whole paragraphs: they light up when their field is looked at, and are no mark of their own among the words inside them.
WIDE = (".summary",)
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the text; `fields` says what was read from them, the narrowest first, "" for the words between."""

    text: str
    fields: str = ""
    is_mark: bool = False


def cut_text(text: str, evidence: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The text in pieces, cut wherever a span begins or ends: words of several fields belong to each of them."""
    shown = text[:LONGEST_SHOWN]
    spans = [
        (row["start"], min(row["end"], len(shown)), row["field"])
        for row in sorted(evidence, key=lambda row: row["start"])
        if 0 <= row["start"] < min(row["end"], len(shown))
    ]
    cuts = sorted({0, len(shown), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    return list(_pieces(shown, spans, cuts))


def _pieces(text: str, spans: list[Span], cuts: list[int]) -> Iterator[Piece]:
    open_spans: list[Span] = []
    following = 0
    for start, end in pairwise(cuts):
        open_spans = [span for span in open_spans if span[1] > start]
        while following < len(spans) and spans[following][0] <= start:
            open_spans.append(spans[following])
            following += 1
        names = [name for _, _, name in sorted(open_spans, key=lambda span: span[1] - span[0])]
        is_mark = any(not name.endswith(WIDE) for name in names)
        yield Piece(text[start:end], " ".join(dict.fromkeys(names)), is_mark)
