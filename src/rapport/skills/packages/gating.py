"""Which words of a list that people did not write for this product may count as skills in a text, and how. Pure.

A list from elsewhere names skills by ordinary words ("form", "banking", "glue"). A word in small letters is therefore
recognised only as an item beside other skills, a name or acronym by its capitals, and only what has several words, or a
digit or sign in it, as it is. English words are marked as such, so that "Art", "Rat" and "Gift" of a German text are none.
A word that stands in many names of a list ("design", "data", "standards") is a word of the language and no name at all.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from rapport.skills.names import ANY, CASE, CONTEXT
from rapport.skills.words import TOKEN, fold, singular

ENGLISH = "en"
MOST_NAMES = 20  # of a list in which a word may stand and still be a name by itself
_LETTER = re.compile(r"[^\W_]")


def imported_matching(text: str) -> str:
    """How a name of an imported list is recognised (finder.py tells what each way means)."""
    words = TOKEN.findall(text)
    if len(words) > 1:
        return CASE if any(not word.islower() and word.isalpha() for word in words[1:]) else ANY
    word = words[0] if words else text
    if not word.isalpha():
        return ANY
    return CONTEXT if len(word) <= 2 or word.islower() else CASE


def imported_language(text: str, language: str = "") -> str:
    """The language of an imported name: English for what is written in small letters, none for names and acronyms."""
    return language or (ENGLISH if text.islower() and text.isascii() else "")


def is_usable(text: str) -> bool:
    """Whether a text can be an alias at all: two letters or digits in it."""
    return len(_LETTER.findall(text)) > 1


def count_names(names: Iterable[Collection[str]]) -> Counter[str]:
    """In how many names of a list each word stands; a name is given with all its spellings, and counts once."""
    return Counter(word for texts in names for word in {form for text in texts for form in map(_form, text.split())})


def is_ordinary(text: str, names: Counter[str]) -> bool:
    """Whether a text is a word of the language: one word in small letters that stands in many names."""
    return text.islower() and text.isalpha() and names[_form(text)] > MOST_NAMES


def _form(word: str) -> str:
    return singular(fold(word))
