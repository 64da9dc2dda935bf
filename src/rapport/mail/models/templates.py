"""Templates with versions: a version never changes once it exists, so that results belong to what was really sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.lib.ids import new_id
from rapport.mail.models.letterheads import Look


class TemplateQuerySet(models.QuerySet["Template"]):
    def open(self) -> "TemplateQuerySet":
        return self.filter(archived_at=None)


class Template(models.Model):
    """A message text to write from, kept by its owner.

    `role_family` and `department` are plain words that help to choose, because departments belong to an app above; empty
    fits all. `library_key` names the text of the starter library that it was copied from.
    """

    class Purpose(models.TextChoices):
        FIRST_CONTACT = "first_contact", "First contact"
        FOLLOW_UP = "follow_up", "Follow-up"
        NURTURE = "nurture", "Keeping in touch"
        EVENT = "event", "After an event"
        APPLICATION = "application", "Application received"
        STATUS = "status", "Status update"
        DELAY = "delay", "Delay with a new date"
        INTERVIEW = "interview", "Interview"
        REJECTION_READ = "rejection_read", "No after reading"
        REJECTION_TALK = "rejection_talk", "No after a first talk"
        REJECTION_LAST = "rejection_last", "No after interviews"
        REJECTION = "rejection", "No, at any stage"
        SILVER_MEDAL = "silver_medal", "Silver medallist"
        OFFER = "offer", "Offer"
        REFERRAL = "referral", "Referral"
        CONSENT = "consent", "Consent"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.FIRST_CONTACT)
    role_family = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=120, blank=True)
    language_code = models.CharField(max_length=8, default="en")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    library_key = models.CharField(max_length=60, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=Q(archived_at=None), name="mail_template_name_unique"),
            models.UniqueConstraint(
                fields=["library_key"], condition=~Q(library_key=""), name="mail_template_copied_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="mail_template_named"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One wording of a template; the highest number is the present one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(Template, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    subject = models.TextField()
    body = models.TextField()
    look = models.CharField(max_length=7, choices=Look, default=Look.PLAIN, db_default=Look.PLAIN)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="mail_templateversion_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="mail_templateversion_number_positive"),
            models.CheckConstraint(condition=Q(look__in=Look.values), name="mail_templateversion_look_known"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.template_id} version {self.number}"
