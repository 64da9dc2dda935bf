"""Merging a tag into another one, and taking it back at any time.

| state                | in the tables                                                                    |
|----------------------|----------------------------------------------------------------------------------|
| merged               | `merged_into` is set; nobody has the tag, a TagMove stands for each who had it   |
| being merged         | `merged_into` is set; some still have it                                         |
| being taken apart    | `merged_into` is empty; some TagMoves are left                                   |

A few thousand are moved at once; more are left to the worker, batch by batch, each a transaction of its own: a killed
one goes on where it stood. Whoever lost the other tag since the merge does not get this one back: they were decided on.
"""

from uuid import UUID

from django.db import connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.candidates import tag_queries
from rapport.candidates.activities import TAG_MERGED, TAG_UNMERGED
from rapport.candidates.models import Tag, TagMove
from rapport.candidates.operations.rights import acting_user, user_id
from rapport.candidates.operations.tags import require_change
from rapport.candidates.permissions import TAG
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.queue import enqueue

BATCH = 5000
MOVE = """
WITH batch AS (SELECT candidate_id FROM candidates_candidatetag WHERE tag_id = %(tag)s ORDER BY candidate_id
              LIMIT %(limit)s FOR UPDATE),
gone AS (DELETE FROM candidates_candidatetag c USING batch
         WHERE c.tag_id = %(tag)s AND c.candidate_id = batch.candidate_id RETURNING c.candidate_id),
put AS (INSERT INTO candidates_candidatetag (candidate_id, tag_id) SELECT candidate_id, %(into)s FROM gone
        ON CONFLICT DO NOTHING RETURNING candidate_id)
INSERT INTO candidates_tagmove (tag_id, candidate_id, had_both)
SELECT %(tag)s, gone.candidate_id, put.candidate_id IS NULL FROM gone LEFT JOIN put USING (candidate_id)
ON CONFLICT (tag_id, candidate_id) DO UPDATE SET had_both = candidates_tagmove.had_both RETURNING candidate_id
"""
# Where another tag that was merged into the same one gave it to the person too, that one stands for it from now on.
MOVE_BACK = """
WITH batch AS (DELETE FROM candidates_tagmove WHERE tag_id = %(tag)s AND candidate_id IN (
                  SELECT candidate_id FROM candidates_tagmove WHERE tag_id = %(tag)s ORDER BY candidate_id LIMIT %(limit)s)
              RETURNING candidate_id, had_both),
kept AS (SELECT batch.candidate_id, batch.had_both FROM batch JOIN candidates_candidatetag c
         ON c.candidate_id = batch.candidate_id AND c.tag_id = %(into)s),
heirs AS (SELECT DISTINCT ON (m.candidate_id) m.candidate_id, m.tag_id FROM kept
          JOIN candidates_tagmove m ON m.candidate_id = kept.candidate_id AND m.tag_id <> %(tag)s
          JOIN candidates_tag t ON t.id = m.tag_id AND t.merged_into_id = %(into)s
          WHERE NOT kept.had_both ORDER BY m.candidate_id, m.tag_id),
inherited AS (UPDATE candidates_tagmove m SET had_both = false FROM heirs
              WHERE m.tag_id = heirs.tag_id AND m.candidate_id = heirs.candidate_id),
off AS (DELETE FROM candidates_candidatetag c USING kept
        WHERE c.tag_id = %(into)s AND c.candidate_id = kept.candidate_id AND NOT kept.had_both
          AND NOT EXISTS (SELECT 1 FROM heirs WHERE heirs.candidate_id = kept.candidate_id)),
back AS (INSERT INTO candidates_candidatetag (candidate_id, tag_id) SELECT candidate_id, %(tag)s FROM kept
         ON CONFLICT DO NOTHING)
SELECT candidate_id FROM kept ORDER BY candidate_id
"""


@transaction.atomic
def merge_tags(*, actor: Actor, tag_id: UUID, into_id: UUID) -> Tag:
    """Give everybody who has a tag another one instead; its name becomes a spelling of that one, which is returned.

    Merging what is merged there already does nothing. Records tag.merged for both tags and each candidate. Raises
    NotAllowed for somebody who neither keeps the tag nor manages tags, InvalidInput for one and the same tag, Conflict for one
    that was merged into a third.
    """
    require(actor, TAG)
    tag, into = _lock_two(actor, tag_id, into_id)
    require_change(actor, tag)
    if tag.merged_into_id == into.id:
        return into
    if tag.merged_into_id or into.merged_into_id:
        merged = tag if tag.merged_into_id else into
        raise Conflict(f"{merged.name} was merged into another tag already. Reload the page and look again.")
    if TagMove.objects.filter(tag=tag).exists():
        raise Conflict(f"{tag.name} is still being taken apart from another tag. Try again in a minute.")
    tag.merged_into, tag.merged_at, tag.merged_by_id = into, clock.now(), user_id(actor)
    tag.save(update_fields=["merged_into", "merged_at", "merged_by"])
    data = {"tag": into.name, "before": tag.name}
    record_many(TAG_MERGED, actor=actor, happenings=[Happening({"tag": key}, data) for key in (tag.id, into.id)])
    if _move(actor, tag, into) == BATCH:
        _leave_to_worker("merging", actor, tag, into)
    return into


@transaction.atomic
def unmerge_tag(*, actor: Actor, tag_id: UUID) -> Tag:
    """Take a merge of tags back: the tag is one of its own again, with those who had it. Records tag.unmerged.

    Doing it twice does nothing. Raises NotAllowed for somebody who keeps neither tag nor manages tags, Conflict while the
    other one is itself merged.
    """
    require(actor, TAG)
    into_id = tag_queries.get_tag(actor, tag_id).merged_into_id
    if into_id is None:
        return tag_queries.get_tag(actor, tag_id)
    tag, into = _lock_two(actor, tag_id, into_id)
    require_change(actor, into, tag)
    if tag.merged_into_id != into.id:
        return tag
    if into.merged_into_id:
        raise Conflict(f"{into.name} was itself merged since. Take that apart first.")
    tag.merged_into, tag.merged_at, tag.merged_by = None, None, None
    tag.save(update_fields=["merged_into", "merged_at", "merged_by"])
    data = {"tag": tag.name, "before": into.name}
    record_many(TAG_UNMERGED, actor=actor, happenings=[Happening({"tag": key}, data) for key in (tag.id, into.id)])
    _move_back(actor, tag, into)
    if TagMove.objects.filter(tag=tag).exists():
        _leave_to_worker("unmerging", actor, tag, into)
    return tag


def go_on_merging(*, tag_id: UUID, into_id: UUID, user_id: UUID | None) -> int:
    """Move those who are left, a transaction for each batch; returns how many. For the worker, safe to repeat."""
    count = 0
    while True:
        with transaction.atomic():
            tag, into = _lock_two(SYSTEM, tag_id, into_id)
            moved = _move(acting_user(user_id), tag, into) if tag.merged_into_id == into.id else 0
        count += moved
        if not moved:
            return count


def go_on_unmerging(*, tag_id: UUID, into_id: UUID, user_id: UUID | None) -> int:
    """Move those who are left back; returns in how many batches. For the worker, safe to repeat."""
    count = 0
    while True:
        with transaction.atomic():
            tag, into = _lock_two(SYSTEM, tag_id, into_id)
            if tag.merged_into_id or not TagMove.objects.filter(tag=tag).exists():
                return count
            _move_back(acting_user(user_id), tag, into)
        count += 1


def _lock_two(actor: Actor, tag_id: UUID, other_id: UUID) -> tuple[Tag, Tag]:
    """Both tags, locked in the order of their ids."""
    if tag_id == other_id:
        raise InvalidInput({"into": "Choose another tag than this one."})
    first, second = (tag_queries.lock_tag(actor, key) for key in sorted((tag_id, other_id)))
    return (first, second) if first.id == tag_id else (second, first)


def _move(actor: Actor, tag: Tag, into: Tag) -> int:
    moved = _run(MOVE, tag, into)
    data = {"tag": into.name, "before": tag.name}
    record_many(TAG_MERGED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in moved])
    return len(moved)


def _move_back(actor: Actor, tag: Tag, into: Tag) -> None:
    moved = _run(MOVE_BACK, tag, into)
    data = {"tag": tag.name, "before": into.name}
    record_many(TAG_UNMERGED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in moved])


def _run(sql: str, tag: Tag, into: Tag) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"tag": tag.id, "into": into.id, "limit": BATCH})
        return sorted(row[0] for row in cursor.fetchall())


def _leave_to_worker(what: str, actor: Actor, tag: Tag, into: Tag) -> None:
    enqueue(f"candidates.go_on_{what}_tags", tag_id=tag.id, into_id=into.id, user_id=user_id(actor))
