"""Working out from the record how close we are with candidates. Safe to repeat: the record decides, not what stood here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.candidates.relationship_rules import ANSWER_WITHIN, HALF_LIFE, POINTS, ZERO
from rapport.lib.ids import array_of

BATCH = 2_000
COUNT_LOCK = 0x72656C61  # "rela": one batch at a time, for two that share people would wait for each other
# What the foreign keys ask for below, before the lock: who counts within a larger transaction may hold some of these people.
HOLD = "SELECT FROM candidates_candidate WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR KEY SHARE"
FORGET = "DELETE FROM candidates_signal WHERE candidate_id = ANY(%(ids)s::uuid[])"
# What happened to somebody who was merged away is on record for the one who stays, too.
COUNT = """
WITH happened AS (
  SELECT s.subject_id AS candidate_id, a.occurred_at AS at, CASE
      WHEN a.verb = 'message.received' AND a.data->>'kind' = 'reply' THEN 'wrote'
      WHEN a.verb = 'message.clicked' AND a.data->>'verdict' = 'human' THEN 'clicked'
      WHEN a.verb = 'message.sent' AND NOT coalesce((a.data->>'is_bulk')::boolean, false) THEN 'answered'
    END AS kind
  FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
  WHERE s.subject_id = ANY(%(ids)s::uuid[]) AND a.verb IN ('message.received', 'message.clicked', 'message.sent')),
daily AS (
  SELECT candidate_id, kind, (at AT TIME ZONE 'UTC')::date AS day, max(at) AS at, min(at) AS first_at
  FROM happened WHERE kind IS NOT NULL GROUP BY 1, 2, 3)
INSERT INTO candidates_signal (id, candidate_id, kind, day, at)
SELECT gen_random_uuid(), d.candidate_id, d.kind, d.day, d.at
FROM daily d JOIN candidates_candidate c ON c.id = d.candidate_id AND c.merged_into_id IS NULL
WHERE d.kind <> 'answered' OR EXISTS (
  SELECT FROM daily w WHERE w.candidate_id = d.candidate_id AND w.kind = 'wrote'
    AND w.first_at <= d.at AND w.at >= d.at - %(within)s)
ON CONFLICT DO NOTHING
"""
SUM_UP = """
WITH gone AS (
  DELETE FROM candidates_relationship r WHERE candidate_id = ANY(%(ids)s::uuid[])
    AND NOT EXISTS (SELECT FROM candidates_signal s WHERE s.candidate_id = r.candidate_id))
INSERT INTO candidates_relationship (candidate_id, log2_points, log2_at_last, last_signal_at)
SELECT candidate_id, log2, log2 - extract(epoch FROM last - %(zero)s)::float8 / %(half_life)s::float8, last
FROM (
  SELECT s.candidate_id, max(s.at) AS last,
    ln(sum(p.points * power(2.0, extract(epoch FROM s.at - %(zero)s)::float8 / %(half_life)s::float8))) / ln(2.0) AS log2
  FROM candidates_signal s JOIN unnest(%(kinds)s::text[], %(points)s::int[]) AS p(kind, points) ON p.kind = s.kind
  WHERE s.candidate_id = ANY(%(ids)s::uuid[]) GROUP BY s.candidate_id) AS summed
ON CONFLICT (candidate_id) DO UPDATE SET
  log2_points = excluded.log2_points, log2_at_last = excluded.log2_at_last, last_signal_at = excluded.last_signal_at
"""
# People with a sign that counts by itself; an answer of ours counts only beside one.
IN_TOUCH = """
SELECT DISTINCT s.subject_id FROM activity_activity a JOIN activity_subject s ON s.activity_id = a.id
WHERE a.verb IN ('message.received', 'message.clicked') AND s.kind = 'candidate'
"""

WITHOUT = """
SELECT DISTINCT c.id FROM mail_message m JOIN candidates_candidate c ON c.id = (m.subjects->>'candidate')::uuid
WHERE m.direction = 'in' AND m.kind = 'reply' AND c.merged_into_id IS NULL
  AND NOT EXISTS (SELECT FROM candidates_relationship r WHERE r.candidate_id = c.id)
"""


def recount_relationships(*, candidate_ids: Iterable[UUID]) -> None:
    """Work out anew the signals of these candidates and what they come to, in five statements for every 2,000."""
    everybody = sorted(candidate_ids)
    for start in range(0, len(everybody), BATCH):
        ids = everybody[start : start + BATCH]
        parameters: dict[str, Any] = {
            "ids": array_of(ids), "within": ANSWER_WITHIN, "zero": ZERO, "half_life": HALF_LIFE.total_seconds(),
            "kinds": list(POINTS), "points": list(POINTS.values()),
        }  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(HOLD, parameters)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNT_LOCK])
            for statement in (FORGET, COUNT, SUM_UP):
                cursor.execute(statement, parameters)


def recount_all_relationships() -> int:
    """Work out everybody's relationship; returns how many have ever been in touch with us."""
    with connection.cursor() as cursor:
        cursor.execute(IN_TOUCH)
        ids = [row[0] for row in cursor.fetchall()]
    recount_relationships(candidate_ids=ids)
    return len(ids)


def begin_relationships() -> int:
    """Of people who wrote to us and have no relationship yet: in an installation that had mail before it knew of any, or took
    it over from an archive. What was done before a kill stays done. Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT)
        ids = [row[0] for row in cursor.fetchall()]
    recount_relationships(candidate_ids=ids)
    return len(ids)
