"""Reading CSV files as people have them: any usual encoding, delimiter and quotation mark, whole or broken. Pure.

A record is numbered as a spreadsheet numbers its rows, the first being 1. A record that cannot be read comes with a
problem in words, and reading goes on at the next line: a quotation mark that is never closed costs one row, not the
rest of the file. Memory does not depend on the size of the file or of its lines.
"""

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from rapport.intake.document import Refusal

DELIMITERS = (",", ";", "\t", "|")
LONGEST_LINE = 1_000_000
LONGEST_CELL = 131_072
MOST_LINES = 2_000
MOST_COLUMNS = 500
SAMPLE_BYTES = 1_000_000
SAMPLE_RECORDS = 60
NEVER_CLOSED = "A quotation mark is opened in this row and never closed."
TOO_LONG = "\ue000too long\ue000"  # stands for a line that was not read; private use characters are in no name


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How to read a file: `skip` lines at its head ("sep=;") are none of its rows."""

    encoding: str
    delimiter: str
    quote: str = '"'
    has_header: bool = True
    skip: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Record:
    number: int
    cells: list[str] = field(default_factory=list)
    problem: str = ""


def detect_encoding(file: BinaryIO) -> str:
    """utf-8-sig, utf-16 (either order, with or without its mark), else cp1252. Raises Refusal for what is no text."""
    file.seek(0)
    head = file.read(SAMPLE_BYTES)
    _refuse_binary(head)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    pairs = max(len(head) // 2, 1)
    if len(head) > 8 and head[1::2].count(0) > 0.4 * pairs:
        return "utf-16-le"
    if len(head) > 8 and head[::2].count(0) > 0.4 * pairs:
        return "utf-16-be"
    return "utf-8-sig" if _is_utf8(head, file) else "cp1252"


def _refuse_binary(head: bytes) -> None:
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Refusal("empty", "This file is empty. Choose another one.")
    if head.startswith(b"PK\x03\x04"):
        raise Refusal("unknown_type", "This is an Excel workbook or an archive. Save the sheet as CSV and upload that.")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refusal("unknown_type", "This is an old Excel workbook. Save the sheet as CSV and upload that.")
    if head.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8")):
        raise Refusal("unknown_type", "This is no table but a document or a picture. Upload a CSV file.")
    control = sum(head[:4096].count(byte) for byte in (1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20))
    if control > len(head[:4096]) // 50:
        raise Refusal("unknown_type", "This is not a text file. Upload a CSV file.")


def _is_utf8(head: bytes, file: BinaryIO) -> bool:
    """Whether the file is UTF-8, by and large: a few broken letters do not make the others another encoding."""
    good = bad = 0
    chunk = head
    while chunk:
        text = chunk.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        bad += wrong
        good += (len(chunk) - len(text)) if not chunk.isascii() else 0
        chunk = file.read(SAMPLE_BYTES)
    return bad == 0 or good > 8 * bad


def detect_format(file: BinaryIO) -> TableFormat:
    """Encoding, delimiter and quotation mark of a file; whether its first row is a header is decided by the columns.

    Raises Refusal when it is empty, no text, or has more columns than can be mapped.
    """
    encoding = detect_encoding(file)
    file.seek(0)
    sample = _decoded_sample(file, encoding)
    first = sample.partition("\n")[0].strip().lower()
    skip = 0
    if first.startswith("sep=") and len(first) == 5:
        skip, sample = 1, sample.partition("\n")[2]
        return TableFormat(encoding, first[4], '"', skip=skip)
    quote = "'" if sample.count("'") > 4 and '"' not in sample and _is_quoted(sample) else '"'
    delimiter = max(DELIMITERS, key=lambda mark: _score(sample, mark, quote))
    return TableFormat(encoding, delimiter, quote, skip=skip)


def _decoded_sample(file: BinaryIO, encoding: str) -> str:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(SAMPLE_BYTES // 4))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_quoted(sample: str) -> bool:
    lines = sample.splitlines()[:20]
    return (
        sum(line.startswith("'") or ",'" in line or ";'" in line or "\t'" in line for line in lines) > len(lines) // 2
    )


def _score(sample: str, delimiter: str, quote: str) -> tuple[float, int]:
    """How well a delimiter explains the sample: rows that agree on a number of columns above one, times that number."""
    lines = [line + "\n" for line in sample.split("\n")[: SAMPLE_RECORDS * 4]]
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(lines, delimiter=delimiter, quotechar=quote):
            if cells:
                widths[len(cells)] += 1
            if widths.total() >= SAMPLE_RECORDS:
                break
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, rows = widths.most_common(1)[0]
    return (rows / widths.total()) * min(width - 1, 40), width


def read_records(file: BinaryIO, form: TableFormat) -> Iterator[Record]:
    """All records from the first row on, header included; empty ones are counted and left out."""
    file.seek(0)
    text = io.TextIOWrapper(_Unclosed(file), encoding=form.encoding, errors="replace", newline="")
    reader = _Reader(text, form)
    for _ in range(form.skip):
        text.readline(LONGEST_LINE)
    try:
        yield from reader
    finally:
        text.detach()


class _Unclosed(io.BufferedReader):
    """The file as TextIOWrapper wants it; closing it leaves the caller's file open."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(_Raw(file), buffer_size=262_144)


class _Raw(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Reader:
    """Puts the lines of a broken record back, but for the first, and reads on from there."""

    def __init__(self, text: io.TextIOWrapper, form: TableFormat) -> None:
        self.text, self.form = text, form
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.has_ended = False
        csv.field_size_limit(LONGEST_CELL)

    def __iter__(self) -> Iterator[Record]:
        number = form_number = 0
        rows = self._rows()
        while True:
            self.taken.clear()
            self.has_ended = False
            try:
                cells = next(rows)
                problem = self._problem(cells)
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], _in_words(error)
            number = form_number = form_number + 1
            if problem and len(self.taken) > 1:
                self.waiting.extendleft(reversed(self.taken[1:]))
                rows = self._rows()
            if problem:
                yield Record(number, [], problem)
            elif any(cells):
                yield Record(number, cells)

    def _rows(self) -> Iterator[list[str]]:
        return csv.reader(self._lines(), delimiter=self.form.delimiter, quotechar=self.form.quote)

    def _lines(self) -> Iterator[str]:
        while True:
            line = self.waiting.popleft() if self.waiting else self._read_line()
            if not line:
                self.has_ended = True
                return
            self.taken.append(line)
            if len(self.taken) > MOST_LINES:
                raise csv.Error("too many lines")
            yield line

    def _read_line(self) -> str:
        line = self.text.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return line
        while rest := self.text.readline(LONGEST_LINE):
            if rest.endswith(("\n", "\r")):
                break
        return TOO_LONG + "\n"

    def _problem(self, cells: list[str]) -> str:
        if self.has_ended:  # a whole record does not ask for the line after it
            return NEVER_CLOSED
        if len(self.taken) == 1 and len(self.taken[0]) < 20:
            return f"This row is longer than {LONGEST_LINE:,} characters." if cells and cells[0] == TOO_LONG else ""
        if any(TOO_LONG in line for line in self.taken):
            return f"This row is longer than {LONGEST_LINE:,} characters."
        if len(self.taken) > 1 and sum(line.count(self.form.quote) for line in self.taken) % 2:
            return NEVER_CLOSED
        return ""


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "field limit" in said or "too many lines" in said:
        return "A quotation mark is opened in this row and never closed, or a cell is longer than 131,072 characters."
    return f"This row cannot be read: {said}."


def name_columns(cells: list[str]) -> list[str]:
    """Headers as they are shown, each once: the second "E-mail" is "E-mail (2)", an empty one "Column 4"."""
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\0", "").split())[:80] or f"Column {place}"
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        names.append(name if count == 1 else f"{name} ({count})")
    return names
