"""The files of the starter vocabulary: how a line of them is read. Pure."""

import re
from collections.abc import Iterator

from rapport.skills.names import ANY, CASE, CONTEXT, Alias, default_matching

MARKS = {"=": CASE, "?": CONTEXT}
DEFAULT_WEIGHT = 0.5
_WEIGHT = re.compile(r"\s+(0?\.\d+|1\.0)$")
_LANGUAGE = re.compile(r"([a-z]{2}):(?=\S)")


def read_starter(text: str) -> Iterator[tuple[str, str, list[Alias], list[tuple[str, str, float]]]]:
    """Read a starter file: (name, category, aliases, relations) for each skill.

    A line is `name | alias, de:alias | related, related 0.8`; `## Heading` sets the category of what follows, a line
    that starts with `#` and a space is a comment. A name or alias starting with `=` is recognised by case, with `?`
    by context. Relations without a weight have 0.5.
    """
    category = ""
    for line in text.splitlines():
        if not line or line[0] == "#":
            if line.startswith("## "):
                category = line[3:].strip()
            continue
        columns = [column.strip() for column in line.split("|")]
        named = _read_alias("", columns[0])
        name = named.text
        aliases = [named._replace(skill=name)]
        if len(columns) > 1 and columns[1]:
            aliases += [_read_alias(name, item) for item in columns[1].split(", ")]
        relations = []
        if len(columns) > 2 and columns[2]:
            relations = [_read_relation(name, item) for item in columns[2].split(", ")]
        yield name, category, aliases, relations


def _read_alias(skill: str, item: str) -> Alias:
    language = ""
    if item[2:3] == ":" and _LANGUAGE.match(item):
        language, item = item[:2], item[3:]
    if item[0] in MARKS:
        return Alias(skill, item[1:], language, MARKS[item[0]])
    return Alias(skill, item, language, ANY if len(item) > 2 else default_matching(item))


def _read_relation(skill: str, item: str) -> tuple[str, str, float]:
    item = item.strip()
    if weighted := _WEIGHT.search(item):
        return skill, item[: weighted.start()], float(weighted[1])
    return skill, item, DEFAULT_WEIGHT
