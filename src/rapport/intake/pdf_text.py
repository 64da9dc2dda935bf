"""PDF to pieces of text with their place on the page, by pypdfium2 (PDFium).

PDFium's own text order and spaces are not used: many résumé PDFs hold no space characters, and columns come out interleaved. Letters are
joined into pieces by their boxes here; `reading_order` makes lines of the pieces.
"""

import ctypes
import itertools
import re
from dataclasses import dataclass
from statistics import median
from typing import Any

from rapport.intake.document import Document, Refusal, build_document
from rapport.intake.limits import MAX_CHARACTERS, MAX_PAGES, MAX_PAGES_READ
from rapport.intake.pieces import Piece
from rapport.intake.reading_order import order_pages

# Ligatures that TeX fonts keep in the control codes of their OT1 and T1 encodings (LaTeX font encodings guide), and PDFium's hyphen mark.
_CONTROL_LETTERS = {
    0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl",
    0x02: "\u00ad", 0xFFFE: "\u00ad", 0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl",
}  # fmt: skip
_BULLETS_IN_SYMBOL_FONTS = {0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC}
_FPDF_ERR_PASSWORD = 4
# A scanned page may carry as much text as the name of the program that made it.
_LETTERS_OF_A_SCAN = 60


@dataclass(slots=True)
class _Letter:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    is_bold: bool
    is_upright: bool


def read_pdf(data: bytes, *, boxed_pages: int = 0) -> Document:
    """Text of a PDF in reading order; of a very long one the first pages.

    Of the first `boxed_pages` the lines tell where each character stands.

    Raises Refusal: encrypted, corrupt, too_many_pages, or picture when there are pages but next to no letters on them.
    """
    import pypdfium2

    pdf = open_pdf(pypdfium2, data)
    try:
        page_count = len(pdf)
        if page_count == 0:
            raise Refusal("corrupt", "This PDF has no pages that can be read. Ask for a new copy.")
        if page_count > MAX_PAGES:
            raise Refusal("too_many_pages", f"This PDF has {page_count} pages; files of up to {MAX_PAGES} are opened.")
        pages, links, pictures = _read_pages(pypdfium2.raw, pdf, boxed_pages)
    finally:
        pdf.close()
    if not any(page for number, page in enumerate(pages, start=1) if number not in pictures):
        raise _without_text(bool(pictures))
    lines = [line for line in order_pages(pages) if line is not None]
    return build_document("pdf", lines, page_count, links, pictures)


def open_pdf(pypdfium2: Any, data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or getattr(error, "err_code", None) == _FPDF_ERR_PASSWORD:
            raise Refusal("encrypted", "This PDF is locked with a password. Ask for a copy without one.") from error
        raise Refusal("corrupt", "This PDF is damaged and cannot be opened. Ask for a new copy.") from error


def _without_text(has_pictures: bool) -> Refusal:
    if has_pictures:
        return Refusal("picture", "This PDF is a scan: pictures of pages without text. Ask for the original file.")
    return Refusal("empty", "This PDF has no text in it.")


def _read_pages(raw: Any, pdf: Any, boxed_pages: int) -> tuple[list[list[Piece]], list[str], list[int]]:
    """Pieces of each page, addresses behind words, and the numbers of pages that are pictures."""
    pages: list[list[Piece]] = []
    links: list[str] = []
    characters, pictures = 0, []
    for number in range(min(len(pdf), MAX_PAGES_READ)):
        letters: list[_Letter] = []
        page = raw.FPDF_LoadPage(pdf.raw, number)
        if page:
            try:
                letters = _page_letters(raw, page, MAX_CHARACTERS - characters)
                if len(letters) < _LETTERS_OF_A_SCAN and _is_picture(raw, page, bool(letters)):
                    pictures.append(number + 1)
                links.extend(_page_links(raw, pdf.raw, page))
            finally:
                raw.FPDF_ClosePage(page)
        characters += len(letters)
        pages.append(_join_letters(letters, with_boxes=number < boxed_pages))
    return pages, links, pictures


def _is_picture(raw: Any, page: Any, has_letters: bool) -> bool:
    """Whether a page shows something that is no text; beside a few letters ("Scanned with ...") only what covers most of it."""
    count = min(raw.FPDFPage_CountObjects(page), 500)
    objects = [raw.FPDFPage_GetObject(page, index) for index in range(count)]
    kinds = [raw.FPDFPageObj_GetType(item) for item in objects]
    if not has_letters:
        return bool({*kinds} & {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_PATH})
    images = [item for item, kind in zip(objects, kinds, strict=True) if kind == raw.FPDF_PAGEOBJ_IMAGE]
    whole = raw.FPDF_GetPageWidthF(page) * raw.FPDF_GetPageHeightF(page)
    return sum(_area(raw, image) for image in images) > 0.5 * whole


def _area(raw: Any, item: Any) -> float:
    sides = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *sides):
        return 0.0
    left, bottom, right, top = (side.value for side in sides)
    return max(0.0, right - left) * max(0.0, top - bottom)


def _page_letters(raw: Any, page: Any, limit: int) -> list[_Letter]:
    """Letters in the order of the file; real spaces are kept as letters, those that PDFium makes up are left out."""
    text_page = raw.FPDFText_LoadPage(page)
    if not text_page:
        return []
    letters: list[_Letter] = []
    box, is_bold, height = raw.FS_RECTF(), _BoldOf(raw, text_page), raw.FPDF_GetPageHeightF(page)
    width = raw.FPDF_GetPageWidthF(page)
    origin_x, origin_y = ctypes.c_double(), ctypes.c_double()
    try:
        count = min(raw.FPDFText_CountChars(text_page), max(limit, 0))
        codes = [raw.FPDFText_GetUnicode(text_page, index) for index in range(count)]
        # A font with its own order of ligatures: where "ff" is met and never "fi", the code stands for "fi".
        own = {0x1B: "fi", 0x1E: "fl"} if 0x1B in codes and 0x1C not in codes else {}
        for index, code in enumerate(codes):
            if raw.FPDFText_IsGenerated(text_page, index) == 1 or not raw.FPDFText_GetLooseCharBox(
                text_page, index, box
            ):
                continue
            text = own.get(code) or _letter_text(code)
            if not text or box.left > width + 20 or box.right < -20:
                continue
            top, bottom = height - max(box.top, box.bottom), height - min(box.top, box.bottom)
            upright = abs(raw.FPDFText_GetCharAngle(text_page, index) % 3.14159) < 0.2
            raw.FPDFText_GetCharOrigin(text_page, index, origin_x, origin_y)
            baseline = height - origin_y.value
            letters.append(_Letter(text, box.left, box.right, top, bottom, baseline, is_bold(index), upright))
    finally:
        raw.FPDFText_ClosePage(text_page)
    return letters


def _letter_text(code: int) -> str:
    if code in _CONTROL_LETTERS:
        return _CONTROL_LETTERS[code]
    if code in _BULLETS_IN_SYMBOL_FONTS:
        return "•"
    if code < 32 or 0xE000 <= code <= 0xF8FF or code >= 0xF0000 or 0xD800 <= code <= 0xDFFF or 0x7F <= code < 0xA0:
        return " " if code in (9, 10, 13) else ""
    return " " if code in (0x20, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F) else chr(code)


class _BoldOf:
    """Whether the letter at an index is bold, by the name or the weight of its font; asked once per font."""

    def __init__(self, raw: Any, text_page: Any) -> None:
        self.raw, self.text_page = raw, text_page
        self.known: dict[int | None, bool] = {None: False}
        self.buffer = ctypes.create_string_buffer(256)

    def __call__(self, index: int) -> bool:
        target = self.raw.FPDFText_GetTextObject(self.text_page, index)
        font = self.raw.FPDFTextObj_GetFont(target) if target else None
        address = ctypes.cast(font, ctypes.c_void_p).value if font else None
        if address not in self.known:
            self.known[address] = self._look(font, index)
        return self.known[address]

    def _look(self, font: Any, index: int) -> bool:
        length = self.raw.FPDFFont_GetBaseFontName(font, self.buffer, 256)
        name = self.buffer.raw[: max(0, min(length, 256) - 1)].decode("utf-8", "replace").lower()
        if name.endswith("-b") or any(word in name for word in ("bold", "black", "heavy", "-bd", "cmbx", "medi")):
            return True
        return bool(self.raw.FPDFText_GetFontWeight(self.text_page, index) >= 600)


def _join_letters(letters: list[_Letter], with_boxes: bool) -> list[Piece]:
    """Letters that follow one another on one baseline become pieces; a wide gap begins a new piece."""
    runs: list[list[_Letter]] = []
    for letter in letters:
        if runs and _follows(runs[-1][-1], letter):
            runs[-1].append(letter)
        else:
            runs.append([letter])
    pieces = [_piece(run, with_boxes) for run in runs]
    return [piece for piece in pieces if piece.text.strip()]


def _follows(before: _Letter, letter: _Letter) -> bool:
    if before.is_upright != letter.is_upright:
        return False
    if not letter.is_upright:
        return abs(before.x0 - letter.x0) < 0.6 * max(before.x1 - before.x0, 1.0)
    height = max(before.bottom - before.top, letter.bottom - letter.top, 1.0)
    if (
        abs(letter.x0 - before.x0) < 0.5
        and abs(letter.x1 - before.x1) < 0.5
        and abs(letter.baseline - before.baseline) < 1
    ):
        return True  # the letters of one ligature share its box
    gap = letter.x0 - before.x1
    return abs(before.baseline - letter.baseline) < 0.3 * height and -0.5 * height < gap < 0.75 * height


def _piece(run: list[_Letter], with_boxes: bool) -> Piece:
    threshold = _space_threshold(run)
    parts: list[str] = []
    bold: list[tuple[int, int]] = []
    boxes: list[tuple[float, float, float, float]] = []
    length = 0
    for index, letter in enumerate(run):
        if letter.text == " " and (not parts or parts[-1] == " "):
            continue
        gap = letter.x0 - run[index - 1].x1 if index else 0.0
        if index and letter.is_upright and gap > threshold and letter.text != " " and run[index - 1].text != " ":
            parts.append(" ")
            length += 1
            boxes.append((run[index - 1].x1, letter.top, letter.x0, letter.bottom))
        if letter.is_bold and letter.text != " ":
            if bold and length - bold[-1][1] <= 1:
                bold[-1] = (bold[-1][0], length + len(letter.text))
            else:
                bold.append((length, length + len(letter.text)))
        parts.append(letter.text)
        length += len(letter.text)
        boxes.extend(_shares(letter) if with_boxes else ())
    box = (min(a.x0 for a in run), max(a.x1 for a in run), min(a.top for a in run), max(a.bottom for a in run))
    size = median(a.bottom - a.top for a in run) if run[0].is_upright else median(a.x1 - a.x0 for a in run)
    baseline = median(a.baseline for a in run)
    text = _without_mojibake("".join(parts))
    return Piece(
        text, *box, baseline, size=size, bold=tuple(bold), is_upright=run[0].is_upright,
        boxes=tuple(boxes) if with_boxes else (),
    )  # fmt: skip


def _shares(letter: _Letter) -> list[tuple[float, float, float, float]]:
    """The box of each character of a letter: those of a ligature share its width."""
    width = (letter.x1 - letter.x0) / len(letter.text)
    return [
        (letter.x0 + place * width, letter.top, letter.x0 + (place + 1) * width, letter.bottom)
        for place in range(len(letter.text))
    ]


def _without_mojibake(text: str) -> str:
    """UTF-8 read as Latin-1 by the writing program: what is left of a full-width bar ("ï¼") and of a bullet or hard space ("Â").

    No character more or less: each keeps its box.
    """
    if "ï¼" in text:
        text = text.replace("ï¼", "| ")
    return "•" + text[1:] if re.match(r"Â\s?[A-Z]", text) else re.sub(r"Â(?=\s|$)", " ", text)


def _space_threshold(run: list[_Letter]) -> float:
    """The gap that means a space: small where the file holds no space characters, wider where it does or letters are spaced out."""
    height = median(letter.bottom - letter.top for letter in run)
    gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(run) if a.text != " " and b.text != " "]
    usual = max(median(gaps), 0.0) if gaps else 0.0
    if any(letter.text == " " for letter in run):
        return max(0.3 * height, usual + 0.2 * height)
    return max(0.11 * height, usual * 1.8)


def _page_links(raw: Any, pdf: Any, page: Any) -> list[str]:
    """Addresses of the link annotations of a page."""
    found: list[str] = []
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    buffer = ctypes.create_string_buffer(2048)
    while len(found) < 200 and raw.FPDFLink_Enumerate(page, position, link):
        action = raw.FPDFLink_GetAction(link)
        if not action:
            continue
        length = raw.FPDFAction_GetURIPath(pdf, action, buffer, 2048)
        address = buffer.raw[: max(0, min(length, 2048) - 1)].decode("utf-8", "replace").strip()
        if address and address not in found:
            found.append(address)
    return found
