"""Reading ESCO's own CSV files (https://esco.ec.europa.eu, "download"): concepts and relations, no database.

`skills_<language>.csv` has conceptType, conceptUri, skillType, preferredLabel and altLabels (one a line) among others;
`broaderRelationsSkillPillar_<language>.csv` has conceptUri and broaderUri; `skillSkillRelations_<language>.csv` has
originalSkillUri, relationType and relatedSkillUri. Names, columns and their order differ a little between releases, so
columns are taken by name.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rapport.lib.errors import InvalidInput

CATEGORIES = {"knowledge": "ESCO: knowledge", "skill/competence": "ESCO: skills and competences"}
BROADER_WEIGHT = 0.5
RELATION_WEIGHTS = {"essential": 0.6, "optional": 0.4}
LARGEST_FIELD = 1_000_000

_LANGUAGE = re.compile(r"_([a-z]{2})$")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Concept:
    """A skill of a list: address (ESCO's, else ""), preferred label, other labels, and the category it gets here.

    `matching` is how its label is recognised where the list says so; packages/gating.py decides otherwise.
    """

    uri: str
    label: str
    other_labels: tuple[str, ...]
    category: str
    matching: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ESCO concepts that are near one another, by address."""

    one: str
    two: str
    weight: float


def concept_files(path: Path) -> list[Path]:
    """The files with concepts: the file itself, or those of a folder, English first."""
    if path.is_dir():
        files = sorted(path.glob("skills_??.csv"), key=lambda file: (language_of(file) != "", file.name))
        if files:
            return files
        raise InvalidInput({"path": f"{path} holds no skills_en.csv. Unpack ESCO's classification there as CSV."})
    if path.is_file():
        return [path]
    raise InvalidInput({"path": f"{path}: there is no such file or folder."})


def occupation_files(path: Path) -> list[Path]:
    """The files with occupations: the file itself, or those of a folder, English first."""
    if path.is_dir():
        files = sorted(path.glob("occupations_??.csv"), key=lambda file: (language_of(file) != "", file.name))
        if files:
            return files
        raise InvalidInput({"path": f"{path} holds no occupations_en.csv. Unpack ESCO's classification there as CSV."})
    if path.is_file():
        return [path]
    raise InvalidInput({"path": f"{path}: there is no such file or folder."})


def relation_files(path: Path) -> list[Path]:
    """The files with relations that lie in the folder, or beside the file."""
    folder = path if path.is_dir() else path.parent
    return sorted([*folder.glob("broaderRelationsSkillPillar*.csv"), *folder.glob("skillSkillRelations*.csv")])


def language_of(file: Path) -> str:
    """The language in the file's name, empty for English."""
    found = _LANGUAGE.search(file.stem)
    return found[1] if found and found[1] != "en" else ""


def read_concepts(file: Path) -> Iterator[Concept]:
    """The skills of a file; rows without address or label, and obsolete ones, are left out."""
    for row in _rows(file, ("conceptUri", "preferredLabel", "altLabels")):
        uri, label = row["conceptUri"].strip(), " ".join(row["preferredLabel"].split())
        if not uri or not label or row.get("status", "released") not in ("", "released"):
            continue
        others = dict.fromkeys(" ".join(line.split()) for line in row["altLabels"].splitlines())
        others.pop("", None)
        others.pop(label, None)
        yield Concept(uri, label, tuple(others), CATEGORIES.get(row.get("skillType", ""), "ESCO"))


def read_relations(file: Path) -> Iterator[Pair]:
    """The pairs of a file of broader concepts or of relations between skills."""
    if file.name.startswith("broader"):
        for row in _rows(file, ("conceptUri", "broaderUri")):
            yield Pair(row["conceptUri"].strip(), row["broaderUri"].strip(), BROADER_WEIGHT)
        return
    for row in _rows(file, ("originalSkillUri", "relationType", "relatedSkillUri")):
        weight = RELATION_WEIGHTS.get(row["relationType"].strip())
        if weight:
            yield Pair(row["originalSkillUri"].strip(), row["relatedSkillUri"].strip(), weight)


def batches(rows: Iterable[_Row], size: int) -> Iterator[Sequence[_Row]]:
    """Cut a stream into lists of at most `size`."""
    stream = iter(rows)
    while batch := list(islice(stream, size)):
        yield batch


def _rows(file: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(LARGEST_FIELD)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise InvalidInput({"path": f"{file.name} is not ESCO's: the column {missing[0]} is missing."})
            for row in reader:
                yield {key: value or "" for key, value in row.items() if key is not None}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput({"path": f"{file.name} cannot be read as CSV in UTF-8: {error}."}) from error
