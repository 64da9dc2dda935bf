"""Messages, outgoing and incoming, in one thread model.

| state     | of       | means                                                  | moved by                       |
|-----------|----------|--------------------------------------------------------|--------------------------------|
| draft     | outgoing | written, not to be sent yet                            | its writer                     |
| queued    | outgoing | to be sent; its Message-ID is fixed                    | send_message                   |
| in_flight | outgoing | handed to SMTP, answer not yet known                   | the worker, before DATA        |
| sent      | outgoing | the server took it                                     | the worker                     |
| unclear   | outgoing | handed over without an answer; never sent again blindly| the worker, or the sweep later |
| failed    | outgoing | refused for good, or suppressed; `state_note` says why | the worker                     |
| received  | incoming | fetched                                                | fetching                       |

Laid out for 20 million rows: the row is narrow and texts live in `MessageBody`, of which a list never reads a page;
the queue, the inbox and unclear messages have partial indexes whose size does not grow with history. Message-IDs are
unique per mailbox and direction, and that index also finds what an answer answers. Measured at a million rows on two
cores: 321 MB and 286 MB of indexes without the texts; each lookup by id, sender, thread, queue or inbox under 1 ms. Which candidate a message belongs
to is told by `subjects`, kept as the sender gave them; timelines find messages through the record of activity.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from rapport.lib.ids import new_id
from rapport.mail.models.letterheads import Look
from rapport.mail.models.mailboxes import Mailbox
from rapport.mail.models.templates import TemplateVersion


class MessageQuerySet(models.QuerySet["Message"]):
    def outgoing(self) -> "MessageQuerySet":
        return self.filter(direction=Message.Direction.OUT)

    def incoming(self) -> "MessageQuerySet":
        return self.filter(direction=Message.Direction.IN)

    def waiting_for_answer(self) -> "MessageQuerySet":
        """Mail that people wrote and nobody has answered or put aside."""
        return self.filter(direction=Message.Direction.IN, kind=Message.Kind.REPLY, done_at=None)


class Message(models.Model):
    """One e-mail. Addresses are in normal form; a queued one is sent from `due_at` on; `message_id` and what refers to it are without angle brackets."""

    class Direction(models.TextChoices):
        OUT = "out", "Outgoing"
        IN = "in", "Incoming"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting to be sent"
        IN_FLIGHT = "in_flight", "Being sent"
        SENT = "sent", "Sent"
        UNCLEAR = "unclear", "Unclear"
        FAILED = "failed", "Failed"
        RECEIVED = "received", "Received"

    class Kind(models.TextChoices):
        REPLY = "reply", "Reply"
        AUTO_REPLY = "auto_reply", "Automatic answer"
        BOUNCE = "bounce", "Bounce"
        COMPLAINT = "complaint", "Complaint"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread_id = models.UUIDField()
    direction = models.CharField(max_length=3, choices=Direction)
    state = models.CharField(max_length=9, choices=State)
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="+", db_index=False)
    message_id = models.TextField()
    in_reply_to = models.TextField(blank=True)
    references = ArrayField(models.TextField(), default=list, blank=True)
    from_address = models.CharField(max_length=320)
    from_name = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=320)
    to_name = models.CharField(max_length=200, blank=True)
    subject = models.TextField(blank=True)
    preview = models.CharField(max_length=200, blank=True)
    subjects = models.JSONField(default=dict)
    template_version = models.ForeignKey(
        TemplateVersion, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    is_bulk = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    state_note = models.TextField(blank=True)
    has_attachments = models.BooleanField(default=False)
    storage_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    in_flight_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id", "direction", "mailbox"], name="mail_message_id_unique"),
            models.CheckConstraint(
                condition=Q(direction="in", state="received")
                | Q(direction="out", state__in=["draft", "queued", "in_flight", "sent", "unclear", "failed"]),
                name="mail_message_state_fits",
            ),
            models.CheckConstraint(condition=~Q(message_id=""), name="mail_message_has_id"),
            models.CheckConstraint(
                condition=~Q(direction="in") | Q(received_at__isnull=False), name="mail_message_received_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state="queued") | Q(due_at__isnull=False), name="mail_message_queued_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_flight") | Q(in_flight_at__isnull=False), name="mail_message_in_flight_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="mail_message_sent_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["thread_id", "id"], name="mail_message_by_thread"),
            models.Index(fields=["mailbox", "due_at"], condition=Q(state="queued"), name="mail_message_queue"),
            models.Index(fields=["in_flight_at"], condition=Q(state="in_flight"), name="mail_message_in_flight"),
            models.Index(
                F("received_at").desc(), F("id").desc(),
                condition=Q(direction="in", kind="reply", done_at=None),
                name="mail_message_inbox",
            ),
            models.Index(fields=["id"], condition=Q(state="unclear"), name="mail_message_unclear"),
            models.Index(
                "to_address", F("sent_at").desc(), condition=Q(direction="out", state="sent"), name="mail_message_sent_to"
            ),
            models.Index(
                "mailbox", F("sent_at").desc(), condition=Q(direction="out", state="sent"), name="mail_message_sent_by"
            ),
            models.Index(
                fields=["template_version", "id"], condition=Q(template_version__isnull=False), name="mail_message_by_template"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or "(no subject)"

    @property
    def is_incoming(self) -> bool:
        return self.direction == self.Direction.IN


class MessageBody(models.Model):
    """The texts of a message. `text` is for reading (of a reply only what is new), `full_text` with quotes, if different.

    `html` of incoming mail is as sent and unsafe: it is sanitised whenever it is shown.
    `look` is how one that somebody writes here goes out.
    """

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="body")
    text = models.TextField(blank=True)
    full_text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    look = models.CharField(max_length=7, choices=Look, default=Look.PLAIN, db_default=Look.PLAIN)

    def __str__(self) -> str:
        return self.text[:60]


class DeliveryEvent(models.Model):
    """What happened to an outgoing message after we sent it, raw, with the verdict who did it and why we think so."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        COMPLAINED = "complained", "Complained"
        REPLIED = "replied", "Replied"
        AUTO_REPLIED = "auto_replied", "Answered automatically"
        OPENED = "opened", "Opened"
        CLICKED = "clicked", "Clicked"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"

    class Verdict(models.TextChoices):
        HUMAN = "human", "A person"
        MACHINE = "machine", "A machine"
        UNSURE = "unsure", "Unsure"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    verdict = models.CharField(max_length=7, choices=Verdict, default=Verdict.UNSURE)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["message", "id"], name="mail_deliveryevent_by_message")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.verdict})"
