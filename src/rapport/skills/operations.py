"""Writes to the vocabulary: the starter, ESCO, and what people add.

No permission is asked: whoever may give a candidate or a job a skill may name it, and the loaders are commands. Rows go
in with ON CONFLICT DO NOTHING, sorted, so that two importers neither fail nor lock one another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.lib.errors import InvalidInput
from rapport.skills import esco
from rapport.skills.finder import Alias as Word
from rapport.skills.finder import Vocabulary, default_matching
from rapport.skills.models import Alias, Relation, Skill, VocabularyChange
from rapport.skills.words import normal

BATCH = 2_000
LONGEST = 200  # characters of a name or alias
LONGEST_CATEGORY = 60
KEPT_CHANGES = 5_000


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
    added = _add_skills(wanted)
    ids = _ids_by_name(starter.categories)
    words = [word for word in starter.aliases() if word.text != word.skill]
    aliases, taken = _add_aliases((ids[word.skill], word) for word in words)
    pairs = {
        tuple(sorted((ids[one], ids[two]))): weight
        for one in starter
        for two, weight in starter.related(one).items()
        if ids[one] != ids[two]
    }
    relations = _add_relations(pairs)
    loaded = Loaded(added, aliases, relations, taken)
    _note_change(added + aliases + relations)
    return loaded


@transaction.atomic
def find_or_create_skills(names: Sequence[str]) -> dict[str, UUID]:
    """The skill for each name: an existing one with this name or alias in any spelling, otherwise a new one.

    The keys are the names as given, without those that are blank. A name that only the starter vocabulary knows gets
    the starter's name and category; any other becomes a recruiter's skill. Safe when several do it at once.
    """
    wanted = {name: _normal(name) for name in dict.fromkeys(names) if name.strip()}
    found = _find(set(wanted.values()))
    missing = {name: key for name, key in wanted.items() if key not in found}
    if missing:
        new = {name: _new_skill(name, key) for name, key in missing.items()}
        known = _find({skill.normal for skill in new.values()})
        # Reversed, so that of two spellings the first given names the skill.
        rows = {skill.normal: skill for skill in reversed(new.values()) if skill.normal not in known}
        if rows:
            _note_change(_add_skills(rows.values()))
            known |= _find(set(rows))
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
    _note_change(len(ids))
    return ids


def import_esco(path: Path) -> Loaded:
    """Import ESCO's own CSV: a skills_<language>.csv, or the folder that holds it and the files of relations.

    A concept whose label is known becomes that skill's ESCO address; the first file of a language other than English
    adds aliases to the concepts that are there. Raises InvalidInput when the file is not ESCO's. Batches of 2,000.
    """
    total = Loaded()
    for file in esco.concept_files(path):
        for batch in esco.batches(esco.read_concepts(file), BATCH):
            total = _sum(total, _import_concepts(batch, esco.language_of(file)))
    for file in esco.relation_files(path):
        for pairs in esco.batches(esco.read_relations(file), BATCH):
            total = _sum(total, _import_relations(pairs))
    return total


@transaction.atomic
def _import_concepts(concepts: Sequence[esco.Concept], language: str) -> Loaded:
    ids = _ids_by_uri(concept.uri for concept in concepts)
    added = 0
    if language == "":
        added = _attach_concepts([concept for concept in concepts if concept.uri not in ids])
        ids = _ids_by_uri(concept.uri for concept in concepts)
    words = []
    for concept in concepts:
        if concept.uri in ids:
            for text in (concept.label, *concept.other_labels):
                words.append((ids[concept.uri], Word("", text, language, default_matching(text))))
    aliases, taken = _add_aliases(words)
    _note_change(added + aliases)
    return Loaded(skills=added, aliases=aliases, taken=taken)


def _attach_concepts(concepts: Sequence[esco.Concept]) -> int:
    """Give known skills their ESCO address and create the others; returns how many were created."""
    known = _find({_normal(concept.label) for concept in concepts})
    free = set(Skill.objects.filter(id__in=known.values(), external_uri="").values_list("id", flat=True))
    named: list[Skill] = []
    new: list[Skill] = []
    for concept in concepts:
        key = _normal(concept.label)
        skill_id = known.get(key)
        if skill_id is None:
            new.append(
                Skill(
                    name=concept.label[:LONGEST],
                    normal=key,
                    category=concept.category,
                    matching=default_matching(concept.label),
                    source=Skill.Source.ESCO,
                    external_uri=concept.uri,
                )
            )
        elif skill_id in free:
            free.discard(skill_id)
            named.append(Skill(id=skill_id, external_uri=concept.uri))
    Skill.objects.bulk_update(named, ["external_uri"], batch_size=BATCH)
    return _add_skills(new)


@transaction.atomic
def _import_relations(pairs: Sequence[esco.Pair]) -> Loaded:
    ids = _ids_by_uri(uri for pair in pairs for uri in (pair.one, pair.two))
    weights: dict[tuple[UUID, UUID], float] = {}
    for pair in pairs:
        if pair.one in ids and pair.two in ids and ids[pair.one] != ids[pair.two]:
            low, high = sorted((ids[pair.one], ids[pair.two]))
            key = (low, high)
            weights[key] = max(pair.weight, weights.get(key, 0.0))
    added = _add_relations(weights)
    _note_change(added)
    return Loaded(relations=added)


def _normal(name: str) -> str:
    # Names without a single letter or digit are compared as they stand.
    return (normal(name) or " ".join(name.split()).casefold())[:LONGEST]


def _new_skill(name: str, key: str) -> Skill:
    starter = Vocabulary.starter()
    canonical = starter.canonical(name)
    if canonical:
        category = starter.categories[canonical][:60]
        source = Skill.Source.STARTER
        return Skill(name=canonical, normal=normal(canonical), category=category, source=source)
    shown = " ".join(name.split())[:LONGEST]
    return Skill(name=shown, normal=key, matching=default_matching(shown), source=Skill.Source.RECRUITER)


def _find(normals: set[str]) -> dict[str, UUID]:
    """Skills by the normal form of their names, and of their aliases where no skill has that name."""
    found = dict(Alias.objects.filter(normal__in=normals).order_by("-id").values_list("normal", "skill_id"))
    found |= dict(Skill.objects.filter(normal__in=normals).values_list("normal", "id"))
    return found


def _ids_by_name(names: Iterable[str]) -> dict[str, UUID]:
    keys = {name: normal(name) for name in names}
    ids = dict(Skill.objects.filter(normal__in=keys.values()).values_list("normal", "id"))
    return {name: ids[key] for name, key in keys.items()}


def _ids_by_uri(uris: Iterable[str]) -> dict[str, UUID]:
    return dict(Skill.objects.filter(external_uri__in=set(uris)).values_list("external_uri", "id"))


def _add_skills(skills: Iterable[Skill]) -> int:
    """Insert those whose normal form is free; returns how many there were before the race, if any."""
    rows = {skill.normal: skill for skill in skills}
    there = set(Skill.objects.filter(normal__in=rows).values_list("normal", flat=True))
    missing = [rows[key] for key in sorted(rows) if key not in there]
    Skill.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing)


def _add_aliases(words: Iterable[tuple[UUID, Word]]) -> tuple[int, int]:
    """Insert aliases whose form is free in their language and no other skill's name: (added, taken by others)."""
    rows: dict[tuple[str, str], Alias] = {}
    taken = 0
    for skill_id, word in words:
        key = _normal(word.text)
        if not key or len(word.text) > LONGEST:
            continue
        row = Alias(skill_id=skill_id, text=word.text, normal=key, language=word.language, matching=word.matching)
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
        owner = names.get(place[0]) or there.get(place)
        if owner is None:
            missing.append(rows[place])
        elif owner != rows[place].skill_id:
            taken += 1
    Alias.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing), taken


def _add_relations(weights: Mapping[Any, float]) -> int:
    there = set(Relation.objects.values_list("skill_id", "related_id"))
    missing = [
        Relation(skill_id=pair[0], related_id=pair[1], weight=weights[pair])
        for pair in sorted(weights)
        if pair not in there
    ]
    Relation.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return len(missing)


def _note_change(rows: int) -> None:
    """Tell readers that the vocabulary changed; old notes go when there are many."""
    if not rows:
        return
    if VocabularyChange.objects.count() > KEPT_CHANGES:
        VocabularyChange.objects.all().delete()
    VocabularyChange.objects.create()


def _sum(one: Loaded, two: Loaded) -> Loaded:
    return Loaded(
        one.skills + two.skills, one.aliases + two.aliases, one.relations + two.relations, one.taken + two.taken
    )


def set_active(*, skill_id: UUID, is_active: bool) -> None:
    """Retire a skill from suggestions and from finding, or bring it back; who has it keeps it."""
    with transaction.atomic():
        if not Skill.objects.filter(id=skill_id).update(is_active=is_active):
            raise InvalidInput({"skill": "This skill is not in the vocabulary any more. Reload the page."})
        _note_change(1)
