"""Token buckets of mailboxes and receiving domains, and the limits that administrators set for domains (see buckets)."""

from django.db import models
from django.db.models import Q

from rapport.lib.ids import new_id
from rapport.mail.buckets import Level, Limits, Pace, Slowdown


class Bucket(models.Model):
    """What a bucket holds; `taken` are the counts of ten-minute parts of the last day, by their number as text."""

    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField(null=True, blank=True)
    taken = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def level(self) -> Level:
        return Level(self.tokens, self.refilled_at, {int(part): number for part, number in self.taken.items()})

    @level.setter
    def level(self, level: Level) -> None:
        self.tokens, self.refilled_at = level.tokens, level.refilled_at
        self.taken = {str(part): number for part, number in level.taken.items()}


class MailboxBucket(Bucket):
    """The bucket of a mailbox; nothing is claimed for it before `free_at`."""

    mailbox = models.OneToOneField("mail.Mailbox", models.CASCADE, primary_key=True, related_name="bucket")
    free_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Bucket of {self.mailbox_id}"


class DomainBucket(Bucket):
    """The bucket of a domain that mail goes to, where a limit holds for it or it was slowed down.

    Until `held_until` turns are given to those who wait. `slowed_to` is the share of the pace that was left at `slowed_at`, and
    `slowed_why` what the domain's server said.
    """

    domain = models.CharField(max_length=253, primary_key=True)
    held_until = models.DateTimeField(null=True, blank=True)
    slowed_to = models.FloatField(default=1)
    slowed_at = models.DateTimeField(null=True, blank=True)
    slowed_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slowed_to__gt=0, slowed_to__lte=1), name="mail_domainbucket_share")
        ]
        indexes = [
            models.Index(fields=["slowed_at"], condition=Q(slowed_at__isnull=False), name="mail_domainbucket_slowed")
        ]

    def __str__(self) -> str:
        return f"Bucket of {self.domain}"

    @property
    def slowdown(self) -> Slowdown:
        return Slowdown(self.slowed_to, self.slowed_at)

    @slowdown.setter
    def slowdown(self, slowdown: Slowdown) -> None:
        self.slowed_to, self.slowed_at = slowdown.share, slowdown.at


class DomainLimit(models.Model):
    """How many messages this installation sends to a domain; the one without a name holds for each that has none."""

    OTHERS = "all other domains"

    class Per(models.TextChoices):
        MINUTE = "minute", "a minute"
        HOUR = "hour", "an hour"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    domain = models.CharField(max_length=253, blank=True)
    pace_count = models.PositiveIntegerField(null=True, blank=True)
    pace_per = models.CharField(max_length=6, choices=Per, default=Per.HOUR)
    daily_cap = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain"], name="mail_domainlimit_once"),
            models.CheckConstraint(condition=Q(pace_per__in=["minute", "hour"]), name="mail_domainlimit_per_known"),
            models.CheckConstraint(
                condition=Q(pace_count__gt=0) | Q(pace_count__isnull=True, daily_cap__isnull=False),
                name="mail_domainlimit_limits",
            ),
            models.CheckConstraint(
                condition=Q(daily_cap__gt=0) | Q(daily_cap__isnull=True), name="mail_domainlimit_cap_positive"
            ),
        ]
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain or self.OTHERS

    @property
    def pace(self) -> Pace | None:
        return Pace(self.pace_count, 60 if self.pace_per == self.Per.MINUTE else 3600) if self.pace_count else None

    @property
    def limits(self) -> Limits:
        return Limits(self.pace, self.daily_cap)

    @property
    def words(self) -> str:
        """The limit as people say it: "100 an hour, 1,000 in 24 hours"."""
        pace = f"{self.pace_count:,} {self.Per(self.pace_per).label}" if self.pace_count else ""
        cap = f"{self.daily_cap:,} in 24 hours" if self.daily_cap else ""
        return ", ".join(words for words in (pace, cap) if words)
