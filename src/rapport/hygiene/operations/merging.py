"""Merging two candidates, and taking it back at any time.

A merge is one transaction: both people are locked in the order of their ids, each app moves its own rows and notes them
in one journal, the row that gave way leads to the other, and its history shows on the survivor's timeline as well.

Taking it back puts in again what was moved, unless somebody has changed it since. What happened since stays with the
survivor, unless it came through something that was the other's: an application, an enrollment, an address or a thread.
Merges that build on one another come apart in reverse; an earlier one is refused until the later one is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity import operations as activity_operations
from rapport.activity.operations import record
from rapport.applications.merge_operations import move_applications_of
from rapport.candidates.models import Candidate
from rapport.candidates.operations import absorb_candidate, lock_pair
from rapport.hygiene import queries
from rapport.hygiene.activities import CANDIDATE_BACK, CANDIDATE_MERGED, CANDIDATE_MERGED_AWAY, CANDIDATE_UNMERGED
from rapport.hygiene.models import Merge, MergeChange, Suggestion
from rapport.hygiene.permissions import MERGE
from rapport.hygiene.survivorship import OTHER, Outcome, survive
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, Moved
from rapport.lib.ids import new_id
from rapport.lib.journal import Journal, RowChange, put_back
from rapport.mail.operations import readdress_messages
from rapport.notifications.operations import move_follows
from rapport.outreach.operations import move_enrollments_of

MOST_AT_ONCE = 500


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: the person's columns afterwards, whose they are, and how many rows move by table."""

    outcome: Outcome
    moved: Mapping[str, int]
    taken_out: Mapping[str, int]


def preview_merge(
    *, actor: Actor, survivor_id: UUID, other_id: UUID, chosen: Mapping[str, str] | None = None
) -> Preview:
    """Do a merge and take it back before anybody sees it. Raises as merge_candidates does; nothing is recorded."""
    journal = Journal()
    outcome: Outcome | None = None
    try:
        with transaction.atomic():
            survivor, other = _lock(actor, survivor_id, other_id)
            outcome = survive(survivor, other, chosen or {})
            _move(journal, survivor, other, outcome)
            raise _DryRun
    except _DryRun:
        pass
    moved, taken_out = _count(journal)
    return Preview(outcome or Outcome({}, {}), moved, taken_out)


@transaction.atomic
def merge_candidates(
    *,
    actor: Actor,
    survivor_id: UUID,
    other_id: UUID,
    chosen: Mapping[str, str] | None = None,
    batch_id: UUID | None = None,
) -> Merge:
    """Make `other` a part of `survivor`; repeating it returns the merge there is. See survivorship for `chosen`.

    Records candidate.merged and candidate.merged_away. Raises NotFound for somebody the actor may not see, Moved for
    somebody who was merged elsewhere, NotAllowed without hygiene.merge, InvalidInput for one person with themselves.
    """
    require(actor, MERGE)
    try:
        survivor, other = _lock(actor, survivor_id, other_id)
    except Moved:
        made = Merge.objects.filter(survivor_id=survivor_id, other_id=other_id, undone_at=None).first()
        if made is None:
            raise
        return made
    journal = Journal()
    names = (str(survivor), str(other))
    outcome = survive(survivor, other, chosen or {})
    _move(journal, survivor, other, outcome)
    merge = Merge(survivor=survivor, other=other, made_by_id=_user_id(actor), made_at=clock.now(), batch_id=batch_id)
    merge.save(force_insert=True)
    _store(merge, journal)
    _decide(survivor.id, other.id, Suggestion.State.MERGED, actor)
    activity_operations.share_history(from_id=other.id, to_id=survivor.id)
    taken = [name for name, whose in outcome.kept.items() if whose == OTHER]
    data: dict[str, Any] = {"merge_id": merge.id, "other_id": other.id, "other_name": names[1], "fields": taken}
    record(CANDIDATE_MERGED, actor=actor, subjects=[survivor], data=data)
    data = {"merge_id": merge.id, "survivor_id": survivor.id, "survivor_name": names[0]}
    record(CANDIDATE_MERGED_AWAY, actor=actor, subjects=[other], data=data)
    return merge


def merge_sure(*, actor: Actor, suggestion_ids: Sequence[UUID]) -> tuple[UUID, list[Merge]]:
    """Merge what sure suggestions name, each in a transaction of its own; (id of the batch, the merges made).

    Who stays is chosen as on the page; somebody merged by an earlier one of the batch is followed to who they are now.
    Suggestions that are not sure, not open or not for this actor are passed over.
    """
    require(actor, MERGE)
    if len(suggestion_ids) > MOST_AT_ONCE:
        raise InvalidInput(f"Up to {MOST_AT_ONCE} pairs are merged at once. Choose fewer.")
    batch_id, merges = new_id(), []
    for first_id, second_id in queries.list_sure_pairs(actor, suggestion_ids):
        ids = queries.present_ids(first_id, second_id)
        if ids is None:
            continue
        survivor_id, other_id = queries.choose_survivor(actor, *ids)
        merges.append(merge_candidates(actor=actor, survivor_id=survivor_id, other_id=other_id, batch_id=batch_id))
    return batch_id, merges


@transaction.atomic
def undo_merge(*, actor: Actor, merge_id: UUID) -> Merge:
    """Take a merge back; doing it twice does nothing. Records candidate.unmerged and candidate.back.

    Raises NotFound, NotAllowed without hygiene.merge, Conflict when a later merge has to be taken back first (it says
    which), or when a row cannot go back because something else has taken its place.
    """
    require(actor, MERGE)
    merge = queries.lock_merge(actor, merge_id)
    if merge.undone_at:
        return merge
    people = Candidate.objects.select_for_update(of=("self",)).filter(id__in=[merge.survivor_id, merge.other_id])
    there = {row.id: row for row in people.order_by("id")}
    _refuse_later(merge)
    survivor, other = there[merge.survivor_id], there[merge.other_id]
    changes = [RowChange(row.model, row.key, row.before, row.after) for row in merge.changes.order_by("position")]
    reassigned = _send_to_whom_it_belongs(merge, changes)
    try:
        with transaction.atomic():
            rows = put_back(changes)
    except IntegrityError as error:
        raise Conflict(
            f"{other} cannot be taken apart from {survivor}: something that moved has been replaced since. "
            "Look at the contact points and applications that were added after the merge."
        ) from error
    activity_operations.unshare_history(from_id=other.id, to_id=survivor.id)
    Candidate.objects.filter(id__in=there).update(version=queries.NEXT_VERSION)
    merge.undone_at, merge.undone_by_id = clock.now(), _user_id(actor)
    merge.save(update_fields=["undone_at", "undone_by"])
    _decide(survivor.id, other.id, Suggestion.State.OPEN, actor)
    data: dict[str, Any] = {
        "merge_id": merge.id, "other_id": other.id, "other_name": str(other), "rows": rows, "reassigned": reassigned,
    }  # fmt: skip
    record(CANDIDATE_UNMERGED, actor=actor, subjects=[survivor], data=data)
    record(CANDIDATE_BACK, actor=actor, subjects=[other], data={"merge_id": merge.id, "survivor_id": survivor.id})
    return merge


def undo_batch(*, actor: Actor, batch_id: UUID) -> int:
    """Take back all merges of a batch, the last first; returns how many were taken back."""
    require(actor, MERGE)
    merges = Merge.objects.filter(batch_id=batch_id, undone_at=None).order_by("-made_at", "-id")
    ids = list(merges.values_list("id", flat=True))
    for merge_id in ids:
        undo_merge(actor=actor, merge_id=merge_id)
    return len(ids)


def _lock(actor: Actor, survivor_id: UUID, other_id: UUID) -> tuple[Candidate, Candidate]:
    require(actor, MERGE)
    if survivor_id == other_id:
        raise InvalidInput("This is the same candidate twice. Choose another one.")
    return lock_pair(actor=actor, first_id=survivor_id, second_id=other_id)


def _move(journal: Journal, survivor: Candidate, other: Candidate, outcome: Outcome) -> None:
    """Locks go on as everywhere: candidate, application, enrollment."""
    absorb_candidate(journal=journal, survivor=survivor, other=other, values=outcome.values)
    move_applications_of(journal=journal, from_id=other.id, to_id=survivor.id)
    move_enrollments_of(journal=journal, from_id=other.id, to_id=survivor.id)
    move_follows(journal=journal, from_id=other.id, to_id=survivor.id)


def _store(merge: Merge, journal: Journal) -> None:
    MergeChange.objects.bulk_create(
        [
            MergeChange(merge=merge, position=place, model=row.model, key=row.key, before=row.before, after=row.after)
            for place, row in enumerate(journal.changes)
        ],
        batch_size=1000,
    )


def _refuse_later(merge: Merge) -> None:
    later = queries.find_later_merge(merge)
    if later:
        raise Conflict(
            f"{later.other} was merged into {later.survivor} after this. Take that merge back first, then this one."
        )


def _send_to_whom_it_belongs(merge: Merge, changes: Sequence[RowChange]) -> int:
    """Correct whose the activities and messages since the merge are; returns how many activities went to the other."""
    moved_ids = {UUID(row.key["id"]) for row in changes if row.after is not None and "id" in row.key}
    theirs = queries.list_happened_through(merge, moved_ids - {merge.survivor_id, merge.other_id}, changes)
    readdress_messages(
        message_ids=theirs.message_ids, kind="candidate", from_id=merge.survivor_id, to_id=merge.other_id
    )
    return activity_operations.reassign(
        activity_ids=theirs.activity_ids, kind="candidate", from_id=merge.survivor_id, to_id=merge.other_id
    )


def _decide(first_id: UUID, second_id: UUID, state: str, actor: Actor) -> None:
    low, high = sorted((first_id, second_id))
    rows = Suggestion.objects.filter(first_id=low, second_id=high).exclude(state=Suggestion.State.DISMISSED)
    rows.update(state=state, decided_at=clock.now(), decided_by_id=_user_id(actor))


def _count(journal: Journal) -> tuple[dict[str, int], dict[str, int]]:
    moved: dict[str, set[str]] = {}
    taken_out: dict[str, int] = {}
    for row in journal.changes:
        if row.after is None:
            taken_out[row.model] = taken_out.get(row.model, 0) + 1
        elif row.model != Candidate._meta.label_lower:
            moved.setdefault(row.model, set()).add(str(sorted(row.key.items())))
    return {model: len(keys) for model, keys in moved.items()}, taken_out


def _user_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None
