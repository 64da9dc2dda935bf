"""The normal form of an organisation's name: what two entries of one employer have in common. Pure.

| step        | "The Bosch Group – Robert Bosch G.m.b.H. & Co. KG (Stuttgart)"  | becomes                       |
|-------------|------------------------------------------------------------------|-------------------------------|
| letters     | case, accents, dots of abbreviations, signs; what is in brackets | robert bosch gmbh and co kg   |
| legal forms | at the end, one after the other; "the" and OOO in front          | robert bosch                  |
| known names | of large organisations, also with a country behind them          | bosch                         |

The entered name is kept beside it and is what people see.
"""

import re
import unicodedata
from functools import lru_cache

from rapport.candidates import organisation_words as data
from rapport.lib.settling import settle

LONGEST = 200  # what the column holds
_BRACKETS = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]?")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_](?!\w))?")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_WORD = re.compile(r"[^\W_]+|&")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ı": "i"})
_CANONICAL = {alias: name for name, aliases in data.KNOWN_AS.items() for alias in (name, *aliases)}


@lru_cache(maxsize=50_000)
def normal_organisation(name: str) -> str:
    """The normal form; "" where nothing is left to compare by. What is normal already stays as it is."""
    return settle(_step, name)


def _step(name: str) -> str:
    words = _without_forms(_words(name))
    normal = " ".join(_known(words))
    return normal if len(normal) <= LONGEST else normal[:LONGEST].rpartition(" ")[0] or normal[:LONGEST]


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold().translate(_SPELLED)
    bare = _BRACKETS.sub(" ", text)
    text = bare if _WORD.search(bare) else text
    text = _DOTTED.sub(lambda found: re.sub(r"[.\s]", "", found[0]) + " ", _plain(text))
    return ["and" if word == "&" else word for word in _WORD.findall(_APOSTROPHE.sub("", text))]


def _plain(text: str) -> str:
    """Without accents; the signs that other scripts write vowels with stay."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(one for one in letters if unicodedata.combining(one) < 200))


def _without_forms(words: list[str]) -> list[str]:
    """Without legal forms at both ends; one word always stays."""
    words = list(words)
    while words and words[0] == "and":
        words.pop(0)
    while len(words) > 1 and words[0] in data.LEGAL_STARTS:
        words.pop(0)
    while len(words) > 1 and (size := _form_at_end(words)):
        del words[-size:]
    return words


def _form_at_end(words: list[str]) -> int:
    """How many words at the end are a legal form, or stand between forms; 0 where the name itself ends there."""
    for phrase in data.LEGAL_PHRASES:
        if len(words) > len(phrase) and tuple(words[-len(phrase) :]) == phrase:
            return len(phrase)
    if words[-1] in data.LEGAL_FORMS:
        return 1
    return 1 if words[-1] == "and" else 0


def _known(words: list[str]) -> list[str]:
    """The one name of a known organisation, which may have a country behind it."""
    for size in range(len(words), 0, -1):
        if any(word not in data.COUNTRIES for word in words[size:]):
            break
        name = _CANONICAL.get(" ".join(words[:size]))
        if name is not None and (size == len(words) or len(words[0]) > 1):
            return name.split()
    return words
