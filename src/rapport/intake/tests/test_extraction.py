"""Files to text: types by content, reading order, refusals."""

import io
import random
import zipfile

import pytest

from rapport.intake import limits
from rapport.intake.document import Refusal
from rapport.intake.extraction import extract
from rapport.intake.tests.files import docx_file, pdf_file, plain_pdf, zip_file
from rapport.intake.worker import parse_file


def lines_of(data: bytes) -> list[str]:
    return [line.text for line in extract(data).lines if line.text]


def test_one_column_is_read_from_the_top() -> None:
    assert lines_of(plain_pdf("#Mina Okafor", "Data Engineer", "*EXPERIENCE")) == [
        "Mina Okafor",
        "Data Engineer",
        "EXPERIENCE",
    ]


def test_words_without_space_characters_get_their_spaces() -> None:
    placed = [(50, 50, "Data", 10, False), (74, 50, "Engineer", 10, False)]

    assert lines_of(pdf_file([placed])) == ["Data Engineer"]


def test_a_date_set_to_the_right_stays_with_its_row() -> None:
    page = []
    for row in range(6):
        page += [
            (50, 100 + 40 * row, f"Harbour Analytics {row}", 10, True),
            (480, 100 + 40 * row, f"201{row} – 201{row + 1}", 10, False),
        ]
        page += [(60, 115 + 40 * row, "Built things that lasted and were liked by most people in the house", 10, False)]

    lines = lines_of(pdf_file([page]))

    assert lines[0] == "Harbour Analytics 0\t2010 – 2011"
    assert lines[10] == "Harbour Analytics 5\t2015 – 2016"


SIDEBAR = [
    "CONTACT",
    "mina@example.org",
    "Berlin",
    "SKILLS",
    "Python",
    "SQL",
    "Excel",
    "LANGUAGES",
    "German",
    "English",
]
MAIN = [
    "EXPERIENCE",
    "Senior Data Engineer",
    "Harbour Analytics GmbH",
    "2019 – 2021",
    "Built pipelines that carry the data of forty ports",
    "EDUCATION",
    "University of Bremen",
    "BSc Mathematics",
    "2012 – 2015",
]


@pytest.mark.parametrize(("left", "right", "gap"), [(SIDEBAR, MAIN, 13.3), (MAIN, SIDEBAR, 15.1)])
def test_two_columns_are_read_one_after_the_other(left: list[str], right: list[str], gap: float) -> None:
    wide = 330 if left is MAIN else 220
    page = [(50, 40, "Mina Okafor", 24, True)]
    page += [(50, 90 + 15 * i, text, 10, False) for i, text in enumerate(left)]
    page += [(wide, 92 + gap * i, text, 10, False) for i, text in enumerate(right)]

    assert lines_of(pdf_file([page])) == ["Mina Okafor", *left, *right]


def test_a_column_goes_on_over_the_page_end() -> None:
    def page(left: list[str], right: list[str]) -> list[tuple[float, float, str, float, bool]]:
        placed = [(50, 60 + 15 * i, text, 10, False) for i, text in enumerate(left)]
        return placed + [(220, 62 + 13.3 * i, text, 10, False) for i, text in enumerate(right)]

    lines = lines_of(
        pdf_file(
            [
                page(SIDEBAR, MAIN[:5]),
                page(["CERTIFICATES", "Sailing", "Diving", "Rowing"], ["more about ports", *MAIN[5:]]),
            ]
        )
    )

    assert lines.index("Rowing") < lines.index("EXPERIENCE")
    assert lines.index("more about ports") == lines.index(MAIN[4]) + 1


def test_dates_in_the_left_margin_stand_before_their_entry() -> None:
    page = [(150, 60, "EXPERIENCE", 14, True)]
    for row in range(4):
        page += [
            (40, 100 + 45 * row, f"201{row} – 201{row + 1}", 10, False),
            (150, 100 + 45 * row, "Engineer, Acorn Labs", 10, True),
        ]
        page += [(150, 115 + 45 * row, "wrote software for beekeepers and for their many bees", 10, False)]

    assert lines_of(pdf_file([page]))[1:3] == [
        "2010 – 2011\tEngineer, Acorn Labs",
        "wrote software for beekeepers and for their many bees",
    ]


def test_word_files_are_read_with_tables_and_lists() -> None:
    import docx

    word = docx.Document()
    word.add_heading("Experience", 1)
    word.add_paragraph("Built pipelines", style="List Bullet")
    table = word.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "2019 – 2021", "Engineer, Acorn Labs"
    buffer = io.BytesIO()
    word.save(buffer)

    assert lines_of(buffer.getvalue()) == ["Experience", "• Built pipelines", "2019 – 2021\tEngineer, Acorn Labs"]


ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:text><text:h>Experience</text:h><text:p>Engineer<text:tab/>2019 – 2021</text:p>"
    "<text:list><text:list-item><text:p>Built <text:span>pipelines</text:span></text:p></text:list-item></text:list></office:text></office:body></office:document-content>"
)


EUROPASS_XML = (
    "<SkillsPassport><LearnerInfo><Identification><PersonName><FirstName>Mina &amp;#{};</FirstName><Surname>Okafor</Surname>"
    "</PersonName><ContactInfo><Email><Contact>mina@example.org</Contact></Email></ContactInfo></Identification></LearnerInfo>"
    "</SkillsPassport>"
)


def odt_file(content: str = ODT) -> bytes:
    return zip_file({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


FORMATS = [
    ("odt", odt_file(), ["Experience", "Engineer\t2019 – 2021", "• Built pipelines"]),
    (
        "rtf",
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\b Experience\b0\par Engineer\tab M\'fcnchen \u8211?\par}",
        ["Experience", "Engineer\tMünchen –"],
    ),
    (
        "html",
        b"<html><head><style>x{}</style></head><body><h2>Experience</h2><ul><li>Built <b>pipelines</b></li></ul></body></html>",
        ["Experience", "• Built pipelines"],
    ),
    ("text", "Zürich\r\nÉcole".encode(), ["Zürich", "École"]),
    ("text", "Zürich\nÉcole".encode("cp1252"), ["Zürich", "École"]),
    ("text", "Zürich\nÉcole".encode("utf-16"), ["Zürich", "École"]),
]


@pytest.mark.parametrize(("kind", "data", "lines"), FORMATS)
def test_other_formats_are_read(kind: str, data: bytes, lines: list[str]) -> None:
    document = extract(data)

    assert document.kind == kind
    assert [line.text for line in document.lines if line.text] == lines


def test_rtf_is_no_json_to_the_parser() -> None:
    answer = parse_file(rb"{\rtf1\ansi Mina Okafor\par mina@example.org\par}")

    assert answer["resume"]["basics"]["email"] == "mina@example.org"


DIGITS = "9" * 5000  # more than Python turns into a number


@pytest.mark.parametrize(
    "data",
    [
        f"<html><body><p>Mina Okafor</p><p>mina@example.org &#{DIGITS}; x</p></body></html>".encode(),
        odt_file(
            ODT.replace("Engineer", f'mina@example.org <text:s text:c="{DIGITS}"/>x'),
        ),
        EUROPASS_XML.format(DIGITS).encode(),
    ],
    ids=["html", "odt", "europass"],
)
def test_numbers_without_end_break_nothing(data: bytes) -> None:
    assert parse_file(data)["resume"]["basics"]["email"] == "mina@example.org"


def encrypted_pdf() -> bytes:
    data = plain_pdf("secret")
    entry = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>] " % (
        b"28" * 32,
        b"11" * 32,
    )
    return data.replace(b"/Root 1 0 R", entry + b"/Root 1 0 R")


def word_with(name: str, content: bytes) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(docx_file("x")))
    members = {member: source.read(member) for member in source.namelist()}
    return zip_file({**members, name: content})


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
REFUSALS = [
    (b"", "empty"),
    (b" \n\0\0", "empty"),
    (b"%PDF-1.7\nnothing", "corrupt"),
    (plain_pdf("Mina")[:200], "corrupt"),
    (encrypted_pdf(), "encrypted"),
    (pdf_file([[]]), "empty"),
    (pdf_file([[]] * (limits.MAX_PAGES + 1)), "too_many_pages"),
    (b"PK\x03\x04" + b"\x99" * 50, "corrupt"),
    (zip_file({"a.txt": b"x"}), "archive"),
    (zip_file({"[Content_Types].xml": b"x", "word/document.xml": b"not xml"}), "corrupt"),
    (zip_file({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "unknown_type"),
    (word_with("word/bomb.xml", b"\0" * 5_000_000), "archive"),
    (odt_file(ENTITIES + ODT), "corrupt"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0", "picture"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "unknown_type"),
    (b"\x7fELF\x02\x01\x01" + b"\0\x01\x02" * 99, "unknown_type"),
    (b'<?xml version="1.0"?>' + ENTITIES.encode() + b"<x>&b;</x>", "corrupt"),
    (b'<?xml version="1.0"?><feed/>', "unknown_type"),
    (b"x" * (limits.MAX_FILE_BYTES + 1), "too_large"),
]


@pytest.mark.parametrize(("data", "code"), REFUSALS, ids=[f"{i}-{code}" for i, (_, code) in enumerate(REFUSALS)])
def test_what_cannot_be_read_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        extract(data)

    assert refused.value.code == code
    assert str(refused.value)[0].isupper()
    assert str(refused.value).endswith(".")


def test_a_scanned_pdf_is_called_a_picture() -> None:
    image = b"q 500 0 0 700 40 40 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q"
    data = pdf_file([[(10, 10, "x", 10, False)]])
    start = data.index(b"BT /F1")
    end = data.index(b"ET", start) + 2
    scanned = data[:start] + image.ljust(end - start)[: end - start + 40] + data[end:]

    with pytest.raises(Refusal) as refused:
        extract(scanned)

    assert refused.value.code == "picture"


def test_the_first_pages_of_a_very_long_file_are_read() -> None:
    pages = [[(50.0, 60.0, "Boats " + "x" * number, 10.0, False)] for number in range(limits.MAX_PAGES_READ + 1)]

    answer = parse_file(pdf_file(pages))

    assert answer["resume"]["meta"]["pages"] == limits.MAX_PAGES_READ + 1
    assert answer["resume"]["meta"]["pagesRead"] == limits.MAX_PAGES_READ
    assert answer["resume"]["text"].count("Boats") == limits.MAX_PAGES_READ


TABLE_ODT = "<table:table><table:table-row><table:table-cell>{}</table:table-cell></table:table-row></table:table>"
WITH_TABLES = ODT.replace("xmlns:text", 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text', 1)


@pytest.mark.parametrize("depth", [1, 3, 40])
def test_a_table_in_a_table_is_read_once(depth: int) -> None:
    inner = "<text:p>Sail stitching</text:p>"
    for _ in range(depth):
        inner = TABLE_ODT.format(inner)

    lines = lines_of(odt_file(WITH_TABLES.replace("<text:h>Experience</text:h>", inner)))

    assert lines == ["Sail stitching", "Engineer\t2019 – 2021", "• Built pipelines"]


def long_word(count: int) -> bytes:
    """A Word file of so many paragraphs, salted so that it packs no better than an honest one."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraphs = "<w:p><w:r><w:t>Sail stitching by hand</w:t></w:r></w:p>" * count
    salt = random.Random(1).randbytes(len(paragraphs) // 300).hex()
    body = f"<w:document {namespace}><w:body>{paragraphs}<!--{salt}--></w:body></w:document>"
    return word_with("word/document.xml", body.encode())


def test_the_first_400_000_letters_of_a_word_file_are_read() -> None:
    text = extract(long_word(30_000)).text

    assert limits.MAX_CHARACTERS < text.count("Sail stitching by hand") * 22 < limits.MAX_CHARACTERS + 44
