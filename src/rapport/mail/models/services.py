"""Mail services that deliver mail and events by webhooks, and what they delivered until the worker has read it."""

from django.db import models
from django.db.models import Q

from rapport.lib.encryption import decrypt, is_readable
from rapport.lib.ids import new_id
from rapport.mail.models.mailboxes import Mailbox
from rapport.mail.services import EVENTS, KINDS, MAIL, Secrets


class Service(models.Model):
    """A mail service (ESP) that may call us. Secret and keys are tokens of lib.encryption.

    `secret` is ours and stands in the address that is pasted there; the keys are the service's, `mail_key` only where it
    signs mail with another one. Mail for no mailbox that is set up here goes to `mailbox`, if there is one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20)
    secret = models.TextField()
    signing_key = models.TextField(blank=True)
    mail_key = models.TextField(blank=True)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    called_at = models.DateTimeField(null=True, blank=True)
    last_event = models.CharField(max_length=12, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    problem_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], name="mail_service_one_of_a_kind")]
        ordering = ["kind"]

    def __str__(self) -> str:
        return KINDS[self.kind].label

    @property
    def has_readable_secrets(self) -> bool:
        return all(is_readable(secret) for secret in (self.secret, self.signing_key, self.mail_key))

    def secrets(self) -> Secrets:
        """In clear. Raises PermanentFailure for a lost key."""
        return Secrets(decrypt(self.secret), decrypt(self.signing_key), decrypt(self.mail_key))


class ServiceCall(models.Model):
    """One delivery of a service: proven to be its own, kept before it was answered, gone once the worker has read it.

    What cannot be read stays for a while, with the `problem`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="calls")
    what = models.CharField(max_length=6)
    content_type = models.CharField(max_length=300)
    body = models.BinaryField()
    problem = models.TextField(blank=True)
    came_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(what__in=[EVENTS, MAIL]), name="mail_servicecall_what_known")]
        indexes = [models.Index(fields=["came_at"], name="mail_servicecall_by_age")]

    def __str__(self) -> str:
        return f"{self.what} at {self.came_at:%Y-%m-%d %H:%M}"
