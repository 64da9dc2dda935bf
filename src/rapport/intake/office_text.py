"""Word (DOCX) and OpenDocument (ODT) files to lines, with tables, text boxes, content controls and page headers."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

from rapport.intake.document import Document, Line, Refusal, build_document
from rapport.intake.limits import MAX_CHARACTERS, MAX_UNPACKED_BYTES

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_SIGNS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-", _W + "ptab": "\t"}
_MAX_DEPTH = 40


def read_docx(data: bytes) -> Document:
    """Lines of a Word file. Raises Refusal: corrupt, or empty when it holds no text."""
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        word = docx.Document(io.BytesIO(data))
        reader = _WordReader(word)
        lines = list(reader.lines())
    except (
        OpcError,
        LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        EOFError,
        OSError,
    ) as error:
        raise Refusal("corrupt", "This Word file is damaged and cannot be opened. Ask for a new copy.") from error
    if not any(line.text.strip() for line in lines):
        raise Refusal("empty", "This Word file has no text in it (it may hold only a picture).")
    return build_document("docx", lines, links=reader.links)


class _WordReader:
    """Walks the body, so that text boxes and content controls, which python-docx leaves out, are read too."""

    def __init__(self, word: Any) -> None:
        self.word = word
        self.links: list[str] = []
        self.styles = {style.style_id: style for style in word.styles}
        self.known_styles: dict[str, tuple[float, bool, bool, bool]] = {}
        self.characters = 0

    def lines(self) -> Iterator[Line]:
        section = self.word.sections[0] if len(self.word.sections) else None
        if section is not None:
            yield from self._blocks(section.header._element, section.header.part, 0)
        yield from self._blocks(self.word.element.body, self.word.part, 0)
        if section is not None:
            yield from self._blocks(section.footer._element, section.footer.part, 0)

    def _blocks(self, parent: Any, part: Any, depth: int) -> Iterator[Line]:
        if depth > _MAX_DEPTH:
            return
        for child in parent:
            if self.characters > MAX_CHARACTERS:
                return
            if child.tag == _W + "p":
                yield from self._paragraph(child, part, depth)
            elif child.tag == _W + "tbl":
                for row in child.iter(_W + "tr"):
                    if _closest_table(row) is child and self.characters <= MAX_CHARACTERS:
                        yield from join_cells([list(self._blocks(cell, part, depth + 1)) for cell in _cells(row)])
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "customXml", _W + "ins", _W + "smartTag"):
                yield from self._blocks(child, part, depth + 1)

    def _paragraph(self, paragraph: Any, part: Any, depth: int) -> Iterator[Line]:
        size, style_bold, is_heading, is_list = self._style(paragraph)
        text, bold, boxes = "", [], []
        for node in _inline(paragraph):
            if node.tag == _W + "txbxContent":
                boxes.append(node)
                continue
            if node.tag == _W + "hyperlink":
                self._link(node, part)
                continue
            piece = node.text or "" if node.tag == _W + "t" else _SIGNS.get(node.tag, "")
            run = node.getparent()
            if piece.strip() and (style_bold or _is_bold(run)):
                bold.append((len(text), len(text) + len(piece)))
            size = max(size, _run_size(run)) if piece.strip() else size
            text += piece
            if len(text) > MAX_CHARACTERS:
                break
        self.characters += len(text)
        if is_list and text.strip() and not re.match(r"\s*[•·◦▪●-]", text):
            bold = [(a + 2, b + 2) for a, b in bold]
            text = "• " + text
        yield from _split_lines(text.replace("\xa0", " "), bold, size, is_heading)
        for box in boxes:
            yield from self._blocks(box, part, depth + 1)

    def _link(self, node: Any, part: Any) -> None:
        relation = part.rels.get(node.get(_R_ID)) if node.get(_R_ID) else None
        if relation is not None and relation.is_external and len(self.links) < 200:
            self.links.append(str(relation.target_ref)[:2000])

    def _style(self, paragraph: Any) -> tuple[float, bool, bool, bool]:
        """(size in points, bold, heading, list) that a paragraph's style gives."""
        properties = paragraph.find(_W + "pPr")
        named = properties.find(_W + "pStyle") if properties is not None else None
        style_id = named.get(_W + "val") if named is not None else ""
        if style_id not in self.known_styles:
            self.known_styles[style_id] = self._look_up(style_id)
        size, bold, is_heading, is_list = self.known_styles[style_id]
        numbered = properties is not None and properties.find(_W + "numPr") is not None
        return size, bold, is_heading, (is_list or numbered) and not is_heading

    def _look_up(self, style_id: str) -> tuple[float, bool, bool, bool]:
        style, size, bold, name = self.styles.get(style_id), 0.0, False, ""
        name = (style.name or "").lower() if style is not None else ""
        for _ in range(10):
            if style is None:
                break
            font = getattr(style, "font", None)
            if font is not None:
                size = size or (font.size.pt if font.size else 0.0)
                bold = bold or bool(font.bold)
            style = getattr(style, "base_style", None)
        return (
            size,
            bold,
            name.startswith(("heading", "title", "überschrift", "titre")),
            "list" in name or "bullet" in name,
        )


def _inline(paragraph: Any) -> Iterator[Any]:
    """Text, signs, hyperlinks and text boxes of a paragraph in order; the older copy of a text box is left out."""
    stack = [iter(paragraph)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif node.tag == _FALLBACK or node.tag in (_W + "pPr", _W + "rPr", _W + "del", _W + "instrText"):
            continue
        elif node.tag == _W + "txbxContent":
            yield node
        else:
            if node.tag in (_W + "t", _W + "hyperlink") or node.tag in _SIGNS:
                yield node
            if len(stack) < _MAX_DEPTH:
                stack.append(iter(node))


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter(_W + "tc") if _closest_row(cell) is row]


def _closest_row(cell: Any) -> Any:
    return next((node for node in cell.iterancestors(_W + "tr")), None)


def _closest_table(row: Any) -> Any:
    return next((node for node in row.iterancestors(_W + "tbl")), None)


def _is_bold(run: Any) -> bool:
    properties = run.find(_W + "rPr") if run is not None else None
    mark = properties.find(_W + "b") if properties is not None else None
    return mark is not None and mark.get(_W + "val") not in ("0", "false", "off")


def _run_size(run: Any) -> float:
    properties = run.find(_W + "rPr") if run is not None else None
    size = properties.find(_W + "sz") if properties is not None else None
    value = size.get(_W + "val", "") if size is not None else ""
    return float(value) / 2 if value.isdecimal() else 0.0


def _split_lines(text: str, bold: Iterable[tuple[int, int]], size: float, is_heading: bool) -> Iterator[Line]:
    position = 0
    for raw in text.split("\n"):
        kept = raw.strip()
        lead = position + len(raw) - len(raw.lstrip())
        spans = tuple(
            (max(a, lead) - lead, min(b, lead + len(kept)) - lead) for a, b in bold if a < lead + len(kept) and b > lead
        )
        yield Line(re.sub(r"\t+", lambda m: "\t" * len(m.group()), kept), size=size, bold=spans, is_heading=is_heading)
        position += len(raw) + 1


def join_cells(cells: list[list[Line]]) -> list[Line]:
    """A table row as lines: short cells side by side with tabs; cells that hold columns of their own one after the other."""
    cells = [[line for line in cell if line.text.strip()] for cell in cells]
    cells = [cell for cell in cells if cell]
    long = [cell for cell in cells if len(cell) > 2]
    if not cells:
        return []
    if len(cells) == 1 or len(long) > 1 or (len(long) == 1 and max(len(c) for c in cells if c is not long[0]) > 2):
        return [line for cell in cells for line in [*cell, Line("")]]
    first = [cell[0] for cell in cells]
    text = ""
    bold: list[tuple[int, int]] = []
    for line in first:
        text += "\t" if text else ""
        bold.extend((len(text) + a, len(text) + b) for a, b in line.bold)
        text += line.text
    joined = Line(
        text, size=max(line.size for line in first), bold=tuple(bold), is_heading=all(x.is_heading for x in first)
    )
    return [joined, *(line for cell in cells for line in cell[1:])]


def read_odt(data: bytes) -> Document:
    """Lines of an OpenDocument text. Raises Refusal: corrupt or empty."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package, package.open("content.xml") as member:
            content = member.read(MAX_UNPACKED_BYTES)
        if b"<!ENTITY" in content[:4096] or b"<!DOCTYPE" in content[:4096]:
            raise Refusal("corrupt", "This document carries its own definitions, which are not read. Ask for a PDF.")
        root = ElementTree.fromstring(content)  # noqa: S314  # entity declarations are refused above, and expat limits expansion
    except (ElementTree.ParseError, zipfile.BadZipFile, KeyError, ValueError, EOFError, RuntimeError) as error:
        raise Refusal(
            "corrupt", "This OpenDocument file is damaged and cannot be opened. Ask for a new copy."
        ) from error
    lines, characters = [], 0
    for line in _odt_blocks(root, 0, False):
        lines.append(line)
        characters += len(line.text)
        if characters > MAX_CHARACTERS:
            break
    if not any(line.text.strip() for line in lines):
        raise Refusal("empty", "This document has no text in it.")
    return build_document("odt", lines)


def _odt_blocks(node: Any, depth: int, in_list: bool) -> Iterator[Line]:
    if depth > 200:
        return
    for child in node:
        if child.tag in (_TEXT + "p", _TEXT + "h"):
            boxes: list[Any] = []
            text = ("• " if in_list else "") + _odt_text(child, boxes)
            yield from _split_lines(text.replace("\xa0", " "), (), 0.0, child.tag == _TEXT + "h")
            for box in boxes:
                yield from _odt_blocks(box, depth + 1, False)
        elif child.tag == _TABLE + "table-row":
            yield from join_cells(
                [list(_odt_blocks(cell, depth + 1, False)) for cell in child if cell.tag == _TABLE + "table-cell"]
            )
        elif child.tag not in (_TEXT + "tracked-changes", _TEXT + "sequence-decls"):
            yield from _odt_blocks(child, depth + 1, in_list or child.tag == _TEXT + "list-item")


def _odt_text(node: Any, boxes: list[Any]) -> str:
    parts = [node.text or ""]
    for child in node:
        name = child.tag.rsplit("}", 1)[-1]
        if name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name == "s":
            count = child.get(_TEXT + "c", "1")[:9]
            parts.append(" " * min(int(count) if count.isdecimal() else 1, 200))
        elif name == "text-box":
            boxes.append(child)
        elif name not in ("annotation", "note", "bookmark"):
            parts.append(_odt_text(child, boxes))
        parts.append(child.tail or "")
    return "".join(parts)
