"""Words as the vocabulary sees them: cutting text into words, one spelling for each, and what may join two of them.

A word keeps the symbols that names of skills end or begin with (C++, C#, A+, .NET). `fold` gives British and American,
accented and plain, `und`, `et` and `&` one form; `singular` removes an English, French or Spanish plural s.
Pure and without dependencies, because the command line loads it in a few milliseconds.
"""

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(
    r"((?<![\w.@])\.[Nn][Ee][Tt](?!\w)"  # .NET, but not example.net and not the second half of ASP.NET
    r"|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*(?:['’]s(?![^\W_]))?(?:\+\+|\+(?!\w)|#(?!\w))?"
    r"|&)"
)
_JOINT = re.compile(r"[-'’]?[ \t\u00a0]*(?:\r?\n)?[ \t\u00a0]*|[ ]?/[ ]?|[-._'’\u2010\u2011]")
_HYPHEN = re.compile(r"[-\u00ad\u2010\u2011](?:\r?\n[ \t]*)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "ł": "l"})
_LATIN_E = re.compile("ae|oe(?=[dmst])")
_ISE = re.compile(r"(?<=..)(is)(?=(?:e|es|ed|er|ers|ing|ation|ations|ational)$)")
_OUR = re.compile(r"(?<=...)our(?=(?:s|al|ed|ing|ful|able)?$)")
_LLING = re.compile(r"(?<=[aeiouy])(.+[aeiou])ll(?=(?:ing|ed|er|ers)$)")
_SPELLINGS = {
    "&": "and", "und": "and", "et": "and",
    "centre": "center", "centres": "centers", "fibre": "fiber", "fibres": "fibers", "theatre": "theater",
    "metre": "meter", "litre": "liter", "programme": "program", "programmes": "programs", "licence": "license",
    "licences": "licenses", "catalogue": "catalog", "catalogues": "catalogs", "cataloguing": "cataloging",
    "aluminium": "aluminum", "jewellery": "jewelry", "mould": "mold", "moulds": "molds", "moulding": "molding",
    "tyre": "tire", "tyres": "tires", "grey": "gray", "cheque": "check", "cheques": "checks", "defence": "defense",
    "analyse": "analyze", "analysing": "analyzing", "enrolment": "enrollment", "fulfilment": "fulfillment",
    "cyber-security": "cybersecurity", "paralysed": "paralyzed", "plough": "plow", "ploughing": "plowing",
}  # fmt: skip


def fold(token: str) -> str:
    """One spelling for a word as cut by TOKEN: lower case, plain letters, American endings, no possessive s."""
    word = token.lower()
    if not word.isascii():
        word = _plain(word)
    if word.endswith("'s"):
        word = word[:-2]
    known = _SPELLINGS.get(word)
    if known:
        return known
    if len(word) > 5:
        return _american(word)
    return word


def singular(word: str) -> str:
    """A folded word without its plural ending; words in -ss, -us, -is and -ics and those under four letters stay."""
    if len(word) < 4 or word[-1] != "s" or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def normal(name: str) -> str:
    """The form by which names are compared: folded words with one space between; plurals count in single words only.

    "Front-End Développement" gives "front end developpement", "Data Structures" and "data structure" the same.
    """
    tokens = TOKEN.findall(name)
    if len(tokens) == 1:
        return fold(tokens[0])
    return " ".join(map(_stem, tokens))


@lru_cache(maxsize=20_000)
def _stem(token: str) -> str:
    return singular(fold(token))


def squashed(name: str) -> str | None:
    """The normal form of a hyphenated name written as one word ("front-end" as "frontend"), None without hyphen."""
    if "-" not in name:
        return None
    return normal(name.replace("-", ""))


def may_join(separator: str) -> bool:
    """Whether what stands between two words lets them be one name: space, one line break, hyphen, slash, dot."""
    return _JOINT.fullmatch(separator) is not None


def is_hyphen(separator: str) -> bool:
    """Whether two words are joined by a hyphen, also one at the end of a line."""
    return _HYPHEN.fullmatch(separator) is not None


def _plain(word: str) -> str:
    word = unicodedata.normalize("NFC", word).replace("’", "'").translate(_UMLAUTS)
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _american(word: str) -> str:
    if "ae" in word or "oe" in word:
        word = _LATIN_E.sub("e", word)
    if "is" in word:
        word = _ISE.sub("iz", word)
    if "our" in word:
        word = _OUR.sub("or", word)
    if "ll" in word:
        word = _LLING.sub(r"\1l", word)
    return word
