"""A person as a Word file: tab stops, table rows, a sidebar made of a table, text boxes, plain paragraphs."""

import io
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.oxml import parse_xml
from docx.shared import Pt

from rapport.intake.tests.labelled import dates
from rapport.intake.tests.labelled.layouts import HEADINGS, degree
from rapport.intake.tests.labelled.people import Person

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def _bytes(word: Any) -> bytes:
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _head(word: Any, p: Person) -> None:
    run = word.add_paragraph().add_run(p.name)
    run.bold, run.font.size = True, Pt(20)
    word.add_paragraph(f"{p.email} | {p.phone} | {p.place}")


def _tail(word: Any, p: Person, styled: bool = True) -> None:
    for index, text in (
        (3, ", ".join(p.skills)),
        (4, ", ".join(f"{name}: {level}" for name, level in p.spoken)),
        (5, "\n".join(p.certificates)),
    ):
        _heading(word, p, index, styled)
        word.add_paragraph(text)


def _heading(word: Any, p: Person, index: int, styled: bool = True) -> None:
    text = HEADINGS[p.language][index]
    if styled:
        word.add_heading(text, level=1)
    else:
        word.add_paragraph().add_run(text.upper()).bold = True


def tab_stops(p: Person) -> bytes:
    """Title and organisation, a tab, dates; headings by style."""
    word = docx.Document()
    _head(word, p)
    _heading(word, p, 1)
    for j in p.jobs:
        line = word.add_paragraph()
        line.add_run(j.title).bold = True
        line.add_run(f", {j.organisation}\t{dates.short_months(j.start, j.end, p.language)}")
        for text in j.lines:
            word.add_paragraph(text, style="List Bullet")
    _heading(word, p, 2)
    for s in p.schools:
        word.add_paragraph(f"{degree(s)}, {s.name}\t{s.start} – {s.end}")
    _tail(word, p)
    return _bytes(word)


def table_rows(p: Person) -> bytes:
    """A table: dates in the first cell; organisation, title and text as paragraphs of the second."""
    word = docx.Document()
    _head(word, p)
    _heading(word, p, 1, False)
    table = word.add_table(0, 2)
    for j in p.jobs:
        left, right = table.add_row().cells
        left.text = dates.slashes(j.start, j.end, p.language)
        right.paragraphs[0].add_run(j.organisation).bold = True
        right.add_paragraph(j.title)
        for text in j.lines:
            right.add_paragraph(text, style="List Bullet")
    _heading(word, p, 2, False)
    table = word.add_table(0, 2)
    for s in p.schools:
        left, right = table.add_row().cells
        left.text = f"{s.start} – {s.end}"
        right.text = s.name
        right.add_paragraph(degree(s))
    _tail(word, p, False)
    return _bytes(word)


def three_cells(p: Person) -> bytes:
    """A table with a heading row: title, organisation, period in cells of their own."""
    word = docx.Document()
    _head(word, p)
    _heading(word, p, 1)
    table = word.add_table(0, 3)
    for j in p.jobs:
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = j.title, j.organisation, dates.dots(j.start, j.end, p.language)
    _heading(word, p, 2)
    table = word.add_table(0, 3)
    for s in p.schools:
        cells = table.add_row().cells
        cells[0].text, cells[1].text, cells[2].text = degree(s), s.name, f"{s.start} – {s.end}"
    _tail(word, p)
    return _bytes(word)


def sidebar_table(p: Person) -> bytes:
    """One row of two cells: contact, skills and languages beside the jobs."""
    word = docx.Document()
    side, main = word.add_table(1, 2).rows[0].cells
    side.paragraphs[0].add_run(p.name).font.size = Pt(18)
    for text in (p.email, p.phone, p.place):
        side.add_paragraph(text)
    _cell_heading(side, p, 3)
    for skill in p.skills:
        side.add_paragraph(skill)
    _cell_heading(side, p, 4)
    for name, level in p.spoken:
        side.add_paragraph(f"{name} ({level})")
    _cell_heading(main, p, 1)
    for j in p.jobs:
        main.add_paragraph().add_run(j.title).bold = True
        main.add_paragraph(f"{j.organisation}, {j.place}")
        main.add_paragraph(dates.long_months(j.start, j.end, p.language))
        for text in j.lines:
            main.add_paragraph(text, style="List Bullet")
    _cell_heading(main, p, 2)
    for s in p.schools:
        main.add_paragraph().add_run(degree(s)).bold = True
        main.add_paragraph(s.name)
        main.add_paragraph(f"{s.start} – {s.end}")
    return _bytes(word)


def _cell_heading(cell: Any, p: Person, index: int) -> None:
    cell.add_paragraph().add_run(HEADINGS[p.language][index].upper()).bold = True


def text_boxes(p: Person) -> bytes:
    """Contact and jobs in text boxes, as many of Word's own templates are."""
    word = docx.Document()
    _box(word, [p.name], [p.email, p.phone, p.place])
    jobs = [HEADINGS[p.language][1].upper()]
    for j in p.jobs:
        jobs += [
            f"{j.title}\t{dates.short_months(j.start, j.end, p.language)}",
            j.organisation,
            *(f"• {line}" for line in j.lines),
        ]
    _box(word, [], jobs)
    schools = [HEADINGS[p.language][2].upper()]
    for s in p.schools:
        schools += [f"{degree(s)}\t{s.start} – {s.end}", s.name]
    _box(word, [], schools)
    _tail(word, p, False)
    return _bytes(word)


def _box(word: Any, large: list[str], small: list[str]) -> None:
    paragraphs = [_box_line(text, 40) for text in large] + [_box_line(text, 20) for text in small]
    content = f"<w:txbxContent>{''.join(paragraphs)}</w:txbxContent>"
    run = (
        f'<w:r {_NAMESPACES}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    word.add_paragraph()._p.append(parse_xml(run))


def _box_line(text: str, half_points: int) -> str:
    parts = "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\t"))
    return f'<w:p><w:r><w:rPr><w:sz w:val="{half_points}"/></w:rPr>{parts}</w:r></w:p>'


def plain_paragraphs(p: Person) -> bytes:
    """Nothing but paragraphs without styles: dates, title and organisation one under the other, text without bullets."""
    word = docx.Document()
    for text in (p.name, p.place, p.phone, p.email, ""):
        word.add_paragraph(text)
    word.add_paragraph(HEADINGS[p.language][1])
    for j in p.jobs:
        for text in (dates.slashes(j.start, j.end, p.language), j.title, j.organisation, *j.lines, ""):
            word.add_paragraph(text)
    word.add_paragraph(HEADINGS[p.language][2])
    for s in p.schools:
        for text in (f"{s.start} – {s.end}", degree(s), s.name, ""):
            word.add_paragraph(text)
    word.add_paragraph(HEADINGS[p.language][3])
    word.add_paragraph(", ".join(p.skills))
    word.add_paragraph(HEADINGS[p.language][4])
    word.add_paragraph(", ".join(f"{name} {level}" for name, level in p.spoken))
    return _bytes(word)


WORD_LAYOUTS: dict[str, Callable[[Person], bytes]] = {
    layout.__name__: layout
    for layout in (tab_stops, table_rows, three_cells, sidebar_table, text_boxes, plain_paragraphs)
}
