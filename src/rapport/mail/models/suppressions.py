"""Addresses that are never mailed again, until a person lifts it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rapport.lib.ids import new_id
from rapport.mail.models.messages import Message


class Suppression(models.Model):
    """One address in normal form. Lifting removes the row; the record keeps that it was there and why it went."""

    class Reason(models.TextChoices):
        HARD_BOUNCE = "hard_bounce", "The address does not exist"
        COMPLAINT = "complaint", "Marked our mail as spam"
        UNSUBSCRIBED = "unsubscribed", "Asked for no more mail"
        MANUAL = "manual", "Put here by a colleague"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=320)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(blank=True)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="mail_suppression_address_unique"),
            models.CheckConstraint(condition=~Q(address=""), name="mail_suppression_has_address"),
        ]

    def __str__(self) -> str:
        return self.address
