"""Running the audits: nightly and on demand with what they find stored, and at the command line without a trace.

People are read in batches of people_sql.BATCH by short statements for each audit, each a transaction of its own that lasts a
fraction of a second; all other audits look at a few hundred rows. A run that was killed begins again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from rapport.accounts.capabilities import require
from rapport.hygiene.audits import health, people_sql
from rapport.hygiene.audits.catalogue import AUDITS, OF_PEOPLE, OF_THE_REST
from rapport.hygiene.audits.health import Count
from rapport.hygiene.audits.registry import Audit, Found, Seen
from rapport.hygiene.audits.vocabulary import remember_titles
from rapport.hygiene.models import AuditCount, AuditRun, Finding
from rapport.hygiene.permissions import AUDIT
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.queue import AWAY, enqueue

logger = logging.getLogger(__name__)
EXAMPLES = 3
GIVEN_UP = timedelta(hours=2)  # a run takes minutes; its task is stopped after an hour
SYNC = """
WITH found AS (SELECT * FROM unnest(%(ids)s::uuid[], %(sizes)s::int[], %(others)s::uuid[]) AS v(id, size, other)), gone AS (
    DELETE FROM hygiene_finding f WHERE f.audit = %(audit)s AND NOT EXISTS (SELECT FROM found WHERE found.id = f.subject_id)
)
INSERT INTO hygiene_finding AS there (audit, subject_id, size, other_id, found_at)
SELECT %(audit)s, found.id, found.size, found.other, %(now)s FROM found
ON CONFLICT (audit, subject_id) DO UPDATE SET size = excluded.size, other_id = excluded.other_id
WHERE (there.size, there.other_id) IS DISTINCT FROM (excluded.size, excluded.other_id)
"""


@dataclass(slots=True)
class Stock:
    """What all audits counted: by key, with the first examples; `people` are those in the pool."""

    people: int = 0
    counts: dict[str, Count] = field(default_factory=dict)
    examples: dict[str, list[Found]] = field(default_factory=dict)

    @property
    def parts(self) -> list[health.Part]:
        return health.parts({audit.key: audit.weight for audit in AUDITS}, self.counts)

    @property
    def health(self) -> float:
        return health.health(self.parts)


@transaction.atomic
def ask_for_audit(*, actor: Actor) -> AuditRun:
    """Queue a run; while one waits or runs, that one, unless its process was killed long ago.

    Raises NotAllowed without hygiene.audit.
    """
    require(actor, AUDIT)
    at_work = AuditRun.objects.filter(state__in=[AuditRun.State.WAITING, AuditRun.State.RUNNING])
    at_work.filter(asked_at__lt=clock.now() - GIVEN_UP).update(
        state=AuditRun.State.FAILED, finished_at=clock.now(), error="It was interrupted."
    )
    run = AuditRun(asked_at=clock.now(), started_by_id=actor.id if actor.kind == "user" else None)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        return at_work.get()
    enqueue("hygiene.audit", run_id=run.id)
    return run


def run_audit(*, run_id: UUID) -> AuditRun:
    """Carry out a run that was asked for: findings are stored, and counted for the trend."""
    run = AuditRun.objects.get(id=run_id)
    if run.state in (AuditRun.State.DONE, AuditRun.State.FAILED):
        return run
    try:
        stock = take_stock(store=True, note=lambda done, total: _note(run, done, total))
    except AWAY:
        raise  # the database went away: it cannot be told now, and the task begins again
    except Exception as error:
        logger.exception("audit failed run=%s", run.id)
        run.state, run.error = AuditRun.State.FAILED, f"{type(error).__name__}: {error}"[:500]
        run.finished_at = clock.now()
        run.save(update_fields=["state", "error", "finished_at"])
        raise
    return _finish(run, stock)


@transaction.atomic
def _finish(run: AuditRun, stock: Stock) -> AuditRun:
    AuditCount.objects.filter(run=run).delete()
    AuditCount.objects.bulk_create(
        AuditCount(
            run=run, audit=key, found_count=count.found, concerned_count=count.concerned, population_count=count.population
        )
        for key, count in stock.counts.items()
    )  # fmt: skip
    run.state, run.health, run.finished_at = AuditRun.State.DONE, stock.health, clock.now()
    run.save(update_fields=["state", "health", "finished_at"])
    return run


def _note(run: AuditRun, done: int, total: int) -> None:
    run.state, run.done_count, run.total_count = AuditRun.State.RUNNING, done, total
    run.save(update_fields=["state", "done_count", "total_count"])


def take_stock(*, store: bool, note: Callable[[int, int], None] | None = None) -> Stock:
    """Let all audits look at everything. With `store` the stored findings become what they are now."""
    stock = Stock()
    _look_at_people(stock, store, note)
    if store:
        remember_titles()
    for audit in OF_THE_REST:
        seen = audit.look() if audit.look else Seen((), 0)
        open_ones = seen.found if seen.count is not None else _without_left(audit, seen.found)
        if store and seen.count is None:
            _sync(audit, seen.found)
        if seen.count is not None:
            stock.counts[audit.key] = Count(seen.count, seen.concerned, seen.population)
        else:
            stock.counts[audit.key] = Count(len(open_ones), seen.count_concerned(open_ones), seen.population)
        stock.examples[audit.key] = sorted(open_ones, key=lambda one: -one.size)[:EXAMPLES]
    stock.counts = {audit.key: stock.counts[audit.key] for audit in AUDITS}
    return stock


def _look_at_people(stock: Stock, store: bool, note: Callable[[int, int], None] | None) -> None:
    given = people_sql.parameters(clock.now())
    total = people_sql.count_people(people_sql.FIRST, people_sql.LAST)
    found = dict.fromkeys((audit.key for audit in OF_PEOPLE), 0)
    after = people_sql.FIRST
    while after != people_sql.LAST:
        upto = people_sql.next_bound(after)
        for audit in OF_PEOPLE:
            if store:
                found[audit.key] += people_sql.store_batch(audit, after, upto, given)
            else:
                ids = people_sql.find_batch(audit, after, upto, given)
                found[audit.key] += len(ids)
                newest = [Found(key) for key in ids[:EXAMPLES]] + stock.examples.get(audit.key, [])
                stock.examples[audit.key] = newest[:EXAMPLES]
        stock.people += people_sql.count_people(after, upto)
        after = upto
        if note:
            note(min(stock.people, total), total)
    for key, count in found.items():
        stock.counts[key] = Count(count, count, stock.people)


def look_at(ids: Sequence[UUID]) -> None:
    """Make the stored findings of a few people what they are now: after a fix and its undo."""
    given = people_sql.parameters(clock.now())
    for start in range(0, len(ids), people_sql.BATCH):
        for audit in OF_PEOPLE:
            people_sql.store_chosen(audit, ids[start : start + people_sql.BATCH], given)


def _without_left(audit: Audit, found: Sequence[Found]) -> list[Found]:
    rows = Finding.objects.filter(audit=audit.key, left_at__isnull=False)
    left = set(rows.values_list("subject_id", flat=True))
    return [one for one in found if one.subject_id not in left]


def _sync(audit: Audit, found: Sequence[Found]) -> None:
    values: dict[str, Any] = {
        "audit": audit.key, "now": clock.now(), "ids": [one.subject_id for one in found],
        "sizes": [one.size for one in found], "others": [one.other_id for one in found],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SYNC, values)
