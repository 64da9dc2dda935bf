"""Watching segments: who is new in one since the last look, told once for all of them.

A look asks the index for those of a segment whom the watching user may see, and compares them with those of the look
before. It is skipped where nothing has happened since, and on a node whose index lags. People may also become members by the
calendar alone ("last contact more than 90 days ago"), so a new day is looked at too.

| what changes                        | what the user hears                                                    |
|-------------------------------------|------------------------------------------------------------------------|
| people come to match                | one notice with their number; the next one an hour later at the soonest |
| people cease to match               | nothing; they are new when they come back                              |
| the segment's query, the user's role | nothing; whoever matches then is known                                |
| two members are merged              | nothing: the one who stays was known under the other name              |
| more members than MOST_MEMBERS      | nothing until there are fewer; the page says so                        |
| the segment is shared no more       | nothing, and its page is not there                                     |
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.candidates.permissions import VIEW
from rapport.candidates.queries import resolve_merged
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import NotAllowed, TemporaryFailure
from rapport.search import language, queries, segment_queries
from rapport.search.access import index_state, open_for
from rapport.search.activities import (
    SEGMENT_GREW,
    SEGMENT_TAG_DELETED,
    SEGMENT_TAG_MERGED,
    SEGMENT_UNWATCHED,
    SEGMENT_WATCHED,
)
from rapport.search.models import Segment, SegmentWatch
from rapport.search.segments import expand

MOST_MEMBERS = 10_000
MOST_NEW = 50  # kept for the segment's page
QUIET = timedelta(hours=1)


@transaction.atomic
def watch_segment(*, actor: Actor, segment_id: UUID) -> SegmentWatch:
    """Tell the actor who is new in a segment from now on; watching it already does nothing.

    Records segment.watched. Raises NotFound for a segment one may not see, NotAllowed for who is not signed in.
    """
    require(actor, VIEW)
    user_id = _user_id(actor)
    segment = segment_queries.get_segment(actor, segment_id)
    values = {"created_at": clock.now()}
    watch, is_new = SegmentWatch.objects.get_or_create(segment=segment, user_id=user_id, defaults=values)
    if is_new:
        record(SEGMENT_WATCHED, actor=actor, subjects=[segment])
        _look(SegmentWatch.objects.get(id=watch.id), actor)
        watch.refresh_from_db()
    return watch


@transaction.atomic
def unwatch_segment(*, actor: Actor, segment_id: UUID) -> None:
    """Tell no more; not watching does nothing. Records segment.unwatched. Raises NotFound, NotAllowed as watching does."""
    require(actor, VIEW)
    segment = segment_queries.get_segment(actor, segment_id)
    gone, _ = SegmentWatch.objects.filter(segment=segment, user_id=_user_id(actor)).delete()
    if gone:
        record(SEGMENT_UNWATCHED, actor=actor, subjects=[segment])


def _user_id(actor: Actor) -> UUID:
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("Only a signed-in user can be told.")
    return actor.id


def look_at_all() -> int:
    """Look at every watched segment in which something may have changed; returns how many notices were due.

    Each in a transaction of its own; what another process looks at just now is left to it. Safe to repeat.
    """
    state = index_state()
    if state is None:
        return 0
    waiting = SegmentWatch.objects.exclude(seen_state=state).filter(user__is_active=True).order_by("user_id", "id")
    return sum(_look_at(watch_id, state) for watch_id in waiting.values_list("id", flat=True))


@transaction.atomic
def _look_at(watch_id: UUID, state: str) -> bool:
    locked = SegmentWatch.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=watch_id)
    watch = locked.select_related("user").defer("members").first()
    if watch is None or watch.seen_state == state:
        return False
    return _look(watch, watch.user.actor, state)


def _look(watch: SegmentWatch, actor: Actor, state: str | None = None) -> bool:
    """Compare the members with those of the last look; says whether a notice was recorded."""
    found = _members(actor, watch.segment_id)
    if found is None:
        return False
    basis, members = found
    digest = sha256(b"".join(sorted(key.bytes for key in members))).hexdigest()
    if (watch.basis, watch.digest, watch.is_too_large) == (basis, digest, False):
        watch.seen_state = state if state is not None else ""
        watch.save(update_fields=["seen_state"])
        return False
    watch.is_too_large = len(members) > MOST_MEMBERS
    arrived: list[UUID] = []
    if not watch.is_too_large:
        is_known_before = watch.members is not None and watch.basis == basis
        arrived = _arrived(watch.members or [], members) if is_known_before else []
        if arrived and watch.grew_at and watch.grew_at > clock.now() - QUIET:
            return False  # the next notice tells of them
        watch.basis, watch.members, watch.digest = basis, members, digest
        present = set(members)
        watch.new_ids = [key for key in [*arrived, *watch.new_ids] if key in present][:MOST_NEW]
    watch.seen_state = state if state is not None else ""
    if arrived:
        watch.grew_at = clock.now()
        record(
            SEGMENT_GREW, actor=SYSTEM, subjects={"segment": watch.segment_id},
            data={"count": len(arrived), "user_id": watch.user_id},
        )  # fmt: skip
    watch.save(update_fields=["basis", "members", "digest", "seen_state", "new_ids", "grew_at", "is_too_large"])
    return bool(arrived)


def _members(actor: Actor, segment_id: UUID) -> tuple[str, list[UUID]] | None:
    """What the members are found by, and whom of them the actor may see; None where that cannot be told now."""
    segment = Segment.objects.visible_to(actor).filter(id=segment_id).first()
    if segment is None or VIEW.scope_for(actor) is None:
        return None
    try:
        access = open_for(actor)
    except TemporaryFailure:
        return None
    node = _read(actor, segment.query)
    if node is None:
        return None
    ids = access.engine.list_ids(node, access.lookup, access.scope, limit=MOST_MEMBERS + 1)
    return f"{actor.role}\n{language.to_text(node)}", ids


def _read(actor: Actor, text: str) -> language.Node | None:
    parsed = language.parse(text)
    if parsed.node is None:
        return None
    node, problems = expand(parsed.node, lambda name: queries.find_segment_query(actor, name))
    return None if problems else node


def _arrived(before: Sequence[UUID], now: Sequence[UUID]) -> list[UUID]:
    """Who is new, but for those into whom a former member was merged."""
    known = set(before)
    new = [key for key in now if key not in known]
    gone = known.difference(now)
    if not new or not gone:
        return new
    stayed = set(resolve_merged(gone).values())
    return [key for key in new if key not in stayed]


def find_watchers(activities: Sequence[Activity]) -> dict[UUID, set[UUID]]:
    """Who is told that a segment grew: the one who watches it, of whose view the number is. Of a tag that it names: its owner."""
    grown = [activity for activity in activities if activity.verb == SEGMENT_GREW.name]
    verbs = (SEGMENT_TAG_MERGED.name, SEGMENT_TAG_DELETED.name)
    told = {row.id: row.find_subject_id("segment") for row in activities if row.verb in verbs}
    rows = Segment.objects.filter(id__in=set(told.values()), owner__isnull=False) if told else ()
    owners = {row.id: row.owner_id for row in rows}
    found = {key: {owner} for key, segment_id in told.items() if segment_id and (owner := owners.get(segment_id))}
    return {activity.id: {UUID(str(activity.data["user_id"]))} for activity in grown} | found
