"""What import commands show while they work, and what they say at the end."""

import sys
from typing import Any

from rapport.intake import queries
from rapport.intake.models import Import, ImportRow
from rapport.lib.actors import COMMAND
from rapport.lib.errors import PermanentFailure

MOST_LISTED, MOST_TOLD = 1000, 10


def show(item: Import) -> None:
    if sys.stderr.isatty():
        total = f" of {item.row_count:,}" if item.row_count else ""
        sys.stderr.write(f"\r{item.position:,}{total} rows")


def end() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")


def report(item: Import) -> dict[str, Any]:
    """Counts of an import, its failed rows and those that ask to be looked at (the first 1,000 of each).

    Raises PermanentFailure when it had to stop.
    """
    if item.state == Import.State.FAILED:
        raise PermanentFailure(f"The import stopped at row {item.position:,}: {item.error}")
    seconds = (item.finished_at - item.started_at).total_seconds() if item.finished_at and item.started_at else 0.0
    return {
        "import": str(item.id),
        "state": item.state,
        "rows": item.position,
        "created": item.created_count,
        "attached": item.attached_count,
        "skipped": item.skipped_count,
        "failed": item.failed_count,
        "to_look_at": queries.count_looks([item.id]).get(item.id, 0),
        "scans": queries.count_scans(item),
        "seconds": round(seconds, 2),
        "failed_rows": _listed(item, "failed"),
        "rows_to_look_at": _listed(item, "look"),
    }


def _listed(item: Import, kind: str) -> list[dict[str, Any]]:
    page = queries.list_rows(COMMAND, item.id, show=kind, limit=MOST_LISTED)
    return [_row(row) for row in page.rows]


def _row(row: ImportRow) -> dict[str, Any]:
    named = {"file": row.name} if row.name else {}
    found = {"candidate": str(row.candidate_id)} if row.candidate_id else {}
    return {"row": row.number, **named, **found, "message": row.message}


def in_words(found: dict[str, Any]) -> str:
    """The report for people, with the first rows that failed and why."""
    rows = f"{found['rows']:,} row{'' if found['rows'] == 1 else 's'}"
    if "would_create" in found:
        said = (
            f"{rows}: {found['would_create']:,} would be created, {found['would_attach']:,} added to "
            f"candidates who are there, {found['failed']:,} not imported. Nothing was stored."
        )
    else:
        said = (
            f"{rows}: {found['created']:,} created, {found['attached']:,} added to candidates who are there, "
            f"{found['skipped']:,} skipped, {found['failed']:,} not imported; {found['to_look_at']:,} ask to be looked at. "
            f"{found['seconds']:.1f} s."
        )
    failed = found["failed_rows"][:MOST_TOLD]
    lines = [f"  row {row['row']:,}{_of_file(row)}: {row['message']}" for row in failed]
    if found["failed"] > len(failed):
        lines.append("  … (--json lists more, the page Imports all)")
    return "\n".join([said, *lines])


def _of_file(row: dict[str, Any]) -> str:
    return f" ({row['file']})" if row.get("file") else ""
