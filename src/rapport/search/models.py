"""Segments: queries that people keep."""

from django.conf import settings
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
