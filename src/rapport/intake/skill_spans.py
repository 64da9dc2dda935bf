"""Skills: those that the vocabulary finds anywhere, and the phrases listed in skill sections; years by the jobs that name them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec

from rapport.intake.document import Document
from rapport.intake.entry_rows import BULLET
from rapport.intake.languages import LANGUAGE_NAMES
from rapport.intake.periods import count_months, find_periods
from rapport.intake.section_names import fold
from rapport.intake.sections import Section
from rapport.intake.wordlists import word_set

_SEPARATORS = re.compile(r"[\t,;•·|▪●]+|\s+/\s+|\s{3,}|\s+[–—-]\s+(?=[A-Z])")
_LABEL = re.compile(r"^[^\s:][^:,;]{1,38}:\s+|^[^\s:][^:,;]{1,38}:$")
_STATED = re.compile(r"(?<![\d.])(?P<years>\d{1,2})(?:[.,]5)?\+?\s*(?:years?|yrs?|jahre?n?|ans?|años?)(?!\w)", re.I)
_NO_SKILL = word_set(
    "and or und et y other others etc years year yrs excellent good strong basic advanced proficient knowledge of in with"
)


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill under its canonical name (or as written); `years` None when nothing dates it; spans of all mentions."""

    name: str
    years: float | None
    spans: tuple[tuple[int, int], ...]
    is_known: bool


def find_resume_skills(
    document: Document, sections: Sequence[Section], jobs: Sequence[tuple[int, int, str, str, bool]], today: date
) -> list[Skill]:
    """Skills of a résumé, best covered first by order of mention.

    `jobs` are (start offset, end offset, start date, end date, is_current) of experiences: a skill's years are the months of the jobs that
    name it, overlaps counted once, unless the text states them ("Python, 5+ years").
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    names: dict[str, str] = {}
    known: set[str] = set()
    for name, start, end in _vocabulary_mentions(document.text):
        key = fold(name) or name
        names.setdefault(key, name)
        known.add(key)
        spans.setdefault(key, []).append((start, end))
    taken = [span for found in spans.values() for span in found]
    for start, end in _listed(document, sections):
        if any(a < end and start < b for a, b in taken):
            continue
        text = document.text[start:end]
        key = fold(text) or text
        names.setdefault(key, text)
        spans.setdefault(key, []).append((start, end))
    skills = [
        Skill(names[key], _years(document.text, found, jobs, today), tuple(found), key in known)
        for key, found in spans.items()
    ]
    return sorted(skills, key=lambda skill: skill.spans[0])


def _vocabulary_mentions(text: str) -> Iterator[tuple[str, int, int]]:
    if find_spec("rapport.skills.finder") is None:
        return
    from rapport.skills.finder import find_skills

    for mention in find_skills(text):
        yield mention.skill, mention.start, mention.end


def _listed(document: Document, sections: Sequence[Section]) -> Iterator[tuple[int, int]]:
    """Short phrases between separators in skill sections: what people list, whether or not the vocabulary knows it."""
    for section in sections:
        if section.kind != "skills":
            continue
        for number in range(section.first, section.last):
            yield from _listed_in(document.lines[number].text, document.starts[number])


def _listed_in(text: str, offset: int) -> Iterator[tuple[int, int]]:
    begin = 0
    bullet = BULLET.match(text)
    if bullet:
        begin = bullet.end()
    label = _LABEL.match(text[begin:])
    if label:
        begin += label.end()
    position = begin
    pieces = []
    for match in _SEPARATORS.finditer(text, begin):
        pieces.append((position, match.start()))
        position = match.end()
    pieces.append((position, len(text)))
    for start, end in pieces:
        while start < end and not (text[start].isalnum() or text[start] in ".("):
            start += 1
        while end > start and not (text[end - 1].isalnum() or text[end - 1] in "+#)"):
            end -= 1
        if _is_phrase(text[start:end]):
            yield offset + start, offset + end


def _is_phrase(text: str) -> bool:
    words = text.split()
    if not 1 <= len(words) <= 5 or not 2 <= len(text) <= 50 or not any(c.isalpha() for c in text):
        return False
    if "@" in text or "http" in text or text.lower() in LANGUAGE_NAMES or find_periods(text) or _STATED.search(text):
        return False
    if all(word.lower() in _NO_SKILL for word in words) or words[0].lower() in ("i", "my", "we"):
        return False
    return text.count("(") == text.count(")")


def _years(
    text: str, spans: Sequence[tuple[int, int]], jobs: Sequence[tuple[int, int, str, str, bool]], today: date
) -> float | None:
    for _, end in spans:
        line_end = text.find("\n", end)
        after = text[end : min(end + 22, line_end if line_end >= 0 else len(text))]
        stated = _STATED.search(after)
        if stated and not re.search(r"[,;]\s*\w", after[: stated.start()]):
            return float(stated.group("years"))
    periods = [job[2:] for job in jobs if any(job[0] <= start < job[1] for start, _ in spans)]
    months = count_months(periods, today)
    return round(months / 12, 1) if months else None
