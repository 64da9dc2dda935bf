"""The entries of a section (jobs, schools): which lines head each, which are its text, and the parts of the heading.

An entry is found by its dates. Lines above the dates belong to it as far as the first entry of the section shows; lines below are taken while
fewer than two parts (title and organisation, degree and school) have been found.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rapport.intake.document import Document, Line
from rapport.intake.entry_rows import BULLET, WEB_PAGE, EntryRow, anchor_at_bullets, list_rows
from rapport.intake.periods import Period, find_periods
from rapport.intake.places import is_place, split_place
from rapport.intake.sections import Section

_STRONG = re.compile(
    r"\t+|\s+\|\s+|\s*\|\s*|\s+[·•∙]\s+|\s+[–—‒-]+\s+|\s+//\s+|\s+@\s*|(?<=\w),?\s+(?:at|bei|chez)\s+(?=[A-ZÀ-Þ])|\s{2,}"
)
_PARENTHESIS = re.compile(r"\s*\(([^()]{3,60})\)\s*$")
_ASIDE = re.compile(
    r"\(\s*(?:[mwdfx]\s?/\s?[mwdfx](?:\s?/\s?[mwdfx])?|part[- ]?time|full[- ]?time|remote|contract|freelance|intern(?:ship)?|hybrid|temporary|teilzeit|vollzeit)\s*\)",
    re.I,
)
_DURATION = re.compile(
    r"\(?\b\d{1,2}\+?\s*(?:years?|yrs?|months?|mos?|jahre?|monate?|ans?|mois|años?|meses)\b\.?(?:[\s,&and]*\d{1,2}\s*(?:months?|mos?|monate?|mois|meses)\b\.?)?\)?",
    re.I,
)
_LABEL = re.compile(
    r"^(?:company|employer|organi[sz]ation|position|(?:job )?title|role|designation|location|firma|unternehmen|arbeitgeber|stelle"
    r"|entreprise|employeur|poste|empresa|puesto|cargo|school|university|degree|institution|place|ort|lieu|lugar|ville|date|dates|period|zeitraum"
    r"|période|periodo|duration|dauer|from)\s*:\s*",
    re.I,
)
_ONLY_LABEL = re.compile(
    r"(?:dates?|period|zeitraum|période|periodo|duration|dauer|from|location|place|ort|lieu|lugar)\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a heading, with its span in the document's text."""

    text: str
    start: int
    end: int
    is_bold: bool = False


@dataclass(slots=True)
class Entry:
    """One job or school as it stands: heading parts without dates and places, period, place, and the lines of its text."""

    parts: list[Part]
    period: Period | None
    period_span: tuple[int, int] | None
    place: Part | None
    body: list[int] = field(default_factory=list)
    first_line: int = 0


Weigh = Callable[[str], float]


@dataclass(slots=True)
class _Weights:
    """How much a text looks like part of a heading; `more_below` once most entries show a heading line below their dates."""

    first: Weigh
    second: Weigh
    more_below: bool = False

    def __call__(self, text: str) -> float:
        return max(self.first(text), self.second(text))

    def tells_both(self, text: str) -> bool:
        return self.first(text) > 0 and self.second(text) > 0


def find_entries(document: Document, section: Section, weigh_first: Weigh, weigh_second: Weigh) -> list[Entry]:
    """Entries of a section in order; the weights tell how much a text looks like either part of a heading (title or organisation)."""
    weigh = _Weights(weigh_first, weigh_second)
    rows = list_rows(document, section)
    anchors = [index for index, row in enumerate(rows) if row.period and not row.is_body]
    if not anchors:
        rows, anchors = anchor_at_bullets(rows)
    if not anchors:
        return _undated_entries(document, rows, weigh)
    weigh.more_below = _often_continues_below(rows, anchors, weigh)
    above = _lines_above_first(rows, anchors[0], weigh)
    heads = [_first_head_row(rows, anchors, position, above) for position in range(len(anchors))]
    entries = []
    for position, anchor in enumerate(anchors):
        end = heads[position + 1] if position + 1 < len(anchors) else len(rows)
        entries.append(_entry(document, rows, heads[position], anchor, end, weigh))
    return entries


def _undated_entries(document: Document, rows: list[EntryRow], weigh: _Weights) -> list[Entry]:
    """Without any dates: each short line that looks like a heading opens an entry, the line under it may complete it."""
    entries: list[Entry] = []
    for row in rows:
        text = row.line.text.strip()
        if row.is_blank or row.is_body or len(text) > 90 or weigh(text) < 2 or text[-1:] in ".;,":
            if entries and not row.is_blank:
                entries[-1].body.append(row.number)
            continue
        if entries and not entries[-1].body and len(entries[-1].parts) == 1:
            _add_parts(entries[-1], document, row)
        else:
            entries.append(Entry([], None, None, None, first_line=row.number))
            _add_parts(entries[-1], document, row)
    return [entry for entry in entries if entry.parts]


def _lines_above_first(rows: list[EntryRow], anchor: int, weigh: _Weights) -> int:
    """How many heading lines stand above the dates of the section's first entry (0 to 3)."""
    above = [row for row in rows[:anchor] if not row.is_blank]
    last_text = max((index for index, row in enumerate(above) if row.is_body), default=-1)
    heading = above[last_text + 1 :]
    if len(heading) <= 3 and (last_text < 0 or all(row.line.bold or weigh(row.line.text) >= 1.5 for row in heading)):
        return len(heading)
    return 0


def _first_head_row(rows: list[EntryRow], anchors: list[int], position: int, wanted: int) -> int:
    """Row where the heading of an entry begins: up to `wanted` rows above its dates that are no text and look like the first's."""
    anchor = anchors[position]
    floor = anchors[position - 1] + 1 if position else 0
    if not wanted and position and anchor > floor and _has_lost_its_dates(rows, anchors[0], anchor):
        return anchor - 1
    taken, index = 0, anchor
    while taken < wanted and index > floor:
        candidate = rows[index - 1]
        if candidate.is_blank:
            if index - 1 == floor or rows[index - 2].is_body:
                break
            index -= 1
            continue
        if candidate.is_body or (position and not _alike(candidate, rows, anchors[0], wanted - taken, wanted)):
            break
        index -= 1
        taken += 1
    while index < anchor and rows[index].is_blank:
        index += 1
    return index


def _has_lost_its_dates(rows: list[EntryRow], first_anchor: int, anchor: int) -> bool:
    """The line above is set like the first entry's line with the dates, which here slipped to the line below."""
    above, below = rows[anchor - 1], rows[anchor + 1] if anchor + 1 < len(rows) else None
    if above.is_blank or above.is_body or (below is not None and not below.is_blank and not below.is_body):
        return False
    is_set_alike = bool(above.line.bold) and bool(rows[first_anchor].line.bold) and not rows[anchor].line.bold
    return is_set_alike and abs(above.line.x - rows[first_anchor].line.x) < 8


def _alike(candidate: EntryRow, rows: list[EntryRow], first_anchor: int, place: int, wanted: int) -> bool:
    heads = [row for row in rows[:first_anchor] if not row.is_blank][-wanted:]
    model = heads[place - 1] if place - 1 < len(heads) else heads[0]
    same_x = model.line.x == 0 or candidate.line.x == 0 or abs(model.line.x - candidate.line.x) < 8
    same_size = model.line.size == 0 or abs(model.line.size - candidate.line.size) < 0.8
    return same_x and same_size and model.line.is_all_bold == candidate.line.is_all_bold


def _entry(document: Document, rows: list[EntryRow], head: int, anchor: int, end: int, weigh: _Weights) -> Entry:
    start = document.starts
    entry = Entry([], rows[anchor].period, None, None, first_line=rows[head].number)
    row = rows[anchor]
    lead = len(row.line.text) - len(row.line.text.lstrip())
    if row.period:
        offset = start[row.number] + lead
        entry.period_span = (offset + row.period.span[0], offset + row.period.span[1])
    for index in range(head, anchor + 1):
        if not rows[index].is_blank:
            _add_parts(entry, document, rows[index])
    index = _take_below(entry, document, rows, anchor + 1, end, weigh)
    entry.body = [r.number for r in rows[index:end]]
    return entry


def _take_below(entry: Entry, document: Document, rows: list[EntryRow], index: int, end: int, weigh: _Weights) -> int:
    """Add heading lines below the dates while parts are missing; returns the row where the text begins."""
    skipped_blank = False
    for _ in range(4):
        if index >= end:
            break
        row = rows[index]
        if row.is_blank:
            if skipped_blank or _is_complete(entry, weigh):
                break
            skipped_blank = True
            while index < end and rows[index].is_blank:
                index += 1
            continue
        text = row.line.text.strip()
        if row.is_body or row.period or len(text) > 100:
            break
        if _is_complete(entry, weigh) and not (entry.place is None and is_place(text)):
            break
        _add_parts(entry, document, row)
        index += 1
    return index


def _is_complete(entry: Entry, weigh: _Weights) -> bool:
    """Two parts, or one whose comma may part them: certain words for both, or for one where no entry goes on below its dates."""
    if len(entry.parts) >= 2:
        return True
    if not entry.parts or "," not in entry.parts[0].text:
        return False
    text = entry.parts[0].text
    return weigh.tells_both(text) or (weigh(text) > 0 and not weigh.more_below)


def _often_continues_below(rows: list[EntryRow], anchors: list[int], weigh: _Weights) -> bool:
    """Whether the line right below the dates is part of the heading in at least half of the entries: telling words, a place, or bold."""
    hits = 0
    for anchor in anchors:
        below = next((row for row in rows[anchor + 1 : anchor + 3] if not row.is_blank), None)
        if below is None or below.is_body or below.period or len(below.line.text) > 70:
            continue
        text = below.line.text.strip()
        hits += weigh(text) >= 1.5 or below.line.is_all_bold or bool(split_place(text)[1])
    return hits >= 0.5 * len(anchors)


def _add_parts(entry: Entry, document: Document, row: EntryRow) -> None:
    offset = document.starts[row.number]
    for start, end in split_heading(row.line):
        label = _LABEL.match(row.line.text[start:end])
        start += label.end() if label else 0
        text = row.line.text[start:end]
        if WEB_PAGE.match(text) or _ONLY_LABEL.match(text):
            continue
        rest, place = split_place(text)
        if place and (entry.place is None or not rest):
            at = offset + start + text.rindex(place)
            entry.place = entry.place or Part(place, at, at + len(place))
        if not place or rest:
            kept = rest if place and entry.place and entry.place.text == place else text
            kept = kept.strip(" ,;:")
            if kept:
                is_bold = any(a <= start + 1 and b > start for a, b in row.line.bold)
                at = offset + start + text.index(kept)
                entry.parts.append(Part(kept, at, at + len(kept), is_bold))


def split_heading(line: Line) -> list[tuple[int, int]]:
    """Spans of the parts of a heading line: dates and durations are cut out, then it is cut at separators and where bold ends."""
    text = line.text
    bullet = BULLET.match(text)
    blank = list(" " * bullet.end() + text[bullet.end() :]) if bullet else list(text)
    for period in find_periods(text):
        blank[period.span[0] : period.span[1]] = "\t" * (period.span[1] - period.span[0])
    for pattern in (_DURATION, _ASIDE):
        for match in pattern.finditer("".join(blank)):
            blank[match.start() : match.end()] = "\t" * (match.end() - match.start())
    cut = "".join(blank)
    spans, position = [], 0
    for match in _STRONG.finditer(cut):
        spans.append((position, match.start()))
        position = match.end()
    spans.append((position, len(cut)))
    result: list[tuple[int, int]] = []
    for start, end in spans:
        for a, b in _cut_bold(cut, start, end, line.bold):
            result.extend(_cut_parenthesis(cut, a, b))
    return [(a, b) for a, b in (_trim(cut, a, b) for a, b in result) if b > a]


def _cut_bold(text: str, start: int, end: int, bold: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    for a, b in bold:
        for edge in (a, b):
            if start + 2 < edge < end - 2 and _parts_words(text[start:edge], text[edge:end]):
                return [(start, edge), *_cut_bold(text, edge, end, bold)]
    return [(start, end)]


def _parts_words(left: str, right: str) -> bool:
    """Bold ends at a separator, or at a blank with two letters and more on either side."""
    if re.search(r"[,:;]\s*$", left) or re.match(r"\s*(?:[,:;(@]|(?:at|bei|chez)\s)", right):
        return True
    is_blank = left[-1:].isspace() or right[:1].isspace()
    return is_blank and all(len(re.findall(r"\w", side)) > 3 for side in (left, right))


def _cut_parenthesis(text: str, start: int, end: int) -> list[tuple[int, int]]:
    match = _PARENTHESIS.search(text[start:end])
    if not match or 0 < match.start() < 3:
        return [(start, end)]
    return [(start, start + match.start()), (start + match.start(1), start + match.end(1))]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut blanks and separators off both ends; brackets only where their partner is missing."""
    signs = " \t,;:|–—-·•/~"
    lead = re.match(r"\s*(?:@|(?:at|bei|chez)\s)\s*(?=[A-ZÀ-Þ\d])", text[start:end])
    start += lead.end() if lead else 0
    while start < end and (text[start] in signs + ")]" or (text[start] in "([" and not _closes(text[start:end]))):
        start += 1
    while end > start and (text[end - 1] in signs + "([" or (text[end - 1] in ")]" and not _opens(text[start:end]))):
        end -= 1
    return start, end


def _closes(text: str) -> bool:
    return ")" in text or "]" in text


def _opens(text: str) -> bool:
    return "(" in text or "[" in text
