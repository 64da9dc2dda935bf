"""The person's name: where a résumé puts it, and what a name looks like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapport.intake.document import Document, Line
from rapport.intake.header_words import organisation_weight, title_weight
from rapport.intake.places import country_of, is_place
from rapport.intake.section_names import fold, heading_kind
from rapport.intake.sections import Section
from rapport.intake.wordlists import word_set

_DOCUMENT_WORDS = re.compile(
    r"\b(?:lebenslauf|curriculum vitae|cv|résumé|resume)\s+(?:von|of|de)\b|\b(?:curriculum\s+vitae|résumé|resume|lebenslauf|cv|c\.v\.|bewerbung|hoja de vida|currículum(?:\s+vitae)?|europass)\b",
    re.I,
)
_LABEL = re.compile(
    r"^\s*(?:full\s+name|name|vor-?\s*und\s+(?:nachname|zuname)|vollständiger name|nom(?:\s+et\s+prénom)?|nom complet|nombre(?:\s+y\s+apellidos?)?|nombre completo)\s*[:\t]\s*",
    re.I,
)
_CREDENTIALS = re.compile(
    r"[,\s|(]+(?:ph\.?d|m\.?\s?sc|b\.?\s?sc|m\.?\s?a|b\.?\s?a|mba|md|m\.d|rn|cpa|pmp|esq|jr|sr|ii|iii|iv|dds|pe|p\.e|cfa|phr|shrm-cp|dipl\.?-?\s?\w+|bsn|msn|j\.?d|ll\.?m)\.?\)?(?=$|[\s,|])",
    re.I,
)
_TITLES = re.compile(
    r"^(?:(?:dr|prof|mr|mrs|ms|miss|herr|frau|ing|m|mme|sr|sra|med|rer|nat|phil|jur|habil|dipl\.?-?\w*)\.?\s+)+(?=\w)",
    re.I,
)
_PARTICLES = word_set(
    "de da do dos das del della di du la le van von der den zu zum zur af al el bin ibn ben ter ten y e i bint mac mc st o"
)
_NOT_NAMES = frozenset(fold("""
street road avenue city state page phone email mobile address linkedin github portfolio website resume confidential available updated last present
professional summary profile experience education skills objective contact about personal information details curriculum vitae years year
cell position name no passport female male status age date birth valid license driving contacts description work father mother applying
languages nationality country gender marital married single references hobbies interests award certified
development software marketing sales finance management accounting engineering design business human resources customer service support operations
information technology nursing healthcare teaching arts banking construction consulting aviation agriculture automotive fitness public relations digital
media data science machine learning web frontend backend full stack freelance remote the and with for of
""").split())  # fmt: skip


_SURE, _LEAST = 5.5, 2.4


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    start: int
    end: int
    confidence: float
    is_joined: bool = False


def find_name(document: Document, head: Section, contact: Sequence[Section], emails: Sequence[str]) -> Name | None:
    """The most name-like words: labelled, or large and early, agreeing with an e-mail address where there is one."""
    scored: list[tuple[float, Name]] = []
    biggest = max((line.size for line in document.lines[:80] if _is_wordy(line)), default=0.0)
    for rank, number in enumerate(_likely_lines(document, head, contact)):
        for name in (
            *_candidates(document, number),
            *_over_two_lines(document, number),
            *_single_word(document, number, rank, emails),
        ):
            score = _score(name, document.lines[number], rank, biggest, emails)
            scored.append((score, name))
    if not scored:
        return None
    score, best = max(scored, key=lambda pair: pair[0])
    if score < _SURE and (score < _LEAST or _may_be_place(best.text)):
        return None
    return Name(best.text, best.start, best.end, round(min(0.98, 0.35 + score / 12), 2))


def _may_be_place(text: str) -> bool:
    first, _, last = text.rpartition(" ")
    return is_place(text, ask_gazetteer=True) or (bool(country_of(last)) and is_place(first, ask_gazetteer=True))


def _is_wordy(line: Line) -> bool:
    return sum(c.isalpha() for c in line.text) >= 4


def _likely_lines(document: Document, head: Section, contact: Sequence[Section]) -> list[int]:
    """Lines above the first section, those of contact sections, and the largest lines of the first page."""
    lines = list(range(head.first, min(head.last, head.first + 25)))
    for section in contact:
        lines.extend(range(section.first, min(section.last, section.first + 12)))
    sized = [n for n, line in enumerate(document.lines) if line.page == 1 and line.size > 0 and _is_wordy(line)]
    lines.extend(sorted(sized, key=lambda n: -document.lines[n].size)[:3])
    return [n for n in dict.fromkeys(lines) if document.lines[n].text.strip()]


def _candidates(document: Document, number: int) -> list[Name]:
    text = document.lines[number].text
    found = []
    label = _LABEL.match(text)
    begin = label.end() if label else 0
    for cell in re.finditer(r"[^\t|·•–—:;()/]+(?:\.(?=\s))?", text[begin:]):
        start, end = _tighten(text, begin + cell.start(), begin + cell.end())
        first, comma, rest = text[start:end].partition(",")
        if comma and title_weight(rest) >= 2 and looks_like_name(first):
            end = start + len(first)
        words = text[start:end]
        if looks_like_name(words):
            offset = document.starts[number]
            found.append(Name(_tidy(words), offset + start, offset + end, 1.0 if label else 0.0))
    joined = text.replace("\t", " ")
    if not found and "\t" in text and looks_like_name(_DOCUMENT_WORDS.sub("", joined).strip()):
        start, end = _tighten(joined, 0, len(joined))
        found.append(
            Name(_tidy(joined[start:end]), document.starts[number] + start, document.starts[number] + end, 0.0)
        )
    return found


def _over_two_lines(document: Document, number: int) -> list[Name]:
    """A large name that its column broke: "Svenja" above "Hagedorn"."""
    if number + 1 >= len(document.lines):
        return []
    first, second = document.lines[number : number + 2]
    is_alike = first.size > 0 and abs(first.size - second.size) < 0.6 and first.is_all_bold == second.is_all_bold
    if not is_alike or len(first.text.split()) > 3 or len(second.text.split()) > 3 or "\t" in first.text + second.text:
        return []
    if looks_like_name(first.text) and (looks_like_name(second.text) or title_weight(second.text)):
        return []
    text = f"{first.text.strip()} {second.text.strip()}"
    start, end = _tighten(text, 0, len(text))
    if not looks_like_name(text[start:end]) or is_place(second.text):
        return []
    begin = document.starts[number]
    return [Name(_tidy(text[start:end]), begin, document.starts[number + 1] + len(second.text), 0.0, is_joined=True)]


def _single_word(document: Document, number: int, rank: int, emails: Sequence[str]) -> list[Name]:
    """A name of one word: alone on the first line, and in the e-mail address or the only large line."""
    line = document.lines[number]
    word = line.text.strip()
    if rank or not _could_be_single_name(word):
        return []
    sizes = [other.size for n, other in enumerate(document.lines[:60]) if n != number and _is_wordy(other)]
    if not _agrees(word, emails) and not (line.size and line.size > 1.3 * max(sizes, default=0.0)):
        return []
    begin = document.starts[number] + line.text.index(word)
    return [Name(_tidy(word), begin, begin + len(word), 0.0)]


def _could_be_single_name(word: str) -> bool:
    is_capital = word[:1].isupper() or not word[:1].isascii()
    if not (2 <= len(word) <= 30 and word.isalpha() and is_capital):
        return False
    is_known = heading_kind(word) or fold(word) in _NOT_NAMES or is_place(word)
    return not (is_known or _DOCUMENT_WORDS.search(word) or title_weight(word))


def _tighten(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out words for the document itself, titles, credentials, and what is behind a comma."""
    part = text[start:end]
    for pattern in (_DOCUMENT_WORDS, _CREDENTIALS):
        for match in reversed(list(pattern.finditer(part))):
            if match.start() <= 1:
                start += match.end()
            else:
                end = start + match.start()
            part = text[start:end]
    lead = _TITLES.match(part.lstrip())
    if lead:
        start += len(part) - len(part.lstrip()) + lead.end()
    while start < end and not text[start].isalpha():
        start += 1
    while end > start and not (text[end - 1].isalpha() or (text[end - 1] == "." and text[end - 3 : end - 2] == " ")):
        end -= 1
    return start, end


def looks_like_name(text: str) -> bool:
    """Two to five capitalised words without digits that are no title, place, organisation or heading."""
    words = text.replace(",", " , ").split()
    plain = [word for word in words if word != ","]
    if not 2 <= len(plain) <= 6 or len(text) > 60 or any(c.isdigit() or c in "@/\\_&+#<>=%!?" for c in text):
        return False
    if words.count(",") > 1 or heading_kind(text) or is_place(text):
        return False
    real = [word for word in plain if fold(word) not in _PARTICLES or word[0].isupper()]
    if len(real) < 2 or any(not word[0].isupper() and word[0].isascii() for word in real):
        return False
    if any(fold(word) in _NOT_NAMES for word in plain):
        return False
    return title_weight(text) < 2 and organisation_weight(text) < 1


def _tidy(text: str) -> str:
    """Blanks made single, "Doe, Jane" turned round, names in capitals put into usual letters."""
    text = " ".join(text.split())
    if text.count(",") == 1:
        last, first = (part.strip() for part in text.split(","))
        text = f"{first} {last}"
    letters = [c for c in text if c.isalpha()]
    if sum(c.isupper() for c in letters) >= 0.7 * len(letters):
        text = " ".join(_capitalise(word) for word in text.split())
    return text


def _capitalise(word: str) -> str:
    if fold(word) in _PARTICLES and len(word) > 1:
        return word.lower()
    return re.sub(r"[^\W\d_]+", lambda match: match.group()[0].upper() + match.group()[1:].lower(), word)


def _score(name: Name, line: Line, rank: int, biggest: float, emails: Sequence[str]) -> float:
    score = 3.0 - 0.25 * min(rank, 10)
    if name.confidence:
        score += 5.0
    if biggest and line.size >= 0.95 * biggest:
        score += 3.0
    elif biggest and line.size < 0.6 * biggest:
        score -= 1.0
    if line.is_all_bold or line.is_heading:
        score += 0.5
    if _agrees(name.text, emails):
        score += 3.0
    if name.is_joined:
        score += 0.6
    if name.text and len(line.text.strip()) > len(name.text) + 25:
        score -= 1.0
    return score


def _agrees(name: str, emails: Sequence[str]) -> bool:
    words = [word for word in fold(name).split() if len(word) > 2]
    local = [re.sub(r"[^a-z]", "", email.split("@")[0].lower()) for email in emails]
    return any(word in part for word in words for part in local)
