"""What a CSV file is before anybody has said what its columns mean: format, columns, guesses, first rows, count."""

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from rapport.intake import table_files
from rapport.intake.column_guesses import guess_mapping, has_header
from rapport.intake.document import Refusal
from rapport.intake.table_files import MOST_COLUMNS, Record, TableFormat

SHOWN_ROWS = 50


@dataclass(frozen=True, slots=True)
class Inspection:
    """`samples` are the first rows, `row_count` all of them without the header; `mapping` is a guess for each column."""

    form: TableFormat
    columns: list[str]
    mapping: list[str]
    samples: list[list[str]]
    row_count: int


def inspect(file: BinaryIO) -> Inspection:
    """Read a file once to its end. Raises Refusal when it is no table, has too many columns or no rows."""
    form = table_files.detect_format(file)
    first = [record for record in islice(table_files.read_records(file, form), SHOWN_ROWS + 1) if not record.problem]
    if not first:
        raise Refusal("corrupt", "No row of this file can be read as a table. Save it again as CSV, with commas.")
    width = max(len(record.cells) for record in first[:1])
    if width > MOST_COLUMNS:
        raise Refusal("too_large", f"This file has {width:,} columns; up to {MOST_COLUMNS} are read. Leave some out.")
    head, rest = first[0].cells, [record.cells for record in first[1:]]
    form = replace(form, has_header=has_header(head, rest))
    columns = table_files.name_columns(head if form.has_header else [""] * len(head))
    samples = rest if form.has_header else [head, *rest]
    row_count = sum(1 for _ in table_files.read_records(file, form)) - form.has_header
    if row_count < 1:
        raise Refusal("empty", "This file has a header but no rows. Choose another one.")
    return Inspection(form, columns, guess_mapping(columns, samples), samples, row_count)


def format_from(value: dict[str, Any]) -> TableFormat:
    """The TableFormat that `as_json` made; other keys are left out."""
    return TableFormat(**{key: value[key] for key in TableFormat.__slots__ if key in value})


def read_rows(file: BinaryIO, form: TableFormat, *, skip: int = 0) -> "islice[Record]":
    """The rows without the header, from the one after `skip` on."""
    return islice(table_files.read_records(file, form), skip + form.has_header, None)
