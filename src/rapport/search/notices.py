"""What notices say of segments: their name and page, and whom they are for."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.urls import reverse

from rapport.notifications import subjects
from rapport.notifications.subjects import Label
from rapport.search.models import Segment
from rapport.search.watching import find_watchers


def register() -> None:
    """Called once when the app is ready."""
    subjects.name_subjects("segment", label_segments)
    subjects.add_watchers(find_watchers)


def label_segments(ids: Collection[UUID]) -> Mapping[UUID, Label]:
    names = Segment.objects.filter(id__in=ids).values_list("id", "name")
    return {key: Label(name, reverse("search:segment", args=[key])) for key, name in names}
