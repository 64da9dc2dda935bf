"""Deleting the people an import has made, many at once: the undo of an import."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import Happening, record_many
from rapport.candidates import document_files, queries
from rapport.candidates.activities import CANDIDATE_DISCARDED
from rapport.candidates.models import Candidate, CandidateSkill
from rapport.candidates.operations.rights import visible
from rapport.candidates.permissions import EDIT
from rapport.lib.actors import Actor
from rapport.lib.ids import array_of

PROFILE = "changes of the profile"
FILES = "SELECT storage_name FROM candidates_document WHERE candidate_id = ANY(%s::uuid[]) AND storage_name <> ''"


@dataclass(frozen=True, slots=True)
class Discarded:
    """The ids of those deleted, in order, and why each of the others stays."""

    gone: list[UUID]
    kept: dict[UUID, str]


@transaction.atomic
def discard_candidates(*, actor: Actor, candidate_ids: Collection[UUID], import_id: UUID | None = None) -> Discarded:
    """Delete candidates that an import has made and nobody has touched since; two dozen statements however many.

    Somebody who was written to, considered for a job, changed or noted is kept. What the import `import_id` itself did
    to them (attached a second row to one it had made) does not count as touched, nor what another import added and took
    back. Records candidate.discarded for each. Raises NotAllowed without candidates.edit.
    """
    ids = visible(actor, candidate_ids, EDIT)
    locked = Candidate.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")
    there = list(locked.values_list("id", flat=True))
    kept = {key: _why(nouns) for key, nouns in _find_bound(there, import_id).items()}
    if unseen := set(candidate_ids) - set(ids):
        rows = Candidate.objects.filter(id__in=unseen).values_list("id", flat=True)
        kept |= dict.fromkeys(rows, "You may not see this person, so they stay.")
    gone = [key for key in there if key not in kept]
    if gone:
        _delete(gone)
        record_many(CANDIDATE_DISCARDED, actor=actor, happenings=[Happening({"candidate": key}) for key in gone])
    return Discarded(gone, kept)


def _why(nouns: Collection[str]) -> str:
    words = sorted({PROFILE if noun == "candidate" else noun.replace("_", " ") for noun in nouns})
    return f"Something else has happened with this person since, so they stay: {', '.join(words)}."


def _find_bound(candidate_ids: Sequence[UUID], import_id: UUID | None) -> dict[UUID, set[str]]:
    """Those who must stay, each with what it is: nouns of what happened, and rows of other apps about them."""
    bound = queries.find_touched(candidate_ids, except_import_id=import_id)
    keys = array_of(candidate_ids)
    with connection.cursor() as cursor:
        for field in _references():
            meta, column = field.related_model._meta, field.field.column
            if _goes_along(field.related_model):
                continue
            cursor.execute(f"SELECT DISTINCT {column} FROM {meta.db_table} WHERE {column} = ANY(%s::uuid[])", [keys])
            for (key,) in cursor.fetchall():
                bound.setdefault(key, set()).add(str(meta.verbose_name))
    return bound


def _goes_along(model: Any) -> bool:
    """Rows of this app, and what other apps have only worked out about a person: their models say so."""
    return model._meta.app_label == Candidate._meta.app_label or getattr(model, "is_worked_out", False)


def _references() -> list[Any]:
    """The foreign keys to candidates in all apps; skills first, because they also point to documents."""
    fields = [f for f in Candidate._meta.get_fields(include_hidden=True) if f.auto_created and not f.concrete]
    return sorted(fields, key=lambda field: field.related_model is not CandidateSkill)


def _delete(candidate_ids: list[UUID]) -> None:
    """Delete rows table by table: collecting them first, as Django does, takes ten times as long."""
    keys = array_of(candidate_ids)
    with connection.cursor() as cursor:
        cursor.execute(FILES, [keys])
        for (name,) in cursor.fetchall():
            transaction.on_commit(partial(document_files.delete, name))
        for field in _references():
            meta = field.related_model._meta
            if _goes_along(field.related_model):
                cursor.execute(f"DELETE FROM {meta.db_table} WHERE {field.field.column} = ANY(%s::uuid[])", [keys])
        cursor.execute("DELETE FROM candidates_candidate WHERE id = ANY(%s::uuid[])", [keys])
