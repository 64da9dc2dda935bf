"""Rows of the vocabulary going in: sorted and with ON CONFLICT DO NOTHING, so that two importers neither fail nor lock one another."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from rapport.skills.models import Alias, Relation, Skill, VocabularyChange
from rapport.skills.names import Alias as Word
from rapport.skills.words import normal

BATCH = 2_000
LONGEST = 200  # characters of a name or alias
KEPT_CHANGES = 5_000
MOST_ADDED = 500  # skills that a note names


def normal_name(name: str) -> str:
    """The form a name is compared by."""
    # Names without a single letter or digit are compared as they stand.
    return (normal(name) or " ".join(name.split()).casefold())[:LONGEST]


def find_by_normal(normals: set[str]) -> dict[str, UUID]:
    """Skills by the normal form of their names, and of their aliases where no skill has that name."""
    found = dict(Alias.objects.filter(normal__in=normals).order_by("-id").values_list("normal", "skill_id"))
    found |= dict(Skill.objects.filter(normal__in=normals).values_list("normal", "id"))
    return found


def add_skills(skills: Iterable[Skill]) -> int:
    """Insert those whose normal form is free; returns how many there were before the race, if any."""
    rows = {skill.normal: skill for skill in skills}
    there = set(Skill.objects.filter(normal__in=rows).values_list("normal", flat=True))
    missing = [rows[key] for key in sorted(rows) if key not in there]
    Skill.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing)


def add_aliases(words: Iterable[tuple[UUID, Word]], source: str = "") -> tuple[int, int]:
    """Insert aliases whose form is free in their language and no other skill's name: (added, taken by others).

    What is written alike everywhere (language "") is not free for English either. `source` names the list they are from.
    """
    rows: dict[tuple[str, str], Alias] = {}
    taken = 0
    for skill_id, word in words:
        key = normal_name(word.text)
        if not key or len(word.text) > LONGEST:
            continue
        row = Alias(
            skill_id=skill_id,
            text=word.text,
            normal=key,
            language=word.language,
            matching=word.matching,
            source=source,
        )
        if rows.setdefault((key, word.language), row).skill_id != skill_id:
            taken += 1
    normals = {key for key, _ in rows}
    names = dict(Skill.objects.filter(normal__in=normals).values_list("normal", "id"))
    there = {
        (key, language): owner
        for key, language, owner in Alias.objects.filter(normal__in=normals).values_list(
            "normal", "language", "skill_id"
        )
    }
    missing = []
    for place in sorted(rows):
        owner = names.get(place[0]) or there.get(place) or (there.get((place[0], "")) if place[1] == "en" else None)
        if owner is None:
            missing.append(rows[place])
        elif owner != rows[place].skill_id:
            taken += 1
    Alias.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing), taken


def add_relations(weights: Mapping[Any, float], source: str = "") -> int:
    there = set(Relation.objects.values_list("skill_id", "related_id"))
    missing = [
        Relation(skill_id=pair[0], related_id=pair[1], weight=weights[pair], source=source)
        for pair in sorted(weights)
        if pair not in there
    ]
    Relation.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing)


def note_change(rows: int, added: Collection[UUID] | None = None) -> None:
    """Tell readers that the vocabulary changed; old notes go when there are many.

    `added` are the skills where nothing else was stored than new ones without aliases.
    """
    if not rows:
        return
    if VocabularyChange.objects.count() > KEPT_CHANGES:
        VocabularyChange.objects.all().delete()
    named = None if added is None or len(added) > MOST_ADDED else [str(key) for key in added]
    VocabularyChange.objects.create(added=named)
