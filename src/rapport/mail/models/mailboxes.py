"""Mailboxes: where mail goes out and comes in, each with its pace."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.lib.encryption import is_readable
from rapport.lib.ids import new_id
from rapport.mail.buckets import Limits, Pace
from rapport.mail.warm_up import cap_on


def inbox_only() -> list[str]:
    return ["INBOX"]


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def usable(self) -> "MailboxQuerySet":
        """Those that may send and fetch; a failing one is tried again, because passwords and servers recover."""
        return self.exclude(state=Mailbox.State.PAUSED).exclude(needs_sign_in=True)


class Mailbox(models.Model):
    """An e-mail account of one user, or a shared one (no owner). Passwords are tokens of lib.encryption.

    With a `provider` it signs in by the permission that its owner gave there (providers.Grant) instead of passwords;
    `needs_sign_in` as long as there is none that holds: nothing is sent or fetched then, and nothing is tried in vain.
    `state` is failing after the last sending or fetching failed because of the account; `last_error` says why, in words
    for its owner. The caps hold over everything that goes out by this mailbox. Where the server delivers name+anything@ to
    name@ (`takes_plus_addresses`), answers are asked to such an address, which tells the message they answer. `watched_by` says
    which process waits for its new mail, until `watched_until` (idling).
    """

    class Security(models.TextChoices):
        SSL = "ssl", "SSL/TLS from the start"
        STARTTLS = "starttls", "STARTTLS"
        PLAIN = "plain", "None (trusted network only)"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        FAILING = "failing", "Failing"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.EmailField(max_length=320)
    display_name = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    signature = models.TextField(blank=True)
    smtp_host = models.CharField(max_length=253)
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(max_length=8, choices=Security, default=Security.STARTTLS)
    smtp_user = models.CharField(max_length=320, blank=True)
    smtp_password = models.TextField(blank=True)
    imap_host = models.CharField(max_length=253, blank=True)
    imap_port = models.PositiveIntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=Security, default=Security.SSL)
    imap_user = models.CharField(max_length=320, blank=True)
    imap_password = models.TextField(blank=True)
    provider = models.ForeignKey("mail.Provider", models.PROTECT, null=True, blank=True, related_name="mailboxes")
    needs_sign_in = models.BooleanField(default=False, db_default=False)
    imap_folders = ArrayField(models.CharField(max_length=200), default=inbox_only)
    verify_certificate = models.BooleanField(default=True)
    takes_plus_addresses = models.BooleanField(default=False)
    daily_cap = models.PositiveIntegerField(default=200)
    pace_per_minute = models.PositiveIntegerField(default=20)
    warm_up_from = models.DateField(null=True, blank=True)
    answer_target_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_fetched_at = models.DateTimeField(null=True, blank=True)
    watched_by = models.CharField(max_length=32, blank=True)
    watched_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = MailboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("address"), name="mail_mailbox_address_unique"),
            models.CheckConstraint(
                condition=Q(smtp_port__range=(1, 65535), imap_port__range=(1, 65535)), name="mail_mailbox_ports"
            ),
            models.CheckConstraint(
                condition=Q(daily_cap__gt=0, pace_per_minute__gt=0), name="mail_mailbox_pace_positive"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "paused", "failing"]), name="mail_mailbox_state_known"
            ),
        ]
        ordering = ["address"]

    def __str__(self) -> str:
        return f"{self.display_name} <{self.address}>" if self.display_name else self.address

    def cap_at(self, now: datetime) -> int:
        """How many messages it may send within 24 hours now: less than its cap while it warms up (warm_up)."""
        return cap_on(now.date(), start=self.warm_up_from, daily_cap=self.daily_cap)

    def limits_at(self, now: datetime) -> Limits:
        """What holds over its bucket now."""
        return Limits(Pace(self.pace_per_minute, 60), self.cap_at(now))

    @property
    def why_it_rests(self) -> str:
        """Why it neither sends nor fetches until a person does something; empty while it works."""
        if self.state == self.State.PAUSED:
            return "The mailbox is paused."
        return "The mailbox waits until somebody signs in again on its page." if self.needs_sign_in else ""

    @property
    def is_shared(self) -> bool:
        return self.owner_id is None

    @property
    def has_readable_passwords(self) -> bool:
        tokens = (
            [self.grant.refresh_token, self.provider.client_secret] if self.provider and hasattr(self, "grant") else []
        )
        return all(is_readable(secret) for secret in (self.smtp_password, self.imap_password, *tokens))

    @property
    def receives(self) -> bool:
        return bool(self.imap_host)


class MailboxFolder(models.Model):
    """How far a folder has been read over IMAP. A new UIDVALIDITY makes old UIDs void (RFC 3501, section 2.3.1.1)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="folders", db_index=False)
    name = models.CharField(max_length=200)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mail_mailboxfolder_once")]

    def __str__(self) -> str:
        return self.name
