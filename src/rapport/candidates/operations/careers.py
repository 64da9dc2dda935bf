"""What a candidate did: jobs and schools."""

from uuid import UUID

from django.db import models, transaction

from rapport.activity.operations import record
from rapport.candidates.activities import CANDIDATE_UPDATED
from rapport.candidates.drafts import EducationDraft, ExperienceDraft
from rapport.candidates.models import Candidate, Education, Experience
from rapport.candidates.normal_forms import work_columns
from rapport.candidates.operations import storing
from rapport.candidates.operations.rights import lock
from rapport.candidates.permissions import EDIT
from rapport.candidates.preparing import clean_education, clean_experience
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound


@transaction.atomic
def save_experience(
    *, actor: Actor, candidate_id: UUID, draft: ExperienceDraft, experience_id: UUID | None = None
) -> Experience:
    """Add a job, or replace what is known of one. Records candidate.updated (experiences).

    Raises InvalidInput when title and organisation are both empty or the end lies before the start.
    """
    candidate = lock(actor, candidate_id, EDIT)
    _check_period(draft)
    draft = clean_experience(draft)
    if not draft.title and not draft.organisation:
        raise InvalidInput({"title": "Enter a title or an organisation."})
    row = storing.build_experience(draft, candidate.id, work_columns(draft.title, draft.organisation))
    _replace(row, candidate, experience_id)
    _record(actor, candidate, "experiences")
    return row


@transaction.atomic
def remove_experience(*, actor: Actor, candidate_id: UUID, experience_id: UUID) -> None:
    """Remove a job. Records candidate.updated (experiences)."""
    _remove(actor, candidate_id, Experience, experience_id, "experiences")


@transaction.atomic
def save_education(
    *, actor: Actor, candidate_id: UUID, draft: EducationDraft, education_id: UUID | None = None
) -> Education:
    """Add a school, or replace what is known of one. Records candidate.updated (educations)."""
    candidate = lock(actor, candidate_id, EDIT)
    _check_period(draft)
    draft = clean_education(draft)
    if not draft.school and not draft.degree and not draft.field:
        raise InvalidInput({"school": "Enter a school or a degree."})
    row = storing.build_education(draft, candidate.id)
    _replace(row, candidate, education_id)
    _record(actor, candidate, "educations")
    return row


@transaction.atomic
def remove_education(*, actor: Actor, candidate_id: UUID, education_id: UUID) -> None:
    """Remove a school. Records candidate.updated (educations)."""
    _remove(actor, candidate_id, Education, education_id, "educations")


def _check_period(draft: ExperienceDraft | EducationDraft) -> None:
    if draft.start_on and draft.end_on and draft.end_on < draft.start_on:
        raise InvalidInput({"end_on": "The end lies before the start."})


def _replace(row: models.Model, candidate: Candidate, row_id: UUID | None) -> None:
    if row_id is None:
        row.save(force_insert=True)
        return
    if not type(row)._default_manager.filter(candidate=candidate, id=row_id).exists():
        raise NotFound("This entry is not there any more. Reload the page.")
    row.pk = row_id
    row.save(force_update=True)


def _remove(actor: Actor, candidate_id: UUID, model: type[models.Model], row_id: UUID, changed: str) -> None:
    candidate = lock(actor, candidate_id, EDIT)
    deleted, _ = model._default_manager.filter(candidate=candidate, id=row_id).delete()
    if deleted:
        _record(actor, candidate, changed)


def _record(actor: Actor, candidate: Candidate, changed: str) -> None:
    record(CANDIDATE_UPDATED, actor=actor, subjects=[candidate], data={"changed": [changed]})
