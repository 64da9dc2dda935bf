"""The fix that makes an unknown skill another word for a known one. Without a choice it shows what each is most like."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from rapport.hygiene.audits.fixes_of_people import people
from rapport.hygiene.audits.registry import Change, Choice, Done, Fix
from rapport.hygiene.operations.skill_mapping import (
    MOST_PEOPLE,
    Mapped,
    count_people,
    map_skills,
    require_everywhere,
    unmap_skills,
)
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.skills.models import Skill
from rapport.skills.queries import find_skill, vocabulary

ALIKE = 84  # of 100, from which a known skill is suggested


def _known(value: str, ids: Sequence[UUID]) -> Skill | None:
    """The known skill that was chosen, by id or name; None for nothing chosen yet. Raises InvalidInput for what nobody knows."""
    if not value.strip():
        return None
    found = find_skill(value)
    if found is None or not found.is_active or found.id in ids:
        raise InvalidInput(
            {"value": "No vocabulary knows this skill. Choose one of those that are suggested while you type."}
        )
    return found


def _plan(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    require_everywhere(actor)
    known = _known(value, ids)
    counts = count_people(ids)
    rows = Skill.objects.filter(id__in=list(ids), category="", source=Skill.Source.RECRUITER).order_by("name")
    return [_change(row, known, counts.get(row.id, 0)) for row in rows]


def _change(row: Skill, known: Skill | None, count: int) -> Change:
    before = f"a skill of {people(count)}"
    if known is None:
        return Change(row.id, row.name, before, "Choose the skill it is another word for.", is_refused=True)
    if count > MOST_PEOPLE:
        return Change(
            row.id, row.name, before, f"More than {MOST_PEOPLE:,} people have it; it stays as it is.", is_refused=True
        )
    return Change(row.id, row.name, before, f"another word for {known.name}")


def _apply(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
    known = _known(value, ids)
    if known is None:
        raise InvalidInput({"value": "Choose the skill that this is another word for."})
    mapped = map_skills(actor=actor, skill_ids=ids, into_id=known.id)
    count = len(mapped.names)
    said = f"{count:,} {'word' if count == 1 else 'words'} for {known.name} now"
    return Done(list(mapped.names), said, {"mapped": mapped, "ids": list(mapped.names)} if count else {})


def _take_back(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
    mapped: Mapped = undo["mapped"]
    return unmap_skills(actor=actor, mapped=mapped)


def _suggest(ids: Sequence[UUID]) -> str:
    """The known skill that the first of these is most like, "" when none is near."""
    name = Skill.objects.filter(id__in=list(ids), category="").order_by("name").values_list("name", flat=True).first()
    known = [skill for skill, category in vocabulary().categories.items() if category] if name else []
    found = process.extractOne(name, known, scorer=fuzz.token_sort_ratio, processor=default_process, score_cutoff=ALIKE)
    return str(found[0]) if found else ""


def _name_of(value: str) -> str:
    found = find_skill(value) if value else None
    return found.name if found else value


MAP = Fix(
    "map", "Another word for a skill",
    "Who has it, and the jobs that ask for it, get the known skill; the word is read as that skill from now on.",
    _plan, _apply, _take_back,
    Choice("Known skill", "Type a few letters and choose.", _suggest, "jobs:skill_options", _name_of),
)  # fmt: skip
