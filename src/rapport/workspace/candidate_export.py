"""The list of candidates as CSV, safe to open in a spreadsheet, and as JSON Lines with the values as they are."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from rapport.candidates.queries import CandidateRow
from rapport.lib import spreadsheets

FIELDS: dict[str, Callable[[CandidateRow], object]] = {
    "full_name": lambda row: row.candidate.full_name,
    "title": lambda row: row.candidate.title,
    "organisation": lambda row: row.candidate.organisation,
    "place": lambda row: row.candidate.place,
    "country_code": lambda row: row.candidate.country_code,
    "years_experience": lambda row: row.candidate.years_experience,
    "email": lambda row: row.email,
    "phone": lambda row: row.phone,
    "tags": lambda row: row.tags,
    "source": lambda row: row.candidate.source.name if row.candidate.source else "",
    "owner": lambda row: str(row.candidate.owner or ""),
    "last_contact_at": lambda row: _moment(row.candidate.last_contact_at),
    "last_activity_at": lambda row: _moment(row.candidate.last_activity_at),
    "created_at": lambda row: _moment(row.candidate.created_at),
    "consent": lambda row: row.consent.get_purpose_display() if row.consent else "",
    "consent_expires_at": lambda row: _moment(row.consent.expires_at) if row.consent else None,
    "id": lambda row: row.candidate.id,
}


def csv_lines(rows: Iterable[CandidateRow]) -> Iterator[str]:
    """CSV lines with a head."""
    return spreadsheets.csv_lines(list(FIELDS), ((read(row) for read in FIELDS.values()) for row in rows))


def json_lines(rows: Iterable[CandidateRow]) -> Iterator[str]:
    """One object a line; what is not known is null."""
    for row in rows:
        values = {name: read(row) for name, read in FIELDS.items()}
        yield json.dumps(values, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


WRITERS: dict[str, tuple[Callable[[Iterable[CandidateRow]], Iterator[str]], str]] = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (json_lines, "application/jsonl; charset=utf-8"),
}


def _moment(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat(timespec="minutes") if moment else None
