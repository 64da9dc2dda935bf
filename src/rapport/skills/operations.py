"""Writes to the vocabulary: the starter, and what people add. Lists of others come in by importing.py.

No permission is asked: whoever may give a candidate or a job a skill may name it, and the loaders are commands.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from rapport.lib.errors import InvalidInput
from rapport.skills.finder import Vocabulary
from rapport.skills.models import Alias, Skill
from rapport.skills.names import default_matching
from rapport.skills.storing import (
    LONGEST,
    add_aliases,
    add_relations,
    add_skills,
    find_by_normal,
    normal_name,
    note_change,
)
from rapport.skills.words import normal

LONGEST_CATEGORY = 60


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows a loader added; `taken` counts words that already belong to another skill."""

    skills: int = 0
    aliases: int = 0
    relations: int = 0
    taken: int = 0


@transaction.atomic
def load_starter() -> Loaded:
    """Add what is missing of the starter vocabulary; a second run adds nothing.

    Skills that recruiters had already added keep their id, name and source and get the aliases and relations.
    """
    starter = Vocabulary.starter()
    matching = {word.skill: word.matching for word in starter.aliases() if word.text == word.skill}
    wanted = [
        Skill(name=name, normal=normal(name), category=category, matching=matching[name], source=Skill.Source.STARTER)
        for name, category in starter.categories.items()
    ]
    added = add_skills(wanted)
    ids = _ids_by_name(starter.categories)
    words = [word for word in starter.aliases() if word.text != word.skill]
    aliases, taken = add_aliases((ids[word.skill], word) for word in words)
    pairs = {
        tuple(sorted((ids[one], ids[two]))): weight
        for one in starter
        for two, weight in starter.related(one).items()
        if ids[one] != ids[two]
    }
    relations = add_relations(pairs)
    loaded = Loaded(added, aliases, relations, taken)
    note_change(added + aliases + relations)
    return loaded


@transaction.atomic
def find_or_create_skills(names: Sequence[str]) -> dict[str, UUID]:
    """The skill for each name: an existing one with this name or alias in any spelling, otherwise a new one.

    The keys are the names as given, without those that are blank. A name that only the starter vocabulary knows gets
    the starter's name and category; any other becomes a recruiter's skill. Safe when several do it at once.
    """
    wanted = {name: normal_name(name) for name in dict.fromkeys(names) if name.strip()}
    found = find_by_normal(set(wanted.values()))
    missing = {name: key for name, key in wanted.items() if key not in found}
    if missing:
        new = {name: _new_skill(name, key) for name, key in missing.items()}
        known = find_by_normal({skill.normal for skill in new.values()})
        # Reversed, so that of two spellings the first given names the skill.
        rows = {skill.normal: skill for skill in reversed(new.values()) if skill.normal not in known}
        if rows:
            count = add_skills(rows.values())
            stored = find_by_normal(set(rows))
            note_change(count, set(stored.values()))
            known |= stored
        found |= {key: known[new[name].normal] for name, key in missing.items()}
    return {name: found[key] for name, key in wanted.items()}


@transaction.atomic
def settle_skills(*, skill_ids: Collection[UUID], category: str, before: str) -> list[UUID]:
    """Move skills that somebody added into another group; returns those that were in the group `before`.

    Raises InvalidInput for a name that is too long. A skill without a group is one that no vocabulary knows.
    """
    category = " ".join(category.split())
    if len(category) > LONGEST_CATEGORY:
        raise InvalidInput({"value": f"The name of a group has {LONGEST_CATEGORY} characters at most."})
    rows = Skill.objects.select_for_update().filter(id__in=list(skill_ids), category=before).order_by("id")
    ids = list(rows.filter(source=Skill.Source.RECRUITER).values_list("id", flat=True))
    Skill.objects.filter(id__in=ids).update(category=category)
    note_change(len(ids))
    return ids


def _new_skill(name: str, key: str) -> Skill:
    starter = Vocabulary.starter()
    canonical = starter.canonical(name)
    if canonical:
        category = starter.categories[canonical][:60]
        source = Skill.Source.STARTER
        return Skill(name=canonical, normal=normal(canonical), category=category, source=source)
    shown = " ".join(name.split())[:LONGEST]
    return Skill(name=shown, normal=key, matching=default_matching(shown), source=Skill.Source.RECRUITER)


def _ids_by_name(names: Iterable[str]) -> dict[str, UUID]:
    keys = {name: normal(name) for name in names}
    ids = dict(Skill.objects.filter(normal__in=keys.values()).values_list("normal", "id"))
    return {name: ids[key] for name, key in keys.items()}


def name_otherwise(*, skill_id: UUID, text: str, normal: str, matching: str) -> None:
    """Give a skill another word, that somebody here uses for it; one that is taken already stays with its skill."""
    row = Alias(skill_id=skill_id, text=text, normal=normal, matching=matching)
    Alias.objects.bulk_create([row], ignore_conflicts=True)
    note_change(1)


def unname(*, skill_id: UUID, texts: Collection[str]) -> None:
    """Take words that were given to a skill here from it again."""
    gone = Alias.objects.filter(skill_id=skill_id, text__in=list(texts), source="", language="")
    note_change(gone.delete()[0])


def set_active(*, skill_id: UUID, is_active: bool) -> None:
    """Retire a skill from suggestions and from finding, or bring it back; who has it keeps it."""
    with transaction.atomic():
        if not Skill.objects.filter(id=skill_id).update(is_active=is_active):
            raise InvalidInput({"skill": "This skill is not in the vocabulary any more. Reload the page."})
        note_change(1)
