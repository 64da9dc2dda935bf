"""Small files for tests, made from nothing: PDFs with text at given places, Word files, archives. All people are invented."""

import io
import zipfile
from collections.abc import Iterable, Sequence

Placed = tuple[float, float, str, float, bool]  # x, y from the top, text, size, bold


def pdf_file(pages: Sequence[Iterable[Placed]]) -> bytes:
    """A PDF of A4 pages with Helvetica text at given places."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    fonts = [
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name
        for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    objects += fonts
    kids = []
    for page in pages:
        stream = b"\n".join(_show(*placed) for placed in page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            % content
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return _assemble(objects)


def _show(x: float, y: float, text: str, size: float = 10, bold: bool = False) -> bytes:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
    return b"BT /F%d %g Tf %g %g Td (%s) Tj ET" % (2 if bold else 1, size, x, 842 - y, escaped)


def _assemble(objects: Sequence[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def plain_pdf(*lines: str) -> bytes:
    """One column, one line under the other; a line that begins with # is large, with * bold."""
    placed = []
    for number, line in enumerate(lines):
        size = 20.0 if line.startswith("#") else 10.0
        placed.append((50.0, 60.0 + 16 * number, line.lstrip("#*"), size, line.startswith("*")))
    return pdf_file([placed])


def zip_file(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx_file(*paragraphs: str) -> bytes:
    import docx

    word = docx.Document()
    for paragraph in paragraphs:
        word.add_paragraph(paragraph)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


RESUME_LINES = (
    "Mina Okafor",
    "mina.okafor@example.org | +49 30 901820 | Berlin, Germany | linkedin.com/in/mina-okafor",
    "",
    "EXPERIENCE",
    "Senior Data Engineer, Harbour Analytics GmbH\tMarch 2019 – present",
    "• Built pipelines in Python and SQL",
    "Data Analyst, Nordlicht AG\t06/2015 – 02/2019",
    "• Reports for finance",
    "",
    "EDUCATION",
    "University of Bremen\t2012 – 2015",
    "BSc in Mathematics",
    "",
    "SKILLS",
    "Python, SQL, Sail stitching by hand",
    "",
    "LANGUAGES",
    "German (native), English (C1)",
)
