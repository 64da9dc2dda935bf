"""PDFs of the demo's résumés: one in two columns, and one that went through a scanner."""

import struct
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from rapport.intake.pdf_pages import PNG_SIGNATURE, draw_page

WIDTH, HEIGHT = 595, 842
SIDE, MAIN, TOP = 44, 228, 124
SCAN_WIDTH = 1_100
Placed = tuple[float, float, str, float, bool]  # x, y from the top, text, size, bold


def two_columns(head: Sequence[str], side: Sequence[str], main: Sequence[str]) -> bytes:
    """A page with a name above, a narrow column and a wide one. A line beginning with # is a heading, with * bold."""
    placed = [(SIDE, 64 + 24 * row, text, 22 - 8 * row, row == 0) for row, text in enumerate(head)]
    return _one_page(_show([*placed, *_column(SIDE, side), *_column(MAIN, main)]))


def scanned(pdf: bytes) -> bytes:
    """A PDF whose only page is the picture of another one's first page."""
    picture = draw_page(pdf, 1, SCAN_WIDTH)
    at = len(PNG_SIGNATURE)
    width, height, depth, kind = struct.unpack(">IIBB", picture[at + 8 : at + 18])
    packed = picture[picture.index(b"IDAT") + 4 : -16]  # the checksum of the data, and the last chunk
    colours = 1 if kind == 0 else 3
    space = b"/DeviceGray" if colours == 1 else b"/DeviceRGB"
    image = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %s /BitsPerComponent %d /Filter /FlateDecode "
        b"/DecodeParms << /Predictor 15 /Colors %d /Columns %d >> /Length %d >>\nstream\n%s\nendstream"
    ) % (width, height, space, depth, colours, width, len(packed), packed)
    return _one_page(b"q %d 0 0 %d 0 0 cm /I1 Do Q" % (WIDTH, HEIGHT), image)


def _column(x: float, lines: Iterable[str]) -> Iterable[Placed]:
    y = float(TOP)
    for line in lines:
        is_heading = line.startswith("#")
        y += 10 if is_heading else 0
        if line:
            yield x, y, line.lstrip("#*"), 12 if is_heading else 9.5, line.startswith(("#", "*"))
        y += 17 if is_heading else 13.5


def _show(placed: Iterable[Placed]) -> bytes:
    return b"\n".join(
        b"BT /F%d %g Tf %g %g Td (%s) Tj ET" % (2 if is_bold else 1, size, x, HEIGHT - y, _escaped(text))
        for x, y, text, size, is_bold in placed
    )


def _escaped(text: str) -> bytes:
    """Text as the fonts that every reader has can show it: "ć" becomes "c", "ü" stays."""
    text = "".join(letter if letter.encode("cp1252", "ignore") else normalize("NFKD", letter)[0] for letter in text)
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")


def _one_page(content: bytes, image: bytes = b"<< >>") -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    resources = b"<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /I1 5 0 R >> >>"
    box = b"[0 0 %d %d]" % (WIDTH, HEIGHT)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>",
        font % b"Helvetica",
        font % b"Helvetica-Bold",
        image,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 6 0 R /Resources %s >>" % (box, resources),
    ]
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)
