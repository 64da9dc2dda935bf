"""Small files for tests, made from nothing: PDFs with text at given places, Word files, archives. All people are invented."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence

Placed = tuple[float, float, str, float, bool]  # x, y from the top, text, size, bold


def pdf_file(pages: Sequence[Iterable[Placed]], box: bytes = b"/MediaBox [0 0 595 842]") -> bytes:
    """A PDF of pages, A4 unless a `box` says otherwise, with Helvetica text at given places."""
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
            b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            % (box, content)
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


def scanned_pdf(said: str = "") -> bytes:
    """An A4 page that is a grey picture, as a scanner makes it; some programs print a line on it (`said`)."""
    pixels = zlib.compress(bytes(range(200, 256)) * 100)
    shown = b"q 595 0 0 842 0 0 cm /I1 Do Q\n" + (_show(40, 830, said, 6) if said else b"")
    resources = b"<< /XObject << /I1 4 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    return _assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources %s >>" % resources,
            b"<< /Type /XObject /Subtype /Image /Width 56 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(pixels), pixels),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        ]
    )


def two_column_pdf(name: str = "Mina Okafor", email: str = "mina.okafor@example.org") -> bytes:
    """Contact, skills and languages in a narrow column at the left, the rest in a wide one; all of one person."""
    side = ["Contact", email, "+49 30 901820", "Berlin, Germany", "", "Skills", "Python", "SQL", ""]
    side += ["Languages", "German (native)", "English (C1)"]
    main = ["Experience", "Senior Data Engineer", "Lighthouse Holding GmbH", "March 2019 - present"]
    main += ["Built pipelines that run every night in Python and SQL", "", "Data Analyst", "Nordlicht AG"]
    main += ["06/2015 - 02/2019", "Wrote the reports that the finance team reads", "", "Education"]
    main += ["BSc Mathematics, University of Bremen", "2012 - 2015", "", "Certificates"]
    main += ["Certified Data Engineer, Harbour Academy, 2021"]
    titles = ("Contact", "Skills", "Languages", "Experience", "Education", "Certificates")
    placed: list[Placed] = [(44, 64, name, 22, True)]
    for x, lines in ((44, side), (230, main)):
        for row, text in enumerate(lines):
            is_title = text in titles
            placed.append((x, 120 + 16 * row, text, 13 if is_title else 10, is_title))
    return pdf_file([[each for each in placed if each[2]]])


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
