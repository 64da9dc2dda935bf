"""Keeping searches, giving people out, and storing how well those considered for a job fit it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import holds, require
from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.applications.operations import set_fit_scores
from rapport.candidates.permissions import EXPORT, VIEW
from rapport.candidates.queries import CandidateRow, list_by_ids, list_newest
from rapport.jobs.queries import get_job, lock_job
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound, TemporaryFailure
from rapport.lib.queue import enqueue
from rapport.search import language, queries
from rapport.search.activities import (
    CANDIDATES_EXPORTED,
    JOB_REDISCOVERED,
    SEGMENT_CHANGED,
    SEGMENT_DELETED,
    SEGMENT_SAVED,
)
from rapport.search.models import Segment, SegmentWatch
from rapport.search.permissions import SHARE

MOST_ATTEMPTS = 6
WAIT_S = 3
EXPORT_BATCH = 200
EXPORT_FORMATS = ("csv", "jsonl")
GOOD_FIT = 60  # points from which somebody known before is worth a notice


@transaction.atomic
def save_segment(*, actor: Actor, name: str, query: str, is_shared: bool = False) -> Segment:
    """Keep a search under a name. Records segment.saved.

    Raises NotAllowed without candidates.view, or without search.share for a shared one; InvalidInput for a query that
    cannot be read or an empty name; Conflict when the actor has a segment of that name.
    """
    require(actor, VIEW)
    _check_sharing(actor, is_shared)
    now = clock.now()
    segment = Segment(
        name=_checked_name(name), query=_checked_query(query), owner_id=actor.id if actor.kind == "user" else None,
        is_shared=is_shared, created_at=now, updated_at=now,
    )  # fmt: skip
    _store(segment)
    record(SEGMENT_SAVED, actor=actor, subjects=[segment], data=_data(segment))
    return segment


@transaction.atomic
def change_segment(
    *,
    actor: Actor,
    segment_id: UUID,
    name: str | None = None,
    query: str | None = None,
    is_shared: bool | None = None,
) -> Segment:
    """Rename a segment of one's own, change its query, or share it; None leaves a thing as it is.

    Records segment.changed unless nothing changes. Raises NotFound, NotAllowed for a colleague's, and as save_segment.
    """
    segment = _lock_own(actor, segment_id)
    before = _data(segment)
    if name is not None:
        segment.name = _checked_name(name)
    if query is not None:
        segment.query = _checked_query(query)
    if is_shared is not None:
        _check_sharing(actor, is_shared and not segment.is_shared)
        segment.is_shared = is_shared
    if _data(segment) == before:
        return segment
    segment.updated_at = clock.now()
    _store(segment)
    SegmentWatch.objects.filter(segment=segment).update(seen_state="")
    record(SEGMENT_CHANGED, actor=actor, subjects=[segment], data=_data(segment))
    return segment


@transaction.atomic
def delete_segment(*, actor: Actor, segment_id: UUID) -> None:
    """Delete a segment of one's own; nobody it found is touched. Records segment.deleted.

    Raises NotFound, NotAllowed for a colleague's.
    """
    segment = _lock_own(actor, segment_id)
    data = {"name": segment.name, "query": segment.query}
    record(SEGMENT_DELETED, actor=actor, subjects=[segment], data=data)
    segment.delete()


def _lock_own(actor: Actor, segment_id: UUID) -> Segment:
    segment = Segment.objects.visible_to(actor).select_for_update().filter(id=segment_id).first()
    if segment is None:
        raise NotFound("There is no such segment, or it is not shared.")
    if segment.owner_id != actor.id and not actor.is_system:
        raise NotAllowed("This segment belongs to a colleague. Save it under a name of your own to change it.")
    return segment


def _check_sharing(actor: Actor, wants_to_share: bool) -> None:
    if wants_to_share and not holds(actor, SHARE):
        raise NotAllowed(f"You may not {SHARE.label}. Keep it for yourself, or ask a recruiter.")


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput({"name": "Give the segment a name."})
    if len(name) > 120:
        raise InvalidInput({"name": "A name has at most 120 characters."})
    return name


def _checked_query(query: str) -> str:
    parsed = language.parse(query)
    if parsed.node is None:
        raise InvalidInput({"query": queries.explain(parsed.problems)})
    return language.to_text(parsed.node)


def _store(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        raise Conflict(f"You have a segment named {segment.name} already. Choose another name.") from error


def _data(segment: Segment) -> dict[str, object]:
    return {"name": segment.name, "query": segment.query, "is_shared": segment.is_shared}


def score_applications(*, job_id: UUID, candidate_ids: Sequence[UUID], attempt: int = 1) -> int:
    """Store the fit of candidates considered for a job on their applications; returns how many scores are new.

    Those whom the index does not know yet are tried again a little later, a few times. Does nothing for a job that is
    gone. Safe to repeat.
    """
    try:
        fits = queries.fits_of(get_job(SYSTEM, job_id), candidate_ids)
    except NotFound:
        return 0
    except TemporaryFailure:
        fits = {}
    missing = sorted(set(candidate_ids) - set(fits))
    if missing and attempt < MOST_ATTEMPTS:
        enqueue(
            "search.score_applications", run_at=clock.now() + timedelta(seconds=WAIT_S * attempt),
            job_id=job_id, candidate_ids=[str(key) for key in missing], attempt=attempt + 1,
        )  # fmt: skip
    return set_fit_scores(actor=SYSTEM, job_id=job_id, scores={key: round(fit.score) for key, fit in fits.items()})


@transaction.atomic
def rediscover(*, job_id: UUID, opened_id: UUID) -> int:
    """Record how many people known before fit a job that was opened well; returns how many.

    Records job.rediscovered with count, once for each opening and only where there are any. Does nothing for a job that
    is gone, or while there is no index.
    """
    try:
        job = lock_job(SYSTEM, job_id)
        fits = queries.fits_for_job(SYSTEM, job_id, considered=False, known=True)
    except (NotFound, TemporaryFailure):
        return 0
    told = Activity.objects.filter(id__gt=opened_id, verb=JOB_REDISCOVERED.name, data__opened_id=str(opened_id))
    count = sum(row.fit.score >= GOOD_FIT for row in fits.rows)
    if count and not told.exists():
        record(
            JOB_REDISCOVERED, actor=SYSTEM, subjects=[job],
            data={"job_title": job.title, "count": count, "opened_id": str(opened_id)},
        )  # fmt: skip
    return count


@transaction.atomic
def export_candidates(*, actor: Actor, text: str, format: str) -> Iterator[CandidateRow]:
    """All who match and whom the actor may see, newest first, read in batches while they are taken.

    Records candidates.exported with the query, the format and how many matched, before anybody leaves the house.
    Raises NotAllowed without candidates.export, InvalidInput for a query that cannot be read or an unknown format,
    TemporaryFailure for a query without an index to ask.
    """
    require(actor, EXPORT)
    if format not in EXPORT_FORMATS:
        raise InvalidInput({"format": f"Choose {' or '.join(EXPORT_FORMATS)}."})
    try:
        count, batches = queries.iterate_matching_ids(actor, text, batch=EXPORT_BATCH)
    except TemporaryFailure:
        if text:
            raise
        count, batches = None, _everybody_without_index(actor)
    record(
        CANDIDATES_EXPORTED, actor=actor, subjects={"user": actor.id} if actor.kind == "user" and actor.id else {},
        data={"query": text, "format": format, "count": count},
    )  # fmt: skip
    return (row for ids in batches for row in list_by_ids(actor, ids))


def _everybody_without_index(actor: Actor) -> Iterator[list[UUID]]:
    cursor = None
    while cursor != "":
        page = list_newest(actor, cursor=cursor or "", limit=EXPORT_BATCH)
        yield [row.id for row in page.rows]
        cursor = page.next_cursor
