"""What came of a step's variants: who got which, and who of them answered in time. Never by opens.

Somebody counts once the time for an answer is over, with their first mail of the step, and only since the variants last
changed. An answer is what a person wrote to any mail of the sequence within that time; automatic answers are none. Where
interest is what the step's variants are compared by, only answers count that are interested, as they were read or corrected.
"""

from collections import Counter
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from rapport.accounts.capabilities import require
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.ids import first_id_at
from rapport.outreach import queries
from rapport.outreach.experiments.planning import required_n
from rapport.outreach.experiments.rates import rate_interval
from rapport.outreach.experiments.verdicts import Outcomes, Verdict, analyze
from rapport.outreach.models import Step, StepVersion, Variant
from rapport.outreach.permissions import VIEW

PAGE = 50
# Who had the step before the variants last changed, or twice, did not get a variant by chance alone.
COUNTED = """
FROM outreach_delivery d JOIN outreach_enrollment e ON e.id = d.enrollment_id
WHERE d.step_id = %(step)s AND d.letter = ANY(%(letters)s) AND d.letter <> '' AND d.id >= %(first)s AND d.state = 'sent'
  AND d.version_id = ANY(%(versions)s) AND NOT EXISTS (
    SELECT 1 FROM outreach_enrollment t JOIN outreach_delivery o ON o.enrollment_id = t.id AND o.step_id = d.step_id
    WHERE t.candidate_id = e.candidate_id AND o.letter <> '' AND (o.id < %(first)s OR o.id < d.id AND o.state = 'sent'))
"""
# The outcome is a condition on the mail `d`, judged once its time is over.
ANSWERED = """EXISTS (
    SELECT 1 FROM outreach_delivery o JOIN mail_deliveryevent v ON v.message_id = o.id {joins}
    WHERE o.enrollment_id = d.enrollment_id AND o.state = 'sent' AND v.kind = 'replied' AND v.verdict = 'human'
      AND v.occurred_at >= d.started_at AND v.occurred_at < d.started_at + %(horizon)s)"""
REACHED = {
    Step.Metric.REPLIED: ANSWERED.format(joins=""),
    Step.Metric.INTERESTED: ANSWERED.format(
        joins="JOIN mail_replyintent i ON i.message_id = (v.data->>'message_id')::uuid AND i.kind = 'interested'"
    ),
}
OVER = "d.started_at <= %(over)s"
OUTCOMES = f"""
SELECT string_agg(letter || outcome, '' ORDER BY started_at, id) FROM (
  SELECT d.id, d.letter, d.started_at, CASE WHEN NOT {OVER} THEN 'w' WHEN {{reached}} THEN '1' ELSE '0' END AS outcome
  {COUNTED}) people
"""
SHOWN = {"sent": "true", "counted": OVER, "answered": f"{OVER} AND {{reached}}"}


@dataclass(frozen=True, slots=True)
class VariantResult:
    """One variant: how many got it, of how many the time for an answer is over, how many of those answered (or, where
    that is what the step is compared by, are interested)."""

    letter: str
    subject: str
    is_retired: bool
    sent: int
    counted: int
    answered: int

    @property
    def rate(self) -> float:
        return self.answered / self.counted if self.counted else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return rate_interval(self.answered, self.counted)


@dataclass(frozen=True, slots=True)
class StepResults:
    """The variants of a step side by side; `until` is when a winner was chosen. No verdict before each has somebody."""

    step: Step
    since: datetime
    until: datetime | None
    variants: list[VariantResult]
    required_n: int
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who got a variant: the id of the mail, of the person, and when it went out."""

    delivery_id: UUID
    candidate_id: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class _Compared:
    """What is compared: letters with the version that each had, those of a variant that is not given any more among them."""

    step: Step
    since: datetime
    until: datetime | None
    versions: dict[str, StepVersion]
    retired: frozenset[str]


def horizon() -> timedelta:
    """How long after a mail an answer counts."""
    return timedelta(days=settings.REPLY_HORIZON_DAYS)


def required_in_each(step: Step, variants: int) -> int:
    """People in each variant until one that is better by the smallest difference is called the winner in four of five cases."""
    return required_people(step.expected_rate_percent, step.smallest_difference_points, variants)


def required_people(rate_percent: int, difference_points: int, variants: int) -> int:
    return required_n(rate=rate_percent / 100, effect=difference_points / 100, arms=variants)


def list_compared_steps(actor: Actor, sequence_id: UUID) -> list[Step]:
    """The steps of a sequence that have, or had, variants, in order."""
    queries.get_sequence(actor, sequence_id)
    rows = Step.objects.filter(sequence_id=sequence_id, retired_at=None, compared_since__isnull=False)
    return list(rows.order_by("position").select_related("sequence"))


def get_results(actor: Actor, step: Step) -> StepResults:
    """What came of the variants of one of these steps, in three statements."""
    require(actor, VIEW)
    compared = _read_compared(step)
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES.format(reached=_reached(step)), _parameters(compared))
        codes = cursor.fetchone()[0] or ""
    pairs = list(zip(codes[::2], codes[1::2], strict=True))
    counts = Counter(pairs)
    variants = []
    for letter, version in compared.versions.items():
        waiting, silent, answered = (counts[letter, outcome] for outcome in "w01")
        variants.append(
            VariantResult(
                letter, version.subject, letter in compared.retired, waiting + silent + answered, silent + answered,
                answered,
            )
        )  # fmt: skip
    needed = required_in_each(step, max(len(variants), 2))
    verdict = _judge(step, pairs) if len(variants) > 1 and all(row.counted for row in variants) else None
    return StepResults(step, compared.since, compared.until, variants, needed, verdict)


def list_recipients(
    actor: Actor, step: Step, letter: str, *, show: str, before: UUID | None = None, limit: int = PAGE
) -> list[Recipient]:
    """Who is behind a figure (`show`, of SHOWN), newest first; one more than `limit` tells that there is another page."""
    require(actor, VIEW)
    compared = _read_compared(step)
    if letter not in compared.versions:
        raise NotFound("There is no such variant of this step.")
    earlier = "AND d.id < %(before)s" if before else ""
    shown = SHOWN[show].format(reached=_reached(step))
    sql = (
        f"SELECT d.id, e.candidate_id, d.started_at {COUNTED} AND {shown} {earlier} ORDER BY d.id DESC LIMIT %(limit)s"
    )
    parameters = _parameters(compared) | {"letters": [letter], "before": before, "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [Recipient(*row) for row in cursor.fetchall()]


def _reached(step: Step) -> str:
    """The condition of the outcome that the step's variants are compared by."""
    return REACHED[Step.Metric(step.metric)]


def _judge(step: Step, pairs: ListOf[tuple[str, str]]) -> Verdict:
    """The verdict on those whose time is over, in order of time; the first letter is the control."""
    outcomes = Outcomes()
    for letter, outcome in pairs:
        if outcome != "w":
            outcomes.add(letter, int(outcome))
    return analyze(outcomes, control=min(outcomes.names), smallest_effect=step.smallest_difference_points / 100)


def _read_compared(step: Step) -> _Compared:
    """The variants that are given; once one of them was chosen, those that it was chosen from."""
    if step.compared_since is None:
        raise NotFound("This step has one text.")
    variants = list(Variant.objects.filter(step=step))
    given = {row.letter for row in variants if row.retired_at is None}
    until = None
    if len(given) < 2:
        until = max((row.retired_at for row in variants if row.retired_at), default=None)
    letters = given | {row.letter for row in variants if until and row.retired_at == until}
    rows = StepVersion.objects.filter(step=step, letter__in=letters, created_at__lte=step.compared_since)
    versions = {row.letter: row for row in rows.order_by("letter", "-number").distinct("letter")}
    return _Compared(step, step.compared_since, until, versions, frozenset(letters - given))


def _parameters(compared: _Compared) -> dict[str, Any]:
    return {
        "step": compared.step.id,
        "letters": list(compared.versions),
        "versions": [version.id for version in compared.versions.values()],
        "first": first_id_at(compared.since),
        "horizon": horizon(),
        "over": clock.now() - horizon(),
    }
