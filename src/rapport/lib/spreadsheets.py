"""Tables for spreadsheets: CSV lines in which nothing runs as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

# Spreadsheets run a cell that begins so, some also the wide signs (OWASP: CSV injection); a quote before it makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Line:
    """What csv.writer writes to: gives the line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(head: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV lines with a head; the byte order mark tells spreadsheets that it is UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(list(head))
    for row in rows:
        yield writer.writerow([defused(cell) for cell in row])


def defused(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
