"""Audit runs of the last month for demo data: the counts of today, and on the way to them what a pool that is being put right looked like."""

from datetime import datetime, timedelta
from random import Random

from rapport.hygiene.audits import health
from rapport.hygiene.audits.catalogue import AUDITS
from rapport.hygiene.audits.health import Count
from rapport.hygiene.models import AuditCount, AuditRun
from rapport.hygiene.operations import ask_for_audit, run_audit
from rapport.lib.actors import SYSTEM
from rapport.lib.ids import id_at

NIGHTS = 29
WORSE = 0.7  # how much more was found a month ago


def tell_nights(*, now: datetime, seed: int) -> AuditRun:
    """Run the audits, and tell the nights before."""
    run = run_audit(run_id=ask_for_audit(actor=SYSTEM).id)
    dice = Random(f"{seed}/nights")
    today = {row.audit: Count(row.found_count, row.concerned_count, row.population_count) for row in run.counts.all()}
    weights = {audit.key: audit.weight for audit in AUDITS}
    slopes = {key: WORSE * dice.uniform(-0.2, 1.0) for key in weights}
    for ago in range(1, NIGHTS + 1):
        counts = {key: _before(count, 1 + slopes[key] * ago / NIGHTS, dice) for key, count in today.items()}
        at = now - timedelta(days=ago)
        past = AuditRun.objects.create(
            id=id_at(at), state=AuditRun.State.DONE, asked_at=at, finished_at=at + timedelta(seconds=9),
            health=health.health(health.parts(weights, counts)),
        )  # fmt: skip
        AuditCount.objects.bulk_create(
            AuditCount(
                run=past, audit=key, found_count=count.found, concerned_count=count.concerned,
                population_count=count.population,
            )
            for key, count in counts.items()
        )  # fmt: skip
    return run


def _before(count: Count, factor: float, dice: Random) -> Count:
    found = max(0, round(count.found * factor + dice.uniform(-0.6, 0.6) * count.found**0.5))
    share = found / count.found if count.found else 0
    return Count(found, min(count.population, round(count.concerned * share)), count.population)
