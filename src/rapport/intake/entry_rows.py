"""The lines of a section with dated entries: which are text, which belong to a heading, and the period each one names. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapport.intake.document import Document, Line
from rapport.intake.periods import Period, find_periods, has_date, is_only_dates
from rapport.intake.sections import Section

BULLET = re.compile(r"^\s*(?:[•·∙◦▪▫■□●○◆◇►▸‣⁃*»➢➤✓✔❖\uf0b7–—-]|o(?=\s)|Â(?=\s?[A-Z]))\s*")
_SENTENCE_END = re.compile(r"[a-zà-ÿ)\d%]\.$")
_OPEN_END = re.compile(r"\d\s*(?:–|—|-|to|bis)\s*(?:[A-Za-zéûä]{3,9}\.?)?$")
WEB_PAGE = re.compile(r"(?:https?://|www\.)\S+$", re.I)
_MAX_HEADER = 150


@dataclass(slots=True)
class EntryRow:
    number: int
    line: Line
    is_blank: bool
    is_body: bool
    period: Period | None


def is_bullet(text: str) -> bool:
    return bool(BULLET.match(text)) and not is_only_dates(text)


def list_rows(document: Document, section: Section) -> list[EntryRow]:
    """The section's lines in order, each told apart as text or heading, with the period it names; periods over two lines joined."""
    return _join_dates(_rows(document, section))


def _rows(document: Document, section: Section) -> list[EntryRow]:
    rows: list[EntryRow] = []
    longest = max((len(line.text) for line in document.lines[section.first : section.last]), default=0)
    for number in range(section.first, section.last):
        line = document.lines[number]
        text = line.text.strip()
        period = _heading_period(text) if text else None
        row = EntryRow(number, line, not text, False, period)
        if rows and text and _is_wrapped(rows[-1], line, longest):
            rows[-1] = _joined(rows[-1], row)
            continue
        row.is_body = bool(text) and _is_body(row, rows)
        rows.append(row)
    _free_bulleted_heads(rows)
    return rows


def _free_bulleted_heads(rows: list[EntryRow]) -> None:
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


def _is_wrapped(before: EntryRow, line: Line, longest: int) -> bool:
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


def _joined(before: EntryRow, row: EntryRow) -> EntryRow:
    """Both lines as one: the newline between them counts as the blank, so that offsets stay true."""
    shift = len(before.line.text) + 1
    bold = (*before.line.bold[:-1], (before.line.bold[-1][0], row.line.bold[-1][1] + shift))
    return replace(before, line=replace(before.line, text=f"{before.line.text} {row.line.text}", bold=bold))


def _join_dates(rows: list[EntryRow]) -> list[EntryRow]:
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


def _joint(first: str, second: str, row: EntryRow, below: EntryRow) -> str:
    """What may stand between two halves of a period, "" when they are none."""
    is_whole = row.period is not None and row.period.is_range and not first.endswith(("–", "—", "-"))
    if _OPEN_END.search(first) and not is_whole:
        return " "
    lone = row.period is not None and not row.period.is_range and below.period is not None and not below.period.is_range
    if lone and is_only_dates(first) and is_only_dates(second) and first[-4:] < second.strip()[-4:]:
        return " – "
    return ""


def _is_body(row: EntryRow, before: Sequence[EntryRow]) -> bool:
    text = row.line.text.strip()
    if is_bullet(text):
        return True
    rest = _without(text, row.period)
    if text[0].islower() and not row.period and not WEB_PAGE.match(text):
        return True
    if len(rest) > _MAX_HEADER or (_SENTENCE_END.search(text) and len(rest.split()) > 7):
        return True
    if row.period and (row.period.is_range or is_only_dates(text)):
        return False
    return _continues(row, before)


def _continues(row: EntryRow, before: Sequence[EntryRow]) -> bool:
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


def anchor_at_bullets(rows: list[EntryRow]) -> tuple[list[EntryRow], list[int]]:
    """Sections whose entries are bullets themselves ("• 2019 – 2021: Engineer, Acme")."""
    anchors = [i for i, row in enumerate(rows) if row.period and len(row.line.text) <= _MAX_HEADER]
    for index in anchors:
        rows[index].is_body = False
    return rows, anchors
