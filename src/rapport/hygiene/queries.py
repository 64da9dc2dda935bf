"""Reading suggestions, merges, and what happened since a merge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from rapport.accounts.capabilities import require
from rapport.activity.queries import list_happened_since
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.permissions import visible_to
from rapport.candidates.queries import CandidateRow, list_by_ids, resolve_merged
from rapport.hygiene.models import LinkageRun, Merge, Run, Suggestion
from rapport.hygiene.permissions import MERGE
from rapport.hygiene.survivorship import standing
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound
from rapport.lib.ids import first_id_at
from rapport.lib.journal import RowChange
from rapport.mail.queries import list_messages_of

NEXT_VERSION = F("version") + 1
PAGE = 40
COUNT_CAP = 10_000
BELONGINGS = """
SELECT c.id,
  (SELECT count(*) FROM candidates_contactpoint p WHERE p.candidate_id = c.id)
  + (SELECT count(*) FROM candidates_experience e WHERE e.candidate_id = c.id)
  + (SELECT count(*) FROM candidates_document d WHERE d.candidate_id = c.id)
  + 10 * (SELECT count(*) FROM applications_application a WHERE a.candidate_id = c.id AND a.state <> 'merged')
FROM candidates_candidate c WHERE c.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion with both people as rows of a list show them."""

    suggestion: Suggestion
    first: CandidateRow
    second: CandidateRow


@dataclass(frozen=True, slots=True)
class Page:
    pairs: list[Pair]
    next_cursor: str


def open_suggestions(actor: Actor) -> QuerySet[Suggestion]:
    """Open ones about two people who are still two; whoever may merge sees everybody."""
    require(actor, MERGE)
    rows = Suggestion.objects.filter(state=Suggestion.State.OPEN)
    return rows.filter(first__merged_into=None, second__merged_into=None)


def list_suggestions(actor: Actor, *, kind: str = "", cursor: str = "", limit: int = PAGE) -> Page:
    """Open suggestions, the surest first; kind is sure, likely or "" for both. Six statements."""
    rows = open_suggestions(actor)
    if kind in ("sure", "likely"):
        rows = rows.filter(is_sure=kind == "sure")
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(rows.order_by("-bits", "-id")[: limit + 1])
    ids = [key for row in found[:limit] for key in (row.first_id, row.second_id)]
    people = {row.id: row for row in list_by_ids(actor, list(dict.fromkeys(ids)))}
    pairs = [
        Pair(row, people[row.first_id], people[row.second_id])
        for row in found[:limit]
        if row.first_id in people and row.second_id in people
    ]
    return Page(pairs, f"{found[limit - 1].bits!r}|{found[limit - 1].id}" if len(found) > limit else "")


def _after(cursor: str) -> Q:
    bits, _, identifier = cursor.partition("|")
    try:
        score, last_id = float(bits), UUID(identifier)
    except ValueError as error:
        raise InvalidInput({"cursor": "This place in the list is not known any more. Begin at its start."}) from error
    return Q(bits__lt=score) | Q(bits=score, id__lt=last_id)


def count_suggestions(actor: Actor) -> dict[str, int]:
    """How many are open, by sure and likely, each counted up to 10,000."""
    rows = open_suggestions(actor)
    return {
        kind: len(rows.filter(is_sure=is_sure).values("id")[:COUNT_CAP])
        for kind, is_sure in (("sure", True), ("likely", False))
    }


def get_suggestion(actor: Actor, suggestion_id: UUID) -> Suggestion:
    """One suggestion of any state, about people the actor may see."""
    require(actor, MERGE)
    row = Suggestion.objects.filter(id=suggestion_id).first()
    if row is None:
        raise NotFound("There is no such suggestion any more.")
    return row


def find_suggestion(first_id: UUID, second_id: UUID) -> Suggestion | None:
    low, high = sorted((first_id, second_id))
    return Suggestion.objects.filter(first_id=low, second_id=high).first()


def list_of_candidate(actor: Actor, candidate_id: UUID, limit: int = 5) -> list[tuple[Suggestion, CandidateRow]]:
    """Open suggestions about one person, the surest first, each with who the other is."""
    rows = open_suggestions(actor).filter(Q(first_id=candidate_id) | Q(second_id=candidate_id))
    found = {
        row.second_id if row.first_id == candidate_id else row.first_id: row for row in rows.order_by("-bits")[:limit]
    }
    return [(found[row.id], row) for row in list_by_ids(actor, list(found))]


def list_sure_pairs(actor: Actor, suggestion_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """The people of those of the suggestions that are sure and open, the surest first."""
    rows = Suggestion.objects.filter(id__in=list(suggestion_ids), state=Suggestion.State.OPEN, is_sure=True)
    require(actor, MERGE)
    return list(rows.order_by("-bits", "-id").values_list("first_id", "second_id"))


def present_ids(first_id: UUID, second_id: UUID) -> tuple[UUID, UUID] | None:
    """Who two people are by now; None where they are one already."""
    now = resolve_merged([first_id, second_id])
    return None if now[first_id] == now[second_id] else (now[first_id], now[second_id])


def choose_survivor(actor: Actor, first_id: UUID, second_id: UUID) -> tuple[UUID, UUID]:
    """(who stays, who gives way) where nobody has chosen."""
    people = list(Candidate.objects.filter(visible_to(actor), id__in=[first_id, second_id]))
    if len(people) < 2:
        return first_id, second_id
    with connection.cursor() as cursor:
        cursor.execute(BELONGINGS, [[first_id, second_id]])
        counts = dict(cursor.fetchall())
    stays, gives_way = sorted(people, key=lambda person: standing(person, counts[person.id]))
    return stays.id, gives_way.id


def lock_merge(actor: Actor, merge_id: UUID) -> Merge:
    """A merge, locked. The survivor may have been merged on since; whoever may merge sees everybody."""
    require(actor, MERGE)
    merge = Merge.objects.select_for_update(of=("self",)).filter(id=merge_id).first()
    if merge is None:
        raise NotFound("There is no such merge.")
    return merge


def find_later_merge(merge: Merge) -> Merge | None:
    """The last merge after this one that took in something of it and still stands."""
    rows = Merge.objects.filter(undone_at=None, id__gt=merge.id).select_related("survivor", "other")
    return rows.filter(Q(survivor_id=merge.survivor_id) | Q(other_id=merge.survivor_id)).order_by("-id").first()


def list_merges_of(actor: Actor, candidate_id: UUID) -> list[Merge]:
    """Merges into a candidate that still stand, the latest first; only the first can be taken back at once."""
    require(actor, MERGE)
    rows = Merge.objects.filter(survivor_id=candidate_id, undone_at=None).select_related("other", "made_by")
    return list(rows.order_by("-id"))


@dataclass(frozen=True, slots=True)
class Theirs:
    """What happened since a merge through something that had been the other's."""

    activity_ids: list[UUID] = field(default_factory=list)
    message_ids: list[UUID] = field(default_factory=list)


def list_happened_through(merge: Merge, moved_ids: Collection[UUID], changes: Sequence[RowChange]) -> Theirs:
    """Activities of the survivor since the merge that name a moved row, or a message from or to a moved address.

    A message in an old thread of the other still carries the other's id among its stored subjects.
    """
    happened = list_happened_since(merge.survivor_id, first_id_at(merge.made_at))
    message_ids = [key for row in happened if (key := row.find_subject_id("message"))]
    points = [row.key["id"] for row in changes if row.model == ContactPoint._meta.label_lower and "id" in row.key]
    addresses = ContactPoint.objects.filter(id__in=points, kind=ContactPoint.Kind.EMAIL).values_list(
        "normal", flat=True
    )
    normals = {*addresses, *_taken_out(changes)}
    mails = set(list_messages_of(message_ids, kind="candidate", subject_id=merge.other_id, addresses=normals))
    theirs = [
        row.id
        for row in happened
        if row.id > first_id_at(merge.made_at)
        and not row.verb.startswith("candidate.")
        and (row.find_subject_id("message") in mails or _ids(row.subjects) & {str(key) for key in moved_ids})
    ]
    named = {row.find_subject_id("message") for row in happened if row.id in set(theirs)}
    return Theirs(theirs, sorted(mails | {key for key in named if key}))


def _taken_out(changes: Sequence[RowChange]) -> set[str]:
    label = ContactPoint._meta.label_lower
    return {row.before["normal"] for row in changes if row.model == label and row.after is None}


def _ids(subjects: dict[str, Any]) -> set[str]:
    return {str(value) for kind, value in subjects.items() if kind != "candidate"}


def is_under_way(kind: type[Run], run_id: UUID) -> bool:
    """Whether a run has neither ended nor said that it failed."""
    return kind._default_manager.filter(id=run_id, state__in=[Run.State.WAITING, Run.State.RUNNING]).exists()


def find_run() -> LinkageRun | None:
    """The linkage that waits or runs, else the last one."""
    return LinkageRun.objects.order_by("-asked_at", "-id").first()
