"""Snippets: named texts that stand in others, such as an address or what the house does."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.lib.ids import new_id


class Snippet(models.Model):
    """A text that `{{ snippet:name }}` puts in. Its name never changes, and an archived one is still put in where it is
    named; it is only offered no more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    body = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="mail_snippet_name_unique"),
            models.CheckConstraint(condition=Q(name__regex=r"^[a-z][a-z0-9_]*$"), name="mail_snippet_name_form"),
            models.CheckConstraint(condition=~Q(body=""), name="mail_snippet_has_body"),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
