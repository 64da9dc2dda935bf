"""Whose e-mail address is this? Told to mail, which does not know candidates."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from rapport.candidates.models import ContactPoint
from rapport.candidates.queries import resolve_merged


def find_by_address(address: str) -> dict[str, UUID]:
    """{"candidate": id} of the only person with this address in normal form; {} for nobody's and for shared addresses."""
    found = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, normal=address, is_shared=False)
    candidate_id = found.values_list("candidate_id", flat=True).first()
    return {"candidate": candidate_id} if candidate_id else {}


def who_now(subjects: Sequence[Mapping[str, UUID]]) -> list[Mapping[str, UUID]]:
    """Subjects of old messages, with the people that somebody was merged into in their place; one statement for all."""
    now = resolve_merged({row["candidate"] for row in subjects if row.get("candidate")})
    return [{**row, "candidate": now[row["candidate"]]} if row.get("candidate") else row for row in subjects]
