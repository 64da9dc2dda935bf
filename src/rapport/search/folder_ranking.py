"""Ranking parsed résumés for an advert without storing anything: BM25 over the folder, then the parts of fits.py. Pure.

Skills that few in the folder have weigh more than those everybody has.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapport.search.description import FoundSkill, read_description
from rapport.search.fits import LIKENESS, Fit, JobNeeds, Person, SkillFact, SkillNeed, Title, rank
from rapport.search.text_scores import TextScores
from rapport.search.wording import closest_sentence, title_words, without_name, work_words
from rapport.skills.finder import Vocabulary
from rapport.skills.names import ANY, CASE, Mention

TITLE_WEIGHT = 3.0  # a word of the title against one of the text, on both sides
ACRONYM = 5  # letters
MAX_REPEATS = 6  # further repetitions of a word in the advert add nothing
# What stands in these parts of a résumé never reaches a score.
_PERSONAL_FIELDS = (
    "education",
    "basics.name",
    "basics.email",
    "basics.phone",
    "basics.location",
    "basics.url",
    "basics.profiles",
)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file with what `rapport resume parse` says of it."""

    path: str
    resume: Mapping[str, Any]


def rank_files(
    description: str,
    files: Sequence[ParsedFile],
    *,
    find_skills: Callable[[str], Sequence[FoundSkill]],
    related: Callable[[str], Mapping[str, float]],
    limit: int | None = None,
    is_read: Callable[[str], bool] = lambda _: True,
) -> list[Fit]:
    """The best `limit` files (all for None) with their scores, best first, ties by path; `is_read` as read_description."""
    works = [work_text(file) for file in files]
    asked = read_description(description, find_skills, is_read=is_read)
    people = find_phrases(asked, [read_person(file) for file in files], works)
    needs = _weigh_by_rarity(asked, people)
    texts = TextScores(
        [{"title": _title_stems(person), "work": work_words(work)} for person, work in zip(people, works, strict=True)],
        {"title": TITLE_WEIGHT, "work": 1.0},
    )
    needs = replace(needs, title_rarity={word: texts.rarity(word) for word in title_words(needs.title)})
    likeness = texts.shares(_query(needs))
    compared = [replace(person, likeness=share) for person, share in zip(people, likeness, strict=True)]
    by_path = {file.path: work for file, work in zip(files, works, strict=True)}
    fits = rank(needs, compared, related, today=0, limit=limit)
    return [_with_sentence(fit, closest_sentence([by_path[fit.key]], needs.description)) for fit in fits]


def _with_sentence(fit: Fit, sentence: str) -> Fit:
    """A fit whose likeness cites the sentence that is closest to the advert."""
    parts = tuple(
        replace(part, evidence=tuple(replace(line, text=sentence) for line in part.evidence))
        if part.name == LIKENESS
        else part
        for part in fit.parts
    )
    return Fit(fit.key, fit.score, lambda: parts)


def read_person(file: ParsedFile) -> Person:
    """What may count of a parsed résumé."""
    resume = file.resume
    location = resume.get("basics", {}).get("location") or {}
    return Person(
        key=file.path,
        titles=_titles(resume),
        skills=_skills(resume),
        years=(resume.get("meta") or {}).get("experienceYears") or None,
        city=location.get("city", ""),
        country_code=location.get("countryCode", ""),
    )


def _titles(resume: Mapping[str, Any]) -> tuple[Title, ...]:
    work = resume.get("work") or []
    titles = [
        Title(job["position"], bool(job.get("isCurrent")) or index == 0)
        for index, job in enumerate(work)
        if job.get("position")
    ]
    label = resume.get("basics", {}).get("label") or _headline(resume)
    return (Title(label, True), *titles) if label else tuple(titles)


def _headline(resume: Mapping[str, Any]) -> str:
    """The first line, when it is short and is not the name."""
    first = next((line.strip() for line in str(resume.get("text", "")).splitlines() if line.strip()), "")
    name = resume.get("basics", {}).get("name", "")
    return first if len(first) <= 120 and "@" not in first and not (name and name in first) else ""


def _skills(resume: Mapping[str, Any]) -> tuple[SkillFact, ...]:
    spans: dict[str, list[Mapping[str, Any]]] = {}
    for evidence in resume.get("evidence") or []:
        if evidence["field"].startswith("skills["):
            spans.setdefault(evidence["field"], []).append(evidence)
    facts = []
    for index, skill in enumerate(resume.get("skills") or []):
        found = spans.get(f"skills[{index}].name") or [{"text": skill["name"], "start": None, "end": None}]
        first = found[0]
        facts.append(
            SkillFact(skill["name"], first["text"], first["start"], first["end"], "", skill.get("years"), len(found))
        )
    return tuple(facts)


def _title_stems(person: Person) -> list[str]:
    return [word for title in person.titles for word in title_words(title.text)]


def work_text(file: ParsedFile) -> str:
    """The text with blanks in the place of school, name, contact points and address: offsets stay."""
    text = str(file.resume.get("text", ""))
    for evidence in file.resume.get("evidence") or []:
        if evidence["field"].startswith(_PERSONAL_FIELDS):
            start, end = evidence["start"], evidence["end"]
            text = text[:start] + " " * (end - start) + text[end:]
    return without_name(text, file.resume.get("basics", {}).get("name", ""))


def find_phrases(needs: JobNeeds, people: Sequence[Person], works: Sequence[str]) -> list[Person]:
    """People with the phrases of a job that no vocabulary knows, as skills, where their work names them.

    Short words in capitals must be written so.
    """
    phrases = [need.skill for need in (*needs.must, *needs.nice) if not need.is_known]
    if not phrases:
        return list(people)
    words = Vocabulary()
    for phrase in phrases:
        words.add(phrase, matching=CASE if phrase.isupper() and len(phrase) <= ACRONYM else ANY)
    return [
        replace(person, skills=person.skills + _phrase_facts(words.find(work)))
        for person, work in zip(people, works, strict=True)
    ]


def _phrase_facts(mentions: Sequence[Mention]) -> tuple[SkillFact, ...]:
    counts = Counter(mention.skill for mention in mentions)
    first = {mention.skill: mention for mention in reversed(mentions)}
    return tuple(
        SkillFact(skill, one.text, one.start, one.end, "", None, counts[skill]) for skill, one in first.items()
    )


def _query(needs: JobNeeds) -> dict[str, float]:
    counts: dict[str, float] = {
        word: float(min(n, MAX_REPEATS)) for word, n in Counter(work_words(needs.description)).items()
    }
    for word in title_words(needs.title):
        counts[word] = min(counts.get(word, 0.0) + TITLE_WEIGHT, float(MAX_REPEATS))
    return counts


def _weigh_by_rarity(needs: JobNeeds, people: Sequence[Person]) -> JobNeeds:
    have = Counter(fact.skill for person in people for fact in person.skills)

    def weigh(group: Sequence[SkillNeed]) -> tuple[SkillNeed, ...]:
        return tuple(replace(need, weight=need.weight * _rarity(have[need.skill], len(people))) for need in group)

    return replace(needs, must=weigh(needs.must), nice=weigh(needs.nice), counts_relation=False)


def _rarity(found: int, total: int) -> float:
    """The inverse document frequency; what nobody has weighs as what one has."""
    found = max(1, found)
    return math.log(1 + (total - found + 0.5) / (found + 0.5))
