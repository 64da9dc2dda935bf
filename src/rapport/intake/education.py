"""Schools: degree, field of study, school, dates; the same way as jobs, with the weights of degrees and schools."""

import re
from dataclasses import dataclass

from rapport.intake.document import Document
from rapport.intake.entries import Entry, Part, find_entries, split_heading
from rapport.intake.experiences import best_comma, choose_parts
from rapport.intake.header_words import degree_span, degree_weight, school_weight
from rapport.intake.section_names import heading_kind
from rapport.intake.sections import Section

_IN = re.compile(r"\s*(?:of\s+(?:science|arts|engineering|business administration|technology|commerce|education|philosophy|laws?|fine arts)\b)?\s*(?:degree\b)?\s*(?P<sign>in|of|en|im|in der|,|:|-|–|\()?\s*", re.I)  # fmt: skip
_SCORE = re.compile(
    r"\b(?:c?gpa|grade|note|abschlussnote|score)\b\s*(?:of|:|-)?\s*(?P<score>\d[\d.,]*(?:\s*/\s*\d[\d.,]*)?\s*%?)", re.I
)
_SCORE_AFTER = re.compile(r"\b(?P<score>\d\.\d{1,2}(?:\s*/\s*\d(?:\.\d+)?)?)\s*(?:c?gpa)\b", re.I)


@dataclass(frozen=True, slots=True)
class Education:
    """One school or course. `degree` and `area` are parts of the same words ("PhD in Physics") or stand apart."""

    degree: Part | None
    area: Part | None
    school: Part | None
    place: Part | None
    start: str
    end: str
    is_current: bool
    period_span: tuple[int, int] | None
    score: str
    confidence: float


def find_education(document: Document, section: Section) -> list[Education]:
    """Schools of one section, in the order of the résumé."""
    entries = find_entries(document, section, degree_weight, school_weight)
    if not entries:
        entries = _undated(document, section)
    for entry in entries:
        _cut(entry)
    chosen = choose_parts(entries, degree_weight, school_weight)
    return [_education(document, entry, *pair) for entry, pair in zip(entries, chosen, strict=True)]


def _cut(entry: Entry) -> None:
    """Cut parts that hold both the degree and the school, and drop marks ("3.8 GPA") from the heading."""
    parts: list[Part] = []
    for part in entry.parts:
        if _SCORE.fullmatch(part.text) or _SCORE_AFTER.fullmatch(part.text):
            continue
        mixed = degree_weight(part.text) > 0 and school_weight(part.text) > 0
        pieces = best_comma(part, degree_weight, school_weight) if mixed or len(entry.parts) == 1 else None
        parts.extend(pieces or [part])
    entry.parts = parts


def _undated(document: Document, section: Section) -> list[Entry]:
    """Entries without any dates: each line with a degree or a school that is not yet taken opens one."""
    entries: list[Entry] = []
    for number in range(section.first, section.last):
        line = document.lines[number]
        weights = (degree_weight(line.text), school_weight(line.text) if school_weight(line.text) >= 2 else 0.0)
        if not any(weights) or len(line.text) > 140:
            continue
        offset = document.starts[number]
        parts = [Part(line.text[a:b], offset + a, offset + b) for a, b in split_heading(line)]
        if entries and entries[-1].first_line == number - 1 and _completes(entries[-1], weights):
            entries[-1].parts.extend(parts)
        else:
            entries.append(Entry(parts, None, None, None, first_line=number))
    return entries


def _completes(entry: Entry, weights: tuple[float, float]) -> bool:
    has_degree = any(degree_weight(part.text) for part in entry.parts)
    has_school = any(school_weight(part.text) >= 2 for part in entry.parts)
    return (bool(weights[0]) and not has_degree) or (bool(weights[1]) and not has_school)


def _education(document: Document, entry: Entry, degree: Part | None, school: Part | None) -> Education:
    if degree is not None and not degree_weight(degree.text) and school is not None and len(entry.parts) == 2:
        degree_part: Part | None = None
        area: Part | None = degree
    else:
        degree_part, area = _degree_and_area(degree)
    if area is None:
        taken = {part.start for part in (degree, school) if part is not None}
        area = next((part for part in entry.parts if part.start not in taken and school_weight(part.text) < 1), None)
    if area is None and degree_part is not None and entry.body:
        area = _area_below(document, entry.body[0])
    if area is not None and degree_part is not None and area.text.startswith(degree_part.text):
        area = _degree_and_area(area)[1] or area  # the degree once in the margin and once more with its field
    area = _without_score(area)
    period = entry.period
    clear = sum((degree_part is not None, school is not None and school_weight(school.text) > 1, period is not None))
    return Education(
        degree=degree_part,
        area=area,
        school=school,
        place=entry.place,
        start=period.start if period and period.is_range else "",
        end=period.end if period and not period.is_current else "",
        is_current=bool(period and period.is_current),
        period_span=entry.period_span,
        score=_score(document, entry),
        confidence=round(0.3 + 0.2 * clear, 2),
    )


def _degree_and_area(part: Part | None) -> tuple[Part | None, Part | None]:
    """ "PhD in Computer Science" is a degree and an area; "Bachelor of Arts, Business Administration" too."""
    span = degree_span(part.text) if part else None
    if part is None or span is None:
        return part, None
    before = part.text[: span[0]].rstrip()
    if before.endswith((",", "(", "–", "-")) and len(part.text) - span[1] <= 1:
        area = before.rstrip(" ,(–-")
        degree = part.text[span[0] :].rstrip(" )")
        at = part.start + span[0]
        return Part(degree, at, at + len(degree), part.is_bold), Part(area, part.start, part.start + len(area))
    match = _IN.match(part.text, span[1])
    rest_at = match.end() if match else span[1]
    if match is None or (not match.group("sign") and span[0] == 0 and rest_at == len(part.text)):
        return part, None
    degree_end = match.start("sign") if match.group("sign") else rest_at
    kept, rest = part.text[:degree_end].rstrip(" ,:–-("), part.text[rest_at:].strip(" ,)")
    if len(rest) < 3 or not kept:
        return part, None
    area_at = part.start + part.text.index(rest, rest_at)
    return Part(kept, part.start, part.start + len(kept), part.is_bold), Part(rest, area_at, area_at + len(rest))


def _area_below(document: Document, number: int) -> Part | None:
    """A field of study that stands alone on the line under degree and school."""
    text = document.lines[number].text.strip()
    words = text.split()
    is_field = 1 <= len(words) <= 5 and text[:1].isupper() and len(text) <= 45 and text[-1:].isalpha()
    if (
        not is_field
        or any(c.isdigit() or c in ":•@" for c in text)
        or heading_kind(text)
        or degree_weight(text)
        or text.lower().startswith(("grade", "course", "relevant"))
    ):
        return None
    start = document.starts[number] + document.lines[number].text.index(text)
    return Part(text, start, start + len(text))


def _without_score(area: Part | None) -> Part | None:
    if area is None:
        return None
    text = _SCORE_AFTER.sub("", _SCORE.sub("", area.text)).rstrip(" -–,;(")
    return Part(text, area.start, area.start + len(text)) if text else None


def _score(document: Document, entry: Entry) -> str:
    lines = [entry.first_line, *range(entry.first_line, (entry.body[-1] if entry.body else entry.first_line) + 1)]
    for number in lines:
        match = _SCORE.search(document.lines[number].text) or _SCORE_AFTER.search(document.lines[number].text)
        if match:
            return match.group("score").strip(" .,")
    return ""
