"""Taking back what an import has added to people who were there."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

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
from rapport.candidates.operations.storing import FILLED
from rapport.candidates.permissions import EDIT
from rapport.lib import clock
from rapport.lib.actors import Actor

ROWS: dict[str, type[Any]] = {
    "contact_points": ContactPoint, "experiences": Experience, "educations": Education, "consents": Consent, "notes": Note,
}  # fmt: skip
# Null where nothing was filled: then nothing is equal to it.
EMPTY = """
UPDATE candidates_candidate c SET
    title = CASE WHEN c.title = given.title THEN '' ELSE c.title END,
    title_normal = CASE WHEN c.title = given.title THEN '' ELSE c.title_normal END,
    seniority = CASE WHEN c.title = given.title THEN '' ELSE c.seniority END,
    organisation = CASE WHEN c.organisation = given.organisation THEN '' ELSE c.organisation END,
    organisation_normal = CASE WHEN c.organisation = given.organisation THEN '' ELSE c.organisation_normal END,
    summary = CASE WHEN c.summary = given.summary THEN '' ELSE c.summary END,
    place = CASE WHEN c.place = given.place THEN '' ELSE c.place END,
    city = CASE WHEN c.place = given.place THEN '' ELSE c.city END,
    country_code = CASE WHEN c.place = given.place THEN '' ELSE c.country_code END,
    latitude = CASE WHEN c.place = given.place THEN NULL ELSE c.latitude END,
    longitude = CASE WHEN c.place = given.place THEN NULL ELSE c.longitude END,
    time_zone = CASE WHEN c.time_zone = given.time_zone THEN '' ELSE c.time_zone END,
    years_experience = CASE WHEN c.years_experience = given.years::numeric THEN NULL ELSE c.years_experience END,
    version = c.version + 1, updated_at = %s
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given(id, title, organisation, summary, place, time_zone, years)
WHERE c.id = given.id AND (c.title = given.title OR c.organisation = given.organisation OR c.summary = given.summary
    OR c.place = given.place OR c.time_zone = given.time_zone OR c.years_experience = given.years::numeric)
"""


@transaction.atomic
def take_back_additions(
    *, actor: Actor, additions: Sequence[tuple[UUID, Additions]], import_id: UUID | None = None
) -> list[UUID]:
    """Remove what attaching drafts has added: (candidate, what was added), for any number of candidates.

    Columns that were filled become empty again unless they hold something else by now; a skill that somebody has
    confirmed stays. Returns the candidates concerned. Records candidate.detached; raises NotAllowed without
    candidates.edit. A dozen statements however many candidates.
    """
    may = set(visible(actor, {key for key, _ in additions}, EDIT))
    mine = [(key, added) for key, added in additions if key in may and added]
    locked = Candidate.objects.select_for_update(of=("self",)).filter(id__in={key for key, _ in mine}).order_by("id")
    there = set(locked.values_list("id", flat=True))
    for noun, model in ROWS.items():
        model.objects.filter(id__in=[key for _, added in mine for key in getattr(added, noun)]).delete()
    _remove_links(mine)
    _remove_documents(key for _, added in mine for key in added.documents)
    _empty(mine)
    happenings = [
        Happening({"candidate": key}, {"removed": [n for n in Additions.__slots__ if getattr(added, n)], "import_id": import_id})
        for key, added in mine
        if key in there
    ]  # fmt: skip
    record_many(CANDIDATE_DETACHED, actor=actor, happenings=happenings)
    return sorted(there)


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


def _empty(mine: Sequence[tuple[UUID, Additions]]) -> None:
    filled: dict[UUID, dict[str, Any]] = {}
    for key, added in mine:
        if added.filled:
            filled.setdefault(key, {}).update(added.filled)
    if filled:
        columns = [[values.get(name) for values in filled.values()] for name in FILLED]
        with connection.cursor() as cursor:
            cursor.execute(EMPTY, [clock.now(), list(filled), *columns])
