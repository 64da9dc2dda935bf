"""Creating, changing and archiving candidates."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record, record_many
from rapport.candidates import draft_columns, normal_forms, preparing, queries
from rapport.candidates.activities import (
    CANDIDATE_ARCHIVED,
    CANDIDATE_CREATED,
    CANDIDATE_TOUCHED,
    CANDIDATE_UNARCHIVED,
    CANDIDATE_UPDATED,
)
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate
from rapport.candidates.name_rules import read_name
from rapport.candidates.operations import bulk, storing
from rapport.candidates.operations.rights import lock, visible
from rapport.candidates.operations.tags import may_make_tags
from rapport.candidates.permissions import EDIT
from rapport.candidates.preparing import Prepared
from rapport.candidates.tag_queries import find_tag
from rapport.candidates.text_rules import many_lines, one_line
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.ids import array_of, moments_array, new_id
from rapport.lib.places import find_place

LENGTHS = {
    "full_name": 300, "pronouns": 40, "title": 200, "organisation": 200, "place": 200, "time_zone": 64,
    "language_code": 8,
}  # fmt: skip


class CandidateChanges(TypedDict, total=False):
    """What update_candidate may change; `source` is a name, made when it does not exist."""

    full_name: str
    pronouns: str
    title: str
    organisation: str
    summary: str
    place: str
    time_zone: str
    language_code: str
    languages: list[str]
    years_experience: float | None
    source: str
    owner_id: UUID | None


class SamePerson(Conflict):
    """Somebody has this contact point already; `candidate_id` and `full_name` say who, `value` which it is."""

    def __init__(self, candidate_id: UUID, full_name: str, value: str) -> None:
        self.candidate_id, self.full_name, self.value = candidate_id, full_name, value
        super().__init__(f"{value} belongs to {full_name}. Open that profile and add what is new there.")


@transaction.atomic
def create_candidate(*, actor: Actor, draft: CandidateDraft) -> Candidate:
    """Add one person by hand. Records candidate.created.

    Raises InvalidInput when the name is missing, a contact point makes no sense or a tag is new and may not be made,
    SamePerson (a Conflict naming the person) when somebody has the same e-mail address, phone number or link, NotAllowed
    without candidates.edit.
    """
    require(actor, EDIT)
    now = clock.now()
    prepared = preparing.prepare(draft, now.date())
    _refuse_problems(prepared)
    _refuse_new_tags(actor, prepared)
    _refuse_same_person(prepared)
    with bulk.stored_files([prepared]) as files:
        if prepared.problems:
            raise InvalidInput({"documents": " ".join(prepared.problems)})
        row = storing.Placed(prepared, new_id(), True, prepared.contacts, files[0])
        try:
            with transaction.atomic():
                bulk.insert_placed([row], actor, now)
        except IntegrityError:
            _refuse_same_person(prepared)
            raise
        data = {"source": prepared.draft.source, "origin": "hand", **({"tags": row.tags} if row.tags else {})}
        record(CANDIDATE_CREATED, actor=actor, subjects={"candidate": row.candidate_id}, data=data)
    return queries.get_candidate(actor, row.candidate_id)


def _refuse_problems(prepared: Prepared) -> None:
    if prepared.is_refused:
        raise InvalidInput({"full_name": "Enter the person's name."})
    if prepared.problems:
        raise InvalidInput({"contact_points": " ".join(prepared.problems)})


def _refuse_new_tags(actor: Actor, prepared: Prepared) -> None:
    """Where the vocabulary is closed a new name is no tag; an import leaves it out and says so, a form can be corrected."""
    new = [] if may_make_tags(actor) else [name for name in prepared.draft.tags if find_tag(name) is None]
    if new:
        raise InvalidInput(
            {"tags": f"There is no tag named {new[0]}. Choose one that there is, or ask an administrator."}
        )


def _refuse_same_person(prepared: Prepared) -> None:
    owners = queries.find_by_contact_points(prepared.identities())
    for key in prepared.identities():
        if key in owners:
            entered = next(contact.value for contact in prepared.contacts if (contact.kind, contact.normal) == key)
            raise SamePerson(owners[key].candidate_id, owners[key].full_name, entered)


@transaction.atomic
def update_candidate(*, actor: Actor, candidate_id: UUID, version: int, changes: CandidateChanges) -> Candidate:
    """Change fields of a candidate; normal forms follow the title and organisation, city and the rest the place.

    `version` is the one the changes were made from: Conflict when somebody has saved meanwhile. Records
    candidate.updated with the names of what changed, before and after. Without a change nothing is written.
    Raises NotFound, NotAllowed without candidates.edit, InvalidInput for an empty name.
    """
    candidate = lock(actor, candidate_id, EDIT)
    if candidate.version != version:
        raise Conflict(
            f"{candidate.full_name} was changed by somebody else while you were editing. "
            "Your changes are not saved: reload the page, look at the new values and make them again."
        )
    before: dict[str, Any] = {}
    for name, value in _derived(changes).items():
        if getattr(candidate, name) != value:
            before[name] = getattr(candidate, name)
            setattr(candidate, name, value)
    if before.keys() <= normal_forms.COLUMNS:  # not worked out yet: the worker does that, nobody has changed anything
        return candidate
    candidate.version += 1
    candidate.updated_at = clock.now()
    candidate.save(update_fields=[*before, "version", "updated_at"])
    shown = [name for name in before if name in changes or name == "source_id"]
    data = {
        "changed": sorted(name.removesuffix("_id") for name in shown),
        "before": {name: before[name] for name in shown},
        "after": {name: getattr(candidate, name) for name in shown},
    }
    record(CANDIDATE_UPDATED, actor=actor, subjects=[candidate], data=data)
    return candidate


def _derived(changes: CandidateChanges) -> dict[str, Any]:
    """Columns and their new values: texts cleaned, names and places read."""
    values: dict[str, Any] = {}
    for name, value in changes.items():
        values |= _column(name, value)
    return values


def _column(name: str, value: Any) -> Mapping[str, Any]:
    if name == "full_name":
        person = read_name(one_line(value, 300))
        if not person.full:
            raise InvalidInput({"full_name": "Enter the person's name."})
        return {"full_name": person.full, "given_name": person.given, "family_name": person.family}
    if name == "place":
        return _place_columns(one_line(value, 200))
    if name == "summary":
        return {"summary": many_lines(value)}
    if name == "languages":
        return {"languages": list(dict.fromkeys(filter(None, (one_line(word, 60) for word in value))))}
    if name == "years_experience":
        return {"years_experience": draft_columns.tenths(value)}
    if name == "source":
        source = one_line(value, 120)
        return {"source_id": storing.ensure_sources([source]).get(source.casefold())}
    if name == "title":
        title = one_line(value, LENGTHS[name])
        return {"title": title, **normal_forms.title_columns(title)}
    if name == "organisation":
        organisation = one_line(value, LENGTHS[name])
        return {"organisation": organisation, **normal_forms.organisation_columns(organisation)}
    if name in LENGTHS:
        return {name: one_line(value, LENGTHS[name])}
    return {name: value}


def _place_columns(text: str) -> Mapping[str, Any]:
    place = find_place(text) if text else None
    return {
        "place": text,
        "city": place.city if place else "",
        "country_code": place.country_code if place else "",
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "time_zone": place.time_zone if place else "",
    }


@transaction.atomic
def archive_candidates(*, actor: Actor, candidate_ids: Collection[UUID], reason: str) -> list[UUID]:
    """Put candidates away: they leave the list and the search, their history stays. Returns those archived now.

    Records candidate.archived with the reason for each. Raises InvalidInput without a reason, NotAllowed without
    candidates.edit; ids the actor may not see are passed over.
    """
    reason = one_line(reason, 200)
    if not reason:
        raise InvalidInput({"reason": "Say why, so that a colleague understands it next year."})
    ids = visible(actor, candidate_ids, EDIT)
    archived = _set_archived(ids, clock.now(), reason)
    happenings = [Happening({"candidate": key}, {"reason": reason}) for key in archived]
    record_many(CANDIDATE_ARCHIVED, actor=actor, happenings=happenings)
    return archived


@transaction.atomic
def unarchive_candidates(
    *, actor: Actor, candidate_ids: Collection[UUID], archived_until: datetime | None = None
) -> list[UUID]:
    """Take candidates back from the archive. Records candidate.unarchived; returns those taken back now.

    With `archived_until` those stay who were archived after that moment.
    """
    ids = visible(actor, candidate_ids, EDIT)
    if archived_until:
        meant = Candidate.objects.filter(id__in=ids, archived_at__lte=archived_until)
        ids = list(meant.order_by("id").select_for_update().values_list("id", flat=True))
    back = _set_archived(ids, None, "")
    record_many(CANDIDATE_UNARCHIVED, actor=actor, happenings=[Happening({"candidate": key}) for key in back])
    return back


SET_ARCHIVED = """
UPDATE candidates_candidate SET archived_at = %s, archive_reason = %s, updated_at = %s, version = version + 1
WHERE id IN (SELECT id FROM candidates_candidate
             WHERE id = ANY(%s) AND (archived_at IS NULL) = %s ORDER BY id FOR UPDATE)
RETURNING id
"""


def _set_archived(ids: list[UUID], archived_at: datetime | None, reason: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(SET_ARCHIVED, [archived_at, reason, clock.now(), ids, archived_at is not None])
        return sorted(row[0] for row in cursor.fetchall())


TOUCH = """
UPDATE candidates_candidate c SET {column} = given.at
FROM (SELECT c.id, given.at FROM unnest(%s::uuid[], %s::timestamptz[]) AS given(id, at)
      JOIN candidates_candidate c ON c.id = given.id
      WHERE c.{column} IS NULL OR c.{column} < given.at ORDER BY c.id FOR NO KEY UPDATE OF c) AS given
WHERE c.id = given.id RETURNING c.id
"""


@transaction.atomic
def touch_last_contact(*, moments: Mapping[UUID, datetime]) -> list[UUID]:
    """Move last_contact_at forward, never back, in one statement; returns the candidates for whom it moved.

    Records the quiet candidate.touched, because the search index follows the record.
    """
    moved = _touch("last_contact_at", moments)
    record_many(CANDIDATE_TOUCHED, actor=SYSTEM, happenings=[Happening({"candidate": key}) for key in moved])
    return moved


@transaction.atomic
def touch_by_bulk_mail(*, moments: Mapping[UUID, datetime]) -> None:
    """Move last_contact_at forward for people who are just being sent mail; message.sent of the caller records it."""
    _touch("last_contact_at", moments)


@transaction.atomic
def touch_last_activity(*, moments: Mapping[UUID, datetime]) -> list[UUID]:
    """Move last_activity_at forward, never back, in one statement; returns the candidates for whom it moved."""
    return _touch("last_activity_at", moments)


def _touch(column: str, moments: Mapping[UUID, datetime]) -> list[UUID]:
    if not moments:
        return []
    with connection.cursor() as cursor:
        cursor.execute(TOUCH.format(column=column), [array_of(moments), moments_array(moments.values())])
        return sorted(row[0] for row in cursor.fetchall())
