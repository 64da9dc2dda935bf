"""Notes of colleagues about a candidate."""

from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.candidates.activities import NOTE_ADDED, NOTE_DELETED, NOTE_EDITED
from rapport.candidates.models import Candidate, Note
from rapport.candidates.operations.rights import lock, user_id
from rapport.candidates.permissions import NOTE
from rapport.candidates.text_rules import many_lines
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound

LONGEST = 20_000


@transaction.atomic
def add_note(*, actor: Actor, candidate_id: UUID, text: str) -> Note:
    """Write a note. Records note.added. Raises NotFound, NotAllowed without candidates.note, InvalidInput when empty."""
    candidate = lock(actor, candidate_id, NOTE)
    note = Note(candidate=candidate, author_id=user_id(actor), text=_read(text), created_at=clock.now())
    note.save(force_insert=True)
    record(NOTE_ADDED, actor=actor, subjects=[candidate, note])
    return note


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
