"""Which monthly partitions there should be."""

from datetime import UTC, datetime
from uuid import UUID

from rapport.lib.ids import first_id_at


def month_start(year: int, month: int) -> datetime:
    return datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)


def monthly_bounds(start: datetime, months: int) -> list[tuple[str, UUID, UUID]]:
    """(suffix, first id, first id of the next month) for so many months from the one of `start`."""
    rows = []
    for offset in range(months):
        first = month_start(start.year, start.month + offset)
        after = month_start(start.year, start.month + offset + 1)
        rows.append((f"{first:%Y_%m}", first_id_at(first), first_id_at(after)))
    return rows
