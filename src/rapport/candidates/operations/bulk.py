"""Thousands of people at once, for importers: created, attached to the person who is there, or refused."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.candidates import document_files, queries
from rapport.candidates.activities import CANDIDATE_ATTACHED, CANDIDATE_CREATED, NOTE_ADDED
from rapport.candidates.document_files import StoredFile
from rapport.candidates.drafts import CandidateDraft, DocumentDraft, DraftOutcome
from rapport.candidates.operations import storing
from rapport.candidates.operations.storing import Placed
from rapport.candidates.permissions import EDIT
from rapport.candidates.preparing import Prepared, prepare
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.lib.ids import new_ids

ATTEMPTS = 3
CREATED, ATTACHED, REFUSED = "created", "attached", "refused"


def bulk_create_candidates(
    *, actor: Actor, drafts: Sequence[CandidateDraft], origin: str = "import", import_id: UUID | None = None
) -> list[DraftOutcome]:
    """Store drafts, one outcome for each in their order; the number of statements does not depend on how many.

    A draft with an e-mail address, phone number or link that somebody has is attached to that person (who may be an
    earlier draft of the same call): what is new is added, what is empty filled, nothing overwritten. Call it with a
    few thousand at a time; each call is one transaction. Records candidate.created, candidate.attached and note.added,
    with the id of the import it belongs to. Raises NotAllowed without candidates.edit.
    """
    require(actor, EDIT)
    today = clock.today()
    prepared = [prepare(draft, today) for draft in drafts]
    return store_prepared(actor=actor, prepared=prepared, origin=origin, import_id=import_id)


def store_prepared(
    *,
    actor: Actor,
    prepared: Sequence[Prepared],
    origin: str = "import",
    import_id: UUID | None = None,
    candidate_ids: Sequence[UUID | None] = (),
) -> list[DraftOutcome]:
    """What `bulk_create_candidates` does with drafts that are prepared already, in other processes for example.

    `candidate_ids` says of each draft whose it is, where the caller knows; None where contact points have to tell.
    """
    require(actor, EDIT)
    now = clock.now()
    with stored_files(prepared) as files:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    came_by = {"origin": origin, "import_id": import_id}
                    return _store(actor, prepared, files, candidate_ids, came_by, now)
            except IntegrityError:
                # Somebody stored one of these people between our look and our insert: look again.
                if attempt == ATTEMPTS:
                    raise
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def stored_files(prepared: Sequence[Prepared]) -> Iterator[list[list[StoredFile]]]:
    """The files of each draft put into the storage; removed again when storing the rows fails."""
    files: list[list[StoredFile]] = []
    try:
        for item in prepared:
            files.append([] if item.is_refused else [_store_file(item, draft) for draft in item.draft.documents])
        yield files
    except BaseException:
        for stored in (stored for own in files for stored in own):
            document_files.delete(stored.storage_name)
        raise


def _store_file(item: Prepared, draft: DocumentDraft) -> StoredFile:
    try:
        return document_files.store(draft)
    except InvalidInput as problem:
        item.problems.append(str(problem))
        return document_files.refused(draft)


def _store(
    actor: Actor,
    prepared: Sequence[Prepared],
    files: Sequence[list[StoredFile]],
    candidate_ids: Sequence[UUID | None],
    came_by: Mapping[str, Any],
    now: datetime,
) -> list[DraftOutcome]:
    placed, clashes = _place(prepared, files, candidate_ids or [None] * len(prepared))
    rows = [row for row in placed if row is not None]
    insert_placed(rows, actor, now)
    came = cache(lambda source: {"source": source, **came_by})  # one for many, which is made JSON once
    record_many(
        CANDIDATE_CREATED,
        actor=actor,
        happenings=[
            Happening({"candidate": row.candidate_id}, _came(row, came), row.prepared.draft.created_at)
            for row in rows
            if row.is_new
        ],
    )
    record_many(
        CANDIDATE_ATTACHED,
        actor=actor,
        happenings=[_attached(row, came_by["import_id"]) for row in rows if not row.is_new],
    )
    record_many(
        NOTE_ADDED,
        actor=actor,
        happenings=[
            Happening({"candidate": row.candidate_id, "note": note_id}, {"import_id": came_by["import_id"]})
            for row in rows
            for note_id in row.added.notes
        ],
    )
    return [_outcome(item, row, own_clashes) for item, row, own_clashes in zip(prepared, placed, clashes, strict=True)]


def insert_placed(rows: Sequence[Placed], actor: Actor, now: datetime) -> None:
    """Insert the new candidates and what belongs to all of them; fill what is empty of those who were there."""
    storing.insert_candidates(rows, now)
    storing.fill_empty([row for row in rows if not row.is_new], now)
    storing.store_belongings(rows, actor, now)


def _place(
    prepared: Sequence[Prepared], files: Sequence[list[StoredFile]], candidate_ids: Sequence[UUID | None]
) -> tuple[list[Placed | None], list[list[str]]]:
    """Whose each draft is (None for a refused one), and what of it belongs to somebody else and is left there."""
    identities = [item.identities() for item in prepared]
    found = queries.find_by_contact_points(key for own in identities for key in own)
    owners = {key: owner.candidate_id for key, owner in found.items()}
    placed: list[Placed | None] = []
    clashes: list[list[str]] = []
    given = zip(prepared, identities, files, candidate_ids, new_ids(len(prepared)), strict=True)
    for item, keys, own_files, known_id, new_id in given:
        row = None if item.is_refused else _place_one(item, keys, own_files, owners, known_id, new_id)
        placed.append(row)
        left = []
        if row is not None and len(row.contacts) < len(item.contacts):
            left = [contact.value for contact in item.contacts if contact not in row.contacts]
        clashes.append([f"{value} belongs to another candidate and was left there." for value in left])
    return placed, clashes


def _place_one(
    item: Prepared,
    keys: Sequence[tuple[str, str]],
    files: list[StoredFile],
    owners: dict[tuple[str, str], UUID],
    known_id: UUID | None,
    new_id: UUID,
) -> Placed:
    """Find whose a draft is, and note in `owners` which contact points are now its."""
    matched = None if known_id else next((key for key in keys if key in owners), None)
    candidate_id = known_id or (owners[matched] if matched else new_id)
    contacts = [
        contact
        for contact in item.contacts
        if owners.setdefault((contact.kind, contact.normal), candidate_id) == candidate_id
    ]
    is_new = matched is None and known_id is None
    return Placed(item, candidate_id, is_new, contacts, files, matched[1] if matched else "")


def _came(row: Placed, came: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    data = came(row.prepared.draft.source)
    return {**data, "tags": row.tags} if row.tags else data


def _attached(row: Placed, import_id: UUID | None) -> Happening:
    draft = row.prepared.draft
    added = {
        "documents": len(draft.documents),
        "experiences": len(draft.experiences),
        "skills": len(draft.skills),
        "contact_points": len(row.contacts),
    }
    data = {
        "source": draft.source,
        "matched_by": row.matched_by,
        "added": [noun for noun, count in added.items() if count],
        "import_id": import_id,
    }
    return Happening({"candidate": row.candidate_id}, {**data, "tags": row.tags} if row.tags else data)


def _outcome(item: Prepared, row: Placed | None, clashes: list[str]) -> DraftOutcome:
    problems = (*item.problems, *clashes)
    if row is None:
        return DraftOutcome(REFUSED, problems=problems)
    if row.is_new:
        return DraftOutcome(CREATED, row.candidate_id, problems=problems)
    return DraftOutcome(ATTACHED, row.candidate_id, row.matched_by, problems, row.added)
