"""Jobs: which part of each entry's heading is the title and which the organisation.

The parts of one entry alone are often unclear ("Nexus AI", "Acorn"), but people head all their jobs alike. So entries with the same number
of parts vote: the place in the heading where titles stand most often is the title's place for all of them, unless one entry's own words
speak clearly against it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapport.intake.document import Document
from rapport.intake.entries import Entry, Part, Weigh, find_entries
from rapport.intake.header_words import degree_weight, organisation_weight, title_weight
from rapport.intake.places import is_place
from rapport.intake.sections import Section

_CLEAR = 2.2
_LOOSE_KINDS = ("work", "skills", "other", "summary", "head", "contact", "projects")


@dataclass(frozen=True, slots=True)
class Experience:
    """One job. Parts are None where the résumé does not tell; dates are ISO or ""; `body` are line numbers of the text."""

    title: Part | None
    organisation: Part | None
    place: Part | None
    start: str
    end: str
    is_current: bool
    period_span: tuple[int, int] | None
    body: tuple[int, ...]
    confidence: float


def find_experiences(document: Document, section: Section) -> list[Experience]:
    """Jobs of one section, in the order of the résumé."""
    entries = find_entries(document, section, title_weight, organisation_weight)
    _cut_lone_commas(entries, title_weight, organisation_weight)
    chosen = choose_parts(entries, title_weight, organisation_weight)
    experiences: list[Experience] = []
    carried: Part | None = None
    pending: Part | None = None
    for position, (entry, (title, organisation)) in enumerate(zip(entries, chosen, strict=True)):
        follows = position + 1 < len(entries) and not chosen[position + 1][1] and bool(chosen[position + 1][0])
        if organisation and not title and follows and not _has_text(document, entry):
            pending = carried = organisation
            continue
        if organisation is None and title is not None:
            organisation = pending or carried
        else:
            pending = None
        carried = organisation
        organisation = _cut_town(entry, title, organisation)
        experiences.append(_experience(entry, title, organisation))
    return experiences


def find_loose_experiences(document: Document, sections: Sequence[Section]) -> list[Experience]:
    """Jobs of a résumé whose sections hold none: dated entries with a job title anywhere but among the schools; never sure.

    Headings may be missing, or stand together at the top because columns were read across: where there are few, jobs are
    looked for among the schools too.
    """
    has_schools = any(section.kind == "education" for section in sections)
    kinds = _LOOSE_KINDS if not has_schools or len(sections) > 3 else None
    found: list[Experience] = []
    for section in sections:
        if kinds is None or section.kind in kinds:
            found += filter(_is_certain_job, find_experiences(document, _below_name(section, sections[0])))
    return [replace(job, confidence=min(job.confidence, 0.5)) for job in found]


def _below_name(section: Section, head: Section) -> Section:
    """The section as one of jobs; the head without its first line, which is the name."""
    first = min(section.first + 1, section.last) if section is head else section.first
    return Section("work", section.title, first, section.last)


def _is_certain_job(job: Experience) -> bool:
    title = job.title.text if job.title else ""
    has_title = title_weight(title) >= 2 and not degree_weight(title) and len(title) <= 70
    return has_title and bool(job.start and job.period_span)


def _cut_town(entry: Entry, title: Part | None, organisation: Part | None) -> Part | None:
    """Where no place was found: a town that the gazetteer knows, behind the organisation's comma or as a part of its own."""
    if entry.place is not None or organisation is None:
        return organisation
    others = [part for part in entry.parts if part not in (title, organisation)]
    if len(others) == 1 and is_place(others[0].text, ask_gazetteer=True):
        entry.place = others[0]
    name, comma, town = organisation.text.rpartition(", ")
    if not comma or organisation_weight(town) or not is_place(town, ask_gazetteer=True):
        return organisation
    entry.place = Part(town, organisation.end - len(town), organisation.end)
    return Part(name, organisation.start, organisation.start + len(name), organisation.is_bold)


def _has_text(document: Document, entry: Entry) -> bool:
    return any(document.lines[number].text.strip() for number in entry.body)


def _experience(entry: Entry, title: Part | None, organisation: Part | None) -> Experience:
    period = entry.period
    known = [title is not None, organisation is not None, period is not None and period.is_range]
    clear = (title_weight(title.text) > 0 if title else False) + (
        organisation_weight(organisation.text) > 0 if organisation else False
    )
    return Experience(
        title=title,
        organisation=organisation,
        place=entry.place,
        start=period.start if period else "",
        end="" if period is None or period.is_current else period.end,
        is_current=bool(period and period.is_current),
        period_span=entry.period_span,
        body=tuple(entry.body),
        confidence=round(0.25 + 0.17 * sum(known) + 0.12 * clear, 2),
    )


def choose_parts(
    entries: Sequence[Entry], weigh_first: Weigh, weigh_second: Weigh
) -> list[tuple[Part | None, Part | None]]:
    """(title, organisation) of each entry, or (degree, school) with the weights of education."""
    votes: dict[int, list[list[float]]] = {}
    for entry in entries:
        votes.setdefault(len(entry.parts), []).append(_leanings(entry, weigh_first, weigh_second))
    usual = {count: [sum(column) / len(rows) for column in zip(*rows, strict=True)] for count, rows in votes.items()}
    result = []
    for entry in entries:
        own = _leanings(entry, weigh_first, weigh_second)
        shared = usual[len(entry.parts)]
        result.append(_assign(entry.parts, own, shared))
    return result


def _leanings(entry: Entry, weigh_first: Weigh, weigh_second: Weigh) -> list[float]:
    """Above 0: rather the first kind (title); below: rather the second (organisation)."""
    return [weigh_first(part.text) - weigh_second(part.text) for part in entry.parts]


def _assign(parts: Sequence[Part], own: Sequence[float], shared: Sequence[float]) -> tuple[Part | None, Part | None]:
    if not parts:
        return None, None
    if len(parts) == 1:
        leaning = own[0] if own[0] else shared[0]
        return (parts[0], None) if leaning > 0 or (leaning == 0 and not parts[0].is_bold) else (None, parts[0])
    mixed = [a * (1.0 if abs(a) >= _CLEAR else 0.35) + b for a, b in zip(own, shared, strict=True)]
    pairs = [(i, j) for i in range(len(parts)) for j in range(len(parts)) if i != j]
    first, second = max(
        pairs, key=lambda pair: (mixed[pair[0]] - mixed[pair[1]] - 0.05 * (pair[0] + pair[1]), -pair[0])
    )
    return parts[first], parts[second]


def _cut_lone_commas(entries: Sequence[Entry], weigh_first: Weigh, weigh_second: Weigh) -> None:
    """Cut headings of a single part at the comma that parts title and organisation best ("Nexus AI, Co-Founder & CTO")."""
    for entry in entries:
        if len(entry.parts) == 1:
            cut = best_comma(entry.parts[0], weigh_first, weigh_second)
            if cut:
                entry.parts = _move_place(entry, cut)


def _move_place(entry: Entry, parts: list[Part]) -> list[Part]:
    """A piece that the gazetteer knows as a town is the place, when none was found."""
    if entry.place is None and len(parts) == 3 and is_place(parts[2].text, ask_gazetteer=True):
        entry.place = parts.pop()
    return parts


def best_comma(part: Part, weigh_first: Weigh, weigh_second: Weigh) -> list[Part] | None:
    """Two parts of "X, Y" when words tell that one side is a title; None when nothing does."""
    best: tuple[float, list[Part]] | None = None
    for match in re.finditer(r",\s+|\s+-\s*|\s*–\s*", part.text):
        left, right = part.text[: match.start()], part.text[match.end() :]
        if not left.strip() or not right.strip() or re.fullmatch(r"(?:Inc|LLC|Ltd|Jr|Sr|GmbH|Co|S\.?A)\b\.?.*", right):
            continue
        lean_left, lean_right = (weigh_first(t) - weigh_second(t) for t in (left, right))
        score = abs(lean_left - lean_right)
        if score > 0.4 and (best is None or score >= best[0]):  # of equals the last: "VP, Operations, Acme Inc"
            pieces = [
                Part(left, part.start, part.start + match.start(), part.is_bold),
                Part(right, part.start + match.end(), part.end, part.is_bold),
            ]
            best = (score, pieces)
    return best[1] if best else None
