"""Reading candidates for linkage: four statements for any number of them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from rapport.hygiene.person_records import Record
from rapport.hygiene.pool_keys import Facts, as_record
from rapport.lib.ids import array_of

CELL, ROW = "\x1f", "\x1e"
CANDIDATES = """
SELECT id, full_name, given_name, family_name, title, organisation, city, country_code
FROM candidates_candidate WHERE id = ANY(%s::uuid[]) AND merged_into_id IS NULL
"""
# An address that several people have by leave of a colleague says nothing about any of them.
# What a person has of each comes as one text: so many rows would take longer to hand over than to find.
CONTACTS = f"""
SELECT candidate_id, string_agg(kind || '{CELL}' || normal, '{ROW}') FROM candidates_contactpoint
WHERE candidate_id = ANY(%s::uuid[]) AND NOT is_shared GROUP BY candidate_id
"""
JOBS = f"""
SELECT candidate_id, string_agg(coalesce(to_char(start_on, 'YYYY-MM'), '') || '{CELL}' || organisation, '{ROW}')
FROM candidates_experience WHERE candidate_id = ANY(%s::uuid[]) GROUP BY candidate_id
"""
STUDIES = f"""
SELECT candidate_id, string_agg(coalesce(to_char(end_on, 'YYYY-MM'), '') || '{CELL}' || school, '{ROW}')
FROM candidates_education WHERE candidate_id = ANY(%s::uuid[]) GROUP BY candidate_id
"""
NEXT = """
SELECT id FROM candidates_candidate WHERE id > %s AND merged_into_id IS NULL ORDER BY id LIMIT %s
"""


def read_records(cursor: Any, candidate_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Records by id; people who were merged or are gone are left out."""
    ids = array_of(candidate_ids)
    parts: list[dict[UUID, str]] = []
    for sql in (CONTACTS, JOBS, STUDIES):
        cursor.execute(sql, [ids])
        parts.append(dict(cursor.fetchall()))
    contacts, jobs, studies = parts
    cursor.execute(CANDIDATES, [ids])
    records = {}
    for key, full, given, family, title, employer, city, country in cursor.fetchall():
        own = (_cells(some.get(key)) for some in (contacts, jobs, studies))
        records[key] = as_record(Facts(full, given, family, title, employer, city, country, *own))
    return records


def _cells(text: str | None) -> list[tuple[str, str]]:
    rows = (row.partition(CELL) for row in text.split(ROW)) if text else ()
    return [(first, rest) for first, _, rest in rows]


def next_ids(cursor: Any, after: UUID, limit: int) -> list[UUID]:
    cursor.execute(NEXT, [after, limit])
    return [row[0] for row in cursor.fetchall()]
