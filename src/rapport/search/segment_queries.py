"""Saved searches: one's own and those that colleagues share, who is in them now, and whether one is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapport.accounts.capabilities import require
from rapport.candidates.models import Candidate
from rapport.candidates.permissions import VIEW
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound, TemporaryFailure
from rapport.search import language
from rapport.search.access import Access, open_for
from rapport.search.models import Segment, SegmentWatch
from rapport.search.queries import COUNTED_LATER, explain, read_candidates, search_candidates
from rapport.search.segments import expand


def list_segments(actor: Actor) -> list[Segment]:
    """One's own and shared segments by name, with their owner."""
    require(actor, VIEW)
    return list(Segment.objects.visible_to(actor).select_related("owner"))


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment with how many match now whom the reader may see; without a count `problem` says why."""

    segment: Segment
    count: int | None = None
    problem: str = ""


def count_segments(actor: Actor) -> list[SegmentRow]:
    """One's own and shared segments with live counts, in as many statements as for one."""
    segments = list_segments(actor)
    try:
        access = open_for(actor)
    except TemporaryFailure:
        return [SegmentRow(segment, problem=COUNTED_LATER) for segment in segments]
    texts = {segment.name.casefold(): segment.query for segment in segments if segment.owner_id != actor.id}
    texts |= {segment.name.casefold(): segment.query for segment in segments if segment.owner_id == actor.id}
    return [_count(segment, access, texts) for segment in segments]


def _count(segment: Segment, access: Access, texts: Mapping[str, str]) -> SegmentRow:
    parsed = language.parse(segment.query)
    if parsed.node is None:
        return SegmentRow(segment, problem=explain(parsed.problems))
    node, problems = expand(parsed.node, lambda name: texts.get(name.casefold()))
    page = access.engine.search(node, access.lookup, access.scope, limit=1)
    found = [*problems, *page.problems]
    return SegmentRow(segment, problem=explain(found)) if found else SegmentRow(segment, page.total)


@dataclass(frozen=True, slots=True)
class SegmentPage:
    """A segment as one reader sees it: its row, its conditions in words, and whether and of what they are told.

    `new` are the latest people who came to it, newest first, while the reader watches it.
    """

    row: SegmentRow
    words: str
    watch: SegmentWatch | None
    new: Sequence[Candidate] = ()


def read_segment(actor: Actor, segment_id: UUID) -> SegmentPage:
    """What the page of a segment shows; NotFound for one that the actor may not see."""
    require(actor, VIEW)
    segment = get_segment(actor, segment_id)
    own = SegmentWatch.objects.filter(segment=segment, user_id=actor.id) if actor.id else SegmentWatch.objects.none()
    watch = own.defer("members").first()
    new = read_candidates(actor, watch.new_ids) if watch else {}
    parsed = language.parse(segment.query)
    return SegmentPage(
        _count_one(actor, segment),
        language.describe(parsed.node) if parsed.node else "",
        watch,
        [new[key] for key in watch.new_ids if key in new] if watch else (),
    )


def _count_one(actor: Actor, segment: Segment) -> SegmentRow:
    try:
        found = search_candidates(actor, segment.query, limit=1, facets=False)
    except TemporaryFailure:
        return SegmentRow(segment, problem=COUNTED_LATER)
    return SegmentRow(segment, problem=explain(found.problems)) if found.problems else SegmentRow(segment, found.total)


def list_watched_ids(actor: Actor) -> set[UUID]:
    """The segments that the actor watches."""
    return (
        set(SegmentWatch.objects.filter(user_id=actor.id).values_list("segment_id", flat=True)) if actor.id else set()
    )


def get_segment(actor: Actor, segment_id: UUID) -> Segment:
    """A segment the actor may see; NotFound otherwise."""
    segment = Segment.objects.visible_to(actor).select_related("owner").filter(id=segment_id).first()
    if segment is None:
        raise NotFound("There is no such segment, or it is not shared.")
    return segment
