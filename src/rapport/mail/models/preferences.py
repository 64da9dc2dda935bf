"""What the owner of an address wants to get, chosen by them behind the link in our mails."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from rapport.lib.ids import new_id


class Topic(models.TextChoices):
    """What mail to many is about; a sequence has one."""

    JOBS = "jobs", "Jobs like the one we wrote about"
    NEWS = "news", "News of the company"
    EVENTS = "events", "Events"


class Preference(models.Model):
    """One address in normal form. Nothing chosen means no row; stopping all mail is a suppression.

    `every_days`: at most one mail in so many days, 0 for no limit of their own. `paused_until` may lie in the past.
    """

    class Every(models.IntegerChoices):
        AS_IT_COMES = 0, "Whenever there is something"
        WEEK = 7, "At most once a week"
        MONTH = 30, "At most once a month"
        QUARTER = 90, "At most once in three months"

    class Language(models.TextChoices):
        ANY = "", "No preference"
        EN = "en", "English"
        DE = "de", "Deutsch"
        FR = "fr", "Français"
        ES = "es", "Español"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.CharField(max_length=320)
    declined = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    every_days = models.PositiveSmallIntegerField(choices=Every, default=Every.AS_IT_COMES)
    paused_until = models.DateTimeField(null=True, blank=True)
    language_code = models.CharField(max_length=2, blank=True, choices=Language, default=Language.ANY)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address"], name="mail_preference_address_unique"),
            models.CheckConstraint(condition=~Q(address=""), name="mail_preference_has_address"),
            models.CheckConstraint(condition=Q(every_days__in=[0, 7, 30, 90]), name="mail_preference_every_known"),
        ]

    def __str__(self) -> str:
        return self.address
