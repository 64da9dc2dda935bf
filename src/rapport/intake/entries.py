"""The entries of a section (jobs, schools): which lines head each, which are its text, and the parts of the heading.

An entry is found by its dates. Lines above the dates belong to it as far as the first entry of the section shows; lines below are taken while
fewer than two parts (title and organisation, degree and school) have been found.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rapport.intake.document import Document, Line
from rapport.intake.periods import Period, find_periods, has_date, is_only_dates
from rapport.intake.places import is_place, split_place
from rapport.intake.sections import Section

BULLET = re.compile(r"^\s*(?:[•·∙◦▪▫■□●○◆◇►▸‣⁃*»➢➤✓✔❖\uf0b7–—-]|o(?=\s)|Â(?=\s?[A-Z]))\s*")
_SENTENCE_END = re.compile(r"[a-zà-ÿ)\d%]\.$")
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
_OPEN_END = re.compile(r"\d\s*(?:–|—|-|to|bis)\s*(?:[A-Za-zéûä]{3,9}\.?)?$")
_WEB_PAGE = re.compile(r"(?:https?://|www\.)\S+$", re.I)
_MAX_HEADER = 150


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


@dataclass(slots=True)
class _Row:
    number: int
    line: Line
    is_blank: bool
    is_body: bool
    period: Period | None


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


def is_bullet(text: str) -> bool:
    return bool(BULLET.match(text)) and not is_only_dates(text)


def find_entries(document: Document, section: Section, weigh_first: Weigh, weigh_second: Weigh) -> list[Entry]:
    """Entries of a section in order; the weights tell how much a text looks like either part of a heading (title or organisation)."""
    weigh = _Weights(weigh_first, weigh_second)
    rows = _join_dates(_rows(document, section))
    anchors = [index for index, row in enumerate(rows) if row.period and not row.is_body]
    if not anchors:
        rows, anchors = _bullet_anchors(rows)
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


def _rows(document: Document, section: Section) -> list[_Row]:
    rows: list[_Row] = []
    longest = max((len(line.text) for line in document.lines[section.first : section.last]), default=0)
    for number in range(section.first, section.last):
        line = document.lines[number]
        text = line.text.strip()
        period = _heading_period(text) if text else None
        row = _Row(number, line, not text, False, period)
        if rows and text and _is_wrapped(rows[-1], line, longest):
            rows[-1] = _joined(rows[-1], row)
            continue
        row.is_body = bool(text) and _is_body(row, rows)
        rows.append(row)
    _free_bulleted_heads(rows)
    return rows


def _free_bulleted_heads(rows: list[_Row]) -> None:
    """Entries whose heading has a bullet of its own: bold, right above a line that ends with the dates, not itself set in further."""
    for row, below in pairwise(rows):
        is_dated_below = below.period is not None and below.period.is_range and not is_bullet(below.line.text)
        if is_dated_below and not row.period and _is_bulleted_head(row.line):
            row.is_body = below.is_body = False


def _is_bulleted_head(line: Line) -> bool:
    first = line.text.split("\t")[0].strip()
    if not is_bullet(first) or not line.bold or len(first) > 80 or _SENTENCE_END.search(first):
        return False
    return sum(b - a for a, b in line.bold) >= 0.6 * len(first)


def _is_wrapped(before: _Row, line: Line, longest: int) -> bool:
    """The second line of a bold heading that its column broke: set alike, right under a line that is about as long as lines get."""
    if before.is_blank or before.is_body or before.period or has_date(line.text):
        return False
    first = before.line
    ends_bold = bool(first.bold) and first.bold[-1][1] >= len(first.text.rstrip()) - 1
    is_same_size = first.size > 0 and abs(first.size - line.size) < 0.3
    is_alike = is_same_size and abs(first.x - line.x) < 2 and first.page == line.page
    if not (is_alike and ends_bold and line.is_all_bold):
        return False
    return len(first.text) >= 0.7 * longest and len(line.text) < len(first.text) and "\t" not in line.text


def _joined(before: _Row, row: _Row) -> _Row:
    """Both lines as one: the newline between them counts as the blank, so that offsets stay true."""
    shift = len(before.line.text) + 1
    bold = (*before.line.bold[:-1], (before.line.bold[-1][0], row.line.bold[-1][1] + shift))
    return replace(before, line=replace(before.line, text=f"{before.line.text} {row.line.text}", bold=bold))


def _join_dates(rows: list[_Row]) -> list[_Row]:
    """Periods that are set over two lines: "Jan 2019 –" above "Present", "2007" above "2010", the end of a range that was wrapped."""
    for index, row in enumerate(rows[:-1]):
        below = rows[index + 1] if not rows[index + 1].is_blank or index + 2 == len(rows) else rows[index + 2]
        if row.is_blank or below.is_blank or is_bullet(row.line.text):
            continue
        first_at, second_at = (r.line.text.rfind("\t") + 1 for r in (row, below))
        first, second = row.line.text[first_at:].rstrip(), below.line.text[second_at:]
        between = _joint(first, second, row, below)
        periods = find_periods(first + between + second.strip()) if between else ()
        if not periods or not periods[-1].is_range or periods[-1].span[1] <= len(first + between):
            continue
        found = periods[-1]
        lead = len(row.line.text) - len(row.line.text.lstrip())
        row.period = replace(found, span=(first_at - lead + found.span[0], first_at - lead + len(first)))
        row.is_body = False
        cut = len(second) - len(second.lstrip()) + found.span[1] - len(first + between)
        below.line = replace(below.line, text=below.line.text[:second_at] + " " * cut + second[cut:])
        below.period = None
        below.is_blank = not below.line.text.strip()
    return rows


def _joint(first: str, second: str, row: _Row, below: _Row) -> str:
    """What may stand between two halves of a period, "" when they are none."""
    is_whole = row.period is not None and row.period.is_range and not first.endswith(("–", "—", "-"))
    if _OPEN_END.search(first) and not is_whole:
        return " "
    lone = row.period is not None and not row.period.is_range and below.period is not None and not below.period.is_range
    if lone and is_only_dates(first) and is_only_dates(second) and first[-4:] < second.strip()[-4:]:
        return " – "
    return ""


def _is_body(row: _Row, before: Sequence[_Row]) -> bool:
    text = row.line.text.strip()
    if is_bullet(text):
        return True
    rest = _without(text, row.period)
    if text[0].islower() and not row.period and not _WEB_PAGE.match(text):
        return True
    if len(rest) > _MAX_HEADER or (_SENTENCE_END.search(text) and len(rest.split()) > 7):
        return True
    if row.period and (row.period.is_range or is_only_dates(text)):
        return False
    return _continues(row, before)


def _continues(row: _Row, before: Sequence[_Row]) -> bool:
    """The second line of a bullet: right under it, set in as far as the bullet's text."""
    if not before or before[-1].is_blank or not before[-1].is_body or row.line.page != before[-1].line.page:
        return False
    first = next((r for r in reversed(before) if r.is_blank or is_bullet(r.line.text)), None)
    if first is None or first.is_blank or first.line.x == 0 or row.line.bold:
        return False
    return row.line.x > first.line.x + 1.5


def _heading_period(text: str) -> Period | None:
    """The period that dates an entry: a range, or a single date that stands apart at an end of the line."""
    periods = find_periods(text)
    ranges = [period for period in periods if period.is_range]
    if ranges:
        return ranges[0] if len(_without(text, ranges[0])) <= _MAX_HEADER else None
    for period in reversed(periods):
        before, after = text[: period.span[0]], text[period.span[1] :]
        lone_end = re.fullmatch(r"\s*[)\].,;]?\s*", after) and re.search(
            r"(?:^|\t|[,(|\[·•–—:-]\s*|\s{2,}|\w\s)$", before
        )
        lone_start = re.fullmatch(r"\s*[(\[]?\s*", before) and re.match(r"(?:\s*$|\s*[)\]\t|:–—·,-]|\s{2,})", after)
        if (lone_end or lone_start) and len(text) <= _MAX_HEADER:
            return period
    return None


def _without(text: str, period: Period | None) -> str:
    return text if period is None else (text[: period.span[0]] + text[period.span[1] :]).strip()


def _bullet_anchors(rows: list[_Row]) -> tuple[list[_Row], list[int]]:
    """Sections whose entries are bullets themselves ("• 2019 – 2021: Engineer, Acme")."""
    anchors = [i for i, row in enumerate(rows) if row.period and len(row.line.text) <= _MAX_HEADER]
    for index in anchors:
        rows[index].is_body = False
    return rows, anchors


def _undated_entries(document: Document, rows: list[_Row], weigh: _Weights) -> list[Entry]:
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


def _lines_above_first(rows: list[_Row], anchor: int, weigh: _Weights) -> int:
    """How many heading lines stand above the dates of the section's first entry (0 to 3)."""
    above = [row for row in rows[:anchor] if not row.is_blank]
    last_text = max((index for index, row in enumerate(above) if row.is_body), default=-1)
    heading = above[last_text + 1 :]
    if len(heading) <= 3 and (last_text < 0 or all(row.line.bold or weigh(row.line.text) >= 1.5 for row in heading)):
        return len(heading)
    return 0


def _first_head_row(rows: list[_Row], anchors: list[int], position: int, wanted: int) -> int:
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


def _has_lost_its_dates(rows: list[_Row], first_anchor: int, anchor: int) -> bool:
    """The line above is set like the first entry's line with the dates, which here slipped to the line below."""
    above, below = rows[anchor - 1], rows[anchor + 1] if anchor + 1 < len(rows) else None
    if above.is_blank or above.is_body or (below is not None and not below.is_blank and not below.is_body):
        return False
    is_set_alike = bool(above.line.bold) and bool(rows[first_anchor].line.bold) and not rows[anchor].line.bold
    return is_set_alike and abs(above.line.x - rows[first_anchor].line.x) < 8


def _alike(candidate: _Row, rows: list[_Row], first_anchor: int, place: int, wanted: int) -> bool:
    heads = [row for row in rows[:first_anchor] if not row.is_blank][-wanted:]
    model = heads[place - 1] if place - 1 < len(heads) else heads[0]
    same_x = model.line.x == 0 or candidate.line.x == 0 or abs(model.line.x - candidate.line.x) < 8
    same_size = model.line.size == 0 or abs(model.line.size - candidate.line.size) < 0.8
    return same_x and same_size and model.line.is_all_bold == candidate.line.is_all_bold


def _entry(document: Document, rows: list[_Row], head: int, anchor: int, end: int, weigh: _Weights) -> Entry:
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


def _take_below(entry: Entry, document: Document, rows: list[_Row], index: int, end: int, weigh: _Weights) -> int:
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


def _often_continues_below(rows: list[_Row], anchors: list[int], weigh: _Weights) -> bool:
    """Whether the line right below the dates is part of the heading in at least half of the entries: telling words, a place, or bold."""
    hits = 0
    for anchor in anchors:
        below = next((row for row in rows[anchor + 1 : anchor + 3] if not row.is_blank), None)
        if below is None or below.is_body or below.period or len(below.line.text) > 70:
            continue
        text = below.line.text.strip()
        hits += weigh(text) >= 1.5 or below.line.is_all_bold or bool(split_place(text)[1])
    return hits >= 0.5 * len(anchors)


def _add_parts(entry: Entry, document: Document, row: _Row) -> None:
    offset = document.starts[row.number]
    for start, end in split_heading(row.line):
        label = _LABEL.match(row.line.text[start:end])
        start += label.end() if label else 0
        text = row.line.text[start:end]
        if _WEB_PAGE.match(text) or _ONLY_LABEL.match(text):
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
