"""Imported lists that commands without a database read too: they lie in the data folder of each machine.

| file                    | holds                                                                             |
|-------------------------|-----------------------------------------------------------------------------------|
| occupations.txt         | ESCO's occupations, from its own files (`rapport titles import`)                  |
| occupations-SOURCE.txt  | occupations of a package (`rapport skills import SOURCE`), in the same form        |
| words-SOURCE.json       | {kind: [word]} of a package: short forms in titles, role addresses, free-mail hosts |
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from rapport.lib.folders import data_folder

ABBREVIATIONS, ROLES, FREE_MAIL = "abbreviations", "roles", "free_mail"


def occupations_file(source: str = "") -> Path:
    """The file with the occupations of a source; "" is ESCO's own."""
    return data_folder() / (f"occupations-{source}.txt" if source else "occupations.txt")


def words_file(source: str) -> Path:
    """The file with the words of a source."""
    return data_folder() / f"words-{source}.json"


def keep(file: Path, text: str) -> bool:
    """Write a file whole or not at all; returns whether it changed."""
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
    _forget()
    return True


def keep_words(source: str, words: Mapping[str, Sequence[str]]) -> bool:
    """Keep the words of a source; returns whether they changed."""
    return keep(words_file(source), json.dumps(words, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def drop(source: str) -> int:
    """Remove the files of a source; returns how many there were."""
    files = [file for file in (occupations_file(source), words_file(source)) if file.is_file()]
    for file in files:
        file.unlink(missing_ok=True)
    _forget()
    return len(files)


@cache
def kept_words(kind: str) -> frozenset[str]:
    """The words of a kind from all sources; read once per process."""
    found: set[str] = set()
    for file in sorted(data_folder().glob("words-*.json")):
        found.update(json.loads(file.read_text(encoding="utf-8")).get(kind, ()))
    return frozenset(found)


@cache
def kept_abbreviations() -> dict[str, str]:
    """Short forms of titles, as "sgt = sergeant" in the files."""
    pairs = (word.partition(" = ") for word in sorted(kept_words(ABBREVIATIONS)))
    return {short: long for short, _, long in pairs if short and long}


def _forget() -> None:
    """What this process has read counts no more; others read anew when they start."""
    kept_words.cache_clear()
    kept_abbreviations.cache_clear()
