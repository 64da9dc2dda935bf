"""What a query that finds nobody may have meant: slips of the pen in names and skills. Pure."""

from collections.abc import Callable

from rapidfuzz import fuzz, process, utils

from rapport.search import language
from rapport.search.language import And, Node, Not, Or, Phrase, Word

SHORTEST = 4
ALIKE = 80  # of 100, as rapidfuzz compares


def correct(node: Node, is_known: Callable[[str], bool], closest_skill: Callable[[str], str | None]) -> Node:
    """The query with words that nobody has looked for among names, where a slip is forgiven, and with known skills."""
    match node:
        case And(items):
            return language.all_of([correct(item, is_known, closest_skill) for item in items])
        case Or(items):
            return language.any_of([correct(item, is_known, closest_skill) for item in items])
        case Not():
            return node
        case Word(text, "", False) if len(text) >= SHORTEST and text.isalpha() and not is_known(text):
            return Word(text, "name")
        case Word(text, "skill", False) | Phrase(text, "skill"):
            skill = closest_skill(text)
            return language.condition("skill", skill) if skill else node
    return node


def closest(text: str, names: "list[str]") -> str | None:
    """The name most like a text, if it is alike at all."""
    found = process.extractOne(text, names, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=ALIKE)
    return found[0] if found else None
