"""PDF pages as people see them: where words stand on them, and their pictures. Runs in the sandbox.

The reader's own boxes are used, so that what lights up on a page is what was read. A page may be turned or cut (Rotate, CropBox): boxes
are carried over to the page as it is drawn.
"""

import ctypes
import hashlib
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from rapport.intake.document import Box, Document, Refusal
from rapport.intake.limits import MAX_PAGES_SHOWN
from rapport.intake.pdf_text import open_pdf, read_pdf

# A drawn page is at most so many times as high as it is wide, and so many pixels wide.
MAX_HEIGHT_RATIO = 4
MAX_WIDTH = 2_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Fewer shades: nobody sees it on a page of text, and the picture packs to half.
_SHADES = bytes(min(255, (value + 4) // 8 * 8) for value in range(256))
_STEPS = 100_000  # of the made-up device that tells where a point of a page comes to lie
_UNPRINTED = str.maketrans(dict.fromkeys((*range(32), 127), " "))
Placed = list[float]  # page, left, top, width, height


def text_hash(text: str) -> str:
    """By this a text is known to be the one that spans were taken from; blanks of any kind count alike."""
    return hashlib.sha256(text.translate(_UNPRINTED).encode("utf-8", "replace")).hexdigest()


def find_words(data: bytes, spans: Sequence[Sequence[int]], expected: str) -> dict[str, Any]:
    """Where the words of spans of the text stand on the pages that are shown.

    {"page_count", "pages": [[width, height]] in points, "boxes": for each span [page, left, top, width, height] per line, "is_same"}.
    Without the boxes and `is_same` false where the text now read is not the one whose hash is `expected`. A scan has pages and no boxes.
    """
    import pypdfium2

    pdf = open_pdf(pypdfium2, data)
    try:
        count = len(pdf)
        views = [_View(pypdfium2.raw, pdf.raw, number) for number in range(min(count, MAX_PAGES_SHOWN))]
    finally:
        pdf.close()
    document = _read(data)
    is_same = text_hash(document.text if document else "") == expected
    found = [_lines_of(document, start, end) for start, end in spans] if document and is_same else []
    boxes = [[views[box[0] - 1].place(box) for box in line if box[0] <= len(views)] for line in found]
    return {
        "page_count": count, "pages": [[view.width, view.height] for view in views], "boxes": boxes, "is_same": is_same,
    }  # fmt: skip


def _read(data: bytes) -> Document | None:
    try:
        return read_pdf(data, boxed_pages=MAX_PAGES_SHOWN)
    except Refusal as refusal:
        if refusal.code in ("picture", "empty"):
            return None
        raise


def _lines_of(document: Document, start: int, end: int) -> list[Box]:
    """The boxes of a span's characters, those beside one another made one."""
    lines: list[Box] = []
    for box in _boxes_between(document, start, end):
        if lines and _goes_on(lines[-1], box):
            last = lines[-1]
            lines[-1] = (
                last[0],
                min(last[1], box[1]),
                min(last[2], box[2]),
                max(last[3], box[3]),
                max(last[4], box[4]),
            )
        else:
            lines.append(box)
    return lines


def _boxes_between(document: Document, start: int, end: int) -> Iterable[Box]:
    for number in range(max(0, bisect_right(document.starts, start) - 1), len(document.lines)):
        line, first = document.lines[number], document.starts[number]
        if first >= end:
            return
        yield from filter(None, line.boxes[max(0, start - first) : end - first])


def _goes_on(last: Box, box: Box) -> bool:
    height = max(1.0, min(last[4] - last[2], box[4] - box[2]))
    beside = min(last[4], box[4]) - max(last[2], box[2]) > 0.5 * height
    return last[0] == box[0] and beside and -2 * height < box[1] - last[3] < height


class _View:
    """A page as it is drawn: its size, and where a point of the reader's page comes to lie."""

    def __init__(self, raw: Any, pdf: Any, number: int) -> None:
        self.width = self.height = 0.0
        page = raw.FPDF_LoadPage(pdf, number)
        if not page:
            return
        try:
            self.width, self.height = (
                round(side, 2) for side in (raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page))
            )
            origin, right, up = (self._drawn(raw, page, *point) for point in ((0, 0), (1000, 0), (0, 1000)))
        finally:
            raw.FPDF_ClosePage(page)
        self._origin = origin
        self._across = ((right[0] - origin[0]) / 1000, (right[1] - origin[1]) / 1000)
        self._up = ((up[0] - origin[0]) / 1000, (up[1] - origin[1]) / 1000)

    def _drawn(self, raw: Any, page: Any, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space on the drawn page, in points."""
        right, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _STEPS, _STEPS, 0, x, y, right, down)
        return right.value * self.width / _STEPS, down.value * self.height / _STEPS

    def place(self, box: Box) -> Placed:
        """[page, left, top, width, height] on the drawn page; the reader counts down from the page's height."""
        _, x0, top, x1, bottom = box
        corners = [self._at(x, self.height - y) for x in (x0, x1) for y in (top, bottom)]
        left, upper = min(x for x, _ in corners), min(y for _, y in corners)
        width, height = max(x for x, _ in corners) - left, max(y for _, y in corners) - upper
        return [box[0], *(round(value, 1) for value in (left, upper, width, height))]

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._origin[0] + x * self._across[0] + y * self._up[0],
            self._origin[1] + x * self._across[1] + y * self._up[1],
        )


# ---- pictures ---------------------------------------------------------------------------------------------------------


def draw_page(data: bytes, number: int, width: int) -> bytes:
    """A page (the first is 1) as PNG of so many pixels in width, fewer for a very high page. Raises Refusal."""
    import pypdfium2

    pdf = open_pdf(pypdfium2, data)
    try:
        if not 1 <= number <= min(len(pdf), MAX_PAGES_SHOWN):
            raise Refusal("no_page", "There is no such page.")
        try:
            page = pdf[number - 1]
            across, down = page.get_size()
            across_px = min(width, MAX_WIDTH) - 0.5  # sides are rounded up
            scale = min(across_px / max(across, 0.01), MAX_HEIGHT_RATIO * across_px / max(down, 0.01))
            bitmap = page.render(scale=scale, rev_byteorder=True)
        except pypdfium2.PdfiumError as error:
            raise Refusal("corrupt", "This page is damaged and cannot be drawn.") from error
        return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
    finally:
        pdf.close()


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """A PNG (second edition, ISO/IEC 15948) of 8-bit red, green, blue; of shades of grey where no pixel has a colour."""
    pixels = pixels.translate(_SHADES)
    rows = [pixels[at : at + width * channels] for at in range(0, height * stride, stride)]
    colours = [row[0::channels] == row[1::channels] == row[2::channels] for row in rows]
    kind = 0 if channels == 1 or all(colours) else 2
    if kind == 0 and channels > 1:
        rows = [row[::channels] for row in rows]
    elif channels > 3:
        rows = [_without_fourth(row, channels) for row in rows]
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return PNG_SIGNATURE + b"".join(_chunk(*each) for each in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")))


def _without_fourth(row: bytes, channels: int) -> bytes:
    out = bytearray(len(row) // channels * 3)
    for place in range(3):
        out[place::3] = row[place::channels]
    return bytes(out)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
