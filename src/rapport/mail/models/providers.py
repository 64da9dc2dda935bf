"""Signing in at mail servers by OAuth 2: the providers it is set up for, and the permissions that owners gave.

A permission renews itself: `refresh_token` gets access tokens, each good for about an hour. One process at a time renews
it, by a lease on the row that runs out when the process dies, because a provider may give a new refresh token each time and
forget the old one. The provider is asked outside any transaction.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rapport.lib.encryption import decrypt
from rapport.lib.ids import new_id
from rapport.mail.models.mailboxes import Mailbox
from rapport.mail.oauth_providers import GOOGLE, SERVERS, Endpoints, Servers, microsoft
from rapport.mail.token_endpoint import App


class Provider(models.Model):
    """A company whose mailboxes sign in by OAuth 2, with the app that an administrator registered there.

    Addresses and scope are those of another provider than Google and Microsoft, `tenant` is Microsoft's. `client_secret`
    is a token of lib.encryption.
    """

    class Kind(models.TextChoices):
        GOOGLE = "google", "Google"
        MICROSOFT = "microsoft", "Microsoft 365"
        OTHER = "other", "Another provider"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=9, choices=Kind)
    name = models.CharField(max_length=80, blank=True)
    client_id = models.CharField(max_length=400)
    client_secret = models.TextField(blank=True)
    tenant = models.CharField(max_length=100, blank=True)
    authorize_url = models.CharField(max_length=500, blank=True)
    token_url = models.CharField(max_length=500, blank=True)
    scope = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="mail_provider_one_of_a_kind"),
            models.CheckConstraint(
                condition=~Q(kind="other") | ~Q(authorize_url="") & ~Q(token_url=""), name="mail_provider_has_addresses"
            ),
        ]
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()

    @property
    def endpoints(self) -> Endpoints:
        if self.kind == self.Kind.GOOGLE:
            return GOOGLE
        if self.kind == self.Kind.MICROSOFT:
            return microsoft(self.tenant)
        return Endpoints(self.authorize_url, self.token_url, self.scope)

    @property
    def identity(self) -> str:
        """What tells it from another provider, also from itself with other addresses or another app."""
        found = self.endpoints
        return " ".join((str(self.id), self.client_id, found.authorize_url, found.token_url))

    @property
    def servers(self) -> Servers:
        return SERVERS[self.kind]

    def app(self) -> App:
        """The app, its secret in clear. Raises PermanentFailure for a lost key."""
        return App(
            str(self), self.endpoints, self.client_id, decrypt(self.client_secret), tuple(settings.OAUTH_HOSTS)
        )  # fmt: skip


class Grant(models.Model):
    """The permission that a mailbox's owner gave at its provider. Tokens are tokens of lib.encryption.

    Without a refresh token it has ended, and its mailbox waits for a sign-in.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mailbox = models.OneToOneField(Mailbox, models.CASCADE, related_name="grant")
    refresh_token = models.TextField(blank=True)
    access_token = models.TextField(blank=True)
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    given_at = models.DateTimeField()
    renewing_by = models.CharField(max_length=32, blank=True)
    renewing_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"since {self.given_at:%Y-%m-%d}"
