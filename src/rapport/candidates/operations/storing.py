"""Inserting prepared drafts: a constant number of statements however many there are. Part of a caller's transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet

from rapport.candidates import document_files
from rapport.candidates.contact_rules import Contact
from rapport.candidates.document_files import StoredFile
from rapport.candidates.draft_columns import COLUMNS, draft_cells, draft_columns, tenths
from rapport.candidates.drafts import Additions, EducationDraft, ExperienceDraft
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
    Source,
    Tag,
)
from rapport.candidates.operations.rights import user_id
from rapport.candidates.operations.tags import may_make_tags, note_use
from rapport.candidates.preparing import Prepared
from rapport.lib.actors import Actor
from rapport.lib.copy_text import cell
from rapport.lib.copying import Table, copy_lines, copy_rows
from rapport.lib.ids import new_ids
from rapport.skills.operations import find_or_create_skills

BATCH = 2000
Row = TypeVar("Row", Source, Tag)
CONTACT_POINTS = Table(
    ContactPoint, "id", "candidate_id", "kind", "value", "normal", "label", "is_primary", "created_at"
)  # fmt: skip
SKILLS = Table(CandidateSkill, "candidate_id", "skill_id", "years", "document_id", "evidence", "start", "end")
TAGS = Table(CandidateTag, "candidate_id", "tag_id")
CANDIDATES = Table(
    Candidate, "id", "source_id", "owner_id", "last_activity_at", "created_at", "updated_at", *COLUMNS
)  # fmt: skip


@dataclass(slots=True)
class Placed:
    """A draft and whose it is: a new candidate's id, or that of the person who is there (told by `matched_by`).

    `contacts` are those of the draft that nobody else has, `tags` the names of those that are new to the person;
    `added` is what somebody who was there has got.
    """

    prepared: Prepared
    candidate_id: UUID
    is_new: bool
    contacts: list[Contact] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    matched_by: str = ""
    tags: list[str] = field(default_factory=list)
    added: Additions = field(default_factory=Additions)
    hex: str = field(init=False)  # of the id, as lines of COPY have it

    def __post_init__(self) -> None:
        self.hex = self.candidate_id.hex


@dataclass(slots=True)
class Known:
    """What attached candidates have already, so that nothing is stored twice."""

    primaries: set[tuple[UUID, str]] = field(default_factory=set)
    contacts: set[tuple[UUID, str, str]] = field(default_factory=set)
    experiences: set[tuple] = field(default_factory=set)
    educations: set[tuple] = field(default_factory=set)
    documents: set[tuple[UUID, str]] = field(default_factory=set)
    skills: set[tuple[UUID, UUID]] = field(default_factory=set)
    tags: set[tuple[UUID, UUID]] = field(default_factory=set)


def read_known(candidate_ids: Sequence[UUID]) -> Known:
    """What these candidates have; six statements."""
    if not candidate_ids:
        return Known()
    points = ContactPoint.objects.filter(candidate_id__in=candidate_ids)
    rows = list(points.values_list("candidate_id", "kind", "normal", "is_primary"))
    return Known(
        primaries={(key, kind) for key, kind, _, is_primary in rows if is_primary},
        contacts={(key, kind, normal) for key, kind, normal, _ in rows},
        experiences={_experience_key(row.candidate_id, row) for row in _of(Experience, candidate_ids)},
        educations={_education_key(row.candidate_id, row) for row in _of(Education, candidate_ids)},
        documents=set(Document.objects.filter(candidate_id__in=candidate_ids).values_list("candidate_id", "sha256")),
        skills=set(_of(CandidateSkill, candidate_ids).values_list("candidate_id", "skill_id")),
        tags=set(_of(CandidateTag, candidate_ids).values_list("candidate_id", "tag_id")),
    )


def _of(model: type[Model], candidate_ids: Sequence[UUID]) -> QuerySet:
    return model._default_manager.filter(candidate_id__in=candidate_ids)


def _experience_key(candidate_id: UUID, row: Experience | ExperienceDraft) -> tuple:
    return candidate_id, row.title.casefold(), row.organisation.casefold(), row.start_on


def _education_key(candidate_id: UUID, row: Education | EducationDraft) -> tuple:
    return candidate_id, row.school.casefold(), row.degree.casefold()


def insert_candidates(rows: Sequence[Placed], now: datetime) -> None:
    """Insert the new candidates among these."""
    source_ids = ensure_sources(row.prepared.draft.source for row in rows)
    copy_lines(CANDIDATES, (_candidate_line(row, source_ids, now) for row in rows if row.is_new))


def _candidate_line(row: Placed, source_ids: Mapping[str, UUID], now: datetime) -> str:
    prepared, draft = row.prepared, row.prepared.draft
    created_at = draft.created_at or now
    return CANDIDATES.line(
        row.hex,
        cell(source_ids.get(draft.source.casefold())),
        cell(draft.owner_id),
        cell(draft.last_activity_at or created_at),
        cell(created_at),
        cell(now),
        prepared.cells or draft_cells(prepared),
    )


FILL_EMPTY = """
UPDATE candidates_candidate c SET
    title = CASE WHEN c.title = '' THEN given.title ELSE c.title END,
    title_normal = CASE WHEN c.title = '' THEN given.title_normal ELSE c.title_normal END,
    seniority = CASE WHEN c.title = '' THEN given.seniority ELSE c.seniority END,
    organisation = CASE WHEN c.organisation = '' THEN given.organisation ELSE c.organisation END,
    organisation_normal = CASE WHEN c.organisation = '' THEN given.organisation_normal ELSE c.organisation_normal END,
    summary = CASE WHEN c.summary = '' THEN given.summary ELSE c.summary END,
    place = CASE WHEN c.place = '' THEN given.place ELSE c.place END,
    city = CASE WHEN c.place = '' THEN given.city ELSE c.city END,
    country_code = CASE WHEN c.place = '' THEN given.country_code ELSE c.country_code END,
    latitude = CASE WHEN c.place = '' THEN given.latitude ELSE c.latitude END,
    longitude = CASE WHEN c.place = '' THEN given.longitude ELSE c.longitude END,
    time_zone = CASE WHEN c.time_zone = '' THEN given.time_zone ELSE c.time_zone END,
    years_experience = coalesce(c.years_experience, given.years_experience),
    updated_at = %s, last_activity_at = %s, version = c.version + 1
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::float8[], %s::float8[], %s::text[], %s::numeric[])
    AS given(id, title, title_normal, seniority, organisation, organisation_normal, summary, place, city, country_code,
             latitude, longitude, time_zone, years_experience)
WHERE c.id = given.id
"""


FILLED = ("title", "organisation", "summary", "place", "time_zone", "years_experience")


def fill_empty(rows: Sequence[Placed], now: datetime) -> None:
    """Fill what is empty of candidates who were there, in one statement; nothing is overwritten.

    Notes in `added.filled` of each row what it has filled.
    """
    first = {row.candidate_id: row for row in reversed(rows)}
    if not first:
        return
    ids = sorted(first)
    there = {row.id: row for row in Candidate.objects.select_for_update().filter(id__in=ids).order_by("id")}
    if any(candidate.merged_into_id for candidate in there.values()):
        raise IntegrityError("somebody was merged into another candidate between the look and the lock")
    given = [draft_columns(first[key].prepared) for key in ids]
    for key, values in zip(ids, given, strict=True):
        first[key].added.filled = {
            name: str(values[name])
            for name in FILLED
            if getattr(there[key], name) in ("", None) and values[name] not in ("", None)
        }
    columns = [
        ids,
        *(
            [values[name] for values in given]
            for name in (
                "title", "title_normal", "seniority", "organisation", "organisation_normal", "summary", "place", "city",
                "country_code", "latitude", "longitude", "time_zone", "years_experience",
            )
        ),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FILL_EMPTY, [now, now, *columns])


def ensure_sources(names: Iterable[str]) -> dict[str, UUID]:
    """Ids of sources by case-folded name, made where missing; one to three statements."""
    return _ensure(Source.objects.all(), names, lambda name: Source(name=name))


def ensure_tags(names: Iterable[str], actor: Actor) -> dict[str, UUID]:
    """Ids of tags by case-folded name, made where missing and where the actor may make tags; one to four statements.

    The name of a tag that was merged gives the one it became.
    """

    def build(name: str) -> Tag:
        return Tag(name=name, created_by_id=user_id(actor), owner_id=user_id(actor))

    found = _ensure(Tag.objects.all(), names, build, may_make=may_make_tags(actor))
    return _what_they_became(found) if found else {}


# Merged and deleted tags wait until the transaction ends, so that nobody is given one that is gone.
WHAT_THEY_BECAME = """
WITH RECURSIVE became AS (
    SELECT id AS was, id, merged_into_id FROM candidates_tag WHERE id = ANY(%s)
    UNION ALL
    SELECT became.was, t.id, t.merged_into_id FROM became JOIN candidates_tag t ON t.id = became.merged_into_id)
SELECT became.was, t.id FROM became JOIN candidates_tag t ON t.id = became.id WHERE t.merged_into_id IS NULL
ORDER BY t.id FOR KEY SHARE OF t
"""


def _what_they_became(ids: Mapping[str, UUID]) -> dict[str, UUID]:
    became: dict[UUID, UUID] = {}
    with connection.cursor() as cursor:
        # One that is merged while we wait for it is not in the answer: ask again what it is now.
        while left := set(ids.values()) - became.keys():
            cursor.execute(WHAT_THEY_BECAME, [sorted(left)])
            found = dict(cursor.fetchall())
            if not found and not Tag.objects.filter(id__in=left).exists():
                break
            became |= found
    note_use(became.values())
    return {name: became[key] for name, key in ids.items() if key in became}


def _ensure(
    rows: QuerySet[Row], names: Iterable[str], build: Callable[[str], Row], *, may_make: bool = True
) -> dict[str, UUID]:
    wanted: dict[str, str] = {}
    for name in names:
        if name:
            wanted.setdefault(name.casefold(), name)
    if not wanted:
        return {}
    found = _ids_by_name(rows.model, wanted)
    missing = [build(name) for key, name in wanted.items() if may_make and key not in found]
    if missing:
        rows.bulk_create(missing, ignore_conflicts=True)
        found = _ids_by_name(rows.model, wanted)
    return found


# The database lowers both sides, as its unique index does: Python has other letters for a Turkish İ or a Greek final Σ.
FIND_BY_NAME = """
SELECT given.key, there.id FROM unnest(%s::text[], %s::text[]) AS given(key, name)
JOIN {table} there ON lower(there.name) = lower(given.name)
"""


def _ids_by_name(model: type[Model], wanted: Mapping[str, str]) -> dict[str, UUID]:
    """Ids of the rows that have one of the names, by the key of the name."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_BY_NAME.format(table=model._meta.db_table), [list(wanted), list(wanted.values())])
        return dict(cursor.fetchall())


def store_belongings(rows: Sequence[Placed], actor: Actor, now: datetime) -> None:
    """Store what belongs to candidates: one insert for each table, skipping what those who were there have."""
    known = read_known([row.candidate_id for row in rows if not row.is_new])
    copy_lines(CONTACT_POINTS, _contact_points(rows, known, now))
    copy_rows(_experiences(rows, known))
    copy_rows(_educations(rows, known))
    documents = [_documents(row, actor, known, now) for row in rows]
    copy_rows([document for own in documents for document in own if document])
    copy_lines(SKILLS, _skills(rows, documents, known))
    copy_lines(TAGS, _tags(rows, known, actor))
    copy_rows(_consents(rows))
    copy_rows(_notes(rows, actor, now))


def _contact_points(rows: Sequence[Placed], known: Known, now: datetime) -> list[str]:
    points = []
    ids = iter(new_ids(sum(len(row.contacts) for row in rows)))
    created_at = cell(now)
    for row in rows:
        labels, owner = row.prepared.labels, row.hex
        for contact in row.contacts:
            key = (row.candidate_id, contact.kind, contact.normal)
            if key in known.contacts:
                continue
            known.contacts.add(key)
            is_primary = key[:2] not in known.primaries
            known.primaries.add(key[:2])
            point_id = next(ids)
            row.added.contact_points.append(point_id)
            points.append(
                CONTACT_POINTS.line(
                    point_id.hex,
                    owner,
                    contact.kind,
                    cell(contact.value),
                    cell(contact.normal),
                    cell(labels.get(contact, "")) if labels else "",
                    cell(is_primary),
                    created_at,
                )
            )
    return points


def _experiences(rows: Sequence[Placed], known: Known) -> list[Experience]:
    found = []
    for row in rows:
        for draft, normal in zip(row.prepared.draft.experiences, row.prepared.jobs, strict=True):
            if (same := _experience_key(row.candidate_id, draft)) not in known.experiences:
                known.experiences.add(same)
                found.append(build_experience(draft, row.candidate_id, normal))
                row.added.experiences.append(found[-1].id)
    return found


def build_experience(draft: ExperienceDraft, candidate_id: UUID, normal: Mapping[str, str]) -> Experience:
    """A row of a job; `normal` are the normal forms of its title and organisation."""
    return Experience(
        candidate_id=candidate_id,
        title=draft.title,
        organisation=draft.organisation,
        **normal,
        place=draft.place,
        start_on=draft.start_on,
        end_on=draft.end_on,
        date_precision=draft.date_precision,
        is_current=draft.is_current,
        text=draft.text,
    )


def _educations(rows: Sequence[Placed], known: Known) -> list[Education]:
    found = []
    for row in rows:
        for draft in row.prepared.draft.educations:
            if (same := _education_key(row.candidate_id, draft)) not in known.educations:
                known.educations.add(same)
                found.append(build_education(draft, row.candidate_id))
                row.added.educations.append(found[-1].id)
    return found


def build_education(draft: EducationDraft, candidate_id: UUID) -> Education:
    return Education(
        candidate_id=candidate_id,
        school=draft.school,
        degree=draft.degree,
        field=draft.field,
        start_on=draft.start_on,
        end_on=draft.end_on,
    )


def _documents(row: Placed, actor: Actor, known: Known, now: datetime) -> list[Document | None]:
    """The documents of a row by their position; None for one that was refused or that the candidate has already."""
    documents: list[Document | None] = []
    for stored in row.files:
        same = (row.candidate_id, stored.sha256)
        if stored.storage_name and same not in known.documents:
            known.documents.add(same)
            document = build_document(stored, row.candidate_id, actor, now)
            documents.append(document)
            row.added.documents.append(document.id)
        else:
            documents.append(None)
            transaction.on_commit(partial(document_files.delete, stored.storage_name))
    return documents


def build_document(stored: StoredFile, candidate_id: UUID, actor: Actor, now: datetime) -> Document:
    return Document(
        candidate_id=candidate_id,
        kind=stored.kind,
        file_name=stored.file_name,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        storage_name=stored.storage_name,
        text=stored.text,
        page_count=stored.page_count,
        parsed=stored.parsed,
        uploaded_by_id=user_id(actor),
        created_at=stored.created_at or now,
    )


def _skills(rows: Sequence[Placed], documents: Sequence[list[Document | None]], known: Known) -> list[str]:
    names = list(dict.fromkeys(skill.name for row in rows for skill in row.prepared.draft.skills))
    if not names:
        return []
    ids = find_or_create_skills(names)
    found: dict[tuple[UUID, UUID], str] = {}
    for row, own in zip(rows, documents, strict=True):
        for skill in row.prepared.draft.skills:
            same = (row.candidate_id, ids.get(skill.name))
            if same[1] is None or same in found or same in known.skills:
                continue
            row.added.skills.append(same[1])
            document = own[skill.document] if skill.document is not None and skill.document < len(own) else None
            found[same[0], same[1]] = SKILLS.line(
                row.hex,
                same[1].hex,
                cell(tenths(skill.years)),
                cell(document.id if document else None),
                cell(skill.evidence),
                cell(skill.start if document else None),
                cell(skill.end if document else None),
            )
    return list(found.values())


def _tags(rows: Sequence[Placed], known: Known, actor: Actor) -> list[str]:
    ids = ensure_tags((name for row in rows for name in row.prepared.draft.tags), actor)
    links = []
    for row in rows:
        for name in row.prepared.draft.tags:
            tag_id = ids.get(name.casefold())
            if tag_id is None:
                row.prepared.tell(f"There is no tag named {name}, and only those who manage tags may make one.")
                continue
            same = (row.candidate_id, tag_id)
            if same not in known.tags:
                row.tags.append(name)
                known.tags.add(same)
                row.added.tags.append(same[1])
                links.append(TAGS.line(row.hex, tag_id.hex))
    return links


def _consents(rows: Sequence[Placed]) -> list[Consent]:
    consents = []
    for row in rows:
        for draft in row.prepared.draft.consents:
            consents.append(
                Consent(
                    candidate_id=row.candidate_id,
                    purpose=draft.purpose,
                    basis=draft.basis,
                    given_at=draft.given_at,
                    expires_at=draft.expires_at,
                    proof=draft.proof[:300],
                )
            )
            row.added.consents.append(consents[-1].id)
    return consents


def _notes(rows: Sequence[Placed], actor: Actor, now: datetime) -> list[Note]:
    notes = []
    for row in rows:
        for text in row.prepared.draft.notes:
            notes.append(Note(candidate_id=row.candidate_id, author_id=user_id(actor), text=text, created_at=now))
            row.added.notes.append(notes[-1].id)
    return notes
