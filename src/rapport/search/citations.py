"""The sentences that prove a score: where a résumé names a skill, and what in it is closest to the job."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from rapport.search import wording
from rapport.search.fits import Evidence, Fit
from rapport.skills.queries import vocabulary

AROUND = 300  # characters of a document read before and after the words
LONGEST = 220  # characters of a sentence that are shown
_END = re.compile(r"[.!?](?=\s)|\n|[•▪●■◦\uf0b7]|\t")

READ = """
SELECT k.candidate_id, s.name, k.evidence, d.id, d.file_name, k.start - greatest(k.start - %(around)s, 0),
    k."end" - k.start, substr(d.text, greatest(k.start - %(around)s, 0) + 1, k."end" - k.start + 2 * %(around)s)
FROM candidates_candidateskill k JOIN skills_skill s ON s.id = k.skill_id
LEFT JOIN candidates_document d ON d.id = k.document_id
WHERE k.candidate_id = ANY(%(ids)s) AND s.name = ANY(%(skills)s)
"""
READ_WORK = """
SELECT c.summary FROM candidates_candidate c WHERE c.id = %(id)s
UNION ALL SELECT e.text FROM candidates_experience e WHERE e.candidate_id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence with the words that count in it; `document_id` is None where it was typed and not read from a file."""

    before: str
    words: str
    after: str
    file_name: str = ""
    document_id: UUID | None = None

    @property
    def text(self) -> str:
        return f"{self.before}{self.words}{self.after}"


Citations = Mapping[tuple[UUID, str], Citation]


def cite(fits: Iterable[Fit]) -> Citations:
    """The sentence for each skill that counted, by candidate and skill, in one statement for all of them."""
    wanted = [(UUID(fit.key), line.skill) for fit in fits for part in fit.parts for line in part.evidence if line.skill]
    if not wanted:
        return {}
    ids, skills = ({pair[at] for pair in wanted} for at in (0, 1))
    with connection.cursor() as cursor:
        cursor.execute(READ, {"around": AROUND, "ids": list(ids), "skills": list(skills)})
        rows = cursor.fetchall()
    return {(row[0], row[1]): citation for row in rows if (citation := _citation(*row[1:]))}


def _citation(
    skill: str,
    evidence: str,
    document_id: UUID | None,
    file_name: str | None,
    at: int | None,
    size: int,
    text: str | None,
) -> Citation | None:
    if text is not None and at is not None:
        before, words, after = cut_sentence(text, at, at + size)
        return Citation(before, words, after, file_name or "", document_id)
    if not evidence:
        return None
    start, end = _mention(evidence, skill)
    return Citation(evidence[:start], evidence[start:end], evidence[end:])


def _mention(sentence: str, skill: str) -> tuple[int, int]:
    """Where a sentence names a skill, by its name or an alias; the end of the sentence when it does not."""
    at = sentence.casefold().find(skill.casefold())
    if at >= 0 and len(sentence) == len(sentence.casefold()):
        return at, at + len(skill)
    found = [mention for mention in vocabulary().find(sentence) if mention.skill == skill]
    return (found[0].start, found[0].end) if found else (len(sentence), len(sentence))


def cut_sentence(text: str, start: int, end: int, longest: int = LONGEST) -> tuple[str, str, str]:
    """The sentence around text[start:end] in three parts; a long one is cut at words, with an ellipsis."""
    first = max((match.end() for match in _END.finditer(text, 0, start)), default=0)
    closing = _END.search(text, end)
    last = (closing.start() + (text[closing.start()] in ".!?")) if closing else len(text)
    before, after = text[first:start].lstrip(), text[end:last].rstrip()
    spare = max(0, longest - (end - start)) // 2
    if len(before) > spare:
        before = "…" + before[-spare:].partition(" ")[2] if spare else "…"
    if len(after) > spare:
        after = after[:spare].rpartition(" ")[0] + "…" if spare else "…"
    return before, text[start:end], after


def closest_sentence(candidate_id: UUID, description: str) -> str:
    """The sentence of somebody's work that shares most words with a description; "" where none shares two."""
    with connection.cursor() as cursor:
        cursor.execute(READ_WORK, {"id": candidate_id})
        return wording.closest_sentence((row[0] for row in cursor.fetchall()), description)


def as_rows(fit: Fit, citations: Citations) -> list[dict[str, Any]]:
    """The evidence of a fit as the command line and programs get it: part, label, points, of, text and note."""
    key = UUID(fit.key)
    return [
        {
            "part": part.name, "label": line.label, "points": line.points, "of": line.of,
            "text": _text(line, citations.get((key, line.skill))), "note": line.note,
        }
        for part in fit.parts
        for line in part.evidence
    ]  # fmt: skip


def _text(line: Evidence, citation: Citation | None) -> str:
    return citation.text if citation else line.text
