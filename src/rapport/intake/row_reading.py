"""Rows of a CSV file made fit to be stored: drafts by the mapping, without what many share, everything normalised. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rapport.candidates.draft_columns import draft_cells
from rapport.candidates.preparing import Prepared, prepare
from rapport.intake.row_drafts import RowProblem, build_draft, leave_out_shared
from rapport.intake.table_files import Record


@dataclass(slots=True)
class ReadRow:
    """A row with its person, or with None and the reason in `problem`; `said` is what a person should look at."""

    number: int
    prepared: Prepared | None = None
    problem: str = ""
    said: str = ""


def read_batch(
    records: Sequence[Record], mapping: Sequence[str], options: Mapping[str, Any], today: date
) -> list[ReadRow]:
    """One ReadRow for each record, in their order; nothing is raised."""
    rows = [ReadRow(record.number, problem=record.problem) for record in records]
    drafts = []
    for row, record in zip(rows, records, strict=True):
        if not record.problem:
            try:
                drafts.append((row, build_draft(record.cells, mapping, options)))
            except RowProblem as problem:
                row.problem = str(problem)
    checked = leave_out_shared([draft for _, draft in drafts])
    for (row, _), (draft, said) in zip(drafts, checked, strict=True):
        prepared = prepare(draft, today)
        if prepared.is_refused:
            row.problem = " ".join(prepared.problems)
        else:
            prepared.cells = draft_cells(prepared)
            row.prepared, row.said = prepared, said
    return rows
