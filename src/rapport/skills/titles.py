"""The normal form of a job title, its seniority, and the occupation it belongs to. Needs no database; short
forms that a vocabulary brought are read from the data folder.

| step        | "Sr. SWE II (m/w/d) - Remote, Berlin #4711"                     | becomes             |
|-------------|------------------------------------------------------------------|---------------------|
| noise       | numbers, places, "remote", "urgent", pay, forms of work          | Sr. SWE II (m/w/d)  |
| gender      | (m/w/d), -in, *in, "X / Xe", salesman                            | Sr. SWE II          |
| short forms | Sr, Mgr, VP, SWE, HR                                             | senior software engineer II |
| level       | a word of the level goes when the rest still names the work      | software engineer; senior |
| order       | "Manager, Sales", "Director of Sales"                            | sales manager       |

Seniorities, in their order: intern, junior, mid, senior, lead, head (directors, heads and vice presidents), executive
(chiefs, presidents, owners). mid is also what a title without a word for it has.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapport.skills import title_words as data
from rapport.skills.kept import kept_abbreviations
from rapport.skills.words import singular

SENIORITIES = ("intern", "junior", "mid", "senior", "lead", "head", "executive")
LONGEST = 300  # characters of a title that are read

_LEVEL_OF = {word: level for level, words in data.LEVELS for word in words.split()}
_LEADING = tuple(
    (level, re.compile(r"(?<!\w)(?<!vice )(?:" + "|".join(map(re.escape, phrases)) + r")(?!\w)"))
    for level, phrases in reversed(data.LEADING.items())
)
_MARKS = r"(?:[mwfdxihrg]|gn|all|div|divers)"
_GENDER = re.compile(
    rf"[(\[]\s*{_MARKS}(?:\s*[/|,.-]\s*{_MARKS})*\s*[)\]]|(?<!\w){_MARKS}(?:\s*[/|]\s*{_MARKS}){{1,3}}(?!\w)"
    r"|[(\[]\s*(?:all genders?|gn|m/w/divers|tous genres)\s*[)\]]",
    re.IGNORECASE,
)
_INNER_IN = re.compile(
    r"(?<=[a-zäöüß]{3})(?:[*:_·•]|\(-?|/-?|\.)[iI]n(?:nen)?\)?(?!\w)|(?<=[a-zäöüß]{3})In(?:nen)?(?!\w)"
)
_ENDINGS = re.compile(
    r"(?<=\w{3})(?:\((?:-?e|-?a|-?ne|-?ère|-?ière|-?euse|-?trice|-?rice|-?se|-?le|-?as?|-?s|-?es)\)|[·•]e?[a-z]{0,4}(?!\w)"
    r"|/-?(?:a|as|os|o|ne|euse|trice|rice|ière|ère|in|innen|e|n|r|ra)(?!\w))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:\b(?:req(?:uisition)?|job|ref(?:erenz)?|id|kennziffer|stellen-?id|posting|position)\b[\s.:#-]*(?:id|nr|no|number)?[\s.:#-]*"
    r"[\w-]*\d[\w-]*|#\s*[\w-]*\d[\w-]*|\b[A-Z]{1,4}-?\d{3,}[\w-]*|\(\s*\d+\s*\)|\b\d{4,}\b|\*+|!+)",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"(?:up to\s*)?(?:[$€£]|rm\s?|usd|eur|gbp|sgd|chf)\s?\d[\d.,]*\s?k?\+?(?:\s*(?:-|–|to)\s*(?:[$€£]|rm)?\s?\d[\d.,]*\s?k?)?"
    r"(?:\s*(?:/|per|p\.?a\.?|pro)\s*\w*)?|\b\d{2,3}\s?k\b(?:\s*[-–]\s*\d{2,3}\s?k\b)?|\b\d{1,3}\s?%",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+")
_SEPARATOR = re.compile(r"\s+[-–—]+\s+|\s*[|@;\n\t•]+\s*|\s+at\s+(?=[A-Z])|\s+bei\s+(?=[A-Z])|\s+chez\s+(?=[A-Z])|[–—]")
_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]?")
_TOKEN = re.compile(r"c\+\+|c#|f#|\.net\b|[^\W_]+(?:[&'’.+-][^\W_]+)*\+?|[/,&]", re.IGNORECASE)
_ROMAN = {"i": "junior", "ii": "mid", "iii": "senior", "iv": "senior", "v": "lead"}
_IN_PLACE = re.compile(r"\s+(?:in|near|for|from|à|en|aus)\s+(?P<place>[^,]+)$", re.IGNORECASE)
_FEMININE = re.compile(
    r"(?:(?<=er)|(?<=or)|(?<=ist)|(?<=ent)|(?<=ant)|(?<=eur)|(?<=eut)|(?<=log)|(?<=graf)|(?<=nom)|(?<=wirt)|(?<=ärzt)|(?<=ekt)"
    r"|(?<=anwält)|(?<=köch)|(?<=wält)|(?<=iker)|(?<=tekt)|(?<=mat)|(?<=soph)|(?<=pilot)|(?<=bot)|(?<=bär)|(?<=är))in(?:nen)?$"
)
_FRENCH = (("trice", "teur"), ("euse", "eur"), ("ière", "ier"), ("ienne", "ien"), ("ère", "er"), ("eure", "eur"))
_JOINERS = frozenset(
    {"of", "for", "in", "at", "to", "de", "des", "du", "d", "für", "en", "et", "and", "und", "y", "with", "/", ","}
)


@dataclass(frozen=True, slots=True)
class Title:
    """What was entered, its normal form in lower case, its seniority, and the occupation or ""."""

    title: str
    normal: str
    seniority: str
    occupation: str = ""


def normalize_title(title: str) -> Title:
    """The title with its normal form, seniority (one of SENIORITIES) and best known occupation."""
    from rapport.skills.occupations import find_occupation

    normal, seniority, full = normal_form(title)
    return Title(title, normal, seniority, find_occupation(normal, full))


@lru_cache(maxsize=50_000)
def normal_form(title: str) -> tuple[str, str, str]:
    """(normal form, seniority, normal form with the words of the level)."""
    text = unicodedata.normalize("NFKC", title[:LONGEST]).replace("’", "'")
    return _form(_segments(_ADDRESS.sub(" ", text)))


def listed_form(title: str) -> tuple[str, str, str]:
    """The same for a title of a list, which has no noise in it."""
    return _form([title])


def _form(segments: Sequence[str]) -> tuple[str, str, str]:
    cut = [_words(segment) for segment in segments]
    words = _assemble([words for words in cut if words])
    full = " ".join(words)
    seniority, left = _level(words, full)
    left = _in_order(left)
    return " ".join(left) or full, seniority, full


def _segments(text: str) -> list[str]:
    """The parts of a title between dashes, bars and brackets that say something of the work; the first one is main."""
    text = _ENDINGS.sub("", _INNER_IN.sub("", _GENDER.sub(" ", text)))
    text = _NUMBER.sub(" ", _PAY.sub(" ", text))
    inside = [found[1] for found in _BRACKET.finditer(text)]
    parts = [*_SEPARATOR.split(_BRACKET.sub(" ", text))]
    kept = [part for part in parts if not _is_noise(part)]
    main, others = (kept[0], kept[1:]) if kept else (text, [])
    main = _without_place(main)
    bare = len(_TOKEN.findall(main)) == 1
    inside = [part for part in inside if not _is_noise(part)]
    return [main, *(others[:1] if bare else ()), *inside[:1]]


def _without_place(text: str) -> str:
    """A title without the places and noise at its end: "Nurse, Austin, TX", "Driver in Berlin"."""
    pieces = text.split(",")
    while len(pieces) > 1 and _is_noise(pieces[-1], states=True):
        pieces.pop()
    text = ",".join(pieces)
    found = _IN_PLACE.search(text)
    return text[: found.start()] if found and _is_noise(found["place"], states=True) else text


def _is_noise(text: str, *, states: bool = False) -> bool:
    """Whether a part names only places, forms of work and numbers."""
    lowered = text.lower()
    for place in data.PLACES_OF_TWO:
        if place in lowered:
            lowered = lowered.replace(place, " ")
    words = [word for word in _TOKEN.findall(lowered) if word not in ("/", ",", "&")]
    return all(
        word in data.NOISE or word in data.PLACES or word.isdigit() or (states and word in data.STATES)
        for word in words
    )


def _words(segment: str) -> list[str]:
    """The words of a part, in lower case, spelled out, without gender and plural of people."""
    tokens = [token.strip(".'") for token in _TOKEN.findall(_one_gender(segment).lower())]
    tokens = [token for token in tokens if token and token not in data.ALWAYS_NOISE]
    words: list[str] = []
    imported = kept_abbreviations()
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token in data.BEFORE_OTHERS and following and following not in ("/", ",", "&", "and"):
            words.append(data.BEFORE_OTHERS[token])
        elif token in data.ABBREVIATIONS:
            words += data.ABBREVIATIONS[token].split()
        elif token in imported:
            words += imported[token].split()
        else:
            words += [_person(part) for part in ([token] if _keeps_hyphen(token) else token.split("-"))]
    words = ["and" if word == "&" else word for word in words]
    while words and words[-1] in ("/", ",", "and"):
        words.pop()
    while words and words[0] in ("/", ",", "and"):
        words.pop(0)
    return words


def _keeps_hyphen(token: str) -> bool:
    return "-" not in token or len(token.split("-", maxsplit=1)[0]) < 3 or token in _LEVEL_OF


def _person(word: str) -> str:
    """A word for a person without its plural and feminine ending."""
    if word.endswith("s") and len(word) > 4:
        one = singular(word)
        if one != word and one.endswith(data.AGENTS):
            word = one
    if word.endswith("women"):
        word = word[:-5] + "woman"
    elif word.endswith("men") and len(word) > 5 and not word.endswith("men's"):
        word = word[:-3] + "man"
    word = _FEMININE.sub("", word) if len(word) > 5 else word
    if word in data.SALES_PEOPLE:
        return data.SALES_PEOPLE[word]
    if word.endswith("frau") and len(word) > 6:
        return word[:-4] + "mann"
    for ending, base in _FRENCH:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word[: -len(ending)] + base
    return word


def _one_gender(text: str) -> str:
    """ "Vendeur / Vendeuse de meubles" and "Bäcker/Bäckerin" without the second form."""
    if "/" not in text and " oder " not in text and " ou " not in text:
        return text
    left, *rights = re.split(r"\s*/\s*|\s+(?:ou|oder)\s+", text)
    words = left.split()
    for right in rights:
        others = right.split()
        size = next((n for n in range(min(len(words), len(others)), 0, -1) if _are_forms(words[-n:], others[:n])), 0)
        if size:
            words += others[size:]
        else:
            words += ["/", *others]
    return " ".join(words)


def _are_forms(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two runs of words are the same words, some of them in the other gender."""
    return all(_is_form(a.lower(), b.lower()) for a, b in zip(one, other, strict=True))


def _is_form(one: str, other: str) -> bool:
    if one == other:
        return True
    ones, others = one.split("-"), other.split("-")
    if len(ones) > 1 and len(ones) == len(others):
        return all(_is_form(a, b) for a, b in zip(ones, others, strict=True))
    one, other = _plain(one), _plain(other)
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    endings = one[same:], other[same:]
    return same >= 3 and same * 2 >= len(one) and max(map(len, endings)) <= 5 and endings[1] in _FORM_ENDINGS


_FORM_ENDING_WORDS = """
    e in innen a as ne nne se sse euse euses rice rices trice ice ere re iere iere le lle ette esse resse ora frau ve che
    ienne enne ante ente ze eresse etes es is
"""
_FORM_ENDINGS = frozenset(_FORM_ENDING_WORDS.split())


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _assemble(segments: Sequence[list[str]]) -> list[str]:
    """The words of the main part, with what a bare one needs: "Manager - Sales" is a sales manager."""
    if not segments:
        return []
    main, *others = segments
    pieces = _split(main, ",")
    if len(pieces) > 1 and pieces[0][-1:] and pieces[0][-1] in data.HEADS and len(pieces[0]) <= 2:
        main = [word for piece in pieces[1:] for word in piece] + pieces[0]
    else:
        main = [word for word in main if word != ","]
    for other in others:
        rest = [word for word in other if word != "," and word not in main]
        is_bare = len(main) == 1 and main[0] in data.HEADS
        main = rest + main if is_bare else main + rest
    return main


def _split(words: Sequence[str], separator: str) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for word in words:
        if word == separator:
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [piece for piece in pieces if piece]


def _level(words: list[str], full: str) -> tuple[str, list[str]]:
    """The seniority that words tell, and the words without it where they still name the work."""
    found: list[str] = []
    left = list(words)
    if len(left) > 1 and left[-1] in _ROMAN:
        found.append(_ROMAN[left.pop()])
    for place, word in enumerate(words):
        level = _LEVEL_OF.get(word)
        if level is None or _means_else(words, place):
            continue
        if level == "lead" and word in ("lead", "leading", "staff", "principal") and place not in (0, len(words) - 1):
            continue
        found.append(level)
        if word in left and len(left) > 1:
            left.remove(word)
    for level, pattern in _LEADING:
        if pattern.search(full) and not any(phrase in full for phrase in data.NO_LEVELS):
            found.append(level)
    if "assistant" in words and "head" in found:
        found.remove("head")
    if "intern" in found:
        return "intern", left
    return max(found, key=SENIORITIES.index, default="mid"), left


def _means_else(words: Sequence[str], place: int) -> bool:
    pairs = {" ".join(words[max(0, place - 1) : place + 1]), " ".join(words[place : place + 2])}
    return not pairs.isdisjoint(data.NO_LEVELS)


def _in_order(words: list[str]) -> list[str]:
    """ "director of sales" and "manager sales" as "sales director" and "sales manager"."""
    if "of" in words[1:3]:
        at = words.index("of")
        role, field = words[:at], words[at + 1 :]
        if (
            field
            and role
            and role[-1] in ("director", "manager", "president", "supervisor", "coordinator")
            and "of" not in field
        ):
            return [word for word in field if word != "the"] + role
    if len(words) > 1 and words[0] in data.HEADS and words[-1] not in data.HEADS and _JOINERS.isdisjoint(words):
        return [*words[1:], words[0]]
    return [word for word in words if word != ","]
