"""Reading the pool: what may this actor see, and in which shape."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from rapport.accounts.capabilities import require
from rapport.activity.hiding import hidden_from, subject_of
from rapport.candidates.models import (
    Candidate,
    CandidateSkill,
    CandidateTag,
    ColumnChoice,
    Consent,
    ContactPoint,
    Document,
    Pool,
    PoolMember,
    Source,
    Task,
)
from rapport.candidates.permissions import VIEW, sees_everyone, visible_to
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.copy_text import texts_array
from rapport.lib.errors import InvalidInput, Moved, NotFound
from rapport.lib.ids import array_of

Row = TypeVar("Row", bound=Model)
NO_CANDIDATE = "There is no such candidate, or you may not see them."
PAGE = 50
COUNT_CAP = 10_000

# Counting stops at COUNT_CAP, so that a pool of a million people costs no more than one of ten thousand.
COUNT_MEMBERS = f"""(SELECT count(*) FROM (SELECT 1 FROM candidates_poolmember counted
    WHERE counted.pool_id = candidates_pool.id LIMIT {COUNT_CAP}) AS capped)"""

# One has one owner at most. Offset 0 has each of them, and then its owner, looked up by the index: while an import fills
# the tables and nothing is known of their size, the planner would read the whole of one for every batch, or every row.
FIND_OWNERS = """
SELECT wanted.kind, wanted.normal, point.candidate_id, owner.full_name
FROM unnest(%s::text[], %s::text[]) AS wanted(kind, normal)
CROSS JOIN LATERAL (
    SELECT p.candidate_id FROM candidates_contactpoint p
    WHERE p.kind = wanted.kind AND p.normal = wanted.normal AND NOT p.is_shared OFFSET 0) AS point
CROSS JOIN LATERAL (
    SELECT c.full_name FROM candidates_candidate c WHERE c.id = point.candidate_id OFFSET 0) AS owner
"""


@dataclass(frozen=True, slots=True)
class ContactOwner:
    """Who has a contact point."""

    candidate_id: UUID
    full_name: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate (with owner and source) and what a row of a list shows besides; `consent` is the latest."""

    candidate: Candidate
    email: str
    phone: str
    tags: list[str]
    consent: Consent | None

    @property
    def id(self) -> UUID:
        return self.candidate.id


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Rows of the list in order; `next_cursor` is "" on the last page."""

    rows: list[CandidateRow]
    next_cursor: str


def get_candidate(actor: Actor, candidate_id: UUID) -> Candidate:
    """One candidate with source and owner; NotFound outside what the actor may see."""
    rows = Candidate.objects.filter(visible_to(actor)).select_related("source", "owner")
    candidate = rows.filter(id=candidate_id).first()
    if candidate is None:
        raise missing(actor, candidate_id)
    return candidate


def missing(actor: Actor, candidate_id: UUID) -> NotFound:
    """What to raise for a candidate who was not found: Moved where they were merged into somebody the actor may see."""
    merged = resolve_merged([candidate_id])
    survivor_id = merged[candidate_id]
    if survivor_id != candidate_id and Candidate.objects.filter(visible_to(actor), id=survivor_id).exists():
        return Moved(candidate_id, survivor_id, "This candidate was merged into another one. Open that profile.")
    return NotFound(NO_CANDIDATE)


def resolve_merged(candidate_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who each of these is by now: the one they were merged into at last, else themselves. One statement for each link."""
    now = {key: key for key in candidate_ids}
    while now:
        rows = Candidate.objects.filter(id__in=set(now.values()), merged_into__isnull=False)
        following = dict(rows.values_list("id", "merged_into_id"))
        if not following:
            break
        now = {key: following.get(value) or value for key, value in now.items()}
    return now


def lock_candidate(actor: Actor, candidate_id: UUID) -> Candidate:
    """One candidate, locked for change in the present transaction."""
    rows = Candidate.objects.select_for_update(of=("self",)).filter(visible_to(actor))
    candidate = rows.filter(id=candidate_id).first()
    if candidate is None:
        raise missing(actor, candidate_id)
    return candidate


def list_visible_ids(actor: Actor, candidate_ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that the actor may see, in one statement."""
    return list(Candidate.objects.filter(visible_to(actor), id__in=candidate_ids).values_list("id", flat=True))


def lock_visible_ids(actor: Actor, candidate_ids: Collection[UUID]) -> list[UUID]:
    """Those of the ids that the actor may see, locked in their order until the transaction ends; merged people as who they are now.

    So nobody is merged away between the look and the write, and nothing is put on a row that nobody sees. One statement,
    two where somebody was merged.
    """
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(id__in=candidate_ids)
    there = rows.filter(visible_to(actor) | Q(merged_into__isnull=False)).order_by("id")
    survivors = dict(there.values_list("id", "merged_into_id"))
    if any(survivors.values()):
        return lock_visible_ids(actor, {survivor or key for key, survivor in survivors.items()})
    return list(survivors)


def list_by_ids(actor: Actor, candidate_ids: Sequence[UUID]) -> list[CandidateRow]:
    """Rows in the given order, in four statements, none without ids; ids the actor may not see are left out."""
    if not candidate_ids:
        return []
    found = {row.id: row for row in _rows(Candidate.objects.filter(visible_to(actor), id__in=candidate_ids))}
    return [found[candidate_id] for candidate_id in candidate_ids if candidate_id in found]


def list_newest(actor: Actor, *, cursor: str = "", limit: int = PAGE, archived: bool = False) -> CandidatePage:
    """Candidates by their last activity, newest first; what lists show where there is no search index.

    Raises InvalidInput for a cursor that was not given out here.
    """
    rows = Candidate.objects.filter(visible_to(actor), archived_at__isnull=not archived)
    if cursor:
        rows = rows.filter(_after(cursor))
    ordered = rows.order_by(F("last_activity_at").desc(nulls_last=True), F("id").desc())
    found = _rows(ordered[: limit + 1])
    more = len(found) > limit
    return CandidatePage(found[:limit], _cursor_of(found[limit - 1].candidate) if more else "")


def any_candidate(actor: Actor) -> bool:
    return _visible(actor).exists()


def _cursor_of(candidate: Candidate) -> str:
    moment = candidate.last_activity_at.isoformat() if candidate.last_activity_at else ""
    return f"{moment}|{candidate.id}"


def _after(cursor: str) -> Q:
    moment, _, identifier = cursor.partition("|")
    try:
        last_id = UUID(identifier)
        when = clock.read_moment(moment) if moment else None
    except ValueError as error:
        raise InvalidInput({"cursor": "This place in the list is not known any more. Begin at its start."}) from error
    if when is None:
        return Q(last_activity_at=None, id__lt=last_id)
    return Q(last_activity_at__lt=when) | Q(last_activity_at=when, id__lt=last_id) | Q(last_activity_at__isnull=True)


def _rows(candidates: QuerySet[Candidate]) -> list[CandidateRow]:
    found = list(candidates.select_related("owner", "source"))
    ids = [candidate.id for candidate in found]
    contacts = _grouped(
        ContactPoint.objects.filter(candidate_id__in=ids, kind__in=["email", "phone"])
        .order_by("-is_primary", "created_at", "id")
        .values_list("candidate_id", "kind", "value")
    )
    tags = _grouped(
        CandidateTag.objects.filter(candidate_id__in=ids).order_by("tag__name").values_list("candidate_id", "tag__name")
    )
    consents = _grouped(
        (consent.candidate_id, consent)
        for consent in Consent.objects.filter(candidate_id__in=ids).order_by("-given_at")
    )
    return [
        CandidateRow(
            candidate,
            email=next((value for kind, value in contacts.get(candidate.id, []) if kind == "email"), ""),
            phone=next((value for kind, value in contacts.get(candidate.id, []) if kind == "phone"), ""),
            tags=[name for (name,) in tags.get(candidate.id, [])],
            consent=next((consent for (consent,) in consents.get(candidate.id, [])), None),
        )
        for candidate in found
    ]


def _grouped(rows: Iterable[tuple]) -> dict[UUID, list[tuple]]:
    groups: dict[UUID, list[tuple]] = {}
    for key, *rest in rows:
        groups.setdefault(key, []).append(tuple(rest))
    return groups


def find_by_contact_points(contacts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ContactOwner]:
    """Who has these (kind, normal) contact points, in one statement; shared ones tell nothing about a person.

    For importers and operations that have made their own permission check.
    """
    wanted = sorted(set(contacts))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        kinds, normals = zip(*wanted, strict=True)
        cursor.execute(FIND_OWNERS, [texts_array(kinds), texts_array(normals)])
        return {(kind, normal): ContactOwner(key, name) for kind, normal, key, name in cursor.fetchall()}


def get_document(actor: Actor, candidate_id: UUID, document_id: UUID) -> Document:
    """A document of a candidate the actor may see, with its candidate."""
    rows = Document.objects.select_related("candidate").filter(candidate_id=candidate_id, id=document_id)
    document = rows.first()
    if document is None or not Candidate.objects.filter(visible_to(actor), id=candidate_id).exists():
        raise NotFound("There is no such document, or you may not see it.")
    return document


def list_evidence(document: Document) -> list[CandidateSkill]:
    """The skills whose evidence stands in this document, in the order of the text."""
    rows = CandidateSkill.objects.filter(candidate_id=document.candidate_id, document=document, start__isnull=False)
    return list(rows.select_related("skill").order_by("start"))


# Offset 0 has each person and each activity looked up by its index: the planner would read the whole record for a thousand.
TOUCHED = """
SELECT given.id, a.noun, a.is_detached, a.import_id FROM unnest(%s::uuid[]) AS given(id)
CROSS JOIN LATERAL (SELECT activity_id FROM activity_subject WHERE subject_id = given.id OFFSET 0) AS s
CROSS JOIN LATERAL (
    SELECT split_part(verb, '.', 1) AS noun, verb = 'candidate.detached' AS is_detached,
           coalesce(data->>'import_id', subjects->>'import') AS import_id
    FROM activity_activity WHERE id = s.activity_id AND verb <> 'candidate.created' OFFSET 0) AS a
WHERE a.import_id IS DISTINCT FROM %s
"""


def find_touched(candidate_ids: Collection[UUID], *, except_import_id: UUID | None = None) -> dict[UUID, set[str]]:
    """The candidates with whom anything happened since they were created, with the nouns of it ("note", "message").

    What one import did does not count, nor what another one did and took back again.
    """
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, [array_of(candidate_ids), str(except_import_id or "")])
        rows = cursor.fetchall()
    taken_back = {(key, import_id) for key, _, is_detached, import_id in rows if is_detached}
    touched: dict[UUID, set[str]] = {}
    for key, noun, _, import_id in rows:
        if import_id is None or (key, import_id) not in taken_back:
            touched.setdefault(key, set()).add(noun)
    return touched


def list_pools(actor: Actor, *, text: str = "", include_archived: bool = False) -> QuerySet[Pool]:
    """Pools (whose name or description contains the text) with their owner and `member_count` (capped)."""
    require(actor, VIEW)
    rows = Pool.objects.select_related("owner").annotate(
        member_count=RawSQL(COUNT_MEMBERS, [])  # noqa: S611 - a constant
    )
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(description__icontains=text))
    return rows if include_archived else rows.filter(archived_at=None)


def list_pool_names(actor: Actor, text: str = "", limit: int = 12) -> list[Pool]:
    """Pools for a field's suggestions, without counting."""
    require(actor, VIEW)
    return list(Pool.objects.filter(archived_at=None, name__icontains=text)[:limit])


def get_pool(actor: Actor, pool_id: UUID) -> Pool:
    """One pool with its owner and `member_count` (capped)."""
    pool = list_pools(actor, include_archived=True).filter(id=pool_id).first()
    if pool is None:
        raise NotFound("There is no such pool.")
    return pool


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Members of a pool, the last added first, each with when and why they were added."""

    rows: list[tuple[CandidateRow, PoolMember]]
    next_cursor: str


def list_members(actor: Actor, pool_id: UUID, *, cursor: str = "", limit: int = PAGE) -> MemberPage:
    """One page of the members of a pool that the actor may see."""
    members = _about_visible(actor, PoolMember.objects.filter(pool_id=pool_id))
    if cursor:
        added_at, _, identifier = cursor.partition("|")
        try:
            moment, last_id = clock.read_moment(added_at), UUID(identifier)
        except ValueError as error:
            raise InvalidInput({"cursor": "This place in the list is not known any more."}) from error
        members = members.filter(Q(added_at__lt=moment) | Q(added_at=moment, candidate_id__lt=last_id))
    found = list(members.select_related("added_by").order_by("-added_at", "-candidate_id")[: limit + 1])
    shown = {member.candidate_id: member for member in found[:limit]}
    rows = [(row, shown[row.id]) for row in list_by_ids(actor, list(shown))]
    last = found[limit - 1] if len(found) > limit else None
    return MemberPage(rows, f"{last.added_at.isoformat()}|{last.candidate_id}" if last else "")


def get_member(actor: Actor, pool_id: UUID, candidate_id: UUID) -> PoolMember:
    """How somebody is in a pool, with the pool and who added them."""
    rows = _about_visible(actor, PoolMember.objects.filter(pool_id=pool_id, candidate_id=candidate_id))
    member = rows.select_related("pool", "added_by").first()
    if member is None:
        raise NotFound("This person is not in the pool, or you may not see them.")
    return member


def list_memberships(actor: Actor, pool_id: UUID, candidate_ids: Collection[UUID]) -> list[dict[str, str]]:
    """How people are in a pool, as plain texts that can be kept for an Undo: candidate_id, reason, added_by_id, added_at."""
    rows = _about_visible(actor, PoolMember.objects.filter(pool_id=pool_id, candidate_id__in=candidate_ids))
    return [
        {
            "candidate_id": str(row.candidate_id),
            "reason": row.reason,
            "added_by_id": str(row.added_by_id or ""),
            "added_at": row.added_at.isoformat(),
        }
        for row in rows
    ]


def list_member_ids(actor: Actor, pool_id: UUID, *, limit: int) -> list[UUID]:
    """The members of a pool that the actor may see, the last added first."""
    members = _about_visible(actor, PoolMember.objects.filter(pool_id=pool_id))
    return list(members.order_by("-added_at", "-candidate_id").values_list("candidate_id", flat=True)[:limit])


def list_sources(actor: Actor) -> QuerySet[Source]:
    require(actor, VIEW)
    return Source.objects.all()


def visible_tasks(actor: Actor) -> QuerySet[Task]:
    """Tasks but for those that are about something the actor may not see; the caller asks for their candidates."""
    hidden = hidden_from(actor)
    return Task.objects.all() if hidden is None else Task.objects.exclude(hidden)


def hides_tasks(actor: Actor) -> Q | None:
    """What is about tasks that the actor may not see: activities that name no more than the task."""
    hidden = hidden_from(actor, without=hides_tasks)
    if hidden is None:
        return None
    return Q(Exists(Task.objects.filter(hidden, id=subject_of("task"))))


def list_open_tasks(actor: Actor, *, limit: int = 50) -> list[Task]:
    """What this user has to do, the most urgent first, with the candidates."""
    rows = _about_visible(actor, visible_tasks(actor).filter(assignee_id=actor.id, done_at=None))
    return list(rows.select_related("candidate").order_by(F("due_on").asc(nulls_last=True), "id")[:limit])


def _visible(actor: Actor) -> QuerySet[Candidate]:
    return Candidate.objects.filter(visible_to(actor))


def _about_visible(actor: Actor, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Rows about candidates the actor may see; who sees everybody is not asked about each."""
    return rows if sees_everyone(actor) else rows.filter(candidate__in=_visible(actor))


def find_columns(actor: Actor) -> list[str]:
    """The columns this user chose for the list of candidates; empty when never chosen."""
    choice = ColumnChoice.objects.filter(user_id=actor.id).first() if actor.id else None
    return choice.columns if choice else []


def names_of(actor: Actor, candidate_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id of those the actor may see, in one statement."""
    now = resolve_merged(candidate_ids)
    names = dict(_visible(actor).filter(id__in=set(now.values())).values_list("id", "full_name"))
    return {key: names[survivor] for key, survivor in now.items() if survivor in names}
