"""Tags: one spelling for the whole house, put on thousands of candidates at once. Merging them: tag_merging.py; deleting: tag_deleting.py."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from rapport.accounts.capabilities import holds, require
from rapport.accounts.models import User
from rapport.activity.operations import Happening, record, record_many
from rapport.candidates import tag_queries
from rapport.candidates.activities import (
    TAG_ADDED,
    TAG_CHANGED,
    TAG_CREATED,
    TAG_REMOVED,
    TAG_RENAMED,
)
from rapport.candidates.models import CandidateTag, Tag
from rapport.candidates.operations.rights import held, user_id
from rapport.candidates.permissions import MANAGE_TAGS, TAG, may_change_tag
from rapport.candidates.text_rules import one_line
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed

PUT_ON = """
INSERT INTO candidates_candidatetag (candidate_id, tag_id)
SELECT unnest(%s::uuid[]), %s ON CONFLICT DO NOTHING RETURNING candidate_id
"""
TAKE_OFF = "DELETE FROM candidates_candidatetag WHERE tag_id = %s AND candidate_id = ANY(%s) RETURNING candidate_id"
# Passed over where somebody else notes the same just now, so that imports with the same tag do not wait for each other.
NOTE_USE = """
UPDATE candidates_tag SET last_used_at = %(now)s WHERE id IN (
    SELECT id FROM candidates_tag WHERE id = ANY(%(ids)s) AND (last_used_at IS NULL OR last_used_at < %(before)s)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
"""
USE_NOTED_EVERY = timedelta(hours=1)


def may_make_tags(actor: Actor) -> bool:
    """Whether a name that nobody has used makes a tag: for all who tag, or where FREE_TAGS is off for those who manage tags."""
    return holds(actor, MANAGE_TAGS) or (settings.FREE_TAGS and holds(actor, TAG))


@transaction.atomic
def create_tag(*, actor: Actor, name: str) -> Tag:
    """The tag of this name (in any case), made when it does not exist, kept by the actor. Records tag.created for a new one.

    The name of a tag that was merged gives the one it became. Raises NotAllowed for a new name where only those who
    manage tags may make them (the setting FREE_TAGS).
    """
    require(actor, TAG)
    name = _read_name(name)
    tag = tag_queries.find_tag(name)
    if tag:
        return tag
    if not may_make_tags(actor):
        raise NotAllowed(f"There is no tag named {name}. Choose one from the list, or ask an administrator to make it.")
    tag = Tag(name=name, created_by_id=user_id(actor), owner_id=user_id(actor))
    try:
        with transaction.atomic():
            tag.save(force_insert=True)
    except IntegrityError:
        found = tag_queries.find_tag(name)
        if found is None:
            raise
        return found
    record(TAG_CREATED, actor=actor, subjects=[tag], data={"tag": name})
    return tag


@transaction.atomic
def rename_tag(*, actor: Actor, tag_id: UUID, name: str) -> Tag:
    """Spell a tag in another way. Records tag.renamed, also for each candidate who has it.

    Raises NotAllowed for somebody who neither keeps it nor manages tags, Conflict when another tag has that name.
    """
    tag = lock_own(actor, tag_id)
    _rename(actor, tag, _read_name(name))
    return tag


@transaction.atomic
def save_tag(*, actor: Actor, tag_id: UUID, name: str, description: str, owner_id: UUID | None) -> Tag:
    """Spell a tag, say what it means, and whose it is. Records tag.renamed and tag.changed for what differs.

    Raises as rename_tag does, and InvalidInput for an owner who does not work here.
    """
    tag = lock_own(actor, tag_id)
    _rename(actor, tag, _read_name(name))
    values = {"description": one_line(description, 300), "owner_id": owner_id}
    if owner_id and owner_id != tag.owner_id and not User.objects.filter(id=owner_id, is_active=True).exists():
        raise InvalidInput({"owner": "Choose a colleague who works here."})
    changed = [column for column, value in values.items() if getattr(tag, column) != value]
    if changed:
        for column in changed:
            setattr(tag, column, values[column])
        tag.save(update_fields=changed)
        data = {"tag": tag.name, "changed": [column.removesuffix("_id") for column in changed]}
        record(TAG_CHANGED, actor=actor, subjects=[tag], data=data)
    return tag


def _rename(actor: Actor, tag: Tag, name: str) -> None:
    before, tag.name = tag.name, name
    if before == name:
        return
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"])
    except IntegrityError as error:
        raise Conflict(_taken(name)) from error
    data = {"tag": name, "before": before}
    record(TAG_RENAMED, actor=actor, subjects=[tag], data=data)
    holders = CandidateTag.objects.filter(tag=tag).values_list("candidate_id", flat=True)
    record_many(TAG_RENAMED, actor=actor, happenings=[Happening({"candidate": key}, data) for key in holders])


def _taken(name: str) -> str:
    there = tag_queries.find_tag(name)
    if there and there.name.lower() != name.lower():
        return f"{name} is a spelling of {there.name} since the two were merged. Take them apart there first."
    return f"There is already a tag named {name}."


def lock_own(actor: Actor, tag_id: UUID) -> Tag:
    """A tag locked for a change; raises NotAllowed for somebody who neither keeps it nor manages tags."""
    require(actor, TAG)
    tag = tag_queries.lock_tag(actor, tag_id)
    require_change(actor, tag)
    return tag


def require_change(actor: Actor, *tags: Tag) -> None:
    """Raise NotAllowed unless the actor may change one of these tags."""
    if not any(may_change_tag(actor, tag.owner_id) for tag in tags):
        keeper = tags[0].owner.full_name if tags[0].owner else "an administrator"
        raise NotAllowed(f"The tag {tags[0].name} is kept by {keeper}. Ask them to change it.")


@transaction.atomic
def tag_candidates(*, actor: Actor, candidate_ids: Collection[UUID], tag_id: UUID, reason: str = "") -> list[UUID]:
    """Put a tag on candidates in one statement; returns those who did not have it. Records tag.added with the reason.

    Ids the actor may not see are passed over; a tag that was merged gives the one it became. Raises NotAllowed without
    candidates.tag.
    """
    ids = held(actor, candidate_ids, TAG)
    tag = tag_queries.hold_tag(actor, tag_id)
    with connection.cursor() as cursor:
        cursor.execute(PUT_ON, [ids, tag.id])
        changed = sorted(row[0] for row in cursor.fetchall())
    note_use([tag.id])
    data = {"tag": tag.name, "reason": one_line(reason, 500)}
    happenings = [Happening({"candidate": key, "tag": tag.id}, data) for key in changed]
    record_many(TAG_ADDED, actor=actor, happenings=happenings)
    return changed


@transaction.atomic
def untag_candidates(*, actor: Actor, candidate_ids: Collection[UUID], tag_id: UUID) -> list[UUID]:
    """Take a tag off candidates in one statement; returns those who had it. Records tag.removed for them."""
    ids = held(actor, candidate_ids, TAG)
    tag = tag_queries.hold_tag(actor, tag_id)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OFF, [tag.id, ids])
        changed = sorted(row[0] for row in cursor.fetchall())
    data = {"tag": tag.name}
    happenings = [Happening({"candidate": key, "tag": tag.id}, data) for key in changed]
    record_many(TAG_REMOVED, actor=actor, happenings=happenings)
    return changed


def note_use(tag_ids: Iterable[UUID]) -> None:
    """Remember that tags are in use, to the hour; part of the caller's transaction."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(NOTE_USE, {"ids": list(tag_ids), "now": now, "before": now - USE_NOTED_EVERY})


def _read_name(name: str) -> str:
    name = one_line(name, 60)
    if not name:
        raise InvalidInput({"name": "Give the tag a name."})
    return name
