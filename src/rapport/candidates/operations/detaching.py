"""Taking back what an import has added to people who were there."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.activity.operations import Happening, record_many
from rapport.candidates import document_files
from rapport.candidates.activities import CANDIDATE_DETACHED
from rapport.candidates.drafts import Additions
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
)
from rapport.candidates.operations.rights import visible
from rapport.candidates.permissions import EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor

ROWS: dict[str, type[Any]] = {
    "contact_points": ContactPoint, "experiences": Experience, "educations": Education, "consents": Consent, "notes": Note,
}  # fmt: skip
WITH_THE_PLACE = ("city", "country_code", "latitude", "longitude")


@transaction.atomic
def take_back_additions(
    *, actor: Actor, additions: Sequence[tuple[UUID, Additions]], import_id: UUID | None = None
) -> list[UUID]:
    """Remove what attaching drafts has added: (candidate, what was added), for any number of candidates.

    Columns that were filled become empty again unless they hold something else by now; a skill that somebody has
    confirmed stays. Returns the candidates concerned. Records candidate.detached; raises NotAllowed without
    candidates.edit. A dozen statements, plus one for each candidate with a filled column.
    """
    may = set(visible(actor, {key for key, _ in additions}, EDIT))
    mine = [(key, added) for key, added in additions if key in may and added]
    locked = Candidate.objects.select_for_update(of=("self",)).filter(id__in={key for key, _ in mine}).order_by("id")
    there = {row.id: row for row in locked}
    for noun, model in ROWS.items():
        model.objects.filter(id__in=[key for _, added in mine for key in getattr(added, noun)]).delete()
    _remove_links(mine)
    _remove_documents(key for _, added in mine for key in added.documents)
    for candidate_id, added in mine:
        if candidate_id in there:
            _empty(there[candidate_id], added.filled)
    happenings = [
        Happening({"candidate": key}, {"removed": [n for n in Additions.__slots__ if getattr(added, n)], "import_id": import_id})
        for key, added in mine
        if key in there
    ]  # fmt: skip
    record_many(CANDIDATE_DETACHED, actor=actor, happenings=happenings)
    return list(there)


def _remove_links(mine: Sequence[tuple[UUID, Additions]]) -> None:
    skills = [(key, skill) for key, added in mine for skill in added.skills]
    tags = [(key, tag) for key, added in mine for tag in added.tags]
    if skills:
        CandidateSkill.objects.filter(pk__in=skills, is_confirmed=False).delete()
    if tags:
        CandidateTag.objects.filter(pk__in=tags).delete()


def _remove_documents(document_ids: Iterable[UUID]) -> None:
    rows = Document.objects.filter(id__in=list(document_ids))
    for name in list(rows.values_list("storage_name", flat=True)):
        transaction.on_commit(partial(document_files.delete, name))
    rows.delete()


def _empty(candidate: Candidate, filled: dict[str, Any]) -> None:
    changed = [name for name, value in filled.items() if str(getattr(candidate, name)) == value]
    if not changed:
        return
    if "place" in changed:
        changed += WITH_THE_PLACE
    for name in changed:
        field = Candidate._meta.get_field(name)
        setattr(candidate, name, None if field.null else "")
    candidate.version += 1
    candidate.updated_at = clock.now()
    candidate.save(update_fields=[*dict.fromkeys(changed), "version", "updated_at"])
