"""Audits of words nobody knows: job titles without an occupation, and skills that stand alone in the vocabulary."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection
from django.db.models import Count

from rapport.candidates.models import Candidate
from rapport.candidates.operations import Correction
from rapport.candidates.permissions import visible_to
from rapport.hygiene.audits.fixes_of_data import CANDIDATE, changes_of, make, take_back
from rapport.hygiene.audits.fixes_of_people import people
from rapport.hygiene.audits.fixes_of_skills import MAP
from rapport.hygiene.audits.registry import Audit, Change, Choice, Done, Fix, Found, Line, Seen, search_url
from rapport.hygiene.models import PoolTitle
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.skills.models import Skill
from rapport.skills.operations import settle_skills
from rapport.skills.titles import normalize_title

MOST_PEOPLE = 10_000  # given another title by one click
# Skills that somebody added and nobody has given a group or another word; how many have them is counted up to a limit.
ALONE = """
SELECT s.id, n.count FROM skills_skill s CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM (SELECT 1 FROM candidates_candidateskill k WHERE k.skill_id = s.id LIMIT 10000) capped
) n
WHERE s.source = 'recruiter' AND s.category = '' AND s.is_active AND n.count > 0
  AND NOT EXISTS (SELECT FROM skills_alias a WHERE a.skill_id = s.id)
"""
IN_USE = """
SELECT count(*) FROM skills_skill s
WHERE s.is_active AND EXISTS (SELECT FROM candidates_candidateskill k WHERE k.skill_id = s.id)
"""


def title_id(text: str) -> UUID:
    """The same title has the same id on every machine, without being stored first."""
    return uuid5(NAMESPACE_OID, text)


def find_unknown_titles() -> Seen:
    """Titles of present people without an occupation; nobody's title is read twice once it is known (`remember_titles`)."""
    counts = _count_titles()
    known = set(PoolTitle.objects.filter(is_known=True).values_list("text", flat=True))
    unknown = {text: count for text, count in counts.items() if text not in known and not _is_known(text)}
    found = [Found(title_id(text), count) for text, count in unknown.items()]
    return Seen(found, sum(counts.values()), counts_people=True)


def remember_titles() -> None:
    """Keep which titles of the pool are known; those that nobody has any more are forgotten."""
    texts = set(_count_titles())
    there = dict(PoolTitle.objects.values_list("text", "is_known"))
    new = texts - set(there)
    rows = [PoolTitle(id=title_id(text), text=text, is_known=_is_known(text)) for text in sorted(new)]
    PoolTitle.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)
    unknown = [text for text in texts & set(there) if not there[text]]
    PoolTitle.objects.filter(id__in=[title_id(text) for text in unknown if _is_known(text)]).update(is_known=True)
    gone = sorted(set(there) - texts)
    for start in range(0, len(gone), 2000):
        PoolTitle.objects.filter(id__in=[title_id(text) for text in gone[start : start + 2000]]).delete()


def _count_titles() -> dict[str, int]:
    rows = Candidate.objects.active().exclude(title="").order_by().values_list("title")
    return dict(rows.annotate(Count("id")))


@lru_cache(maxsize=200_000)
def _is_known(text: str) -> bool:
    return bool(normalize_title(text).occupation)


def describe_titles(actor: Actor, found: Sequence[Found]) -> list[Line]:
    """Titles that are kept are found by their id; a run that stores nothing has to look through the pool."""
    texts = dict(PoolTitle.objects.filter(id__in=[one.subject_id for one in found]).values_list("id", "text"))
    if len(texts) < len(found):
        texts |= {title_id(text): text for text in _count_titles()}
    return [
        Line(one.subject_id, texts[one.subject_id], people(one.size), search_url("title", texts[one.subject_id]))
        for one in found
        if one.subject_id in texts
    ]


def _having(actor: Actor, ids: Sequence[UUID], title: str) -> dict[str, list[Correction]]:
    title = " ".join(title.split())
    if not title:
        raise InvalidInput({"value": "Enter the title these people are to have."})
    texts = list(PoolTitle.objects.filter(id__in=list(ids)).values_list("text", flat=True))
    rows = Candidate.objects.active().filter(visible_to(actor), title__in=texts).order_by("id")
    having = rows.values_list("id", "title")[:MOST_PEOPLE]
    return {
        CANDIDATE: [Correction(key, key, {"title": own}, {"title": title[:200]}) for key, own in having if own != title]
    }


def _plan_title(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    corrections = _having(actor, ids, value)
    return changes_of(actor, [one.candidate_id for one in corrections[CANDIDATE]], corrections)


def _give_title(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
    """Titles that somebody still has, because they are more than one click reaches, stay on the list."""
    done = make(actor, _having(actor, ids, value), "given the title")
    texts = dict(PoolTitle.objects.filter(id__in=list(ids)).values_list("text", "id"))
    rows = Candidate.objects.active().filter(visible_to(actor), title__in=list(texts))
    left = set(rows.values_list("title", flat=True).distinct())
    return Done([key for text, key in texts.items() if text not in left], done.said, done.undo)


def _suggest_title(ids: Sequence[UUID]) -> str:
    """The standard form of the first title, with a capital letter: what is left when places and noise are gone."""
    text = PoolTitle.objects.filter(id__in=list(ids)).values_list("text", flat=True).first() or ""
    normal = normalize_title(text).normal
    return (normal[:1].upper() + normal[1:]) or text


def find_unknown_skills() -> Seen:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        found = [Found(key, count) for key, count in cursor.fetchall()]
        cursor.execute(IN_USE)
        in_use = int(cursor.fetchone()[0])
    return Seen(found, in_use)


def describe_skills(actor: Actor, found: Sequence[Found]) -> list[Line]:
    rows = Skill.objects.in_bulk([one.subject_id for one in found])
    return [
        Line(
            one.subject_id, rows[one.subject_id].name, people(one.size), search_url("skill", rows[one.subject_id].name)
        )
        for one in found
        if one.subject_id in rows and not rows[one.subject_id].category
    ]


def _plan_skills(actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    rows = Skill.objects.filter(id__in=list(ids), category="").order_by("name")
    return [Change(row.id, row.name, "in no group", value) for row in rows]


def _settle(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
    done = settle_skills(skill_ids=ids, category=value, before="")
    words = "1 skill" if len(done) == 1 else f"{len(done):,} skills"
    return Done(done, f"{words} put into {value}", {"ids": done, "category": value})


def _unsettle(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
    return settle_skills(skill_ids=undo["ids"], category="", before=undo["category"])


OWN_SKILLS = "Skills of the house"
AUDITS = (
    Audit(
        "unknown_titles", "Unknown titles", "A job title for which no occupation is known: fits cannot read it",
        ("title", "titles"), 4, describe_titles, look=find_unknown_titles,
        fixes=(
            Fix(
                "title", "Give another title", "Everybody who has one of these titles gets the one you enter.",
                _plan_title, _give_title, take_back,
                Choice("New title", "As people in your field write it.", _suggest_title),
            ),
        ),
    ),
    Audit(
        "unknown_skills", "Unknown skills", "A skill that somebody typed and no vocabulary knows: is it one, or a slip?",
        ("skill", "skills"), 3, describe_skills, look=find_unknown_skills,
        fixes=(
            Fix(
                "settle", "They are skills", "They are put into a group of the vocabulary, and count as known from now on.",
                _plan_skills, _settle, _unsettle,
                Choice("Group", "A group of the vocabulary; a new one is made.", lambda _: OWN_SKILLS),
            ),
            MAP,
        ),
    ),
)  # fmt: skip
