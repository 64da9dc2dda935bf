"""How branded mail looks, version by version: mail that lies in people's mailboxes keeps the logo it was sent with."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rapport.lib.ids import new_id


class Look(models.TextChoices):
    """How the HTML of a mail looks: like a letter somebody typed, or set on the house's letterhead."""

    PLAIN = "plain", "Plain"
    BRANDED = "branded", "Branded"


class Letterhead(models.Model):
    """One version of the letterhead; the highest number is the present one, and a version never changes.

    `storage_name` is the file of the logo, which versions share as long as nobody changes it; its size is in CSS pixels,
    and it has a word for those who do not see it. `footer` are plain lines.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    colour = models.CharField(max_length=7)
    footer = models.TextField(blank=True)
    storage_name = models.CharField(max_length=120, blank=True)
    logo_alt = models.CharField(max_length=120, blank=True)
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="mail_letterhead_number_unique"),
            models.CheckConstraint(condition=Q(colour__regex=r"^#[0-9a-f]{6}$"), name="mail_letterhead_colour_is_one"),
            models.CheckConstraint(
                condition=Q(storage_name="") | (Q(logo_width__gt=0, logo_height__gt=0) & ~Q(logo_alt="")),
                name="mail_letterhead_logo_has_size_and_words",
            ),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Letterhead {self.number}"
