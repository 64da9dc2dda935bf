"""The rows of a MySQL or MariaDB dump (mysqldump, phpMyAdmin): what its INSERT statements hold, read line by line.

Nothing is executed. Columns are those an INSERT names, else those of the CREATE TABLE before it. A statement that cannot be
read costs itself, not the rest of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

LONGEST_STATEMENT = 64_000_000
_CREATE = re.compile(
    r"\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?", re.IGNORECASE
)
_COLUMN = re.compile(r"\s*[`\"](\w+)[`\"]\s+\w")
_INSERT = re.compile(
    r"\s*(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?\s*(?:\(([^()]*)\))?\s*VALUES\s*",
    re.IGNORECASE,
)
_STARTS = re.compile(r"\s*(?:INSERT|REPLACE|CREATE|LOCK|UNLOCK|DROP|ALTER|SET|COMMIT|--|/\*)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,]*")
_VALUE = re.compile(
    r"\s*(?:(?:_\w+\s*)?'((?:[^'\\]|\\.|'')*)'|(NULL)|([-+]?[\d.]+(?:[eE][-+]?\d+)?)|(0x[0-9A-Fa-f]*)|(\w+(?:\(\))?))\s*([,)])",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": " ", "Z": " ", "b": " "}


@dataclass(frozen=True, slots=True)
class DumpRow:
    """One row of a table, or why a statement could not be read; `number` is the line of the dump."""

    number: int
    table: str
    row: dict[str, Any] | None
    problem: str = ""


def read_dump(stream: TextIO, tables: set[str]) -> Iterator[DumpRow]:
    """The rows of these tables (in lower case), in the order of the dump."""
    columns: dict[str, list[str]] = {}
    creating = ""
    lines = _Lines(stream)
    while (line := lines.next()) is not None:
        if creating and (column := _COLUMN.match(line)):
            columns.setdefault(creating, []).append(column[1].lower())
        elif created := _CREATE.match(line):
            creating = created[1].lower()
            columns.pop(creating, None)
        elif line.lstrip()[:7].upper() in ("INSERT ", "REPLACE"):
            creating = ""
            yield from _read_insert(line, lines, columns, tables)
        elif creating and line.lstrip().startswith(")"):
            creating = ""


class _Lines:
    """Lines with their numbers, one of which can be put back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.number, self._back = stream, 0, ""

    def next(self) -> str | None:
        if self._back:
            line, self._back = self._back, ""
            return line
        line = self._stream.readline(LONGEST_STATEMENT)
        self.number += 1
        return line or None

    def put_back(self, line: str) -> None:
        self._back = line


def _read_insert(line: str, lines: _Lines, columns: dict[str, list[str]], tables: set[str]) -> Iterator[DumpRow]:
    start, statement = lines.number, line
    while (head := _INSERT.match(statement)) is None:
        more = lines.next() if len(statement) < 10_000 else None
        if more is None or _STARTS.match(more):
            lines.put_back(more or "")
            return
        statement += more
    table = head[1].lower()
    names = [name.strip(' `"\r\n\t').lower() for name in head[2].split(",")] if head[2] else columns.get(table, [])
    wanted, place = table in tables, head.end()
    while True:
        place = _BETWEEN.match(statement, place).end()  # type: ignore[union-attr]  # it matches nothing, too
        if statement[place : place + 1] not in ("(", ""):
            return  # the semicolon, or ON DUPLICATE KEY …
        values, end = _read_tuple(statement, place) if place < len(statement) else (None, place)
        if values is None:
            more = lines.next() if len(statement) - place < LONGEST_STATEMENT else None
            if more is None or _STARTS.match(more):
                lines.put_back(more or "")
                if place < len(statement):
                    yield DumpRow(start, table, None, "This row of the dump cannot be read, or the dump ends in it.")
                return
            statement, place, start = statement[place:] + more, 0, lines.number
            continue
        place = end
        if wanted and len(values) != len(names):
            yield DumpRow(start, table, None, f"This row has {len(values)} values, but there are {len(names)} columns.")
        elif wanted:
            yield DumpRow(start, table, dict(zip(names, values, strict=True)))


def _read_tuple(statement: str, place: int) -> tuple[list[Any] | None, int]:
    """The values of "(1,'a',NULL)" and where it ends; None when it is not whole."""
    values: list[Any] = []
    place += 1
    while found := _VALUE.match(statement, place):
        quoted, null, number, binary, word, end = found.groups()
        values.append(_unescaped(quoted) if quoted is not None else None if null else number or binary or word)
        place = found.end()
        if end == ")":
            return values, place
    return None, place


def _unescaped(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
    return text.replace("''", "'")
