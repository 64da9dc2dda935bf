"""A language somebody speaks and how well, as one text: "German (C1)", "English (native)", "Polish". Pure."""

from collections.abc import Iterable

LONGEST = 60


def with_level(language: str, level: str) -> str:
    """One entry; commas part entries from one another, so none stands inside."""
    language, level = (" ".join(text.replace(",", " ").split()) for text in (language, level.strip("() ")))
    entry = f"{language} ({level})"
    return entry if language and level and len(entry) <= LONGEST else language[:LONGEST]


def split(entry: str) -> tuple[str, str]:
    """Language and level of an entry, "" where no level is told."""
    language, bracket, rest = entry.partition(" (")
    return (language, rest.rstrip(" )")) if bracket and rest.endswith(")") else (entry, "")


def together(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """Entries of both, each language once: the first one's word counts, unless only the second tells a level."""
    found: dict[str, str] = {}
    for entry in (*first, *second):
        language, level = split(entry)
        known = found.setdefault(language.casefold(), entry)
        if level and not split(known)[1]:
            found[language.casefold()] = entry
    return list(found.values())
