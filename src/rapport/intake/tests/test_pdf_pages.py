"""Boxes lie over the words that were read, and pages are drawn, whatever the file is like."""

import struct
import zlib

import pytest

from rapport.intake import pdf_pages
from rapport.intake.document import Refusal
from rapport.intake.pdf_text import read_pdf
from rapport.intake.sandbox import SandboxPool
from rapport.intake.tests.files import RESUME_LINES, pdf_file, plain_pdf, scanned_pdf, two_column_pdf

WIDTH = 800


def pixels(png: bytes) -> list[bytes]:
    """The rows of a PNG of grey shades as `draw_page` makes it."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 0)
    packed = zlib.decompress(png[png.index(b"IDAT") + 4 : -16])
    return [packed[at + 1 : at + 1 + width] for at in range(0, height * (width + 1), width + 1)]


def ink(png: bytes) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is not white, in pixels."""
    rows = [(y, [x for x, shade in enumerate(row) if shade < 128]) for y, row in enumerate(pixels(png))]
    dark = [(y, found) for y, found in rows if found]
    return min(min(found) for _, found in dark), dark[0][0], max(max(found) for _, found in dark), dark[-1][0]


def find(pdf: bytes, *words: str) -> dict:
    text = read_pdf(pdf).text
    spans = [(text.index(word), text.index(word) + len(word)) for word in words]
    return pdf_pages.find_words(pdf, spans, pdf_pages.text_hash(text))


@pytest.mark.parametrize(
    "box",
    [
        b"/MediaBox [0 0 595 842]",
        b"/MediaBox [0 0 595 842] /Rotate 90",
        b"/MediaBox [0 0 595 842] /Rotate 180",
        b"/MediaBox [0 0 595 842] /Rotate 270",
        b"/MediaBox [-30 -40 595 842] /CropBox [20 60 570 820]",
        b"/MediaBox [-30 -40 595 842] /CropBox [20 60 570 820] /Rotate 90",
    ],
)
def test_a_box_lies_over_its_word_however_the_page_is_turned_and_cut(box: bytes) -> None:
    pdf = pdf_file([[(150, 300, "Mina Okafor", 20, False)]], box)
    found = find(pdf, "Mina Okafor")
    [[[page, left, top, width, height]]] = found["boxes"]
    scale = WIDTH / found["pages"][0][0]
    x0, y0, x1, y1 = (value / scale for value in ink(pdf_pages.draw_page(pdf, 1, WIDTH)))
    assert page == 1
    assert left - 3 <= x0 <= x1 <= left + width + 3
    assert top - 3 <= y0 <= y1 <= top + height + 3
    assert max(width, height) == pytest.approx(max(x1 - x0, y1 - y0), abs=5)


def test_words_of_two_columns_are_found_in_their_column() -> None:
    found = find(
        two_column_pdf(), "mina.okafor@example.org", "Lighthouse Holding GmbH", "Senior Data Engineer\nLighthouse"
    )
    (contact,), (employer,), lines = found["boxes"]
    assert contact[1:3] == [44.0, pytest.approx(127, abs=2)]
    assert contact[1] + contact[3] < 230 <= employer[1]
    assert [round(box[1]) for box in lines] == [230, 230]
    assert lines[1][2] - lines[0][2] == pytest.approx(16, abs=0.2)


def test_a_parted_word_has_two_boxes_and_a_space_belongs_to_its_words() -> None:
    pdf = pdf_file([[(50, 60, "Works as an engi\u00ad", 10, False), (50, 76, "neer in Kiel", 10, False)]])
    assert read_pdf(pdf).text == "Works as an engineer\nin Kiel"
    engineer, kiel = find(pdf, "engineer", "in Kiel")["boxes"]
    assert [round(box[2]) for box in engineer] == [50, 66]
    assert len(kiel) == 1


def test_every_character_has_its_place() -> None:
    for pdf in (two_column_pdf(), plain_pdf(*RESUME_LINES)):
        document = read_pdf(pdf, boxed_pages=60)
        assert document.text == read_pdf(pdf).text
        for line in document.lines:
            assert len(line.boxes) == len(line.text)
            assert all(box for box, letter in zip(line.boxes, line.text, strict=True) if not letter.isspace())
    assert all(line.boxes == () for line in read_pdf(two_column_pdf()).lines)


@pytest.mark.real_data
def test_every_character_of_real_resumes_has_its_place(real_data) -> None:
    files = [
        *sorted((real_data / "resumes" / "templates").rglob("*.pdf"))[::3],
        *sorted((real_data / "resumes" / "livecareer").rglob("*.pdf"))[::8],
    ]
    assert len(files) > 10
    for path in files:
        document = read_pdf(path.read_bytes(), boxed_pages=60)
        assert document.text == read_pdf(path.read_bytes()).text
        assert [line.text for line in document.lines if len(line.boxes) != len(line.text)] == [], path.name


def test_nothing_lights_up_where_the_text_is_another_one() -> None:
    found = pdf_pages.find_words(two_column_pdf(), [(0, 4)], pdf_pages.text_hash("Another text"))
    assert (found["is_same"], found["boxes"], len(found["pages"])) == (False, [], 1)


def test_a_scan_has_pages_and_no_words() -> None:
    found = pdf_pages.find_words(scanned_pdf(), [], pdf_pages.text_hash(""))
    assert found == {"page_count": 1, "pages": [[595.0, 842.0]], "boxes": [], "is_same": True}
    assert len(pixels(pdf_pages.draw_page(scanned_pdf(), 1, WIDTH))[0]) == WIDTH


@pytest.mark.parametrize("said", ["", "Scanned with PaperEater"])
def test_a_scan_is_recognised_though_its_program_signs_it(said: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_pdf(scanned_pdf(said))
    assert refused.value.code == "picture"


def test_of_many_pages_the_first_are_shown() -> None:
    letters = "abcdefghijklmnopqrstuvwxy"
    pdf = pdf_file([[(50, 60, f"A line with {5 * letter}", 10, False)] for letter in letters])
    found = find(pdf, "ttttt", "uuuuu")
    assert (found["page_count"], len(found["pages"])) == (25, 20)
    assert [[box[0] for box in boxes] for boxes in found["boxes"]] == [[20], []]
    with pytest.raises(Refusal) as refused:
        pdf_pages.draw_page(pdf, 21, WIDTH)
    assert refused.value.code == "no_page"


@pytest.mark.parametrize(
    ("box", "widest"),
    [(b"[0 0 14400 10]", 800), (b"[0 0 10 14400]", 3), (b"[0 0 2000000000 2000000000]", 800), (b"[0 0 0 0]", 800)],
)
def test_pages_of_any_size_give_pictures_of_a_usual_size(box: bytes, widest: int) -> None:
    pdf = pdf_file([[(50, 60, "Mina", 10, False)]], b"/MediaBox " + box)
    width, height = struct.unpack(">II", pdf_pages.draw_page(pdf, 1, WIDTH)[16:24])
    assert 1 <= width <= widest
    assert 1 <= height <= 4 * WIDTH


def test_a_page_in_colour_keeps_it() -> None:
    red = pdf_file([[(50, 60, "Mina", 10, False)]]).replace(b"BT /F1", b"1 0 0 rg BT /F1")
    depth_and_kind = pdf_pages.draw_page(red, 1, 400)[24:26]
    assert depth_and_kind == bytes((8, 2))


@pytest.mark.real_data
def test_odd_pdfs_are_drawn_or_refused_within_the_limits(real_data) -> None:
    files = sorted((real_data / "documents" / "pdf").rglob("*.pdf"))[::2]
    assert len(files) > 10
    answers, refusals = [], []
    with SandboxPool(size=1) as pool:
        for path in files:
            data = path.read_bytes()
            for question in ({"do": "find", "spans": [[0, 40]], "hash": ""}, {"do": "draw", "page": 1, "width": 800}):
                try:
                    answers.append(pool.ask(question, data))
                except Refusal as refusal:
                    refusals.append(str(refusal))
    assert sum("picture" in answer for answer in answers) > len(files) / 2
    assert [said for said in refusals if not said.endswith(".")] == []
