"""Correcting of whom messages are, when two subjects that were taken for one are taken apart again."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection, transaction

READDRESS = """
UPDATE mail_message SET subjects = jsonb_set(subjects, ARRAY[%(kind)s], to_jsonb(%(to)s::text))
WHERE id = ANY(%(ids)s) AND subjects->>%(kind)s = %(from)s::text
"""


@transaction.atomic
def readdress_messages(*, message_ids: Collection[UUID], kind: str, from_id: UUID, to_id: UUID) -> int:
    """Give messages another subject of a kind; those that carry another one stay. Returns how many were corrected."""
    with connection.cursor() as cursor:
        cursor.execute(READDRESS, {"ids": list(message_ids), "kind": kind, "from": from_id, "to": to_id})
        return cursor.rowcount
