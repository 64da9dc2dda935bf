"""Certificates of a résumé: name, issuer and date of each line in their section, and where each stands in the text. Pure."""

import re
from collections.abc import Iterator, Sequence

from rapport.intake.document import Document
from rapport.intake.entry_rows import BULLET
from rapport.intake.header_words import organisation_weight
from rapport.intake.periods import find_periods
from rapport.intake.places import is_place
from rapport.intake.sections import Section

Spans = dict[str, tuple[int, int]]


def find_certificates(document: Document, sections: Sequence[Section]) -> Iterator[tuple[dict[str, str], Spans]]:
    """({name, issuer, date}, the span of each in the text) in order; issuer and date where they are told."""
    for section in sections:
        if section.kind == "certificates":
            for number in range(section.first, section.last):
                entry, spans = _certificate(document, number)
                if entry:
                    yield entry, spans


def _certificate(document: Document, number: int) -> tuple[dict[str, str], Spans]:
    """A line's certificate; empty for any other line."""
    line = document.lines[number]
    bullet = BULLET.match(line.text)
    begin = bullet.end() if bullet else 0
    text = line.text[begin:]
    if not 4 <= len(text.strip()) <= 130 or text[:1].islower() or is_place(text):
        return {}, {}
    periods = find_periods(text)
    name = text
    if periods:
        before, after = text[: periods[0].span[0]], text[periods[0].span[1] :]
        name = before if len(before.strip(" \t,;:(|–-")) >= 4 else after
    name = name.strip(" \t,;:()[]|–-•")
    if len(name) < 3:
        return {}, {}
    line_at = document.starts[number] + begin
    at = line_at + text.index(name)
    parts = [part.strip(" ,-–|") for part in re.split(r"\t|\s[–|-]\s|,\s", name) if part.strip(" ,-–|")]
    entry, spans = {"name": parts[0]}, {"name": _span_of(parts[0], name, at)}
    issuer = next((part for part in parts[1:] if organisation_weight(part) or len(parts) == 2), "")
    if issuer:
        entry["issuer"], spans["issuer"] = issuer, _span_of(issuer, name, at, last=True)
    if periods:
        start, end = periods[0].span
        entry["date"], spans["date"] = periods[0].start, (line_at + start, line_at + end)
    return entry, spans


def _span_of(part: str, text: str, at: int, *, last: bool = False) -> tuple[int, int]:
    start = at + (text.rindex(part) if last else text.index(part))
    return start, start + len(part)
