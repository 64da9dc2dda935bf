"""Notes of colleagues about a candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record, record_many
from rapport.candidates.activities import NOTE_ADDED, NOTE_DELETED, NOTE_EDITED
from rapport.candidates.models import Candidate, Note
from rapport.candidates.operations.rights import lock, user_id
from rapport.candidates.permissions import EDIT, NOTE
from rapport.candidates.text_rules import many_lines
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.copying import copy_rows
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class PastNote:
    """A note that somebody wrote in another system; `author_id` where the author is a user here."""

    candidate_id: UUID
    text: str
    at: datetime
    author_id: UUID | None = None


@transaction.atomic
def add_note(*, actor: Actor, candidate_id: UUID, text: str) -> Note:
    """Write a note. Records note.added. Raises NotFound, NotAllowed without candidates.note, InvalidInput when empty."""
    candidate = lock(actor, candidate_id, NOTE)
    note = Note(candidate=candidate, author_id=user_id(actor), text=_read(text), created_at=clock.now())
    note.save(force_insert=True)
    record(NOTE_ADDED, actor=actor, subjects=[candidate, note])
    return note


@transaction.atomic
def bring_in_notes(*, actor: Actor, notes: Sequence[PastNote], import_id: UUID) -> list[UUID]:
    """Store notes from another system with their own times, in three statements; returns their ids in order.

    Texts are cut to what a note holds. Records note.added at the time of each, as a part of the import: nobody is told.
    Raises NotAllowed without candidates.edit; the caller has made sure that the candidates are there.
    """
    require(actor, EDIT)
    rows = [
        Note(candidate_id=note.candidate_id, author_id=note.author_id, text=many_lines(note.text)[:LONGEST], created_at=note.at)
        for note in notes
    ]  # fmt: skip
    copy_rows(rows)
    happenings = [
        Happening({"candidate": row.candidate_id, "note": row.id, "import": import_id}, {"import_id": import_id}, row.created_at)
        for row in rows
    ]  # fmt: skip
    by_author: dict[UUID | None, list[Happening]] = {}
    for row, happening in zip(rows, happenings, strict=True):
        by_author.setdefault(row.author_id, []).append(happening)
    for author_id, own in by_author.items():
        record_many(NOTE_ADDED, actor=Actor("user", author_id) if author_id else actor, happenings=own)
    return [row.id for row in rows]


@transaction.atomic
def change_past_notes(*, actor: Actor, texts: Mapping[UUID, str]) -> list[UUID]:
    """Give notes of another system the text they have there now, but for those edited here; returns the changed ones.

    Records note.edited for each. Raises NotAllowed without candidates.edit.
    """
    require(actor, EDIT)
    rows = list(Note.objects.select_for_update().filter(id__in=texts, edited_at=None).order_by("id"))
    for note in rows:
        note.text = many_lines(texts[note.id])[:LONGEST] or note.text
    Note.objects.bulk_update(rows, ["text"], batch_size=500)
    happenings = [Happening({"candidate": note.candidate_id, "note": note.id}) for note in rows]
    record_many(NOTE_EDITED, actor=actor, happenings=happenings)
    return [note.id for note in rows]


@transaction.atomic
def edit_note(*, actor: Actor, candidate_id: UUID, note_id: UUID, text: str) -> Note:
    """Change one's own note. Records note.edited. Raises NotAllowed for the note of somebody else."""
    candidate, note = _own(actor, candidate_id, note_id)
    text = _read(text)
    if text == note.text:
        return note
    note.text, note.edited_at = text, clock.now()
    note.save(update_fields=["text", "edited_at"])
    record(NOTE_EDITED, actor=actor, subjects=[candidate, note])
    return note


@transaction.atomic
def delete_note(*, actor: Actor, candidate_id: UUID, note_id: UUID) -> None:
    """Delete one's own note; its text is gone. Records note.deleted."""
    candidate, note = _own(actor, candidate_id, note_id)
    record(NOTE_DELETED, actor=actor, subjects=[candidate, note])
    note.delete()


def _own(actor: Actor, candidate_id: UUID, note_id: UUID) -> tuple[Candidate, Note]:
    candidate = lock(actor, candidate_id, NOTE)
    note = Note.objects.filter(candidate=candidate, id=note_id).first()
    if note is None:
        raise NotFound("This note is not there any more. Reload the page.")
    if note.author_id != actor.id:
        raise NotAllowed("Only its author may change a note.")
    return candidate, note


def _read(text: str) -> str:
    text = many_lines(text)
    if not text:
        raise InvalidInput({"text": "Write something first."})
    if len(text) > LONGEST:
        raise InvalidInput({"text": f"A note has at most {LONGEST:,} characters; this one has {len(text):,}."})
    return text
