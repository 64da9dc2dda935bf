"""Moving what belongs to one candidate to another: a part of a merge, inside the transaction of whoever merges.

What the other one has as well (the same tag, pool, skill) is taken out; a file that both have stays with the row that
gave way, which nobody sees. Everything is noted in the journal, by which it can be put back.
"""

from typing import Any
from uuid import UUID

from django.db.models import F

from rapport.candidates.models import (
    Candidate,
    CandidateSkill,
    CandidateTag,
    Consent,
    ContactPoint,
    Document,
    Education,
    Experience,
    Note,
    PoolMember,
    TagMove,
    Task,
)
from rapport.candidates.operations.rights import visible
from rapport.candidates.permissions import EDIT
from rapport.candidates.queries import missing
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.journal import Journal

# Tables with a candidate that absorb_candidate moves.
MOVED = frozenset(
    model._meta.label_lower
    for model in (
        Candidate, CandidateSkill, CandidateTag, Consent, ContactPoint, Document, Education, Experience, Note, PoolMember, TagMove, Task,
    )
)  # fmt: skip
WHOLE = (Note, Task, Consent)


def lock_pair(*, actor: Actor, first_id: UUID, second_id: UUID) -> tuple[Candidate, Candidate]:
    """Lock two candidates in the order of their ids. Raises Moved for one who was merged, NotFound, NotAllowed."""
    ids = visible(actor, [first_id, second_id], EDIT)
    rows = Candidate.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    there = {row.id: row for row in rows if row.merged_into_id is None}
    for candidate_id in (first_id, second_id):
        if candidate_id not in there:
            raise missing(actor, candidate_id)
    return there[first_id], there[second_id]


def absorb_candidate(*, journal: Journal, survivor: Candidate, other: Candidate, values: dict[str, Any]) -> None:
    """Move everything of `other` to `survivor`, give `survivor` the values, and make `other` lead there.

    Both are locked. The version of both goes up, which is not taken back: whoever edits meanwhile is told.
    """
    _move_contact_points(journal, survivor, other)
    files = _move_documents(journal, survivor, other)
    _move_careers(journal, survivor, other)
    _move_skills(journal, survivor, other, files)
    _move_links(journal, survivor, other)
    for model in WHOLE:
        journal.change(model._default_manager.filter(candidate=other), candidate_id=survivor.id)
    journal.change([survivor], **values, updated_at=clock.now())
    journal.change([other], merged_into_id=survivor.id)
    Candidate.objects.filter(id__in=[survivor.id, other.id]).update(version=F("version") + 1)


def _move_contact_points(journal: Journal, survivor: Candidate, other: Candidate) -> None:
    own = list(ContactPoint.objects.filter(candidate=survivor))
    there = {(point.kind, point.normal) for point in own}
    with_primary = {point.kind for point in own if point.is_primary}
    theirs = list(ContactPoint.objects.filter(candidate=other).order_by("created_at", "id"))
    journal.remove(point for point in theirs if (point.kind, point.normal) in there)
    for point in theirs:
        if (point.kind, point.normal) not in there:
            is_primary = point.is_primary and point.kind not in with_primary
            journal.change([point], candidate_id=survivor.id, is_primary=is_primary)


def _move_documents(journal: Journal, survivor: Candidate, other: Candidate) -> dict[UUID, UUID]:
    """Files that both have: theirs to ours."""
    own = {row.sha256: row.id for row in Document.objects.filter(candidate=survivor).only("id", "sha256")}
    theirs = list(Document.objects.filter(candidate=other).defer("text", "parsed"))
    journal.change([row for row in theirs if row.sha256 not in own], candidate_id=survivor.id)
    return {row.id: own[row.sha256] for row in theirs if row.sha256 in own}


def _move_careers(journal: Journal, survivor: Candidate, other: Candidate) -> None:
    jobs = {_job(row) for row in Experience.objects.filter(candidate=survivor)}
    theirs = list(Experience.objects.filter(candidate=other))
    journal.remove(row for row in theirs if _job(row) in jobs)
    journal.change([row for row in theirs if _job(row) not in jobs], candidate_id=survivor.id)
    schools = {_school(row) for row in Education.objects.filter(candidate=survivor)}
    studies = list(Education.objects.filter(candidate=other))
    journal.remove(row for row in studies if _school(row) in schools)
    journal.change([row for row in studies if _school(row) not in schools], candidate_id=survivor.id)


def _job(row: Experience) -> tuple:
    return row.title.casefold(), row.organisation.casefold(), row.start_on, row.end_on, row.text


def _school(row: Education) -> tuple:
    return row.school.casefold(), row.degree.casefold(), row.field.casefold(), row.start_on, row.end_on


def _move_skills(journal: Journal, survivor: Candidate, other: Candidate, files: dict[UUID, UUID]) -> None:
    own = {row.skill_id: row for row in CandidateSkill.objects.filter(candidate=survivor)}
    theirs = list(CandidateSkill.objects.filter(candidate=other))
    journal.remove(row for row in theirs if row.skill_id in own)
    for row in theirs:
        if row.skill_id not in own:
            document_id = files.get(row.document_id, row.document_id) if row.document_id else None
            journal.change([row], candidate_id=survivor.id, document_id=document_id)


def _move_links(journal: Journal, survivor: Candidate, other: Candidate) -> None:
    tags = set(CandidateTag.objects.filter(candidate=survivor).values_list("tag_id", flat=True))
    _move_tag_moves(journal, survivor, other, tags)
    theirs = list(CandidateTag.objects.filter(candidate=other))
    journal.remove(row for row in theirs if row.tag_id in tags)
    journal.change([row for row in theirs if row.tag_id not in tags], candidate_id=survivor.id)
    pools = set(PoolMember.objects.filter(candidate=survivor).values_list("pool_id", flat=True))
    members = list(PoolMember.objects.filter(candidate=other))
    journal.remove(row for row in members if row.pool_id in pools)
    journal.change([row for row in members if row.pool_id not in pools], candidate_id=survivor.id)


def _move_tag_moves(journal: Journal, survivor: Candidate, other: Candidate, tags: set[UUID]) -> None:
    """Who had a merged tag; where the survivor has what it became by themselves, they keep that when it is taken apart."""
    own = set(TagMove.objects.filter(candidate=survivor).values_list("tag_id", flat=True))
    theirs = list(TagMove.objects.filter(candidate=other).select_related("tag"))
    journal.remove(row for row in theirs if row.tag_id in own)
    for row in theirs:
        if row.tag_id not in own:
            had_both = row.had_both or row.tag.merged_into_id in tags
            journal.change([row], candidate_id=survivor.id, had_both=had_both)
