"""Outcomes from a CSV file: one row a person in order of time, columns `arm` and `outcome` (0 or 1). Read as a stream."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapport.outreach.experiments.verdicts import MOST_ARMS, Outcomes

COLUMNS = ("arm", "outcome")
MOST_IN_LINE = 100_000
_PEEK = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_VALUES = {"0": 0, "1": 1}


class UnreadableTableError(ValueError):
    """Why a file is no table of outcomes, in a sentence that says what to do."""


def read_outcomes(path: Path) -> Outcomes:
    """Everybody in the file; raises UnreadableTableError in words, OSError where it cannot be opened."""
    if path.is_dir():
        raise UnreadableTableError("This is a folder. Name a CSV file.")
    with path.open("rb") as file:
        try:
            return _read(file)
        except UnicodeError:
            raise UnreadableTableError(
                "This file is not text in UTF-8 or UTF-16. Save it again as CSV in UTF-8."
            ) from None


def _read(file: io.BufferedReader) -> Outcomes:
    first = file.peek(_PEEK)[:_PEEK]
    if not first:
        raise UnreadableTableError("This file is empty. It needs the columns arm and outcome, and one row a person.")
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), "utf-8")
    with io.TextIOWrapper(file, encoding, newline="") as text:
        outcomes = _collect(csv.reader(_lines(text), delimiter=_delimiter(first, encoding)))
    if not outcomes.codes:
        raise UnreadableTableError("This file has a header and no rows. It needs one row a person.")
    return outcomes


def _collect(rows: Any) -> Outcomes:
    outcomes = Outcomes()
    try:
        arm_at, outcome_at = _find_columns(next(rows, []))
        for row in rows:
            if row:
                _take(outcomes, row, arm_at, outcome_at, rows.line_num)
    except csv.Error:
        raise UnreadableTableError(
            f"Line {rows.line_num} cannot be read as CSV. Perhaps a quotation mark is opened and never closed."
        ) from None
    return outcomes


def _take(outcomes: Outcomes, row: list[str], arm_at: int, outcome_at: int, line: int) -> None:
    try:
        outcomes.add(row[arm_at].strip() or _refuse_arm(line), _VALUES[row[outcome_at].strip()])
    except IndexError:
        raise UnreadableTableError(f"Line {line} has too few columns. Every row needs an arm and an outcome.") from None
    except KeyError:
        raise UnreadableTableError(
            f"Line {line}: the outcome is {_shorten(row[outcome_at])}. It has to be 0 or 1."
        ) from None
    except ValueError as error:
        if isinstance(error, UnreadableTableError):
            raise
        raise UnreadableTableError(
            f"Line {line} names another arm, {_shorten(row[arm_at])}. An experiment has two to {MOST_ARMS} arms."
        ) from None


def _refuse_arm(line: int) -> str:
    raise UnreadableTableError(f"Line {line} names no arm. Every row needs an arm and an outcome.")


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MOST_IN_LINE):
        if len(line) == MOST_IN_LINE:
            raise UnreadableTableError(
                "This file has a line of 100,000 characters or more. It is no table of outcomes."
            )
        if "\0" in line:
            raise UnreadableTableError("This is not a text file: it holds NUL bytes. Save it again as CSV in UTF-8.")
        yield line


def _delimiter(first: bytes, encoding: str) -> str:
    """What stands most often in the first line: a comma, a semicolon or a tab."""
    head = first.decode(encoding, errors="ignore").splitlines()[:1]
    return max(",;\t", key="".join(head).count)


def _find_columns(head: list[str]) -> tuple[int, int]:
    names = [name.strip().casefold() for name in head]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise UnreadableTableError(
            f"The first line names no column {' and no column '.join(missing)}. It has to name arm and outcome."
        )
    twice = [column for column in COLUMNS if names.count(column) > 1]
    if twice:
        raise UnreadableTableError(f"The first line names {' and '.join(twice)} twice.")
    return names.index("arm"), names.index("outcome")


def _shorten(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")
