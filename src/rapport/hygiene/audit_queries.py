"""Reading what audits found: the overview, the list of one audit, and how the counts went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import TruncDate

from rapport.accounts.capabilities import require
from rapport.hygiene.audits import health, people_sql
from rapport.hygiene.audits.catalogue import AUDITS
from rapport.hygiene.audits.health import Count, Part
from rapport.hygiene.audits.registry import Audit, Found, Line
from rapport.hygiene.models import AuditCount, AuditRun, Finding, Suggestion
from rapport.hygiene.permissions import AUDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput

PAGE = 50
COUNT_CAP = 10_000
MOST_AT_ONCE = 5_000  # findings that one click mends or leaves
TREND_DAYS = 30
COUNT_OPEN = """
SELECT wanted.audit, n.count FROM unnest(%s::text[]) AS wanted(audit) CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM (
        SELECT 1 FROM hygiene_finding f WHERE f.audit = wanted.audit AND f.left_at IS NULL LIMIT %s
    ) capped
) n
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An audit on the overview: what it found by now, what that takes off the figure, and its counts of the last nights."""

    audit: Audit
    question: str
    count: int
    share: float
    points: float
    trend: list[int]
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """`health` is None before the first run; `trend` are the figures of the last nights."""

    run: AuditRun | None
    at_work: AuditRun | None
    health: float | None
    trend: list[float]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class FindingPage:
    lines: list[Line]
    next_cursor: str


def question_of(audit: Audit) -> str:
    return audit.question.format(months=settings.AUDIT_STALE_MONTHS, days=settings.AUDIT_CONSENT_DAYS)


def find_run_at_work() -> AuditRun | None:
    """The run that waits or is at work, else the last one when it failed."""
    last = AuditRun.objects.order_by("-asked_at", "-id").first()
    return None if last and last.state == AuditRun.State.DONE else last


def find_last_run() -> AuditRun | None:
    """The last run that came to its end."""
    return AuditRun.objects.filter(state=AuditRun.State.DONE).order_by("-finished_at").first()


def read_overview(actor: Actor) -> Overview:
    """All audits with what they found: five statements."""
    require(actor, AUDIT)
    run = find_last_run()
    counts = _present_counts(run)
    found = health.parts({audit.key: audit.weight for audit in AUDITS}, counts)
    trends, figures = _trends()
    by_key = {part.key: part for part in found}
    rows = [_row(audit, counts.get(audit.key), by_key.get(audit.key), trends.get(audit.key, [])) for audit in AUDITS]
    return Overview(run, find_run_at_work(), health.health(found) if run else None, figures, rows)


def _row(audit: Audit, count: Count | None, part: Part | None, trend: list[int]) -> Row:
    return Row(
        audit, question_of(audit), count.found if count else 0, part.share if part else 0.0, part.points if part else 0.0,
        trend, count is not None,
    )  # fmt: skip


def _present_counts(run: AuditRun | None) -> dict[str, Count]:
    """The counts of the last run, less what was put right since; large ones are not counted again."""
    rows = AuditCount.objects.filter(run=run) if run else ()
    counts = {row.audit: Count(row.found_count, row.concerned_count, row.population_count) for row in rows}
    stored = [audit.key for audit in AUDITS if audit.key in counts and not audit.list_url]
    pairs = {"duplicates": _count_pairs()} if "duplicates" in counts else {}
    for key, now in (count_open(stored) | pairs).items():
        then = counts[key]
        if now <= COUNT_CAP and now != then.found:
            each = then.concerned / then.found if then.found else 2 if key in pairs else 1
            concerned = round(each * now)
            counts[key] = Count(now, min(concerned, then.population), then.population)
    return counts


def _count_pairs() -> int:
    """Open pairs of two people who are still two, as the pages of duplicates list them, up to one more than COUNT_CAP."""
    rows = Suggestion.objects.filter(state=Suggestion.State.OPEN, first__merged_into=None, second__merged_into=None)
    return len(rows.order_by().values("id")[: COUNT_CAP + 1])


def count_open(keys: Sequence[str]) -> dict[str, int]:
    """How many findings of each audit are open, counted up to one more than COUNT_CAP."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OPEN, [list(keys), COUNT_CAP + 1])
        return dict(cursor.fetchall())


def _trends() -> tuple[dict[str, list[int]], list[float]]:
    """The last counts of each day by audit, and the last figure of each day, the oldest first."""
    since = clock.now() - timedelta(days=TREND_DAYS)
    done = AuditRun.objects.filter(state=AuditRun.State.DONE, finished_at__gte=since)
    last_of_day = dict(
        done.annotate(day=TruncDate("finished_at")).order_by("finished_at").values_list("day", "id")
    )  # the last one of a day overwrites those before it
    runs = list(last_of_day.values())
    figures = dict(done.filter(id__in=runs).values_list("id", "health"))
    trends: dict[str, list[int]] = {}
    counts: dict[UUID, dict[str, int]] = {}
    for row in AuditCount.objects.filter(run_id__in=runs):
        counts.setdefault(row.run_id, {})[row.audit] = row.found_count
    for run_id in runs:
        for key, count in counts.get(run_id, {}).items():
            trends.setdefault(key, []).append(count)
    return trends, [float(health) for key in runs if (health := figures.get(key)) is not None]


def list_trend(actor: Actor, audit: Audit) -> list[tuple[Any, int]]:
    """(day, count) of one audit for the last nights, the oldest first."""
    require(actor, AUDIT)
    since = clock.now() - timedelta(days=TREND_DAYS)
    rows = AuditCount.objects.filter(audit=audit.key, run__state=AuditRun.State.DONE, run__finished_at__gte=since)
    days = rows.annotate(day=TruncDate("run__finished_at")).order_by("run__finished_at")
    return list(dict(days.values_list("day", "found_count")).items())


def list_findings(actor: Actor, audit: Audit, *, cursor: str = "", limit: int = PAGE) -> FindingPage:
    """Open findings, those that concern most people first, then the newest; what was put right since is not shown."""
    require(actor, AUDIT)
    rows = Finding.objects.filter(audit=audit.key, left_at=None)
    if cursor:
        rows = rows.filter(_after(cursor))
    found = list(rows.order_by("-size", "-subject_id")[: limit + 1])
    shown = [Found(row.subject_id, row.size, row.other_id) for row in found[:limit]]
    more = f"{shown[-1].size}|{shown[-1].subject_id}" if len(found) > limit else ""
    return FindingPage(audit.describe(actor, shown), more)


def _after(cursor: str) -> Q:
    size, _, identifier = cursor.partition("|")
    try:
        last_size, last_id = int(size), UUID(identifier)
    except ValueError as error:
        raise InvalidInput({"cursor": "This place in the list is not known any more. Begin at its start."}) from error
    return Q(size__lt=last_size) | Q(size=last_size, subject_id__lt=last_id)


def open_ids(actor: Actor, audit: Audit, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids of which the audit still complains, up to MOST_AT_ONCE. People are asked about again."""
    require(actor, AUDIT)
    rows = Finding.objects.filter(audit=audit.key, subject_id__in=list(ids)[:MOST_AT_ONCE], left_at=None)
    found = list(rows.order_by("-size", "-subject_id").values_list("subject_id", flat=True))
    if not audit.people_sql or not found:
        return found
    still = people_sql.explain(audit.people_sql, found, people_sql.parameters(clock.now()))
    return [key for key in found if key in still]


def list_open_ids(actor: Actor, audit: Audit) -> list[UUID]:
    """The first MOST_AT_ONCE open ones, in the order of the list: for what is done with all of them."""
    require(actor, AUDIT)
    rows = Finding.objects.filter(audit=audit.key, left_at=None).order_by("-size", "-subject_id")
    return list(rows.values_list("subject_id", flat=True)[:MOST_AT_ONCE])
