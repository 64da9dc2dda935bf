"""Tags: one spelling for the whole house, put on thousands of candidates at once."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record, record_many
from rapport.activity.verbs import Verb
from rapport.candidates import queries
from rapport.candidates.activities import TAG_ADDED, TAG_CREATED, TAG_DELETED, TAG_REMOVED, TAG_RENAMED
from rapport.candidates.models import CandidateTag, Tag
from rapport.candidates.operations.rights import user_id, visible
from rapport.candidates.permissions import TAG
from rapport.candidates.text_rules import one_line
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput

PUT_ON = """
INSERT INTO candidates_candidatetag (candidate_id, tag_id)
SELECT unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING RETURNING candidate_id
"""
TAKE_OFF = "DELETE FROM candidates_candidatetag WHERE tag_id = %s AND candidate_id = ANY(%s) RETURNING candidate_id"
TAKE_OFF_ALL = "DELETE FROM candidates_candidatetag WHERE tag_id = %s RETURNING candidate_id"


@transaction.atomic
def create_tag(*, actor: Actor, name: str) -> Tag:
    """The tag of this name (in any case), made when it does not exist. Records tag.created for a new one."""
    require(actor, TAG)
    name = _read_name(name)
    tag = queries.find_tag(name)
    if tag:
        return tag
    tag = Tag(name=name, created_by_id=user_id(actor))
    try:
        with transaction.atomic():
            tag.save(force_insert=True)
    except IntegrityError:
        found = queries.find_tag(name)
        if found is None:
            raise
        return found
    record(TAG_CREATED, actor=actor, subjects=[tag], data={"tag": name})
    return tag


@transaction.atomic
def rename_tag(*, actor: Actor, tag_id: UUID, name: str) -> Tag:
    """Spell a tag in another way. Records tag.renamed, also for each candidate who has it.

    Raises Conflict when another tag has that name.
    """
    require(actor, TAG)
    tag = queries.lock_tag(actor, tag_id)
    before, tag.name = tag.name, _read_name(name)
    if before == tag.name:
        return tag
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"])
    except IntegrityError as error:
        raise Conflict(f"There is already a tag named {tag.name}.") from error
    data = {"tag": tag.name, "before": before}
    record(TAG_RENAMED, actor=actor, subjects=[tag], data=data)
    holders = CandidateTag.objects.filter(tag=tag).values_list("candidate_id", flat=True)
    record_many(TAG_RENAMED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in holders])
    return tag


@transaction.atomic
def delete_tag(*, actor: Actor, tag_id: UUID) -> int:
    """Take a tag off everybody and delete it; returns how many had it. Records tag.removed for each, and tag.deleted."""
    require(actor, TAG)
    tag = queries.lock_tag(actor, tag_id)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OFF_ALL, [tag.id])
        holders = [row[0] for row in cursor.fetchall()]
    happenings = [Happening({"candidate": key}, {"tag": tag.name}) for key in holders]
    record_many(TAG_REMOVED, actor=actor, happenings=happenings)
    record(TAG_DELETED, actor=actor, subjects=[tag], data={"tag": tag.name})
    tag.delete()
    return len(holders)


@transaction.atomic
def tag_candidates(*, actor: Actor, candidate_ids: Collection[UUID], tag_id: UUID) -> list[UUID]:
    """Put a tag on candidates in one statement; returns those who did not have it. Records tag.added for them.

    Ids the actor may not see are passed over. Raises NotAllowed without candidates.tag.
    """
    return _change(actor, candidate_ids, tag_id, PUT_ON, TAG_ADDED)


@transaction.atomic
def untag_candidates(*, actor: Actor, candidate_ids: Collection[UUID], tag_id: UUID) -> list[UUID]:
    """Take a tag off candidates in one statement; returns those who had it. Records tag.removed for them."""
    return _change(actor, candidate_ids, tag_id, TAKE_OFF, TAG_REMOVED)


def _change(actor: Actor, candidate_ids: Collection[UUID], tag_id: UUID, sql: str, verb: Verb) -> list[UUID]:
    ids = visible(actor, candidate_ids, TAG)
    tag = queries.get_tag(actor, tag_id)
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids, tag.id] if sql is PUT_ON else [tag.id, ids])
        changed = sorted(row[0] for row in cursor.fetchall())
    happenings = [Happening({"candidate": key, "tag": tag.id}, {"tag": tag.name}) for key in changed]
    record_many(verb, actor=actor, happenings=happenings)
    return changed


def _read_name(name: str) -> str:
    name = one_line(name, 60)
    if not name:
        raise InvalidInput({"name": "Give the tag a name."})
    return name
