"""The rows of an import that were not imported, as a CSV file to be corrected and imported again."""

import csv
from collections.abc import Iterator, Sequence

from rapport.intake import import_files
from rapport.intake.models import Import, ImportRow
from rapport.intake.table_inspection import format_from, read_rows
from rapport.lib.errors import NotFound

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
GONE = "The file of this import is not kept any more: uploads are deleted 30 days after an import."


class _Line:
    """A file for csv.writer that holds the line just written."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


def stream(item: Import) -> Iterator[str]:
    """CSV lines (UTF-8 with its mark, commas): the file's own columns, then row number and reason. Raises NotFound.

    Cells that a spreadsheet would take for a formula get an apostrophe in front (OWASP, CSV injection); importing the
    file again takes it away. Memory does not depend on the number of rows.
    """
    if item.kind == Import.Kind.CSV and not item.storage_name:
        raise NotFound(GONE)
    return _lines(item)


def _lines(item: Import) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line)
    columns = item.format.get("columns", ["File"])
    writer.writerow(defused([*columns, "Row", "Reason"]))
    yield "\ufeff" + line.text
    for number, cells, reason in _failed(item):
        shown = [*cells, *[""] * (len(columns) - len(cells))][: max(len(columns), len(cells))]
        writer.writerow(defused([*shown, str(number), reason]))
        yield line.text


def _failed(item: Import) -> Iterator[tuple[int, list[str], str]]:
    failed = ImportRow.objects.filter(source_import_id=item.id, state=ImportRow.State.FAILED).order_by("number")
    wanted = failed.values_list("number", "name", "message").iterator(chunk_size=2000)
    if item.kind != Import.Kind.CSV:
        for number, name, message in wanted:
            yield number, [name], message
        return
    with import_files.open_stored(item.storage_name) as file:
        records = read_rows(file, format_from(item.format))
        for number, _, message in wanted:
            record = next((record for record in records if record.number == number), None)
            yield number, record.cells if record else [], message


def defused(cells: Sequence[str]) -> list[str]:
    """Cells that no spreadsheet takes for a formula."""
    return [f"'{cell}" if cell.startswith(FORMULA_STARTS) and not _is_number(cell) else cell for cell in cells]


def _is_number(cell: str) -> bool:
    """A phone number or an amount is no formula: "+49 30 5550142", "-3.5"."""
    return cell[0] in "+-" and cell[1:].replace(" ", "").replace(".", "").isdigit()
