"""A résumé's text cut at its evidence, for the page that shows the words beside the fields they became. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_SHOWN = 60_000
# Whole paragraphs: they would cover the words inside them.
WIDE = (".summary",)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the text; `field` says what was read from them, "" for the words between."""

    text: str
    field: str = ""


def cut_text(text: str, evidence: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The text in pieces; of two spans that overlap the shorter one is marked."""
    shown = text[:LONGEST_SHOWN]
    spans = [
        (row["start"], row["end"], row["field"])
        for row in evidence
        if not row["field"].endswith(WIDE) and 0 <= row["start"] < row["end"] <= len(shown)
    ]
    taken: list[tuple[int, int, str]] = []
    covered = bytearray(len(shown))
    for start, end, name in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            taken.append((start, end, name))
    return _pieces(shown, sorted(taken))


def _pieces(text: str, spans: list[tuple[int, int, str]]) -> list[Piece]:
    found, at = [], 0
    for start, end, name in spans:
        if start > at:
            found.append(Piece(text[at:start]))
        found.append(Piece(text[start:end], name))
        at = end
    if at < len(text):
        found.append(Piece(text[at:]))
    return found
