"""What people who answered want, as the rules of mail.intents read it or a colleague corrected it, and what follows."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from rapport.lib.ids import new_id
from rapport.mail.models.messages import Message


class ReplyIntent(models.Model):
    """Of one reply. `sentence` decided for `read_kind`; `kind` is what holds. `snoozed_until` is what it did to the conversation."""

    class Kind(models.TextChoices):
        INTERESTED = "interested", "Interested"
        NOT_NOW = "not_now", "Not now"
        NOT_INTERESTED = "not_interested", "Not interested"
        REFERRAL = "referral", "Names somebody else"
        QUESTION = "question", "Asks something"
        OTHER = "other", "Nothing plain"

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="intent")
    kind = models.CharField(max_length=14, choices=Kind)
    come_back_on = models.DateField(null=True, blank=True)
    read_kind = models.CharField(max_length=14, choices=Kind)
    read_come_back_on = models.DateField(null=True, blank=True)
    sentence = models.TextField(blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(come_back_on=None) | Q(kind="not_now"), name="mail_replyintent_date_of_not_now"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Wish(models.Model):
    """What a reply asks of mail to many, for one address in normal form: nothing of some topics, nothing until a moment, or
    (of who is interested) neither.

    The latest of an address decides (`said_at`: when the reply came), beside what its owner chose before that (Preference);
    a later choice stands in its place. It goes when the intent is corrected. Whether it holds is therefore never stored.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="wishes", db_index=False)
    address = models.CharField(max_length=320)
    declined = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "address"], name="mail_wish_once")]
        indexes = [models.Index(fields=["address", "-said_at"], name="mail_wish_of_address")]

    def __str__(self) -> str:
        return self.address
