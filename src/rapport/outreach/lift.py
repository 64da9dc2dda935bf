"""What the mails of a sequence bring: what became of those who got them, beside those who were held out by chance.

Who is held out gets nothing, so answers to mails cannot be compared. What can happen to both are applications, and that they
write to us. Somebody counts once, by their first time in the sequence since the share was chosen, when HORIZON is over; the
arm is the one they were drawn into, whatever became of the mails.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from rapport.accounts.capabilities import require
from rapport.jobs.queries import hidden_job_ids
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.ids import first_id_at
from rapport.outreach.experiments.verdicts import Outcomes, Verdict, analyze
from rapport.outreach.models import Sequence
from rapport.outreach.permissions import VIEW

HORIZON = timedelta(days=30)
PAGE = 50
WITH, WITHOUT = "with", "without"
# The verb of what may have happened to somebody, and a condition on the record.
_HAPPENED = """EXISTS (
    SELECT 1 FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
    WHERE s.subject_id = c.candidate_id AND s.activity_id >= %(first)s AND a.id >= %(first)s AND {condition}
      AND a.occurred_at >= c.enrolled_at AND a.occurred_at < c.enrolled_at + %(horizon)s
      AND NOT EXISTS (SELECT 1 FROM activity_subject j WHERE j.activity_id = a.id AND j.subject_id = ANY(%(hidden)s::uuid[])))"""
METRICS = {
    "applied": _HAPPENED.format(condition="a.verb = 'application.created'"),
    "wrote": _HAPPENED.format(condition="a.verb = 'message.received' AND a.data->>'kind' = 'reply'"),
}
COHORT = """
WITH cohort AS MATERIALIZED (
  SELECT DISTINCT ON (e.candidate_id) e.id, e.candidate_id, e.enrolled_at,
    CASE WHEN e.exit_reason = 'held_out' THEN 'without' ELSE 'with' END AS arm, e.enrolled_at <= %(over)s AS is_over
  FROM outreach_enrollment e
  WHERE e.sequence_id = %(sequence)s AND e.enrolled_at >= %(since)s AND NOT EXISTS (
    SELECT 1 FROM outreach_enrollment o
    WHERE o.candidate_id = e.candidate_id AND o.sequence_id = e.sequence_id AND o.enrolled_at < %(since)s)
  ORDER BY e.candidate_id, e.enrolled_at, e.id)
"""
OUTCOMES = f"""{COHORT}
SELECT arm, is_over, is_over AND {METRICS["applied"]}, is_over AND {METRICS["wrote"]} FROM cohort c ORDER BY enrolled_at, id"""
PEOPLE = f"""{COHORT}
SELECT id, candidate_id, enrolled_at FROM cohort c
WHERE arm = %(arm)s AND (%(before)s::uuid IS NULL OR id < %(before)s) AND {{condition}} ORDER BY id DESC LIMIT %(limit)s"""
SHOWN = {"all": "true", "counted": "is_over", **{metric: f"is_over AND {sql}" for metric, sql in METRICS.items()}}


@dataclass(frozen=True, slots=True)
class Lift:
    """How many are in each arm, of how many the time is over, of how many of those something happened, by (arm, metric).

    A verdict by metric, None before each arm has somebody whose time is over.
    """

    since: datetime
    people: dict[str, int]
    counted: dict[str, int]
    happened: dict[tuple[str, str], int]
    verdicts: dict[str, Verdict | None]


@dataclass(frozen=True, slots=True)
class Followed:
    """Somebody behind a figure, and when they were put in or held out."""

    enrollment_id: UUID
    candidate_id: UUID
    enrolled_at: datetime


def read_lift(actor: Actor, sequence: Sequence) -> Lift | None:
    """What the mails of a sequence that the actor may see bring; None where nobody was ever held out. Two statements.

    Applications for jobs that the actor may not see do not count.
    """
    require(actor, VIEW)
    if sequence.held_out_since is None:
        return None
    people: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    happened: Counter[tuple[str, str]] = Counter()
    outcomes = {metric: Outcomes() for metric in METRICS}
    for arm, is_over, *found in _run(OUTCOMES, actor, sequence, sequence.held_out_since):
        people[arm] += 1
        if is_over:
            counted[arm] += 1
            for metric, has_happened in zip(METRICS, found, strict=True):
                happened[arm, metric] += has_happened
                outcomes[metric].add(arm, int(has_happened))
    is_ready = counted[WITH] and counted[WITHOUT]
    verdicts = {metric: analyze(rows, control=WITHOUT) if is_ready else None for metric, rows in outcomes.items()}
    return Lift(sequence.held_out_since, dict(people), dict(counted), dict(happened), verdicts)


def list_followed(
    actor: Actor, sequence: Sequence, arm: str, show: str, *, before: UUID | None = None, limit: int = PAGE
) -> list[Followed]:
    """Who is behind a figure (`show`, of SHOWN), newest first; one more than `limit` tells of another page."""
    require(actor, VIEW)
    if sequence.held_out_since is None:
        return []
    sql = PEOPLE.format(condition=SHOWN[show])
    rows = _run(sql, actor, sequence, sequence.held_out_since, arm=arm, before=before, limit=limit + 1)
    return [Followed(*row) for row in rows]


def _run(sql: str, actor: Actor, sequence: Sequence, since: datetime, **more: Any) -> list[tuple[Any, ...]]:
    parameters = {
        "sequence": sequence.id, "since": since, "first": first_id_at(since), "over": clock.now() - HORIZON,
        "horizon": HORIZON, "hidden": list(hidden_job_ids(actor)), **more,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
