"""Deleting a tag, whoever has it.

A few thousand lose it at once, and it is gone. Of more the worker takes it off, batch by batch, each a transaction of its
own: a killed one goes on where it stood. Until then the tag is there, with fewer people each time; whoever is given it
meanwhile loses it too. Merging it into another one meanwhile ends the deleting.
"""

from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import Happening, record, record_many
from rapport.candidates import tag_queries
from rapport.candidates.activities import TAG_DELETED, TAG_REMOVED
from rapport.candidates.models import Tag
from rapport.candidates.operations.rights import acting_user, user_id
from rapport.candidates.operations.tags import lock_own
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.queue import enqueue

BATCH = 5000
# Materialized: a nested loop would ask for the batch again after each row, and get the next ones.
TAKE_OFF_SOME = """
WITH batch AS MATERIALIZED (
    SELECT candidate_id FROM candidates_candidatetag WHERE tag_id = %(tag)s ORDER BY candidate_id LIMIT %(limit)s
    FOR UPDATE)
DELETE FROM candidates_candidatetag c USING batch
WHERE c.tag_id = %(tag)s AND c.candidate_id = batch.candidate_id RETURNING c.candidate_id
"""


@transaction.atomic
def delete_tag(*, actor: Actor, tag_id: UUID) -> int | None:
    """Take a tag off everybody and delete it; returns how many had it, None where the rest is left to the worker.

    Records tag.removed for each, and tag.deleted. Raises NotAllowed for somebody who neither keeps it nor manages tags.
    """
    tag = lock_own(actor, tag_id)
    count = _take_off(actor, tag)
    if count < BATCH:
        return count
    enqueue("candidates.go_on_deleting_tag", tag_id=tag.id, into_id=tag.merged_into_id, user_id=user_id(actor))
    return None


def go_on_deleting(*, tag_id: UUID, into_id: UUID | None, user_id: UUID | None) -> int:
    """Take it off those who are left, a transaction for each batch; returns how many. For the worker, safe to repeat.

    `into_id` is what it was merged into when it was deleted. Raises NotFound where it is gone already.
    """
    count = 0
    while True:
        with transaction.atomic():
            tag = tag_queries.lock_tag(SYSTEM, tag_id)
            taken = _take_off(acting_user(user_id), tag) if tag.merged_into_id == into_id else 0
        count += taken
        if taken < BATCH:
            return count


def _take_off(actor: Actor, tag: Tag) -> int:
    """Take it off some; after the last of them it is deleted."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OFF_SOME, {"tag": tag.id, "limit": BATCH})
        holders = sorted(row[0] for row in cursor.fetchall())
    data = {"tag": tag.name}
    record_many(TAG_REMOVED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in holders])
    if len(holders) < BATCH:
        record(TAG_DELETED, actor=actor, subjects=[tag], data=data)
        tag.delete()
    return len(holders)
