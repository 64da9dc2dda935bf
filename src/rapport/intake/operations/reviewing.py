"""What a person decides on a résumé that was read: save as corrected, skip, or say that it is right."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.candidates.document_files import clean_name
from rapport.candidates.drafts import CandidateDraft, DocumentDraft
from rapport.candidates.permissions import EDIT
from rapport.candidates.preparing import prepare
from rapport.intake import import_files, page_pictures, queries
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import running, undoing
from rapport.intake.resume_drafts import without_text
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput

State = ImportRow.State


@transaction.atomic
def save_row(*, actor: Actor, import_id: UUID, number: int, draft: CandidateDraft) -> ImportRow:
    """Store a résumé as a person has corrected it; the file becomes its first document.

    One that is stored already is taken back first and stored again. Raises Conflict when that person has changed since,
    InvalidInput when the draft is refused.
    """
    require(actor, EDIT)
    item = queries.lock_import(actor, import_id)
    row = queries.get_row(actor, import_id, number, lock=True)
    document = _document(row)
    was = row.state
    if was in (State.CREATED, State.ATTACHED):
        undoing.take_back_rows(item, [row], actor)
        if row.state == State.KEPT:
            raise Conflict("Something else has happened with this person since. Correct what is wrong on the profile.")
    elif was != State.WAITING:
        raise Conflict("This row was saved or skipped meanwhile. Reload the page.")
    draft = replace(draft, documents=(document,), skills=tuple(replace(skill, document=0) for skill in draft.skills))
    outcome = running.store_people(actor, [prepare(draft, clock.today())], import_id, running.whose(item, 1))[0]
    if outcome.result == "refused":
        raise InvalidInput({"full_name": " ".join(outcome.problems)})
    row.message = ""
    running.note_outcome(row, outcome)
    row.needs_look = False
    _release(row)
    _recount(item, was, row.state)
    row.save()
    return row


def _document(row: ImportRow) -> DocumentDraft:
    """The file of a row, from where it waits or from the candidate's documents."""
    if row.storage_name:
        parsed = row.parsed or {}
        content = import_files.read_bytes(row.storage_name)
        return DocumentDraft(clean_name(row.name), content, text=parsed.get("text", ""), parsed=without_text(parsed))
    document = queries.find_document(row)
    if document is None:
        raise Conflict("The file of this row is not there any more.")
    content = import_files.read_bytes(document.storage_name)
    return DocumentDraft(document.file_name, content, text=document.text, parsed=document.parsed)


def _release(row: ImportRow) -> None:
    """Forget what waited with a row, after the transaction."""
    name, row.storage_name, row.parsed = row.storage_name, "", None
    transaction.on_commit(lambda: import_files.delete(name))


def _recount(item: Import, was: str, now: str) -> None:
    counted = (State.CREATED, State.ATTACHED, State.SKIPPED)
    for state, change in ((was, -1), (now, 1)):
        if state in counted:
            name = f"{state}_count"
            setattr(item, name, getattr(item, name) + change)
    item.save(update_fields=["created_count", "attached_count", "skipped_count"])


@transaction.atomic
def skip_row(*, actor: Actor, import_id: UUID, number: int) -> ImportRow:
    """Do not import a résumé that waits; its file is deleted. Skipping twice is harmless."""
    item = queries.lock_import(actor, import_id)
    row = queries.get_row(actor, import_id, number, lock=True)
    if row.state == State.SKIPPED:
        return row
    if row.state != State.WAITING:
        raise Conflict("This row was saved meanwhile. Reload the page.")
    row.state, row.needs_look, row.message = State.SKIPPED, False, "Skipped by hand."
    _release(row)
    transaction.on_commit(lambda: page_pictures.forget(row))
    _recount(item, State.WAITING, row.state)
    row.save()
    return row


@transaction.atomic
def confirm_row(*, actor: Actor, import_id: UUID, number: int) -> ImportRow:
    """Say that a row which asked to be looked at is right as it is."""
    queries.lock_import(actor, import_id)
    row = queries.get_row(actor, import_id, number, lock=True)
    if row.state == State.WAITING:
        raise Conflict("This résumé is not saved yet: save or skip it.")
    row.needs_look = False
    row.save(update_fields=["needs_look"])
    return row


@transaction.atomic
def confirm_rows(*, actor: Actor, import_id: UUID) -> int:
    """Say of all stored rows that asked to be looked at that they are right; returns how many there were."""
    queries.lock_import(actor, import_id)
    stored = ImportRow.objects.filter(source_import_id=import_id, state__in=(State.CREATED, State.ATTACHED))
    return stored.filter(needs_look=True).update(needs_look=False)
