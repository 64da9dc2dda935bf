"""Skills of a candidate, as a colleague knows them."""

from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.candidates.activities import SKILL_ADDED, SKILL_REMOVED
from rapport.candidates.models import CandidateSkill
from rapport.candidates.operations import storing
from rapport.candidates.operations.rights import lock
from rapport.candidates.permissions import EDIT
from rapport.candidates.text_rules import one_line
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.skills.operations import find_or_create_skills


@transaction.atomic
def add_skill(*, actor: Actor, candidate_id: UUID, name: str, years: float | None = None) -> CandidateSkill:
    """Add a skill by name, or confirm one that was found in a document. Records skill.added."""
    candidate = lock(actor, candidate_id, EDIT)
    name = one_line(name, 200)
    if not name:
        raise InvalidInput({"name": "Name the skill."})
    if years is not None and not 0 <= years < 100:
        raise InvalidInput({"years": "Enter years from 0 to 99."})
    skill_id = find_or_create_skills([name])[name]
    values = {"is_confirmed": True} | ({"years": storing.tenths(years)} if years is not None else {})
    row, _ = CandidateSkill.objects.update_or_create(candidate=candidate, skill_id=skill_id, defaults=values)
    record(SKILL_ADDED, actor=actor, subjects=[candidate], data={"skill": row.skill.name, "years": years})
    return row


@transaction.atomic
def remove_skill(*, actor: Actor, candidate_id: UUID, skill_id: UUID) -> None:
    """Take a skill away; doing so twice does nothing. Records skill.removed."""
    candidate = lock(actor, candidate_id, EDIT)
    row = CandidateSkill.objects.select_related("skill").filter(candidate=candidate, skill_id=skill_id).first()
    if row is None:
        return
    CandidateSkill.objects.filter(candidate=candidate, skill_id=skill_id).delete()
    record(SKILL_REMOVED, actor=actor, subjects=[candidate], data={"skill": row.skill.name})
