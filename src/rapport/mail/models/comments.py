"""What colleagues say to each other about a conversation; it never leaves the house."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from rapport.lib.ids import new_id
from rapport.mail.models.conversations import Conversation


class Comment(models.Model):
    """Beside the messages and no part of them: nothing that is sent is made from it. `mentioned_ids` are users."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    text = models.TextField()
    mentioned_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]
