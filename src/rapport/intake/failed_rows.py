"""The rows of an import that were not imported, as a CSV file to be corrected and imported again."""

from collections.abc import Iterator

from rapport.intake import import_files
from rapport.intake.models import Import, ImportRow
from rapport.intake.table_inspection import format_from, read_rows
from rapport.lib.errors import NotFound
from rapport.lib.spreadsheets import csv_lines

GONE = "The file of this import is not kept any more: uploads are deleted 30 days after an import."


def stream(item: Import) -> Iterator[str]:
    """CSV lines (UTF-8 with its mark, commas): the file's own columns, then row number and reason. Raises NotFound.

    Cells that a spreadsheet would take for a formula get an apostrophe in front (OWASP, CSV injection); importing the
    file again takes it away. Memory does not depend on the number of rows.
    """
    if item.kind == Import.Kind.CSV and not item.storage_name:
        raise NotFound(GONE)
    return _lines(item)


def _lines(item: Import) -> Iterator[str]:
    columns = item.format.get("columns", ["File"])
    return csv_lines([*columns, "Row", "Reason"], _rows(item, len(columns)), keeps=_is_number)


def _rows(item: Import, width: int) -> Iterator[list[str]]:
    for number, cells, reason in _failed(item):
        yield [*cells, *[""] * (width - len(cells)), str(number), reason]


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


def _is_number(cell: str) -> bool:
    """A phone number or an amount is no formula: "+49 30 5550142", "-3.5"."""
    return cell[:1] in ("+", "-") and cell[1:].replace(" ", "").replace(".", "").isdigit()
