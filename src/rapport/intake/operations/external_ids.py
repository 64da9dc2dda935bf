"""Remembering what the things of another system are here. Parts of an importer's transaction."""

import json
from collections.abc import Collection, Sequence

from django.db import connection

from rapport.intake.models import ExternalId
from rapport.lib.copying import copy_rows

LONGEST = 120
UPDATE = """
UPDATE intake_externalid e SET fingerprint = given.fingerprint, told = given.told::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given(system, kind, external_id, fingerprint, told)
WHERE e.system = given.system AND e.kind = given.kind AND e.external_id = given.external_id
"""
FORGET = """
DELETE FROM intake_externalid e USING unnest(%s::text[], %s::text[]) AS given(kind, external_id)
WHERE e.system = %s AND e.kind = given.kind AND e.external_id = given.external_id
"""


def remember(rows: Sequence[ExternalId]) -> None:
    """Store ids that were not known before; of two with one id the later counts."""
    by_key = {(row.system, row.kind, row.external_id): row for row in rows}
    copy_rows(list(by_key.values()))


def update(rows: Sequence[ExternalId]) -> None:
    """Store what the export says now of things that were known."""
    if rows:
        names = ("system", "kind", "external_id", "fingerprint")
        columns = [[getattr(row, name) for row in rows] for name in names]
        told = [None if row.told is None else json.dumps(row.told) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [*columns, told])


def forget(system: str, keys: Collection[tuple[str, str]]) -> None:
    """Forget (kind, external id) of things that were taken back, so that a later run brings them in anew."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [[kind for kind, _ in keys], [key for _, key in keys], system])
