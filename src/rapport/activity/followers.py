"""Reading the record in the order in which its transactions ended, without gaps and without repetition."""

import json
from uuid import UUID

from django.db import connection

from rapport.activity.models import Activity
from rapport.lib.errors import InvalidInput

FIRST_ID = UUID(int=0)
READ = """
SELECT a.id, a.xid::text, a.occurred_at, a.verb, a.actor_kind, a.actor_id, a.subjects, a.data
FROM activity_activity a
WHERE a.xid < pg_snapshot_xmin(pg_current_snapshot()) AND (a.xid, a.id) > (%s::xid8, %s::uuid)
ORDER BY a.xid, a.id LIMIT %s
"""  # a bare "xid" in ORDER BY would mean the text of the SELECT list, whose order is another


def read_after(token: str, limit: int) -> tuple[list[Activity], str]:
    """The next activities after a token ("" is the beginning), and the token to go on with.

    Rows come in the order (transaction, id). A transaction still open holds back all later ones, so that no follower
    ever passes a row that becomes visible afterwards; hence writers keep their transactions short.
    Raises InvalidInput for a token that was not given out here.
    """
    xid, last_id = _parse(token)
    with connection.cursor() as cursor:
        cursor.execute(READ, [xid, last_id, limit])
        rows = [activity_from_row(row) for row in cursor.fetchall()]
    return rows, f"{rows[-1].xid}.{rows[-1].id}" if rows else token


def newest_token() -> str:
    """A token behind everything that is finished by now: for followers that start from a full copy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        return f"{int(cursor.fetchone()[0]) - 1}.{UUID(int=2**128 - 1)}"


def own_token() -> str:
    """A token behind what the present transaction has written; the caller has kept all other writers out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return f"{cursor.fetchone()[0]}.{UUID(int=2**128 - 1)}"


def _parse(token: str) -> tuple[str, UUID]:
    if not token:
        return "0", FIRST_ID
    xid, _, identifier = token.partition(".")
    try:
        return str(int(xid)), UUID(identifier)
    except ValueError as error:
        raise InvalidInput({"after": "This token was not given out by this product."}) from error


def activity_from_row(row: tuple) -> Activity:
    """An Activity from the columns id, xid, occurred_at, verb, actor_kind, actor_id, subjects, data."""
    identifier, xid, occurred_at, verb, actor_kind, actor_id, subjects, data = row
    # By position, as the model has its fields: with their names it takes Django three times as long.
    return Activity(identifier, xid, occurred_at, verb, actor_kind, actor_id, _json(subjects), _json(data))


def _json(value: str | dict) -> dict:
    return json.loads(value) if isinstance(value, str) else value
