"""Audits of people: can they be reached, are we in touch, and is what we know of them whole and right?"""

from collections.abc import Callable, Mapping, Sequence

from django.urls import reverse

from rapport.candidates.queries import list_by_ids
from rapport.hygiene.audits import people_sql
from rapport.hygiene.audits.fixes_of_data import CORRECT_DATES, FILL_IN, STANDARD_FORM
from rapport.hygiene.audits.fixes_of_people import ARCHIVE, to_pool
from rapport.hygiene.audits.registry import Audit, Found, Line
from rapport.lib import clock
from rapport.lib.actors import Actor

PEOPLE = ("person", "people")

UNREACHABLE = """
SELECT c.id, ARRAY[CASE WHEN p.candidate_id IS NULL THEN 'none' ELSE 'dead' END] AS why
FROM people c LEFT JOIN (
    SELECT p.candidate_id, bool_or(p.status NOT IN ('bounced', 'outdated')) AS works
    FROM candidates_contactpoint p WHERE IN_SCOPE(p.candidate_id) GROUP BY p.candidate_id
) p ON p.candidate_id = c.id
WHERE p.works IS NOT TRUE
"""
# Whoever answered has a last contact of that day or later, so only people with a recent one are looked up in the record;
# as values, not as EXISTS, which the planner answers for the whole record at once, or by comparing everybody with everybody.
STALE = """
SELECT c.id, ARRAY[CASE WHEN c.last_contact_at IS NULL THEN 'never' WHEN c.last_contact_at < %(heard_since)s THEN 'silent'
                        ELSE 'unanswered' END] AS why
FROM people c
WHERE c.created_at < %(heard_since)s
  AND CASE WHEN c.last_contact_at >= %(heard_since)s THEN (
      SELECT a.id FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
      WHERE s.subject_id = c.id AND s.activity_id BETWEEN %(heard_since_id)s AND %(now_id)s
        AND a.id BETWEEN %(heard_since_id)s AND %(now_id)s
        AND a.verb = 'message.received' AND a.data->>'kind' = 'reply' LIMIT 1) END IS NULL
  AND (SELECT g.id FROM applications_application g WHERE g.candidate_id = c.id
         AND (g.state IN ('active', 'hired') OR (g.origin = 'applied' AND g.applied_at >= %(heard_since)s)) LIMIT 1) IS NULL
"""
INCOMPLETE = """
SELECT * FROM (
    SELECT c.id, array_remove(ARRAY[
        CASE WHEN c.title = '' THEN 'title' END,
        CASE WHEN c.place = '' AND c.city = '' THEN 'place' END,
        CASE WHEN k.candidate_id IS NULL THEN 'skills' END], NULL) AS why
    FROM people c LEFT JOIN (
        SELECT k.candidate_id FROM candidates_candidateskill k WHERE IN_SCOPE(k.candidate_id) GROUP BY k.candidate_id
    ) k ON k.candidate_id = c.id
) lacking WHERE why <> '{}'
"""
MALFORMED = r"""
SELECT * FROM (
    SELECT c.id, array_remove(ARRAY[
        CASE WHEN c.full_name ~ '[0-9@<>]' THEN 'name_odd'
             WHEN upper(c.full_name) <> lower(c.full_name) AND c.full_name IN (upper(c.full_name), lower(c.full_name))
             THEN 'name_case' END,
        CASE WHEN c.place <> '' AND c.city = '' AND c.country_code = '' THEN 'place' END,
        CASE WHEN p.email THEN 'email' END, CASE WHEN p.misspelt THEN 'misspelt' END,
        CASE WHEN p.phone THEN 'phone' END, CASE WHEN p.link THEN 'link' END], NULL) AS why
    FROM people c LEFT JOIN (
        SELECT p.candidate_id,
            bool_or(p.kind = 'email' AND p.normal !~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:].]{2,}$') AS email,
            bool_or(p.kind = 'email' AND split_part(p.normal, '@', 2) = ANY(%(misspelt)s)) AS misspelt,
            bool_or(p.kind = 'phone' AND p.normal !~ '^\+[1-9][0-9]{5,14}(x[0-9]+)?$') AS phone,
            bool_or(p.kind = 'link' AND p.normal !~ '^[^/?[:space:]]+\.[^/?[:space:]]{2,}([/?]|$)') AS link
        FROM candidates_contactpoint p WHERE IN_SCOPE(p.candidate_id) AND p.status <> 'outdated' GROUP BY p.candidate_id
    ) p ON p.candidate_id = c.id
) odd WHERE why <> '{}'
"""
DATES = """
SELECT c.id, array_agg(DISTINCT t.why) AS why FROM people c JOIN (
    SELECT x.candidate_id, CASE WHEN x.end_on < x.start_on THEN 'job_backwards'
        WHEN x.start_on > %(today)s::date + 31 THEN 'job_future'
        WHEN x.is_current AND x.end_on < %(today)s::date THEN 'job_ended'
        WHEN x.start_on < '1940-01-01' OR x.end_on < '1940-01-01' THEN 'too_early' END AS why
    FROM candidates_experience x WHERE IN_SCOPE(x.candidate_id)
    UNION ALL
    SELECT e.candidate_id, CASE WHEN e.end_on < e.start_on THEN 'school_backwards'
        WHEN e.start_on > %(today)s::date + 366 OR e.end_on > %(today)s::date + 3653 THEN 'school_future'
        WHEN e.start_on < '1940-01-01' OR e.end_on < '1940-01-01' THEN 'too_early' END
    FROM candidates_education e WHERE IN_SCOPE(e.candidate_id)
) t ON t.candidate_id = c.id
WHERE t.why IS NOT NULL GROUP BY c.id
"""
# What counts is the last consent for a purpose that was not withdrawn; one without an end never ends.
CONSENT = """
SELECT c.id, array_agg(k.purpose || ' ' || to_char(k.ends, 'YYYY-MM-DD') ORDER BY k.purpose) AS why FROM people c JOIN (
    SELECT k.candidate_id, k.purpose, max(COALESCE(k.expires_at, 'infinity')) AS ends
    FROM candidates_consent k WHERE IN_SCOPE(k.candidate_id) AND k.withdrawn_at IS NULL GROUP BY 1, 2
) k ON k.candidate_id = c.id
WHERE {bounds} GROUP BY c.id
"""
CONSENT_ENDING = CONSENT.replace("{bounds}", "k.ends > %(now)s AND k.ends < %(consent_until)s")
CONSENT_ENDED = CONSENT.replace("{bounds}", "k.ends <= %(now)s")
WORDS = {
    "none": "no contact point", "dead": "every contact point bounced or is outdated",
    "never": "never in touch", "silent": "nobody wrote in this time", "unanswered": "written to, no answer",
    "title": "no title", "place": "no place", "skills": "no skill",
    "job_backwards": "a job ends before it starts", "job_future": "a job starts in the future",
    "job_ended": "a present job has an end in the past", "school_backwards": "a school ends before it starts",
    "school_future": "a school lies in the future", "too_early": "a date before 1940",
}  # fmt: skip
ODD_WORDS = {
    "name_odd": "odd characters in the name", "name_case": "name in capitals or small letters only",
    "place": "place is not known", "email": "not an e-mail address", "misspelt": "misspelt mail provider",
    "phone": "not a phone number", "link": "not a web address",
}  # fmt: skip
PURPOSES = {"pool": "kept in the pool", "outreach": "written to about jobs"}


def describer(sql: str, words: Callable[[Sequence[str]], str]) -> Callable[[Actor, Sequence[Found]], list[Line]]:
    """How an audit's people are listed: asked again, so that whoever was put right since is not shown."""

    def describe(actor: Actor, found: Sequence[Found]) -> list[Line]:
        ids = [one.subject_id for one in found]
        why = people_sql.explain(sql, ids, people_sql.parameters(clock.now()))
        rows = list_by_ids(actor, [key for key in ids if key in why])
        return [
            Line(
                row.id, row.candidate.full_name, words(why[row.id]), reverse("workspace:candidate", args=[row.id]), row
            )
            for row in rows
        ]

    return describe


def _from(words: Mapping[str, str]) -> Callable[[Sequence[str]], str]:
    return lambda codes: ", ".join(words[code] for code in codes)


def _consent_words(codes: Sequence[str]) -> str:
    """ "outreach 2026-12-03" as people read it."""
    parts = (code.split() for code in codes)
    return ", ".join(f"{PURPOSES.get(purpose, purpose)}: until {day}" for purpose, day in parts)


AUDITS = (
    Audit(
        "unreachable", "Unreachable", "Has no contact point, or every one bounced or is outdated", PEOPLE, 18,
        describer(UNREACHABLE, _from(WORDS)), UNREACHABLE,
        fixes=(ARCHIVE("No way to reach them"), to_pool("Find a way to reach them")),
    ),
    Audit(
        "stale", "Out of touch",
        "In the pool for {months} months, and neither answered nor applied in that time; not in process", PEOPLE, 14,
        describer(STALE, _from(WORDS)), STALE,
        fixes=(to_pool("Get back in touch"), ARCHIVE("Out of touch")),
    ),
    Audit(
        "incomplete", "Incomplete", "Lacks a title, a place or any skill: search and fits cannot find them", PEOPLE, 14,
        describer(INCOMPLETE, _from(WORDS)), INCOMPLETE, fixes=(FILL_IN,),
    ),
    Audit(
        "malformed", "Malformed", "A name, place, address, number or link that is not in its standard form", PEOPLE, 10,
        describer(MALFORMED, _from(ODD_WORDS)), MALFORMED, fixes=(STANDARD_FORM,),
    ),
    Audit(
        "dates", "Inconsistent dates", "A job or school that ends before it starts, or lies in the future or before 1940",
        PEOPLE, 6, describer(DATES, _from(WORDS)), DATES, fixes=(CORRECT_DATES,),
    ),
    Audit(
        "consent_ending", "Consent about to end", "A consent ends within {days} days, and no later one takes its place",
        PEOPLE, 5, describer(CONSENT_ENDING, _consent_words), CONSENT_ENDING, fixes=(to_pool("Ask for consent again"),),
    ),
    Audit(
        "consent_ended", "Consent ended", "A consent has ended, nothing took its place, and the person is still here",
        PEOPLE, 10, describer(CONSENT_ENDED, _consent_words), CONSENT_ENDED,
        fixes=(to_pool("Ask for consent again"), ARCHIVE("Consent ended")),
    ),
)  # fmt: skip
