"""Finding skills in the text of adverts, with the starter vocabulary, against spans that people marked."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import REAL_DATA, Figure
from bench.lists import with_lists
from rapport.skills.finder import Vocabulary

SKILLS = REAL_DATA / "skills"
NO_LABEL = {"UNDERSPECIFIED", "LABEL NOT PRESENT", ""}
Span = tuple[int, int]


@dataclass
class Count:
    """Marked and found spans; `exact` are the same, `touched` overlap one of the other side."""

    marked: int = 0
    found: int = 0
    exact: int = 0
    touched_marked: int = 0
    touched_found: int = 0

    def add(self, marked: Sequence[Span], found: Sequence[Span]) -> None:
        self.marked += len(marked)
        self.found += len(found)
        self.exact += len(set(marked) & set(found))
        self.touched_marked += sum(any(_overlap(one, other) for other in found) for one in marked)
        self.touched_found += sum(any(_overlap(one, other) for other in marked) for one in found)

    @property
    def strict(self) -> float:
        return 2 * self.exact / ((self.marked + self.found) or 1)

    @property
    def loose(self) -> float:
        precision, recall = self.touched_found / (self.found or 1), self.touched_marked / (self.marked or 1)
        return 2 * precision * recall / ((precision + recall) or 1)

    @property
    def note(self) -> str:
        return (
            f"overlapping: F1 {self.loose:.3f}, precision {self.touched_found / (self.found or 1):.3f},"
            f" recall {self.touched_marked / (self.marked or 1):.3f}; {self.marked} marked, {self.found} found"
        )


def measure(people: int) -> Iterator[Figure]:
    """Span F1 on the parts that are here; the vocabulary was made without them."""
    vocabulary = Vocabulary.starter()
    yield from _skillspan(vocabulary, "")
    yield from _lists()
    path = SKILLS / "soft_skills" / "sayfullina" / "sayfullina_dev.conll"
    if path.is_file():
        sentences = list(_conll(path))
        count = _count(vocabulary, sentences)
        yield Figure("skills.soft", count.strict, "span F1", n=len(sentences), note=count.note)
    folder = SKILLS / "esco_links" / "data"
    if folder.is_dir():
        yield _links(vocabulary, folder)


def _skillspan(vocabulary: Vocabulary, name: str) -> Iterator[Figure]:
    path = SKILLS / "skillspan" / "data" / "json" / "dev.json"
    if path.is_file():
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for kind, names in (("knowledge", ["tags_knowledge"]), ("both", ["tags_knowledge", "tags_skill"])):
            sentences = ((row["tokens"], [span for name in names for span in _spans(row[name])]) for row in rows)
            count = _count(vocabulary, sentences)
            yield Figure(
                f"skills.skillspan_{kind}{name}", count.strict, "span F1", n=len(rows), note=count.note,
                peer="BERT trained on this set", peer_value=0.64 if kind == "knowledge" else 0.57,
            )  # fmt: skip


def _lists() -> Iterator[Figure]:
    """The same with the lists that packages carry, as imported and with every word counting anywhere."""
    for gated, name in ((True, ".with_lists"), (False, ".with_lists_ungated")):
        vocabulary = with_lists(gated=gated)
        if vocabulary is not None:
            yield from _skillspan(vocabulary, name)


def _links(vocabulary: Vocabulary, folder: Path) -> Figure:
    """Of spans with an ESCO label that the vocabulary has under any name: how many give that skill."""
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in sorted(folder.glob("*_annotations.csv")):
        for row in csv.DictReader(path.read_text().splitlines()):
            if row["label"] not in NO_LABEL:
                labels[row["sentence"], row["span"]].add(row["label"])
    known = right = 0
    for (sentence, span), names in labels.items():
        wanted = {skill for name in names if (skill := vocabulary.canonical(name.partition(" (")[0]))}
        if wanted:
            known += 1
            at = sentence.find(span)
            inside = {m.skill for m in vocabulary.find(sentence) if _overlap((m.start, m.end), (at, at + len(span)))}
            right += bool(inside & wanted)
    note = f"{known} of {len(labels)} labelled spans have a label that the starter vocabulary knows"
    return Figure("skills.esco_links", right / (known or 1), "share", n=known, note=note)


def _count(vocabulary: Vocabulary, sentences: Iterable[tuple[list[str], list[Span]]]) -> Count:
    count = Count()
    for tokens, marked in sentences:
        starts, text = [], ""
        for token in tokens:
            starts.append(len(text))
            text += token + " "
        found = [
            (sum(start <= mention.start for start in starts) - 1, sum(start < mention.end for start in starts))
            for mention in vocabulary.find(text)
        ]
        count.add(marked, found)
    return count


def _spans(tags: Sequence[str]) -> list[Span]:
    """Runs of B and I, as (first, behind the last)."""
    spans: list[Span] = []
    for place, tag in enumerate([*tags, "O"]):
        if tag.startswith("B"):
            spans.append((place, place + 1))
        elif tag.startswith("I") and spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
    return spans


def _conll(path: Path) -> Iterator[tuple[list[str], list[Span]]]:
    for block in path.read_text().split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines() if "\t" in line]
        if rows:
            yield [row[0] for row in rows], _spans([row[1] for row in rows])


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
