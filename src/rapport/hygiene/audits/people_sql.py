"""Asking audits of people in SQL: for a range of ids (the nightly run, batch by batch) or for a few ids (a page).

An audit's SELECT reads from `people`, the candidates of the batch who are neither archived nor merged, and gives `id` and
`why` (an array of code words). IN_SCOPE(column) in it narrows another table to the same people, so that each statement
reads a stretch of that table's index and is done in a fraction of a second. Reading locks nobody out; what is written is
only what has changed since the last run.
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
FIND = ", found AS ({sql}) SELECT id FROM found"
STORED = "SELECT subject_id, left_at IS NOT NULL FROM hygiene_finding WHERE audit = %(audit)s AND IN_SCOPE(subject_id)"
ADD = """
INSERT INTO hygiene_finding (audit, subject_id, size, found_at)
SELECT %(audit)s, unnest(%(new)s::uuid[]), 1, %(now)s ON CONFLICT DO NOTHING
"""
FORGET = "DELETE FROM hygiene_finding WHERE audit = %(audit)s AND subject_id = ANY(%(gone)s)"
EXPLAIN = ", found AS ({sql}) SELECT id, why FROM found"


def parameters(now: datetime) -> dict[str, Any]:
    """What the audits' SQL may name: the moment, the bounds of the settings, and constants."""
    heard_since = now - timedelta(days=round(settings.AUDIT_STALE_MONTHS * 365.25 / 12))
    return {
        "now": now,
        "today": now.date(),
        "heard_since": heard_since,
        "heard_since_id": first_id_at(heard_since),
        "now_id": first_id_at(now + timedelta(hours=1)),
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
    """Make the stored findings of a stretch what they are now; returns how many are open."""
    return _store(audit, RANGE, {**given, "after": after, "upto": upto})


def store_chosen(audit: Audit, ids: Sequence[UUID], given: Mapping[str, Any]) -> int:
    """The same for a few people."""
    return _store(audit, CHOSEN, {**given, "ids": list(ids)})


def _store(audit: Audit, scope: str, values: Mapping[str, Any]) -> int:
    """Only what differs is written. Reading both sides first costs less than one statement for all of it, whose two sides
    the planner takes for a handful of rows and compares one by one."""
    found, stored = _look(audit, scope, values)
    changes = {
        "audit": audit.key,
        "now": values["now"],
        "new": sorted(found - set(stored)),
        "gone": list(set(stored) - found),
    }
    with connection.cursor() as cursor:
        if changes["new"]:
            cursor.execute(ADD, changes)
        if changes["gone"]:
            cursor.execute(FORGET, changes)
    return sum(not stored.get(key) for key in found)


def find_batch(audit: Audit, after: UUID, upto: UUID, given: Mapping[str, Any]) -> list[UUID]:
    """Of whom an audit complains in a stretch, the newest first; nothing is stored."""
    found, stored = _look(audit, RANGE, {**given, "after": after, "upto": upto})
    return sorted((key for key in found if not stored.get(key)), reverse=True)


def _look(audit: Audit, scope: str, values: Mapping[str, Any]) -> tuple[set[UUID], dict[UUID, bool]]:
    """(of whom the audit complains now, whose findings are stored and whether they were left on purpose)."""
    found = {key for (key,) in _ask(PEOPLE + FIND.format(sql=audit.people_sql), scope, values)}
    return found, dict(_ask(STORED, scope, {**values, "audit": audit.key}))


def explain(audit_sql: str, ids: Sequence[UUID], given: Mapping[str, Any]) -> dict[UUID, list[str]]:
    """Which of these people an audit still complains of, each with the code words of why."""
    return dict(_ask(PEOPLE + EXPLAIN.format(sql=audit_sql), CHOSEN, {**given, "ids": list(ids)}))


def _ask(sql: str, scope: str, values: Mapping[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(SCOPE.sub(scope, sql), values)
        return list(cursor.fetchall())
