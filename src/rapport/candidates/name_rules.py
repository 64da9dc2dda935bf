"""Taking a person's name apart. Pure; the name as entered stays the one that is shown."""

import re
from functools import lru_cache
from typing import NamedTuple

from rapport.lib.settling import settle

SPACES = re.compile(r"\s+")
# Scripts in which the family name stands first and no space is written.
FAMILY_FIRST = re.compile(r"^[\u3400-\u9fff\uac00-\ud7af]{2,4}$")
# Two or three plain Latin words need no closer look unless one of them is a title or suffix ("Lady", "Junior").
LATIN = "[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]{2,40}"
PLAIN_NAME = re.compile(rf"({LATIN})(?: ({LATIN}))? ({LATIN}(?:-{LATIN})?)")
DOUBLE_FAMILY = re.compile(r"^[\u3400-\u9fff]{2}(?=[\u3400-\u9fff]{2}$)")
LONGEST = 150


class PersonName(NamedTuple):
    """`full` is as entered with single spaces; capitals are mended only where the whole name is in one case."""

    full: str
    given: str
    family: str


def read_name(text: str) -> PersonName:
    """Given and family name; titles and suffixes ("Dr.", "PhD") stay in the full name only.

    A full name reads as itself again.
    """
    person = _read(text)
    if person.full == text:
        return person
    full = settle(lambda name: _read(name).full, person.full)
    return person if full == person.full else _read(full)


def _read(text: str) -> PersonName:
    from nameparser import HumanName

    full = SPACES.sub(" ", text).strip().strip(",;")
    if FAMILY_FIRST.match(full):
        family = DOUBLE_FAMILY.match(full)
        size = family.end() if family else 1
        return PersonName(full, full[size:], full[:size])
    if full.isupper() or full.islower():
        full = _in_capitals(full)
    plain = PLAIN_NAME.fullmatch(full)
    if plain and not any(map(_is_special, filter(None, plain.groups()))):
        return PersonName(full[:300], plain[1], plain[3])
    parsed = HumanName(full)
    given, family_name = parsed.first, parsed.last
    if "," in full and given and family_name and not parsed.suffix:
        full = SPACES.sub(" ", f"{parsed.title} {given} {parsed.middle} {family_name}").strip()
    return PersonName(full[:300], given[:LONGEST], family_name[:LONGEST])


@lru_cache(maxsize=4096)
def _is_special(word: str) -> bool:
    """Whether a word may be something else than a name: a title, suffix, prefix or conjunction."""
    from nameparser.config import CONSTANTS

    lower = word.lower()
    kinds = ("titles", "prefixes", "suffix_acronyms", "suffix_not_acronyms", "conjunctions", "bound_first_names")
    return any(lower in getattr(CONSTANTS, kind) for kind in kinds)


def _in_capitals(full: str) -> str:
    """A name written in one case, with capitals where they belong ("VON DER HEIDE" is "von der Heide")."""
    from nameparser import HumanName

    name = HumanName(full)
    name.capitalize(force=True)
    return str(name) or full
