"""Who follows what, and what they were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

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
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "activity_id", name="notifications_notification_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notifications_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notifications_unread"),
        ]
