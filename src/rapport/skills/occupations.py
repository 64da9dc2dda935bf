"""Occupations and the titles people give them: the starter list, and finding the one a title means. Pure.

A file has one occupation a line, `name | title, title`; names and titles are lower case and singular, in any language.
Found are, in this order: the same words; the same letters without blanks and hyphens; the title whose rare words cover the
most; the closest by pieces of four letters. What is too far from all of them has none.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from rapport.lib.folders import data_folder
from rapport.skills import esco, kept
from rapport.skills.titles import listed_form

_FOLDER = Path(__file__).parent / "occupations"
COVERED = 0.5  # of the weight of a title's words, from which an occupation is believed
LIKE = 0.62  # likeness of letters, from which a slip of the pen is
UNKNOWN = 1.5  # the weight of a word that no listed title has: a place, a product, a language
MOST_WORDS = 4  # of a title in which slips of the pen are looked for
_LITTLE_WORDS = "of for in at to the a de des du la le les l d et und and y en für von der die das au aux / with"
LITTLE = frozenset(_LITTLE_WORDS.split())


class Occupations:
    """Titles by their normal form, each with its occupation; those of `ready` are in their normal form already."""

    def __init__(
        self, rows: Iterable[tuple[str, Iterable[str]]], ready: Iterable[tuple[str, Iterable[str]]] = ()
    ) -> None:
        self._exact: dict[str, str] = {}
        self._squashed: dict[str, str] = {}
        self._by_word: dict[str, list[str]] = {}
        for name, titles in rows:
            for title in (name, *titles):
                self._add(listed_forms(title), name)
        for name, titles in ready:
            self._add(titles, name)
        counts = {word: len(found) for word, found in self._by_word.items()}
        self._rarity = {word: math.log(1 + len(self._exact) / count) for word, count in counts.items()}
        self._parts = {form: frozenset(form.split()) - LITTLE for form in self._exact}
        self._whole = {form: sum(self._rarity[word] for word in parts) for form, parts in self._parts.items()}
        self._by_gram: dict[str, list[str]] | None = None

    def _add(self, forms: Iterable[str], name: str) -> None:
        for form in forms:
            if form not in self._exact:
                self._exact[form] = name
                self._squashed.setdefault(_squash(form), name)
                for word in set(form.split()) - LITTLE:
                    self._by_word.setdefault(word, []).append(form)

    def __len__(self) -> int:
        return len(set(self._exact.values()))

    def find(self, normal: str, full: str = "") -> str:
        """The occupation of a title by its normal forms, without and with the words of its level; "" when none is near."""
        for form in (full, normal):
            if found := self._exact.get(form) or self._squashed.get(_squash(form)):
                return found
        by_words = self._by_words(normal)
        return by_words or (self._by_letters(normal) if len(normal.split()) <= MOST_WORDS else "")

    def _by_words(self, normal: str) -> str:
        words = [word for word in normal.split() if word not in LITTLE]
        if not words:
            return ""
        whole = sum(self._rarity.get(word, UNKNOWN) for word in set(words))
        known = set(words)
        best, chosen = 0.0, ""
        ends = {words[0], words[-1]}
        for form in sorted({form for word in known for form in self._by_word.get(word, ())}):
            parts = self._parts[form]
            shared = parts & known
            covers = len(shared) == len(parts)
            if not covers and ends.isdisjoint(shared):
                continue  # what somebody is stands at an end: "warehouse manager", "chef de projet"
            weight = self._whole[form] if covers else sum(self._rarity[word] for word in shared)
            score = weight / (whole + 1.5 * (self._whole[form] - weight))
            if covers:
                score += 0.15 * len(parts) / (1 + len(parts)) + (0.1 if form.endswith(words[-1]) else 0.0)
            if score > best:
                best, chosen = score, form
        return self._exact[chosen] if best >= COVERED else ""

    def _by_letters(self, normal: str) -> str:
        if self._by_gram is None:
            self._by_gram = {}
            for form in self._exact:
                for gram in _grams(form):
                    self._by_gram.setdefault(gram, []).append(form)
        wanted = _grams(normal)
        shared: dict[str, int] = {}
        for gram in wanted:
            for form in self._by_gram.get(gram, ()):
                shared[form] = shared.get(form, 0) + 1
        best, chosen = 0.0, ""
        for form, count in shared.items():
            score = 2 * count / (len(wanted) + len(_grams(form)))
            if score > best or (score == best and form < chosen):
                best, chosen = score, form
        return self._exact[chosen] if best >= LIKE else ""


def listed_forms(title: str) -> list[str]:
    """The normal forms of a listed title: with the words of its level, and without where several words are left."""
    normal, _, full = listed_form(title)
    return [form for form in dict.fromkeys((full, normal)) if form and (form == full or " " in form)]


def _squash(form: str) -> str:
    return "".join(form.split()).replace("-", "")


@lru_cache(maxsize=20_000)
def _grams(text: str, size: int = 4) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))


def read_occupations(text: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of a file."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, titles = line.partition("|")
            yield name.strip(), [title.strip() for title in titles.split(", ") if title.strip()]


def import_occupations(path: Path, target: Path) -> int:
    """Keep ESCO's occupations (its own occupations_<language>.csv, or their folder) in a file; returns how many.

    Titles of other languages than English go to the occupation with the same address. Raises InvalidInput for other files.
    """
    names: dict[str, str] = {}
    titles: dict[str, list[str]] = {}
    for file in esco.occupation_files(path):
        for concept in esco.read_concepts(file):
            names.setdefault(concept.uri, _one_line(concept.label))
            known = titles.setdefault(concept.uri, [])
            known += [form for title in (concept.label, *concept.other_labels) for form in listed_forms(title)]
    rows = [f"{names[uri]} | {', '.join(dict.fromkeys(found))}" for uri, found in titles.items() if found]
    kept.keep(target, _file_of(rows))
    return len(rows)


def keep_occupations(found: Sequence[tuple[str, str]], target: Path) -> int:
    """Keep occupations (address and name) in a file; returns how many of them are new in it."""
    before = set(target.read_text(encoding="utf-8").splitlines()) if target.is_file() else set()
    rows = [f"{_one_line(name)} | {', '.join(listed_forms(name))}" for _, name in found]
    kept.keep(target, _file_of(rows))
    return len(set(rows) - before)


def _one_line(name: str) -> str:
    return " ".join(name.lower().replace("|", " ").split())


def _file_of(rows: Iterable[str]) -> str:
    return "\n".join(["# ESCO's occupations, in normal form: https://esco.ec.europa.eu", *rows, ""])


@cache
def known_occupations() -> Occupations:
    """The starter list, then what was imported; read once per process."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.txt"))]
    imported = sorted(data_folder().glob("occupations*.txt"))
    ready = [path.read_text(encoding="utf-8") for path in imported]
    rows, others = ((row for text in some for row in read_occupations(text)) for some in (texts, ready))
    return Occupations(rows, others)


@lru_cache(maxsize=50_000)
def find_occupation(normal: str, full: str = "") -> str:
    """The best known occupation of a title by its normal forms, "" for none."""
    return known_occupations().find(normal, full)
