"""Asking audits of people in SQL: for a range of ids (the nightly run, batch by batch) or for a few ids (a page).

An audit's SELECT reads from `people`, the candidates of the batch who are neither archived nor merged, and gives `id` and
`why` (an array of code words). IN_SCOPE(column) in it narrows another table to the same people, so that each statement
reads a stretch of that table's index and is done in a fraction of a second.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from rapport.hygiene.audits.registry import Audit
from rapport.lib.ids import first_id_at

BATCH = 20_000
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
MISSPELT = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gmail.co": "gmail.com",
    "gmail.con": "gmail.com", "gnail.com": "gmail.com", "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com",
    "hotmail.con": "hotmail.com", "outlok.com": "outlook.com", "outloook.com": "outlook.com", "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com", "iclould.com": "icloud.com", "gmx.ed": "gmx.de", "web.ed": "web.de",
}  # fmt: skip
SCOPE = re.compile(r"IN_SCOPE\(([\w.]+)\)")
RANGE, CHOSEN = r"\1 > %(after)s AND \1 <= %(upto)s", r"\1 = ANY(%(ids)s)"
PEOPLE = """WITH people AS (
    SELECT c.* FROM candidates_candidate c
    WHERE IN_SCOPE(c.id) AND c.merged_into_id IS NULL AND c.archived_at IS NULL
)"""
UPTO = "SELECT id FROM candidates_candidate WHERE id > %s ORDER BY id OFFSET %s LIMIT 1"
COUNT_PEOPLE = PEOPLE + " SELECT count(*) FROM people"
STORE = """, found AS ({sql}), gone AS (
    DELETE FROM hygiene_finding f WHERE f.audit = %(audit)s AND IN_SCOPE(f.subject_id)
    AND NOT EXISTS (SELECT FROM found WHERE found.id = f.subject_id)
), new AS (
    INSERT INTO hygiene_finding (audit, subject_id, size, found_at)
    SELECT %(audit)s, found.id, 1, %(now)s FROM found ORDER BY found.id ON CONFLICT DO NOTHING
)
SELECT count(*) FROM found LEFT JOIN hygiene_finding f ON f.audit = %(audit)s AND f.subject_id = found.id
WHERE f.left_at IS NULL"""
COUNT = """, found AS ({sql})
SELECT count(*), (array_agg(found.id ORDER BY found.id DESC))[1:{examples}]
FROM found LEFT JOIN hygiene_finding f ON f.audit = %(audit)s AND f.subject_id = found.id WHERE f.left_at IS NULL"""
EXPLAIN = ", found AS ({sql}) SELECT id, why FROM found"


def parameters(now: datetime) -> dict[str, Any]:
    """What the audits' SQL may name: the moment, the bounds of the settings, and constants."""
    heard_since = now - timedelta(days=round(settings.AUDIT_STALE_MONTHS * 365.25 / 12))
    return {
        "now": now,
        "today": now.date(),
        "heard_since": heard_since,
        "heard_since_id": first_id_at(heard_since),
        "consent_until": now + timedelta(days=settings.AUDIT_CONSENT_DAYS),
        "misspelt": list(MISSPELT),
    }


def next_bound(after: UUID) -> UUID:
    """The last id of the batch that begins behind `after`."""
    with connection.cursor() as cursor:
        cursor.execute(UPTO, [after, BATCH - 1])
        row = cursor.fetchone()
    return row[0] if row else LAST


def count_people(after: UUID, upto: UUID) -> int:
    return int(_ask(COUNT_PEOPLE, RANGE, {"after": after, "upto": upto})[0][0])


def store_batch(audit: Audit, after: UUID, upto: UUID, given: Mapping[str, Any]) -> int:
    """Make the stored findings of a stretch what they are now, in one statement; returns how many are open."""
    values = {**given, "audit": audit.key, "after": after, "upto": upto}
    return int(_ask(PEOPLE + STORE.format(sql=audit.people_sql), RANGE, values)[0][0])


def store_chosen(audit: Audit, ids: Sequence[UUID], given: Mapping[str, Any]) -> int:
    """The same for a few people."""
    values = {**given, "audit": audit.key, "ids": list(ids)}
    return int(_ask(PEOPLE + STORE.format(sql=audit.people_sql), CHOSEN, values)[0][0])


def count_batch(
    audit: Audit, after: UUID, upto: UUID, given: Mapping[str, Any], examples: int
) -> tuple[int, list[UUID]]:
    """How many are open in a stretch, and the newest of them; nothing is stored."""
    values = {**given, "audit": audit.key, "after": after, "upto": upto}
    sql = PEOPLE + COUNT.format(sql=audit.people_sql, examples=examples)
    count, ids = _ask(sql, RANGE, values)[0]
    return int(count), ids or []


def explain(audit_sql: str, ids: Sequence[UUID], given: Mapping[str, Any]) -> dict[UUID, list[str]]:
    """Which of these people an audit still complains of, each with the code words of why."""
    return dict(_ask(PEOPLE + EXPLAIN.format(sql=audit_sql), CHOSEN, {**given, "ids": list(ids)}))


def _ask(sql: str, scope: str, values: Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(SCOPE.sub(scope, sql), values)
        return list(cursor.fetchall())
