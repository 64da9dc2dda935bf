"""How much may go out by a mailbox and to a domain, and the limits that administrators keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import floor
from uuid import UUID

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.addresses import normal_address
from rapport.lib.errors import NotFound
from rapport.mail import held_mail
from rapport.mail.buckets import RECOVERY, Level, Limits, Pace
from rapport.mail.models import DomainBucket, DomainLimit, Mailbox, MailboxBucket
from rapport.mail.permissions import DOMAIN_LIMITS

WITHOUT_LIMIT = Pace(600, 60)  # what a domain without a limit is slowed down from


def domain_of(address: str) -> str:
    """The domain that an address is at, in normal form."""
    return normal_address(address).rpartition("@")[2]


def find_level(mailbox_id: UUID) -> Level:
    """What the bucket of a mailbox holds; a full one where nothing was sent yet."""
    bucket = MailboxBucket.objects.filter(mailbox_id=mailbox_id).first()
    return bucket.level if bucket else Level()


def room_in(level: Level, mailbox: Mailbox, now: datetime) -> tuple[int, str]:
    """How many messages may go out by a mailbox with this level, and why no more (empty where some may)."""
    limits = mailbox.limits_at(now)
    room = level.room(limits, now)
    if room > 0:
        return room, ""
    if level.left_of_day(limits, now) <= 0:
        return 0, f"The mailbox has sent its {limits.daily_cap:,} messages of 24 hours."
    return 0, f"The mailbox sends {mailbox.pace_per_minute:,} messages a minute."


@dataclass(frozen=True, slots=True)
class DomainRules:
    """The limits of all domains as they are now: by name, for each that has none of its own, and who is slowed down."""

    by_name: Mapping[str, DomainLimit]
    for_others: DomainLimit | None
    slowed: frozenset[str]

    def find(self, domain: str) -> DomainLimit | None:
        return self.by_name.get(domain, self.for_others)

    def hold_for(self, domain: str) -> bool:
        return domain in self.slowed or self.find(domain) is not None

    def limits_of(self, bucket: DomainBucket) -> Limits:
        """What holds over a bucket. Tokens come as slowly as when it was filled last: who was slowed down starts slowly."""
        limit = self.find(bucket.domain)
        limits = limit.limits if limit else Limits()
        since = max((at for at in (bucket.refilled_at, bucket.slowed_at) if at), default=None)
        if bucket.domain not in self.slowed or since is None:
            return limits
        return Limits((limits.pace or WITHOUT_LIMIT).slowed(bucket.slowdown.share_at(since)), limits.daily_cap)

    def limits_at(self, bucket: DomainBucket, moment: datetime) -> Limits:
        """What will hold over a bucket at a moment to come, if the domain is not slowed down again."""
        limit, share = self.find(bucket.domain), bucket.slowdown.share_at(moment)
        limits = limit.limits if limit else Limits()
        return limits if share >= 1 else Limits((limits.pace or WITHOUT_LIMIT).slowed(share), limits.daily_cap)

    def why(self, bucket: DomainBucket) -> str:
        """Why mail for this domain waits, in a sentence that `held_mail` knows again."""
        if bucket.domain in self.slowed:
            return held_mail.words_for(bucket.domain, f"it was slowed down after “{bucket.slowed_why[:200]}”")
        limit = self.find(bucket.domain)
        return held_mail.words_for(bucket.domain, f"{limit.words} at most go there" if limit else "too much goes there")


def queue_end(bucket: DomainBucket, limits: Limits, now: datetime) -> datetime | None:
    """Until when those who wait have turns; None where nobody does, or nobody uses what comes in: they are no more."""
    is_full = limits.pace is not None and bucket.level.tokens_at(limits.pace, now) >= limits.pace.burst
    return bucket.held_until if bucket.held_until and bucket.held_until > now and not is_full else None


def find_domain_wait(domain: str, now: datetime) -> tuple[datetime, str] | None:
    """Until when mail for a domain that is written now would wait because of its limit, and why; None where it may go."""
    rules = read_domain_rules(now)
    if not rules.hold_for(domain):
        return None
    bucket = DomainBucket.objects.filter(domain=domain).first() or DomainBucket(domain=domain)
    limits = rules.limits_of(bucket)
    queue = queue_end(bucket, limits, now)
    if queue is None and bucket.level.room(limits, now) > 0:
        return None
    return max(bucket.level.free_at(limits, now), queue or now), rules.why(bucket)


def read_domain_rules(now: datetime) -> DomainRules:
    """In two statements, both of a size that does not grow with what is sent."""
    limits = {limit.domain: limit for limit in DomainLimit.objects.all()}
    for_others = limits.pop("", None)
    slowed = DomainBucket.objects.filter(slowed_at__gt=now - RECOVERY, slowed_to__lt=1)
    return DomainRules(limits, for_others, frozenset(slowed.values_list("domain", flat=True)))


@dataclass(frozen=True, slots=True)
class DomainRow:
    """A domain as administrators see it. `limit` is its own, `holds` what holds in words; `share` is below 1 while it is slowed down.

    `sent` counts 24 hours; `held` are the mails that wait, the last of them until `held_until`.
    """

    domain: str
    limit: DomainLimit | None
    holds: str
    sent: int = 0
    held: int = 0
    held_until: datetime | None = None
    percent: int = 100
    slowed_why: str = ""
    slowed_until: datetime | None = None


def list_domain_rows(actor: Actor, now: datetime) -> list[DomainRow]:
    """The limits, that for all others last, and whatever else is slowed down or held back now."""
    require(actor, DOMAIN_LIMITS)
    rules, held = read_domain_rules(now), held_mail.count(now)
    names = sorted({*rules.by_name, *rules.slowed, *held})
    buckets = DomainBucket.objects.in_bulk(names)
    rows = [_row(buckets.get(name) or DomainBucket(domain=name), rules, held[name], now) for name in names]
    if rules.for_others:
        rows.append(DomainRow("", rules.for_others, rules.for_others.words))
    return rows


def _row(bucket: DomainBucket, rules: DomainRules, held: int, now: datetime) -> DomainRow:
    limit = rules.find(bucket.domain)
    is_slowed = bucket.domain in rules.slowed
    return DomainRow(
        bucket.domain, rules.by_name.get(bucket.domain), limit.words if limit else "",
        sent=bucket.level.taken_within_day(now), held=held, held_until=bucket.held_until if held else None,
        percent=floor(100 * bucket.slowdown.share_at(now)), slowed_why=bucket.slowed_why if is_slowed else "",
        slowed_until=bucket.slowdown.over_at() if is_slowed else None,
    )  # fmt: skip


def get_domain_limit(actor: Actor, limit_id: UUID) -> DomainLimit:
    require(actor, DOMAIN_LIMITS)
    limit = DomainLimit.objects.filter(id=limit_id).first()
    if limit is None:
        raise NotFound("There is no such limit.")
    return limit
