"""What each step of a sequence brought, and who is behind each figure: by enrollment, of those who came last.

| figure   | people who …                                                           |
|----------|------------------------------------------------------------------------|
| here     | have this step next                                                    |
| sent     | got its mail                                                           |
| answered | answered that mail themselves; automatic answers do not count          |
| wait     | waited there, where it is a wait                                       |
| over     | were passed over when it was due, because it is for others             |
| task     | were to get it when it was due, and a colleague got a task             |

A sequence of a million people costs no more than one of LATEST: the figures are those of the people who came last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.outreach.models import Enrollment, Sequence, Step
from rapport.outreach.permissions import VIEW

LATEST = 5_000  # 90 ms; they are counted one by one
PAGE = 50
FIGURES = ("here", "sent", "answered", "wait", "over", "task")
_OF_STATE = " UNION ALL ".join(
    f"(SELECT id, candidate_id, state, step_id, next_due_at FROM outreach_enrollment"
    f" WHERE sequence_id = %(sequence)s AND state = '{state}' ORDER BY id DESC LIMIT %(latest)s)"
    for state in Enrollment.State.values
)
TOUCHED = f"""
WITH people AS MATERIALIZED (SELECT * FROM ({_OF_STATE}) AS all_states ORDER BY id DESC LIMIT %(latest)s),
mails AS (
  SELECT p.id, p.candidate_id, d.step_id, max(d.finished_at) AS sent_at, max((
      SELECT max(v.occurred_at) FROM mail_deliveryevent v
      WHERE v.message_id = d.id AND v.kind = 'replied' AND v.verdict = 'human')) AS answered_at
  FROM people p JOIN outreach_delivery d ON d.enrollment_id = p.id AND d.state = 'sent' GROUP BY 1, 2, 3),
touched (figure, step_id, id, candidate_id, at) AS (
  SELECT 'here', step_id, id, candidate_id, next_due_at FROM people WHERE state = 'active'
  UNION ALL SELECT 'sent', step_id, id, candidate_id, sent_at FROM mails
  UNION ALL SELECT 'answered', step_id, id, candidate_id, answered_at FROM mails WHERE answered_at IS NOT NULL
  UNION ALL SELECT x.how, x.step_id, p.id, p.candidate_id, x.passed_at
    FROM people p JOIN outreach_passage x ON x.enrollment_id = p.id)
"""
COUNT = f"""{TOUCHED}
SELECT figure, step_id, count(*) FROM touched GROUP BY 1, 2
UNION ALL SELECT 'all', NULL, count(*) FROM people"""
PEOPLE = f"""{TOUCHED}
SELECT id, candidate_id, at FROM touched
WHERE figure = %(figure)s AND step_id = %(step)s AND (%(before)s::uuid IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s"""


@dataclass(frozen=True, slots=True)
class Funnel:
    """The figures of each step that anybody came to; `is_capped` when they are of the LATEST people only."""

    steps: Mapping[UUID, Mapping[str, int]]
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody behind a figure; `at` is when it happened, or when the step is due, None while it is being done."""

    enrollment_id: UUID
    candidate_id: UUID
    at: datetime | None


def read_funnel(actor: Actor, sequence: Sequence) -> Funnel:
    """What each step of a sequence that the actor may see brought, in one statement."""
    require(actor, VIEW)
    steps: dict[UUID, dict[str, int]] = {}
    people = 0
    for figure, step_id, count in _run(COUNT, sequence.id):
        if figure == "all":
            people = count
        else:
            steps.setdefault(step_id, {})[figure] = count
    return Funnel(steps, people == LATEST)


def list_touched(
    actor: Actor, step: Step, figure: str, *, before: UUID | None = None, limit: int = PAGE
) -> list[Touched]:
    """Who is behind a figure of FIGURES, those who came last first; one more than `limit` tells of another page."""
    require(actor, VIEW)
    rows = _run(PEOPLE, step.sequence_id, figure=figure, step=step.id, before=before, limit=limit + 1)
    return [Touched(*row) for row in rows]


def _run(statement: str, sequence_id: UUID, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"sequence": sequence_id, "latest": LATEST, **parameters})
        return cursor.fetchall()
