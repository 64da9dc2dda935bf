"""What this app's activities show on a timeline beyond their sentence: one statement for a page of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rapport.activity.models import Activity
from rapport.lib.actors import Actor


def load_notes(actor: Actor, activities: Sequence[Activity]) -> Mapping[UUID, dict[str, Any]]:
    """{"note": the note as it reads now or None when deleted, "is_own"} for each note.added."""
    from rapport.candidates.models import Note

    notes = Note.objects.in_bulk(_subject_ids(activities, "note"))
    return {
        activity.id: {"note": note, "is_own": note is not None and note.author_id == actor.id}
        for activity in activities
        for note in [notes.get(activity.find_subject_id("note"))]
    }


def _subject_ids(activities: Sequence[Activity], kind: str) -> list[UUID]:
    return [key for key in (activity.find_subject_id(kind) for activity in activities) if key]
