"""Limits of the domains that mail goes to: what exceeds them waits, and everybody else's mail goes on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from rapport.mail import held_mail
from rapport.mail.models import DomainLimit
from rapport.mail.operations.pacing import take_for_domains
from rapport.outreach.governor import put_off
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Step
from rapport.outreach.parcels import Parcel
from rapport.outreach.plans import Plan
from rapport.outreach.sorting import Due

# The words are written out, so that the partial index over them is used.
COUNT_HELD = f"""
SELECT split_part(waits_for, ' ', 3), count(*) FROM outreach_enrollment
WHERE waits_for LIKE '{held_mail.START}%%' AND state = 'active' AND next_due_at > %s GROUP BY 1
"""
LET_GO = f"""
UPDATE outreach_enrollment SET next_due_at = %s, waits_for = ''
WHERE waits_for LIKE '{held_mail.START}%%' AND state = 'active' AND next_due_at > %s
  AND (%s OR split_part(waits_for, ' ', 3) = ANY(%s)) RETURNING id
"""


def hold_back(plan: Plan, due: Due, rows: Sequence[DueRow], now: datetime) -> None:
    """Take from the buckets of the domains that mail is to go to now; what exceeds them is put off until its turn."""
    by_domain: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in due.go:
        if parcel.is_approved or parcel.step.kind == Step.Kind.AUTO:
            by_domain[parcel.known.domain].append(parcel)
    had_turn = {row.id for row in rows if row.was_held}
    waited = {name: sum(parcel.enrollment_id in had_turn for parcel in parcels) for name, parcels in by_domain.items()}
    shares = take_for_domains({name: len(parcels) for name, parcels in by_domain.items()}, now, waited=waited)
    held: set[UUID] = set()
    for name, share in shares.items():
        first_come = sorted(by_domain[name], key=lambda parcel: parcel.enrollment_id not in had_turn)
        for parcel, turn in zip(first_come[share.room :], share.turns, strict=True):
            verdict = put_off("domain", share.why, turn, plan.hours_for(parcel.known.time_zone, turn))
            due.later.append((parcel.enrollment_id, verdict.until, verdict.text))
            held.add(parcel.delivery_id)
    due.go = [parcel for parcel in due.go if parcel.delivery_id not in held]


def count_held(now: datetime) -> Counter[str]:
    """How many mails of sequences wait because of the limit of a domain, by domain."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_HELD, [now])
        return Counter(dict(cursor.fetchall()))


def let_go(domains: Iterable[str], now: datetime) -> int:
    """Look again now at what waits for these domains, or for any where one of them is "all other domains"; returns how many."""
    names = list(domains)
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, [now, now, DomainLimit.OTHERS in names, names])
        return len(cursor.fetchall())
