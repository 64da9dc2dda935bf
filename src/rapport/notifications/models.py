"""Who follows what, what they were told, and how often they want mail about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rapport.lib import encryption
from rapport.lib.ids import new_id


class Follow(models.Model):
    """A user wants to hear what happens to a subject (a candidate, a job …)."""

    pk = models.CompositePrimaryKey("subject_id", "user_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)


class Notification(models.Model):
    """One notice for one user, made from one activity; at most one each."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    activity_id = models.UUIDField()
    verb = models.CharField(max_length=60)
    text = models.CharField(max_length=400)
    url = models.CharField(max_length=300, blank=True)
    happened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "activity_id", name="notifications_notification_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notifications_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return self.text


class DigestChoice(models.Model):
    """How often a user gets a mail about what they have not read; without a row it is daily."""

    class Every(models.TextChoices):
        HOUR = "hour", "Every hour"
        DAY = "day", "Every morning"
        NEVER = "never", "Never"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    every = models.CharField(max_length=5, choices=Every, default=Every.DAY)
    sent_at = models.DateTimeField(null=True, blank=True)


class ChatChannel(models.Model):
    """Where a user's notices are posted as they come: the address of an incoming webhook, which is a secret.

    `posted_until` is the last notice that was posted; `failing_since` and `last_error` tell why none arrives.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    url_token = models.TextField()
    host = models.CharField(max_length=253)
    posted_until = models.UUIDField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host

    @property
    def url(self) -> str:
        """Raises PermanentFailure when the installation's secret key has changed."""
        return encryption.decrypt(self.url_token)
