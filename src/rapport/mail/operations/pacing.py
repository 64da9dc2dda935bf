"""Taking from the token buckets of mailboxes and domains, in the transaction that claims what is sent.

A bucket is locked until that transaction ends, so that two workers never take the same token; one that is killed before has
taken nothing. Locks are taken in this order: mailboxes by id, then domains by name. What was claimed and is never sent counts
no more for the day (`give_back`), once for each message: whoever takes it from the ledger gives it back in that transaction.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.errors import InvalidInput
from rapport.mail import queries
from rapport.mail.activities import DOMAIN_LIMIT_REMOVED, DOMAIN_LIMIT_SET, DOMAIN_SLOWED
from rapport.mail.buckets import Level, Limits, turns, turns_end
from rapport.mail.headers import ascii_address
from rapport.mail.models import DomainBucket, DomainLimit, Mailbox, MailboxBucket
from rapport.mail.permissions import DOMAIN_LIMITS
from rapport.mail.queries.pacing import WITHOUT_LIMIT, DomainRules, domain_of, queue_end, read_domain_rules

LOOK_AGAIN = timedelta(minutes=10)  # a cap may have been raised meanwhile
KEPT_FOR = timedelta(days=2)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
WRITE_DOMAINS = """
UPDATE mail_domainbucket b SET tokens = v.tokens, refilled_at = v.at, taken = v.taken::jsonb, held_until = v.held
FROM unnest(%s::text[], %s::float8[], %s::timestamptz[], %s::text[], %s::timestamptz[]) AS v(domain, tokens, at, taken, held)
WHERE b.domain = v.domain
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What of the mail for a domain may go now; the others have their turns at these moments, and `why` says why."""

    room: int
    turns: list[datetime]
    why: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that was claimed and is not sent."""

    mailbox_id: UUID
    address: str
    taken_at: datetime


def lock_bucket(mailbox_id: UUID) -> MailboxBucket:
    """The bucket of a mailbox, locked; a full one where it had none."""
    found = MailboxBucket.objects.select_for_update(of=("self",)).filter(mailbox_id=mailbox_id)
    bucket = found.first()
    if bucket is None:
        MailboxBucket.objects.bulk_create([MailboxBucket(mailbox_id=mailbox_id)], ignore_conflicts=True)
        bucket = found.get()
    return bucket


def take(bucket: MailboxBucket, mailbox: Mailbox, count: int, now: datetime) -> None:
    """Take so many from a locked bucket, and note from when on there is something again where nothing is left."""
    limits = mailbox.limits_at(now)
    level = bucket.level.take(count, limits, now) if count else bucket.level
    free_at = None
    if level.room(limits, now) == 0:
        chunk = limits.pace.chunk if limits.pace else 1
        free_at = min(level.free_at(limits, now, chunk), now + LOOK_AGAIN)
    if count or free_at != bucket.free_at:
        bucket.level, bucket.free_at = level, free_at
        bucket.save(update_fields=["tokens", "refilled_at", "taken", "free_at"])


def take_for_domains(
    wanted: Mapping[str, int], now: datetime, *, waited: Mapping[str, int] | None = None
) -> dict[str, Share]:
    """Take for so many messages to each of these domains; returns what may go where something holds over a domain.

    Who has not waited yet queues behind those who have a turn, as long as these use what comes in. `waited` are how many of
    the wanted ones have had their turn.
    """
    rules = read_domain_rules(now)
    limited = sorted(domain for domain in wanted if rules.hold_for(domain))
    shares: dict[str, Share] = {}
    buckets = _lock_domains(limited)
    for bucket in buckets:
        count = wanted[bucket.domain]
        shares[bucket.domain] = _share(bucket, rules, count, (waited or {}).get(bucket.domain, 0), now)
    _write(buckets)
    return shares


def _share(bucket: DomainBucket, rules: DomainRules, count: int, waited: int, now: datetime) -> Share:
    limits, level = rules.limits_of(bucket), bucket.level
    bucket.held_until = queue_end(bucket, limits, now)
    room = min(level.room(limits, now), waited if bucket.held_until else count)
    bucket.level = level = level.take(room, limits, now)
    rest = count - room
    if not rest:
        return Share(room, [], "")
    if limits.pace is None:
        return Share(room, [level.free_at(limits, now)] * rest, rules.why(bucket))
    start = max(level.free_at(limits, now, min(rest, limits.pace.chunk)), bucket.held_until or now)
    bucket.held_until = turns_end(rest, limits.pace, start)
    return Share(room, turns(rest, limits.pace, start), rules.why(bucket))


def count_personal(domain: str, now: datetime) -> None:
    """Take one for a mail that a person wrote: it does not wait for the domain, others wait for it."""
    rules = read_domain_rules(now)
    if rules.hold_for(domain):
        buckets = _lock_domains([domain])
        for bucket in buckets:
            bucket.level = bucket.level.take(1, rules.limits_of(bucket), now)
        _write(buckets)


def give_back(unsent: Collection[Unsent]) -> None:
    """These count no more for the day; the tokens of a pace come back by themselves. Within the transaction that says so."""
    if not unsent:
        return
    by_mailbox: dict[UUID, list[datetime]] = defaultdict(list)
    by_domain: dict[str, list[datetime]] = defaultdict(list)
    for row in unsent:
        by_mailbox[row.mailbox_id].append(row.taken_at)
        by_domain[domain_of(row.address)].append(row.taken_at)
    buckets = MailboxBucket.objects.select_for_update().filter(mailbox_id__in=list(by_mailbox))
    for mailbox in buckets.order_by("mailbox_id"):
        mailbox.level = _without(mailbox.level, by_mailbox[mailbox.mailbox_id])
        mailbox.free_at = None
        mailbox.save(update_fields=["taken", "free_at"])
    domains = list(_locked(by_domain))
    for domain in domains:
        domain.level = _without(domain.level, by_domain[domain.domain])
    _write(domains)


def _without(level: Level, taken_at: Iterable[datetime]) -> Level:
    for moment, number in Counter(taken_at).items():
        level = level.give_back(number, moment)
    return level


@transaction.atomic
def slow_down(*, domain: str, said: str, at: datetime) -> bool:
    """Halve the pace of a domain whose server said "too many"; returns whether that was news.

    Records domain_limit.slowed when it had its whole pace before.
    """
    (bucket,) = _lock_domains([domain])
    said = _ADDRESS.sub("…", said)[:500]  # it is read beside mail to others, and outlives whoever it names
    rules, before = read_domain_rules(at), bucket.slowdown
    after = before.again(at)
    if after == before:
        return False
    limits = rules.limits_of(bucket)
    bucket.level = bucket.level.refilled(limits if limits.pace else Limits(WITHOUT_LIMIT), at)
    bucket.slowdown, bucket.slowed_why = after, said
    bucket.save()
    if before.share_at(at) >= 1:
        record(DOMAIN_SLOWED, actor=SYSTEM, subjects=[], data={"domain": domain, "reason": said})
    return True


@transaction.atomic
def set_domain_limit(
    *, actor: Actor, domain: str, pace_count: int | None = None, pace_per: str = DomainLimit.Per.HOUR,
    daily_cap: int | None = None,
) -> DomainLimit:  # fmt: skip
    """Limit how much mail goes to a domain, or with an empty name to each that has no limit of its own.

    What is as before changes nothing. Records domain_limit.set. Raises NotAllowed without mail.domain_limits, and InvalidInput
    by field.
    """
    require(actor, DOMAIN_LIMITS)
    name, now = _checked(domain, pace_count, pace_per, daily_cap), clock.now()
    wanted = {"pace_count": pace_count, "pace_per": pace_per, "daily_cap": daily_cap}
    DomainLimit.objects.bulk_create(
        [DomainLimit(domain=name, daily_cap=1, created_at=now, updated_at=now - KEPT_FOR)], ignore_conflicts=True
    )
    limit = DomainLimit.objects.select_for_update().get(domain=name)
    if limit.updated_at != now - KEPT_FOR and all(getattr(limit, field) == value for field, value in wanted.items()):
        return limit
    for field, value in wanted.items():
        setattr(limit, field, value)
    limit.updated_at = now
    limit.save()
    _forget_turns(name)
    record(DOMAIN_LIMIT_SET, actor=actor, subjects=[], data={"domain": str(limit), "limit": limit.words})
    return limit


@transaction.atomic
def remove_domain_limit(*, actor: Actor, limit_id: UUID) -> DomainLimit:
    """Take a limit away; what waits for it may go. Records domain_limit.removed. Raises NotAllowed and NotFound."""
    require(actor, DOMAIN_LIMITS)
    limit = queries.get_domain_limit(actor, limit_id)
    limit.delete()
    _forget_turns(limit.domain)
    record(DOMAIN_LIMIT_REMOVED, actor=actor, subjects=[], data={"domain": str(limit)})
    return limit


@transaction.atomic
def forget_buckets(now: datetime) -> int:
    """Delete the buckets of domains that nothing was sent to for two days; they are as good as new. Returns how many."""
    idle = DomainBucket.objects.filter(refilled_at__lt=now - KEPT_FOR).exclude(slowed_at__gte=now - KEPT_FOR)
    return DomainBucket.objects.filter(domain__in=_lock_by_name(idle.exclude(held_until__gte=now))).delete()[0]


def _forget_turns(domain: str) -> None:
    """Turns that were given by another limit hold no more."""
    found = DomainBucket.objects.filter(domain=domain) if domain else DomainBucket.objects.all()
    names = _lock_by_name(found.filter(held_until__isnull=False))
    DomainBucket.objects.filter(domain__in=names).update(held_until=None)


def _checked(domain: str, pace_count: int | None, pace_per: str, daily_cap: int | None) -> str:
    """The domain in normal form."""
    wrong: dict[str, str] = {}
    name = domain.strip().removeprefix("@").rstrip(".")
    if name:
        try:
            ascii_address(f"x@{name}")
            name = domain_of(f"x@{name}")
        except InvalidInput:
            wrong["domain"] = "Enter the part of an address after the @, such as example.com."
    if pace_per not in DomainLimit.Per.values:
        wrong["pace_per"] = "Choose a minute or an hour."
    for field, number in (("pace_count", pace_count), ("daily_cap", daily_cap)):
        if number is not None and not 1 <= number <= 10_000_000:
            wrong[field] = "Enter a number from 1 to 10,000,000, or leave it empty."
    if pace_count is None and daily_cap is None:
        wrong["pace_count"] = "Enter how many messages may go there, in a time or in 24 hours."
    if wrong:
        raise InvalidInput(wrong)
    return name


def _lock_domains(domains: Collection[str]) -> list[DomainBucket]:
    """The buckets of these domains, locked by name; full ones where there were none."""
    if not domains:
        return []
    found = list(_locked(domains))
    if len(found) < len(domains):
        _create(sorted(set(domains) - {bucket.domain for bucket in found}))
        found = list(_locked(domains))
    return found


def _locked(domains: Iterable[str]) -> Iterable[DomainBucket]:
    return DomainBucket.objects.select_for_update().filter(domain__in=list(domains)).order_by("domain")


def _lock_by_name(buckets: QuerySet[DomainBucket]) -> list[str]:
    """Lock these buckets in the order in which claims do; an UPDATE or DELETE of many takes any. Returns their domains."""
    return list(buckets.order_by("domain").select_for_update().values_list("domain", flat=True))


def _create(domains: Iterable[str]) -> None:
    DomainBucket.objects.bulk_create([DomainBucket(domain=domain) for domain in domains], ignore_conflicts=True)


def _write(buckets: Collection[DomainBucket]) -> None:
    if not buckets:
        return
    rows = [(row.domain, float(row.tokens), row.refilled_at, json.dumps(row.taken), row.held_until) for row in buckets]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_DOMAINS, [list(column) for column in zip(*rows, strict=True)])
