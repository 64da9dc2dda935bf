"""Telling those who keep a sequence what became of the tags it goes by."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from rapport.activity.operations import record
from rapport.activity.queries import list_happened
from rapport.lib.actors import SYSTEM, Actor
from rapport.outreach.activities import SEQUENCE_CHANGED, SEQUENCE_TAG_DELETED, SEQUENCE_TAG_MERGED
from rapport.outreach.models import Sequence, Step
from rapport.outreach.subjects import subjects_of_sequence
from rapport.outreach.tag_uses import find_lost_tags, list_tag_uses

LOST_STEP = Q(only_if__in=(Step.OnlyIf.TAGGED, Step.OnlyIf.NOT_TAGGED), only_if_tag=None, retired_at=None)


@transaction.atomic
def tell_of_merged_tag(*, actor: Actor, tag_id: UUID, tag: str, into: str, activity_id: UUID) -> int:
    """Tell of a tag that the actor merged into another; returns how many sequences go by it. Safe to repeat.

    Records sequence.tag_merged, once for each sequence and merge (the activity's id).
    """
    told = 0
    for use in list_tag_uses(SYSTEM, tag_id):
        before = list_happened(SYSTEM, use.sequence.id, [SEQUENCE_TAG_MERGED.name])
        if any(row.data.get("activity_id") == str(activity_id) for row in before):
            continue
        data = {"name": use.sequence.name, "tag": tag, "into": into, "activity_id": activity_id}
        record(SEQUENCE_TAG_MERGED, actor=actor, subjects=subjects_of_sequence(use.sequence), data=data)
        told += 1
    return told


@transaction.atomic
def tell_of_deleted_tags(*, actor: Actor) -> int:
    """Tell of tags that sequences went by and that are gone; returns how many were told of. Safe to repeat.

    Records sequence.tag_deleted, once for each sequence and tag until the sequence is changed. A deleted tag takes those
    along that were merged into it, so what is gone is seen by the sequences, not by the name of one.
    """
    rows = Sequence.objects.exclude(state=Sequence.State.ARCHIVED).select_for_update()
    lost_steps = Step.objects.filter(LOST_STEP, sequence=OuterRef("pk"))
    lost = rows.filter(Exists(lost_steps) | (Q(stop_tag=None) & ~Q(stop_tag_name="")))
    return sum(_tell_of_lost(actor, sequence) for sequence in lost.order_by("id"))


def _tell_of_lost(actor: Actor, sequence: Sequence) -> int:
    gone: dict[str, list[str]] = defaultdict(list)
    for name, said in find_lost_tags(sequence, list(Step.objects.filter(LOST_STEP, sequence=sequence))):
        gone[name].append(said)
    happened = list_happened(SYSTEM, sequence.id, [SEQUENCE_TAG_DELETED.name, SEQUENCE_CHANGED.name])
    changed = max((row.id for row in happened if row.verb == SEQUENCE_CHANGED.name), default=UUID(int=0))
    told = {row.data.get("tag") for row in happened if row.verb == SEQUENCE_TAG_DELETED.name and row.id > changed}
    for name in gone.keys() - told:
        data = {"name": sequence.name, "tag": name, "why": " ".join(gone[name])}
        record(SEQUENCE_TAG_DELETED, actor=actor, subjects=subjects_of_sequence(sequence), data=data)
    return len(gone.keys() - told)
