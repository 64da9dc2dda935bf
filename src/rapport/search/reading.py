"""Reading many candidates as Profiles, in a constant number of statements whatever their number.

A batch is named by ids (what changed) or by a range of ids (all of them, one stretch after the other). Works with any
cursor of psycopg, so that processes which build a part of the index need no Django.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pycountry import countries

from rapport.candidates.title_rules import read_title
from rapport.search.fits import Person, SkillFact, Title
from rapport.search.profiles import MAX_TEXT, Profile, Standing, day_of

NOTHING: Sequence[Any] = ()
BY_IDS = "{} = ANY(%(ids)s)"
BY_RANGE = "{0} > %(after)s AND {0} <= %(until)s"

CANDIDATES = """
SELECT c.id, c.full_name, c.title, c.seniority, c.organisation, c.summary, c.place, c.city, c.country_code, c.latitude, c.longitude,
    c.years_experience::float8, c.languages, s.name, u.full_name, c.archived_at, c.last_contact_at, c.last_activity_at,
    c.created_at
FROM candidates_candidate c
LEFT JOIN candidates_source s ON s.id = c.source_id LEFT JOIN accounts_user u ON u.id = c.owner_id WHERE {c.id} AND c.merged_into_id IS NULL
"""
# Each gives (candidate id, JSON list of rows). Rows of one person come in the order in which they are to be read.
PARTS = {
    "contacts": """
        SELECT p.candidate_id, json_agg(json_build_array(p.kind, p.value, p.normal) ORDER BY p.is_primary DESC, p.id)
        FROM candidates_contactpoint p WHERE {p.candidate_id} GROUP BY 1""",
    "experiences": """
        SELECT e.candidate_id, json_agg(json_build_array(e.title, e.organisation, e.is_current, e.place, e.text)
            ORDER BY e.is_current DESC, e.start_on DESC NULLS LAST, e.id)
        FROM candidates_experience e WHERE {e.candidate_id} GROUP BY 1""",
    "educations": """
        SELECT e.candidate_id, json_agg(json_build_array(e.school, e.degree, e.field))
        FROM candidates_education e WHERE {e.candidate_id} GROUP BY 1""",
    "skills": """
        SELECT k.candidate_id, json_agg(json_build_array(s.name, k.document_id, k.start, k."end", k.years::float8)
            ORDER BY k.years DESC NULLS LAST, s.name)
        FROM candidates_candidateskill k JOIN skills_skill s ON s.id = k.skill_id WHERE {k.candidate_id} GROUP BY 1""",
    "documents": """
        SELECT d.candidate_id, json_agg(json_build_array(d.id, d.kind, d.file_name, left(d.text, %(text)s))
            ORDER BY d.created_at DESC, d.id)
        FROM candidates_document d WHERE {d.candidate_id} GROUP BY 1""",
    "tags": """
        SELECT r.candidate_id, json_agg(t.name) FROM candidates_candidatetag r
        JOIN candidates_tag t ON t.id = r.tag_id WHERE {r.candidate_id} GROUP BY 1""",
    "pools": """
        SELECT r.candidate_id, json_agg(p.name) FROM candidates_poolmember r
        JOIN candidates_pool p ON p.id = r.pool_id AND p.archived_at IS NULL WHERE {r.candidate_id} GROUP BY 1""",
    "applications": """
        SELECT a.candidate_id, json_agg(json_build_array(a.job_id, j.title, s.name, a.state, j.is_confidential, s.kind))
        FROM applications_application a JOIN jobs_job j ON j.id = a.job_id JOIN jobs_stage s ON s.id = a.stage_id
        WHERE {a.candidate_id} AND a.state <> 'merged' GROUP BY 1""",
    "consents": """
        SELECT c.candidate_id, json_agg(json_build_array(c.withdrawn_at IS NOT NULL, c.expires_at::date))
        FROM candidates_consent c WHERE {c.candidate_id} GROUP BY 1""",
    "notes": """
        SELECT n.candidate_id, json_agg(left(n.text, 5000)) FROM candidates_note n WHERE {n.candidate_id} GROUP BY 1""",
}
NEXT_BATCH = """
SELECT id FROM (SELECT id FROM candidates_candidate WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) AS batch
ORDER BY id DESC LIMIT 1
"""  # PostgreSQL has no max(uuid) before 18
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
# What an ended or running application says of how far somebody came with us (see fits.RELATIONS).
RELATION_OF_STAGE = {"offer": "finalist", "interview": "interviewed"}
RELATION_ORDER = ("hired", "finalist", "interviewed", "answered", "applied")


def read_profiles(cursor: Any, candidate_ids: Iterable[UUID]) -> list[Profile]:
    """Those of the candidates that exist, in a constant number of statements."""
    return list(_read(cursor, BY_IDS, {"ids": list(candidate_ids), "text": MAX_TEXT}))


def read_everybody(
    cursor: Any, after: UUID = FIRST, until: UUID = LAST, *, batch: int = 2000
) -> Iterator[list[Profile]]:
    """All candidates with ids above `after` up to `until`, batch by batch."""
    while True:
        cursor.execute(NEXT_BATCH, [after, until, batch])
        found = cursor.fetchone()
        if found is None:
            return
        yield list(_read(cursor, BY_RANGE, {"after": after, "until": found[0], "text": MAX_TEXT}))
        after = found[0]


def split_everybody(cursor: Any, parts: int) -> list[tuple[UUID, UUID]]:
    """Ranges of ids (above, up to) with about as many candidates each; together they hold everybody."""
    size = count_everybody(cursor) // parts
    cuts = []
    for part in range(1, parts):
        cursor.execute("SELECT id FROM candidates_candidate ORDER BY id OFFSET %s LIMIT 1", [part * size])
        cuts += [row[0] for row in cursor.fetchall()]
    return list(zip([FIRST, *cuts], [*cuts, LAST], strict=True))


def count_everybody(cursor: Any) -> int:
    cursor.execute("SELECT count(*) FROM candidates_candidate")
    return int(cursor.fetchone()[0])


def _read(cursor: Any, where: str, values: Mapping[str, Any]) -> Iterator[Profile]:
    parts = {name: _part(cursor, sql, where, values) for name, sql in PARTS.items()}
    for row in _rows(cursor, CANDIDATES, where, values):
        key = row[0]
        yield _profile(row, {name: found.get(key, NOTHING) for name, found in parts.items()})


def _part(cursor: Any, sql: str, where: str, values: Mapping[str, Any]) -> dict[UUID, list[Any]]:
    """Rows of JSON by candidate; one text of JSON for the whole batch is read faster than many small ones."""
    found = _rows(cursor, f"SELECT candidate_id, rows::text FROM ({sql}) AS part (candidate_id, rows)", where, values)
    lists = json.loads(f"[{','.join(text for _, text in found)}]")
    return {key: rows for (key, _), rows in zip(found, lists, strict=True)}


def _rows(cursor: Any, sql: str, where: str, values: Mapping[str, Any]) -> list[tuple]:
    start, _, rest = sql.partition("{")
    column, _, end = rest.partition("}")
    cursor.execute(start + where.format(column) + end, values)
    return list(cursor.fetchall())


def _profile(row: tuple, parts: Mapping[str, Sequence[Any]]) -> Profile:
    (
        key, name, title, seniority, organisation, summary, place, city, country_code, latitude, longitude, years, languages,
        source, owner, archived_at, last_contact_at, last_activity_at, created_at,
    ) = row  # fmt: skip
    contacts, experiences, documents = parts["contacts"], parts["experiences"], parts["documents"]
    titles = list(dict.fromkeys(filter(None, [title, *(one[0] for one in experiences)])))
    applications, consents = parts["applications"], parts["consents"]
    consent, consent_until = _consent(consents)
    return Profile(
        candidate_id=key,
        name=name,
        created_at=created_at,
        person=Person(
            key=str(key),
            titles=_titles(title, experiences),
            skills=_skills(parts["skills"], documents),
            years=years,
            city=city,
            country_code=country_code,
            latitude=latitude,
            longitude=longitude,
            contact_day=day_of(last_contact_at) if last_contact_at else None,
            relation=_relation(applications),
        ),
        emails=tuple(normal for kind, _, normal in contacts if kind == "email"),
        phones=tuple(normal for kind, _, normal in contacts if kind == "phone"),
        titles=tuple(titles),
        seniority=seniority or read_title(title).seniority,  # not worked out yet by the worker
        companies=tuple(dict.fromkeys(filter(None, [organisation, *(one[1] for one in experiences)]))),
        skills=tuple(one[0] for one in parts["skills"]),
        city=city,
        region="" if place == city else place,
        country=_country(country_code),
        country_code=country_code,
        latitude=latitude,
        longitude=longitude,
        text=_text(summary, languages, parts),
        work="\n".join([summary, *(one[4] for one in experiences)]),
        tags=tuple(parts["tags"]),
        pools=tuple(parts["pools"]),
        standings=tuple(
            Standing(UUID(job), job_title, stage, state == "active", secret)
            for job, job_title, stage, state, secret, _ in applications
        ),
        source=source or "",
        owner=owner or "",
        consent=consent,
        consent_until=consent_until,
        years=years,
        last_contact_at=last_contact_at,
        last_activity_at=last_activity_at,
        status="archived" if archived_at else "active",
        has=_has(contacts, documents, parts),
    )


def _titles(present: str, experiences: Sequence[Sequence[Any]]) -> tuple[Title, ...]:
    titles = {present: True} if present else {}
    for title, _, is_current, _, _ in experiences:
        if title:
            titles[title] = titles.get(title, False) or bool(is_current)
    return tuple(Title(text, is_current) for text, is_current in titles.items())


def _skills(rows: Sequence[Sequence[Any]], documents: Sequence[Sequence[Any]]) -> tuple[SkillFact, ...]:
    texts = {document[0]: (document[2], document[3]) for document in documents}
    facts = []
    for name, document_id, start, end, years in rows:
        file_name, text = texts.get(document_id, ("", ""))
        words = text[start:end] if start is not None else ""
        # A skill whose years nobody knows counts by how often it is named.
        mentions = max(1, text.count(words)) if words and years is None else 1
        facts.append(SkillFact(name, words, start, end, file_name, years, mentions))
    return tuple(facts)


def _relation(applications: Sequence[Sequence[Any]]) -> str:
    """How far somebody came with us; confidential jobs say nothing, for all may read the reasons of a score."""
    found = {
        "hired" if state == "hired" else RELATION_OF_STAGE.get(kind, "applied")
        for _, _, _, state, secret, kind in applications
        if not secret
    }
    return next((relation for relation in RELATION_ORDER if relation in found), "")


def _consent(rows: Sequence[Sequence[Any]]) -> tuple[str, date | None]:
    """Valid while any leave that was not withdrawn lasts; whether it has run out is seen when somebody searches."""
    lasting = [until for withdrawn, until in rows if not withdrawn]
    if not lasting:
        return ("withdrawn" if rows else "none"), None
    return "valid", None if None in lasting else date.fromisoformat(max(lasting))


def _text(summary: str, languages: Sequence[str], parts: Mapping[str, Sequence[Any]]) -> str:
    """All there is to read: a résumé holds what was taken from it, so that alone is read once."""
    documents = [document[3] for document in parts["documents"]]
    texts = [summary, *parts["notes"], *documents]
    if not documents:
        for title, organisation, _, place, text in parts["experiences"]:
            texts += [title, organisation, place, text]
    for school, degree, field in parts["educations"]:
        texts += [school, degree, field]
    return "\n".join(filter(None, [*texts, ", ".join(languages or [])]))


def _has(
    contacts: Sequence[Sequence[Any]], documents: Sequence[Sequence[Any]], parts: Mapping[str, Sequence[Any]]
) -> tuple[str, ...]:
    found = {contact[0] for contact in contacts} | {"resume" for document in documents if document[1] == "resume"}
    found |= {"note"} if parts["notes"] else set()
    found |= {"application"} if any(not secret for *_, secret, _ in parts["applications"]) else set()
    return tuple(sorted(found))


_names: dict[str, str] = {}


def _country(code: str) -> str:
    if code and code not in _names:
        found = countries.get(alpha_2=code)
        _names[code] = getattr(found, "common_name", found.name) if found else code
    return _names.get(code, "")
