"""Pools: lists of people kept by hand."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import EllipsisType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from rapport.accounts.capabilities import require
from rapport.accounts.models import User
from rapport.activity.operations import Happening, record, record_many
from rapport.candidates import queries
from rapport.candidates.activities import (
    POOL_ADDED,
    POOL_ARCHIVED,
    POOL_CHANGED,
    POOL_CREATED,
    POOL_EXPLAINED,
    POOL_REMOVED,
)
from rapport.candidates.models import Pool, PoolMember
from rapport.candidates.operations.rights import held, user_id, visible
from rapport.candidates.permissions import TAG
from rapport.candidates.text_rules import many_lines, one_line
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound

PUT_IN = """
INSERT INTO candidates_poolmember (pool_id, candidate_id, reason, added_by_id, added_at)
SELECT %s, unnest(%s::uuid[]), %s, %s, %s ON CONFLICT DO NOTHING RETURNING candidate_id
"""
TAKE_OUT = "DELETE FROM candidates_poolmember WHERE pool_id = %s AND candidate_id = ANY(%s) RETURNING candidate_id"
PUT_BACK = """
INSERT INTO candidates_poolmember (pool_id, candidate_id, reason, added_by_id, added_at)
SELECT %s, back.candidate_id, back.reason, u.id, back.added_at
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::timestamptz[]) AS back(candidate_id, reason, added_by_id, added_at)
LEFT JOIN accounts_user u ON u.id = back.added_by_id ON CONFLICT DO NOTHING RETURNING candidate_id
"""
LONGEST_REASON = 500


@transaction.atomic
def create_pool(*, actor: Actor, name: str, description: str = "") -> Pool:
    """Make a pool, owned by the actor. Records pool.created. Raises Conflict when one has that name."""
    require(actor, TAG)
    pool = Pool(name=_read_name(name), description=many_lines(description), owner_id=user_id(actor))
    _save(pool)
    record(POOL_CREATED, actor=actor, subjects=[pool], data={"pool": pool.name})
    return pool


@transaction.atomic
def save_pool(
    *, actor: Actor, pool_id: UUID, name: str, description: str = "", owner_id: UUID | EllipsisType | None = ...
) -> Pool:
    """Rename or describe a pool, or give it to another owner. Records pool.changed, also for each member when the name
    changed. Raises Conflict when another one has that name, InvalidInput for an owner who does not work here.
    """
    pool = _lock(actor, pool_id)
    before = pool.name
    pool.name, pool.description = _read_name(name), many_lines(description)
    if owner_id is not ... and owner_id != pool.owner_id:
        if owner_id and not User.objects.filter(id=owner_id, is_active=True).exists():
            raise InvalidInput({"owner": "Choose a colleague who works here."})
        pool.owner_id = owner_id
    _save(pool)
    data = {"pool": pool.name, "before": before}
    record(POOL_CHANGED, actor=actor, subjects=[pool], data=data)
    if before != pool.name:
        members = PoolMember.objects.filter(pool=pool).values_list("candidate_id", flat=True)
        record_many(POOL_CHANGED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in members])
    return pool


@transaction.atomic
def archive_pool(*, actor: Actor, pool_id: UUID, archived: bool = True) -> Pool:
    """Put a pool away, or take it back; its members stay in it. Records pool.archived."""
    pool = _lock(actor, pool_id)
    if (pool.archived_at is not None) == archived:
        return pool
    pool.archived_at = clock.now() if archived else None
    pool.save(update_fields=["archived_at"])
    verb, data = (POOL_ARCHIVED, {"pool": pool.name}) if archived else (POOL_CHANGED, {"pool": pool.name})
    record(verb, actor=actor, subjects=[pool], data=data)
    return pool


@transaction.atomic
def add_to_pool(
    *, actor: Actor, pool_id: UUID, candidate_ids: Collection[UUID], reason: str = "", import_id: UUID | None = None
) -> list[UUID]:
    """Add candidates to a pool in one statement; returns those who were not in it. Records pool.added for them.

    Ids the actor may not see are passed over. With `import_id` it is a part of that import. Raises NotAllowed without
    candidates.tag.
    """
    ids = held(actor, candidate_ids, TAG)
    pool = queries.get_pool(actor, pool_id)
    reason = one_line(reason, LONGEST_REASON)
    with connection.cursor() as cursor:
        cursor.execute(PUT_IN, [pool.id, ids, reason, user_id(actor), clock.now()])
        added = sorted(row[0] for row in cursor.fetchall())
    data = {"pool": pool.name, "reason": reason}
    by_import = {"import": import_id} if import_id else {}
    happenings = [Happening({"candidate": key, "pool": pool.id, **by_import}, data) for key in added]
    record_many(POOL_ADDED, actor=actor, happenings=happenings)
    return added


@transaction.atomic
def remove_from_pool(*, actor: Actor, pool_id: UUID, candidate_ids: Collection[UUID]) -> list[UUID]:
    """Take candidates out of a pool in one statement; returns those who were in it. Records pool.removed for them."""
    ids = visible(actor, candidate_ids, TAG)
    pool = queries.get_pool(actor, pool_id)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OUT, [pool.id, ids])
        removed = sorted(row[0] for row in cursor.fetchall())
    happenings = [Happening({"candidate": key, "pool": pool.id}, {"pool": pool.name}) for key in removed]
    record_many(POOL_REMOVED, actor=actor, happenings=happenings)
    return removed


@transaction.atomic
def explain_member(*, actor: Actor, pool_id: UUID, candidate_id: UUID, reason: str) -> PoolMember:
    """Say why somebody is in a pool. Records pool.explained when the words differ.

    Raises NotFound for somebody who is not in it or may not be seen, NotAllowed without candidates.tag.
    """
    ids = visible(actor, [candidate_id], TAG)
    rows = PoolMember.objects.select_for_update(of=("self",)).select_related("pool")
    member = rows.filter(pool_id=pool_id, candidate_id__in=ids).first()
    if member is None:
        raise NotFound("This person is not in the pool any more. Reload the page.")
    reason = one_line(reason, LONGEST_REASON)
    if member.reason != reason:
        PoolMember.objects.filter(pk=member.pk).update(reason=reason)
        member.reason = reason
        subjects = {"candidate": candidate_id, "pool": pool_id}
        record(POOL_EXPLAINED, actor=actor, subjects=subjects, data={"pool": member.pool.name, "reason": reason})
    return member


@transaction.atomic
def put_back_in_pool(*, actor: Actor, pool_id: UUID, members: Collection[Mapping[str, Any]]) -> list[UUID]:
    """Put people back who were taken out, with why, since when and by whom they were there; returns those put back.

    `members` are rows as `queries.list_memberships` gives them. Records pool.added for them.
    """
    ids = set(held(actor, [UUID(row["candidate_id"]) for row in members], TAG))
    pool = queries.get_pool(actor, pool_id)
    rows = [row for row in members if UUID(row["candidate_id"]) in ids]
    columns = [
        [UUID(row["candidate_id"]) for row in rows],
        [row["reason"] for row in rows],
        [UUID(row["added_by_id"]) if row["added_by_id"] else None for row in rows],
        [datetime.fromisoformat(row["added_at"]) for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK, [pool.id, *columns])
        back = {row[0] for row in cursor.fetchall()}
    happenings = [
        Happening({"candidate": key, "pool": pool.id}, {"pool": pool.name, "reason": row["reason"]})
        for row in rows
        if (key := UUID(row["candidate_id"])) in back
    ]
    record_many(POOL_ADDED, actor=actor, happenings=happenings)
    return sorted(back)


def _lock(actor: Actor, pool_id: UUID) -> Pool:
    require(actor, TAG)
    pool = Pool.objects.select_for_update().filter(id=pool_id).first()
    if pool is None:
        raise NotFound("There is no such pool.")
    return pool


def _save(pool: Pool) -> None:
    try:
        with transaction.atomic():
            pool.save()
    except IntegrityError as error:
        raise Conflict(f"There is already a pool named {pool.name}.") from error


def _read_name(name: str) -> str:
    name = one_line(name, 120)
    if not name:
        raise InvalidInput({"name": "Give the pool a name."})
    return name
