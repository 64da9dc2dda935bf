"""From rows of pieces, in reading order, to lines of text: gaps, headings in the margin, page numbers, broken words. Pure."""

from rapport.intake.document import Box, Line
from rapport.intake.periods import is_only_dates
from rapport.intake.pieces import Piece, Row
from rapport.intake.section_names import is_heading_text

_PAGE_NUMBER_WORDS = ("page", "seite", "página", "pagina", "p.")


def lines_of(rows: list[Row]) -> list[Line]:
    """The rows as lines, an empty one where a gap parts them, words that a hyphen broke put together."""
    return _join_hyphens(_lines(rows))


def _lines(rows: list[Row]) -> list[Line]:
    lines: list[Line] = []
    before: Row | None = None
    for row in rows:
        made = _split_heading(row)
        if _is_page_number(made[-1].text):
            continue
        if before is not None and _has_gap(before, row):
            lines.append(Line("", page=row[0].page))
        lines.extend(made)
        before = row
    return lines


def _has_gap(before: Row, row: Row) -> bool:
    if before[0].page != row[0].page or row[0].top < before[0].top:
        return True
    return row[0].top - max(piece.bottom for piece in before if piece.page == row[0].page) > 0.45 * row[0].size


def _split_heading(row: Row) -> list[Line]:
    """A section name in the margin stands on a line of its own before the row's text."""
    if (
        len(row) > 1
        and row[1].x0 - row[0].x1 > (0.7 if row[0].text.isupper() else 1.2) * row[0].size
        and is_heading_text(row[0].text)
    ):
        return [_line(row[:1]), _line(row[1:])]
    return [_line(row)]


def _line(row: Row) -> Line:
    text = ""
    bold: list[tuple[int, int]] = []
    boxes: list[Box | None] = []
    for index, piece in enumerate(row):
        if index:
            gap = _gap_text(row[index - 1], piece, text)
            text += gap
            boxes.extend([_gap_box(row[index - 1], piece, gap)] * len(gap))
        bold.extend((len(text) + start, len(text) + end) for start, end in piece.bold)
        text += piece.text
        boxes.extend([(piece.page, *box) for box in piece.boxes] or [None] * len(piece.text))
    text_end = len(text.rstrip())
    lead = len(text) - len(text.lstrip())
    spans = tuple((max(0, a - lead), min(b, text_end) - lead) for a, b in bold if min(b, text_end) > max(a, lead))
    size = round(max(piece.size for piece in row), 1)
    kept = tuple(boxes[lead:text_end]) if any(piece.boxes for piece in row) else ()
    return Line(text.strip(), row[0].page, row[0].x0, size, spans, boxes=kept)


def _gap_box(before: Piece, piece: Piece, gap: str) -> Box | None:
    """A space between words belongs to them; a wide gap is white paper."""
    if gap != " " or piece.page != before.page:
        return None
    return (piece.page, before.x1, min(before.top, piece.top), piece.x0, max(before.bottom, piece.bottom))


def _gap_text(before: Piece, piece: Piece, text: str) -> str:
    gap = piece.x0 - before.x1
    is_date = is_only_dates(before.text) or is_only_dates(piece.text)
    if piece.level - before.level > 0.6 * piece.size or gap > (0.5 if is_date else 1.25) * piece.size:
        return "\t"
    return " " if gap > 0.12 * piece.size and not text.endswith(" ") and not piece.text.startswith(" ") else ""


def _is_page_number(text: str) -> bool:
    """ "3", "2 / 5", "Jane Doe – 1/2", "Page 1 of 3"."""
    tail = text.strip().lower()
    digits = tail.replace("/", " ").replace(" of ", " ").replace(" von ", " ").replace(" de ", " ").split()
    if not digits or not digits[-1].isdigit() or len(digits[-1]) > 3 or len(tail) > 60:
        return False
    if len(digits) == 1:
        return len(digits[0]) <= 2
    numbered = len(digits) >= 2 and digits[-2].isdigit() and len(digits[-2]) <= 3
    named = len(digits) > 2 and (digits[-3] in ("-", "–", "—", "|", "·") or digits[-3] in _PAGE_NUMBER_WORDS)
    return (numbered and (len(digits) == 2 or named)) or (len(digits) == 2 and digits[0] in _PAGE_NUMBER_WORDS)


def _join_hyphens(lines: list[Line]) -> list[Line]:
    """A word parted at a line's end (soft hyphen) is made whole on the first of the two lines."""
    result: list[Line] = []
    for line in lines:
        if result and result[-1].text.endswith("\u00ad"):
            word, _, rest = line.text.partition(" ")
            if word[:1].islower() and not _is_address(result[-1].text.split(" ")[-1] + word):
                result[-1] = _retext(result[-1], result[-1].text[:-1].rstrip() + word, line.boxes[: len(word)])
                line = _shift(line, len(line.text) - len(rest))
                if not rest:
                    continue
            else:
                result[-1] = _retext(result[-1], result[-1].text[:-1] + "-")
                if _is_address(result[-1].text.split(" ")[-1] + word):
                    result[-1] = _retext(result[-1], result[-1].text + word, line.boxes[: len(word)])
                    line = _shift(line, len(line.text) - len(rest))
                    if not rest:
                        continue
        result.append(line)
    # Within a line it is the hyphen of a font that has it under this code only.
    return [_retext(line, line.text.replace("\u00ad", "-")) if "\u00ad" in line.text else line for line in result]


def _is_address(word: str) -> bool:
    """An e-mail or web address that was wrapped at its own hyphen."""
    return "@" in word or "/" in word or word.lower().startswith("www.")


def _retext(line: Line, text: str, more: tuple[Box | None, ...] = ()) -> Line:
    """The line with another text; `more` is where the characters stand that come from the line below."""
    bold = tuple((start, min(end, len(text))) for start, end in line.bold if start < len(text))
    boxes = (*line.boxes[: len(text) - len(more)], *more) if line.boxes else ()
    return Line(text, line.page, line.x, line.size, bold, boxes=boxes)


def _shift(line: Line, count: int) -> Line:
    bold = tuple((max(0, start - count), end - count) for start, end in line.bold if end > count)
    return Line(line.text[count:], line.page, line.x, line.size, bold, boxes=line.boxes[count:])
