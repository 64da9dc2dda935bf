"""Reading candidates for linkage: four statements for any number of them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from rapport.hygiene.person_records import Record
from rapport.hygiene.pool_keys import Facts, as_record

CANDIDATES = """
SELECT id, full_name, given_name, family_name, title, organisation, city, country_code
FROM candidates_candidate WHERE id = ANY(%s) AND merged_into_id IS NULL
"""
# An address that several people have by leave of a colleague says nothing about any of them.
CONTACTS = (
    "SELECT candidate_id, kind, normal FROM candidates_contactpoint WHERE candidate_id = ANY(%s) AND NOT is_shared"
)
JOBS = "SELECT candidate_id, organisation, start_on FROM candidates_experience WHERE candidate_id = ANY(%s)"
STUDIES = "SELECT candidate_id, school, end_on FROM candidates_education WHERE candidate_id = ANY(%s)"
NEXT = """
SELECT id FROM candidates_candidate WHERE id > %s AND merged_into_id IS NULL ORDER BY id LIMIT %s
"""


def read_records(cursor: Any, candidate_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Records by id; people who were merged or are gone are left out."""
    ids = list(candidate_ids)
    parts: list[dict[UUID, list[tuple]]] = []
    for sql in (CONTACTS, JOBS, STUDIES):
        cursor.execute(sql, [ids])
        grouped: dict[UUID, list[tuple]] = defaultdict(list)
        for key, *row in cursor.fetchall():
            grouped[key].append(tuple(row))
        parts.append(grouped)
    contacts, jobs, studies = parts
    cursor.execute(CANDIDATES, [ids])
    records = {}
    for key, full, given, family, title, employer, city, country in cursor.fetchall():
        own = Facts(full, given, family, title, employer, city, country, contacts[key], jobs[key], studies[key])
        records[key] = as_record(own)
    return records


def next_ids(cursor: Any, after: UUID, limit: int) -> list[UUID]:
    cursor.execute(NEXT, [after, limit])
    return [row[0] for row in cursor.fetchall()]
