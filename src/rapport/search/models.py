"""Segments: queries that people keep, and who wants to hear of new people in them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from rapport.lib.actors import Actor
from rapport.lib.ids import new_id


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, actor: Actor) -> "SegmentQuerySet":
        """One's own and those that colleagues share."""
        if actor.is_system:
            return self
        return self.filter(Q(is_shared=True) | Q(owner_id=actor.id)) if actor.kind == "user" else self.none()


class Segment(models.Model):
    """A saved search: whoever opens it sees those who match now, and only those they may see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    query = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="search_segment_name_unique", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(name=""), name="search_segment_named"),
        ]
        ordering = [Lower("name"), "id"]

    def __str__(self) -> str:
        return self.name


class SegmentWatch(models.Model):
    """A user wants to hear who is new in a segment; it remembers whom the user could see in it at the last look.

    `members` are those, None until the first look, and `digest` tells them apart without reading them. They were found by `basis` (the query with the segments it names
    written out, and the user's role): where that changes, the next look takes everybody as known. `seen_state` is how
    the index was then. `new_ids` are the latest arrivals, newest first. `is_too_large` stops telling until the
    segment is small enough again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    basis = models.TextField(default="")
    members = ArrayField(models.UUIDField(), null=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    seen_state = models.TextField(default="")
    new_ids = ArrayField(models.UUIDField(), default=list)
    grew_at = models.DateTimeField(null=True)
    is_too_large = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "user"], name="search_segment_watch_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} by {self.user_id}"
