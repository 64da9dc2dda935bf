"""From pieces of text on a page to lines in the order a person reads them.

A page is cut at gutters: upright strips of white that no piece crosses for several rows. What a gutter means decides the order:

| what stands beside the gutter                          | meaning        | order                                                    |
|--------------------------------------------------------|----------------|----------------------------------------------------------|
| sections of their own (headings), or prose on each side | columns        | one column, then the other, also over the end of the page |
| mostly dates and places                                 | margin notes   | the notes join the first row of the entry they stand at   |
| anything else (labels, table cells, section names)      | cells of a row | row by row, a tab between the cells                       |
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from rapport.intake.document import Line
from rapport.intake.periods import has_date, is_only_dates
from rapport.intake.pieces import Piece, Row
from rapport.intake.row_lines import lines_of
from rapport.intake.section_names import is_heading_text

_MAX_DEPTH = 6


@dataclass(slots=True)
class _Full:
    rows: list[Row]


@dataclass(slots=True)
class _Columns:
    gutter: float
    left: list[Piece]
    right: list[Piece]


def order_pages(pages: Sequence[Sequence[Piece]]) -> list[Line]:
    """Lines of all pages in reading order; a column that goes on over the page end is read on before its neighbour."""
    blocks: list[_Full | _Columns] = []
    for number, pieces in enumerate(_without_running_lines(pages), start=1):
        placed = [_on_page(piece, number) for piece in pieces]
        _append_blocks(blocks, _cut(placed))
    rows: list[Row] = []
    for block in blocks:
        rows.extend(block.rows if isinstance(block, _Full) else _column_rows(block, depth=1))
    return lines_of(rows)


def _without_running_lines(pages: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """Pages without what stands at the same height of several pages ("Jane Doe · Résumé · 2"); the first page keeps its name and contact."""
    if len(pages) < 2:
        return [list(page) for page in pages]
    seen: dict[tuple[str, int], int] = {}
    keyed = [[(piece, _running_key(row, page)) for row in _rows(page) for piece in row] for page in pages]
    for page_keys in keyed:
        for key in {key for _, key in page_keys if key[0]}:
            seen[key] = seen.get(key, 0) + 1
    return [
        [piece for piece, key in page_keys if seen.get(key, 0) < 2 or (number == 0 and (key[1] < 100 or "@" in key[0]))]
        for number, page_keys in enumerate(keyed)
    ]


def _running_key(row: Row, page: Sequence[Piece]) -> tuple[str, int]:
    """Words of a row at a page's upper or lower end, digits aside, and its height in steps of 4 points; "" for any other row."""
    text = "".join(c for piece in row for c in piece.text if not c.isdigit() and not c.isspace())
    first, last = min(piece.top for piece in page), max(piece.bottom for piece in page)
    at_end = row[0].bottom - first < 30 or last - row[0].top < 30
    return (text, round(row[0].level / 4)) if at_end and sum(c.isalpha() for c in text) >= 4 else ("", 0)


def _on_page(piece: Piece, page: int) -> Piece:
    return replace(piece, page=page)


def _append_blocks(blocks: list[_Full | _Columns], new: list[_Full | _Columns]) -> None:
    """Add a page's blocks; columns that stand where the last page's did continue them."""
    for block in new:
        last = next((b for b in reversed(blocks) if isinstance(b, _Columns) or _is_content(b)), None)
        goes_on = isinstance(block, _Columns) and isinstance(last, _Columns) and abs(block.gutter - last.gutter) < 25
        if goes_on and isinstance(block, _Columns) and isinstance(last, _Columns):
            last.left.extend(block.left)
            last.right.extend(block.right)
        elif isinstance(block, _Columns) or block.rows:
            blocks.append(block)


def _is_content(block: _Full) -> bool:
    return len(block.rows) > 2


def _column_rows(block: _Columns, depth: int) -> Iterator[Row]:
    for side in (block.left, block.right):
        for page in sorted({piece.page for piece in side}):
            for inner in _cut([piece for piece in side if piece.page == page], depth):
                yield from inner.rows if isinstance(inner, _Full) else _column_rows(inner, depth + 1)


# ---- cutting a region -------------------------------------------------------------------------------------------------


def _cut(pieces: list[Piece], depth: int = 0) -> list[_Full | _Columns]:
    rows = _rows(pieces)
    best = _best_gutter(rows) if depth < _MAX_DEPTH else None
    if best is None:
        return [_Full(rows)]
    first, last, x, meaning = best
    band = rows[first:last]
    left = [piece for row in band for piece in row if piece.x0 < x]
    right = [piece for row in band for piece in row if piece.x0 >= x]
    above = [piece for row in rows[:first] for piece in row]
    below = [piece for row in rows[last:] for piece in row]
    if meaning == "cells":
        return [_Full(rows)] if not (above or below) else _around(above, [_Full(band)], below, depth)
    if meaning == "columns":
        return _around(above, [_Columns(x, left, right)], below, depth)
    main, notes = (left, right) if meaning == "notes_right" else (right, left)
    return _around(above, [_Full(_with_notes(main, notes, notes_first=meaning == "notes_left"))], below, depth)


def _around(
    above: list[Piece], middle: list[_Full | _Columns], below: list[Piece], depth: int
) -> list[_Full | _Columns]:
    before = _cut(above, depth + 1) if above else []
    after = _cut(below, depth + 1) if below else []
    return [*before, *middle, *after]


def _rows(pieces: Iterable[Piece]) -> list[Row]:
    """Pieces on nearly the same baseline share a row; rows from the top, pieces from the left."""
    pieces = list(pieces)
    rows: list[Row] = []
    for piece in sorted((p for p in pieces if p.is_upright), key=lambda p: (p.level, p.x0)):
        if rows and _shares_row(rows[-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    turned = [[piece] for piece in pieces if not piece.is_upright]
    rows = sorted([*rows, *turned], key=lambda row: row[0].level) if turned else rows
    return [sorted(row, key=lambda p: p.x0) for row in rows]


def _shares_row(row: Row, piece: Piece) -> bool:
    anchor = row[0]
    near = abs(piece.baseline - anchor.baseline) < max(0.3 * min(anchor.size, piece.size), 1.5)
    overlaps = any(min(other.x1, piece.x1) - max(other.x0, piece.x0) > 2 for other in row)
    return near and not overlaps


def _best_gutter(rows: list[Row]) -> tuple[int, int, float, str] | None:
    """(first row, row after the last, x, meaning) of the gutter with most text on its smaller side; columns before cells."""
    found: list[tuple[float, int, int, float]] = []
    for x in _candidates(rows):
        for first, last in _bands(rows, x):
            score = _gutter_score(rows[first:last], x)
            if score > 0:
                found.append((score, first, last, x))
    judged = []
    for _, first, last, x in sorted(found, reverse=True)[:12]:
        band = [piece for row in rows[first:last] for piece in row]
        meaning = _meaning([p for p in band if p.x0 < x], [p for p in band if p.x0 >= x])
        if meaning == "columns":
            return first, last, x, meaning
        judged.append((first, last, x, meaning))
    return judged[0] if judged else None


def _candidates(rows: list[Row]) -> list[float]:
    """Left edges that several pieces share, and left edges in the right part of rows (columns set flush right)."""
    edges = [piece.x0 for row in rows for piece in row if piece.is_upright]
    leftmost = min(edges, default=0.0)
    counted: dict[int, int] = {}
    for edge in edges:
        counted[round(edge / 3)] = counted.get(round(edge / 3), 0) + 1
    later = {round(piece.x0 / 3) for row in rows for piece in row[1:]}
    wanted = {key for key, count in counted.items() if count >= 3} | later
    return sorted(key * 3 - 3.0 for key in wanted if key * 3 - 3.0 > leftmost + 5)[:120]


def _bands(rows: list[Row], x: float) -> Iterator[tuple[int, int]]:
    """Runs of rows that nothing crosses at x; a row with an empty side may stand inside a run, not at its end."""
    first: int | None = None
    for index, row in enumerate([*rows, [Piece("", x - 9, x + 9, 0, 0, 0)]]):
        crossed = any(piece.x0 < x < piece.x1 for piece in row)
        if crossed:
            if first is not None:
                yield from _trim(rows, first, index, x)
            first = None
        elif first is None:
            first = index


def _trim(rows: list[Row], first: int, last: int, x: float) -> Iterator[tuple[int, int]]:
    """Drop rows at both ends until both sides have begun: what stands above or below the shorter side stays with it."""
    sides = [(any(p.x0 < x for p in row), any(p.x0 >= x for p in row)) for row in rows[first:last]]
    if any(left for left, _ in sides) and any(right for _, right in sides):
        yield first, last


def _gutter_score(band: list[Row], x: float) -> float:
    left = [piece for row in band for piece in row if piece.x0 < x]
    right = [piece for row in band for piece in row if piece.x0 >= x]
    left_rows = sum(1 for row in band if row[0].x0 < x)
    right_rows = sum(1 for row in band if row[-1].x0 >= x)
    if min(left_rows, right_rows) < 3 or len(band) < 4:
        return 0.0
    width = min(piece.x0 for piece in right) - max(piece.x1 for piece in left)
    letter = median(piece.size for piece in left + right)
    if width < 0.7 * letter:
        return 0.0
    return min(_letters(left), _letters(right)) + 0.2 * min(width, 4 * letter)


def _letters(pieces: list[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


# ---- what a gutter means ----------------------------------------------------------------------------------------------


def _meaning(left: list[Piece], right: list[Piece]) -> str:
    left_headings, right_headings = _heading_count(left), _heading_count(right)
    if not left_headings and _is_margin(right, left):
        return "notes_right"
    if not right_headings and _is_margin(left, right):
        return "notes_left"
    if not right_headings and _is_notes(right, left):
        return "notes_right"
    if _is_notes(left, right):
        return "notes_left"
    left_others = len(_rows(left)) - left_headings
    if right_headings and (left_headings or not _all_beside(left, right)):
        return "columns"
    if left_headings and left_others >= max(3, left_headings) and not _all_beside(right, left):
        return "columns"
    if left_headings or right_headings:
        return "cells"
    return "columns" if _is_prose(left) and _is_prose(right) and not _all_beside(left, right) else "cells"


def _heading_count(pieces: list[Piece]) -> int:
    return sum(1 for row in _rows(pieces) if is_heading_text(" ".join(piece.text for piece in row)))


def _is_margin(pieces: list[Piece], others: list[Piece]) -> bool:
    """Nothing but section names and dates beside a text that has no section names of its own."""
    texts = [" ".join(piece.text for piece in row) for row in _rows(pieces)]
    headings = sum(1 for text in texts if is_heading_text(text))
    dates = sum(1 for text in texts if is_only_dates(text) or (text.endswith(":") and len(text) < 25))
    is_margin = (headings >= 2 and dates >= 2 and headings + dates >= 0.8 * len(texts)) or headings + dates == len(
        texts
    )
    return bool(headings) and is_margin and _letters(others) > 1.2 * _letters(pieces)


def _is_notes(pieces: list[Piece], others: list[Piece]) -> bool:
    """Mostly dates; where section names stand among them, nearly nothing but dates, each beside a row of the others."""
    rows = [(row, " ".join(piece.text for piece in row)) for row in _rows(pieces)]
    texts = [text for _, text in rows if not is_heading_text(text)]
    if len(texts) < len(rows):
        plain = [piece for row, text in rows for piece in row if not is_heading_text(text)]
        dates = sum(1 for text in texts if is_only_dates(text))
        return dates >= max(2, 0.6 * len(texts)) and _all_beside(plain, others)
    dates = sum(1 for text in texts if is_only_dates(text))
    short = sum(1 for text in texts if len(text) <= 32)
    return dates >= max(2, 0.3 * len(texts)) and short >= 0.85 * len(texts)


def _all_beside(some: list[Piece], others: list[Piece]) -> bool:
    """Nearly every row of `some` stands on the baseline of a row of `others`."""
    levels = sorted(row[0].level for row in _rows(others))
    rows = _rows(some)
    beside = sum(1 for row in rows if any(abs(row[0].level - level) < 0.3 * row[0].size for level in levels))
    return beside >= 0.9 * len(rows)


def _is_prose(pieces: list[Piece]) -> bool:
    rows = _rows(pieces)
    return sum(sum(len(piece.text) for piece in row) for row in rows) >= 22 * len(rows)


# ---- margin notes -----------------------------------------------------------------------------------------------------


def _with_notes(main: list[Piece], notes: list[Piece], notes_first: bool) -> list[Row]:
    """Rows of the main text, each note cluster joined to the row where it begins."""
    rows = _rows(main)
    loose: list[Row] = []
    for cluster in _note_clusters(notes):
        if is_heading_text(" ".join(piece.text for piece in cluster)):
            _insert_heading(rows, cluster)
            continue
        target = _nearest(rows, cluster[0])
        if target is None:
            loose.append(cluster)
        else:
            target[:] = [*cluster, *target] if notes_first else [*target, *cluster]
    for cluster in loose:
        place = next(
            (i for i, row in enumerate(rows) if (row[0].page, row[0].level) > (cluster[0].page, cluster[0].level)),
            len(rows),
        )
        rows.insert(place, cluster)
    return rows


def _insert_heading(rows: list[Row], heading: Row) -> None:
    """A section name in the margin stands before the first row that reaches below its upper end."""
    page, top = heading[0].page, heading[0].top + 0.3 * heading[0].size
    place = next((i for i, row in enumerate(rows) if (row[0].page, row[0].bottom) > (page, top)), len(rows))
    rows.insert(place, heading)


def _nearest(rows: list[Row], note: Piece) -> Row | None:
    near = [row for row in rows if abs(row[0].level - note.level) < 0.6 * max(note.size, row[0].size)]
    return min(near, key=lambda row: abs(row[0].level - note.level), default=None)


def _note_clusters(notes: list[Piece]) -> list[Row]:
    """Notes right under one another belong together, until a date ends the cluster ("Paris" / "2019 – 2021" / "2 years")."""
    clusters: list[Row] = []
    for row in _rows(notes):
        text = " ".join(piece.text for piece in row)
        if clusters and _joins(clusters[-1], row[0], text):
            clusters[-1].extend(row)
        else:
            clusters.append(list(row))
    return clusters


def _joins(cluster: Row, piece: Piece, text: str) -> bool:
    close = piece.top - cluster[-1].bottom < 0.45 * piece.size and piece.page == cluster[-1].page
    had_date = any(has_date(other.text) for other in cluster)
    is_open = cluster[-1].text.rstrip().endswith(("-", "–", "—", " to", "bis"))
    is_duration = not has_date(text) and text[:1].isdigit()
    return close and (not had_date or is_open or is_duration)
