"""Conversations: what became of a thread in which a person wrote to us.

A thread nobody has answered is no conversation: a million people in sequences make no rows here. The row has the id of
its thread and says what a list has to know; the messages stay the truth.

| is       | means                                                             | moved by                              |
|----------|-------------------------------------------------------------------|---------------------------------------|
| waiting  | `waiting_since`: the oldest reply of a person that nobody answered | receiving, sending, done, reopen      |
| answered | `answered_at`: when one of us last wrote; they are to write next   | sending; a message that failed takes it back |
| snoozed  | `snoozed_until` lies ahead; it comes back by itself                | snooze; their next reply ends it      |
| done     | `done_at`: needs nothing any more                                  | done; their next reply ends it        |

A reply waits while its `Message.done_at` is empty. Whoever changes any of this locks the conversation first.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rapport.mail.models.mailboxes import Mailbox
from rapport.mail.models.messages import Message


class Conversation(models.Model):
    """`mailbox` and `person_address` are those of the latest reply; `last_at` is when either side last wrote."""

    id = models.UUIDField(primary_key=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+")
    latest_reply = models.ForeignKey(Message, models.CASCADE, related_name="+")
    person_address = models.CharField(max_length=320)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    waiting_since = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(waiting_since=None), name="mail_conversation_done_waits_not"
            ),
        ]
        indexes = [
            models.Index(
                F("waiting_since").asc(nulls_last=True), F("last_at").desc(), F("id").desc(),
                condition=Q(done_at=None), name="mail_conversation_open",
            ),
            models.Index(F("done_at").desc(), F("id").desc(), condition=Q(done_at__isnull=False), name="mail_conversation_done"),
            models.Index(fields=["assignee"], condition=Q(done_at=None), name="mail_conversation_assigned"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="mail_conversation_snoozed"),
            models.Index(fields=["person_address"], condition=Q(waiting_since__isnull=False), name="mail_conversation_waits"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Conversation with {self.person_address}"

    def is_snoozed(self, now: datetime) -> bool:
        return self.done_at is None and self.snoozed_until is not None and self.snoozed_until > now

    def answer_by(self) -> datetime | None:
        """When the mailbox's answer-time target ends; what was snoozed has it anew from its return on."""
        hours = self.mailbox.answer_target_hours
        if not hours or self.waiting_since is None:
            return None
        return max(self.waiting_since, self.snoozed_until or self.waiting_since) + timedelta(hours=hours)
