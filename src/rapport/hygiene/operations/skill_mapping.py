"""Making a skill that no vocabulary knows another word for one that it knows, and taking that back.

Who has it, and which jobs ask for it, get the known skill with the evidence they had; where they have both, the known one
stays. The word becomes an alias for this installation, so that it is read, searched and typed as the known skill from now on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Model

from rapport.accounts.capabilities import EVERYWHERE, Capability
from rapport.activity.operations import Happening, record_many
from rapport.candidates import permissions as candidate_permissions
from rapport.candidates.models import CandidateSkill
from rapport.hygiene.activities import SKILL_MAPPED, SKILL_UNMAPPED
from rapport.jobs import permissions as job_permissions
from rapport.jobs.models import JobSkill
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotAllowed
from rapport.lib.journal import Journal, RowChange, put_back
from rapport.skills.models import Skill
from rapport.skills.operations import name_otherwise, unname

MOST_PEOPLE = 2_000  # who have a skill that one click moves
OF_PEOPLE: tuple[tuple[str, type[Model]], ...] = (("candidate", CandidateSkill), ("job", JobSkill))


@dataclass(frozen=True, slots=True)
class Mapped:
    """What was mapped: names by id, the known skill, the rows that were changed, and of whom that is told."""

    names: Mapping[UUID, str]
    into_id: UUID
    into: str
    changes: Sequence[RowChange]
    subjects: Sequence[tuple[str, UUID]]


def require_everywhere(actor: Actor) -> None:
    """A word of the vocabulary concerns everybody. Raises NotAllowed without the right to change all candidates and jobs."""
    rights: Collection[Capability] = (candidate_permissions.EDIT, job_permissions.EDIT)
    for right in rights:
        if right.scope_for(actor) != EVERYWHERE:
            raise NotAllowed(f"You may not {right.label}. Ask an administrator for the right to do so.")


def count_people(skill_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many candidates have each of these skills."""
    rows = CandidateSkill.objects.filter(skill_id__in=list(skill_ids)).order_by().values_list("skill_id")
    return dict(rows.annotate(Count("candidate_id")))


@transaction.atomic
def map_skills(*, actor: Actor, skill_ids: Collection[UUID], into_id: UUID) -> Mapped:
    """Make skills of the house other words for a known one; those that are too many people's, or gone, stay.

    Records skill.mapped for each candidate and job. Raises NotAllowed, InvalidInput when the known skill is gone or one of them.
    """
    require_everywhere(actor)
    wanted = [*skill_ids, into_id]
    rows = {row.id: row for row in Skill.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    into = rows.pop(into_id, None)
    if into is None or not into.is_active or into_id in skill_ids:
        raise InvalidInput({"value": "Choose a skill that the vocabulary knows and that is not one of these."})
    counts = count_people(rows)
    named = [row for row in rows.values() if counts.get(row.id, 0) <= MOST_PEOPLE]
    journal, subjects, happenings = Journal(), list[tuple[str, UUID]](), list[Happening]()
    for row in (row for row in named if row.source == Skill.Source.RECRUITER and not row.aliases.exists()):
        theirs = _move(journal, row, into)
        subjects += theirs
        data = {"skill": into.name, "before": row.name}
        happenings += [Happening({kind: key}, data) for kind, key in theirs]
        journal.remove([row])
        name_otherwise(skill_id=into.id, text=row.name, normal=row.normal, matching=row.matching)
    record_many(SKILL_MAPPED, actor=actor, happenings=happenings)
    names = {
        UUID(change.key["id"]): str(change.before["name"])
        for change in journal.changes
        if change.model == "skills.skill"
    }
    return Mapped(names, into.id, into.name, journal.changes, list(dict.fromkeys(subjects)))


def _move(journal: Journal, skill: Skill, into: Skill) -> list[tuple[str, UUID]]:
    """Give those who have or ask for a skill the other one; returns who they are."""
    found: list[tuple[str, UUID]] = []
    for kind, model in OF_PEOPLE:
        owner = f"{kind}_id"
        rows: list[Any] = list(model._default_manager.select_for_update().filter(skill_id=skill.id).order_by(owner))
        ids = [getattr(row, owner) for row in rows]
        both = set(
            model._default_manager.filter(skill_id=into.id, **{f"{owner}__in": ids}).values_list(owner, flat=True)
        )
        journal.remove(row for row in rows if getattr(row, owner) in both)
        journal.change([row for row in rows if getattr(row, owner) not in both], skill_id=into.id)
        found += [(kind, key) for key in ids]
    return found


@transaction.atomic
def unmap_skills(*, actor: Actor, mapped: Mapped) -> list[UUID]:
    """Take a mapping back: the words are skills of their own again, with those who had them and still have the known one.

    Returns the skills that are back. Records skill.unmapped for each candidate and job. Raises NotAllowed.
    """
    require_everywhere(actor)
    list(Skill.objects.select_for_update().filter(id=mapped.into_id))
    unname(skill_id=mapped.into_id, texts=list(mapped.names.values()))
    put_back(mapped.changes)
    back = list(Skill.objects.filter(id__in=list(mapped.names)).values_list("id", flat=True))
    data = {"skill": mapped.into, "before": ", ".join(mapped.names.values())[:200]}
    record_many(SKILL_UNMAPPED, actor=actor, happenings=[Happening({kind: key}, data) for kind, key in mapped.subjects])
    return back
