"""Tables for spreadsheets: CSV lines in which nothing runs as a formula."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence

# Spreadsheets run a cell that begins so, some also the wide signs (OWASP: CSV injection); a quote before it makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Line:
    """What csv.writer writes to: gives the line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def _none_kept(text: str) -> bool:
    return False


def csv_lines(
    head: Sequence[str], rows: Iterable[Iterable[object]], *, keeps: Callable[[str], bool] = _none_kept
) -> Iterator[str]:
    """CSV lines with a head; the byte order mark tells spreadsheets that it is UTF-8.

    `keeps` says which texts stay as they are, such as phone numbers in a file that is to be imported again.
    """
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([defused(cell, keeps) for cell in head])
    for row in rows:
        yield writer.writerow([defused(cell, keeps) for cell in row])


def defused(value: object, keeps: Callable[[str], bool] = _none_kept) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not keeps(text) else text


def entered_text(text: str) -> str:
    """What a text was before it was defused."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text
