"""Whose e-mail address is this? Told to mail, which does not know candidates."""

from uuid import UUID

from rapport.candidates.models import ContactPoint
from rapport.candidates.queries import resolve_merged


def find_by_address(address: str) -> dict[str, UUID]:
    """{"candidate": id} of the only person with this address in normal form; {} for nobody's and for shared addresses."""
    found = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, normal=address, is_shared=False)
    candidate_id = found.values_list("candidate_id", flat=True).first()
    return {"candidate": candidate_id} if candidate_id else {}


def who_now(subjects: dict[str, UUID]) -> dict[str, UUID]:
    """Subjects of old messages, with the person somebody was merged into in their place."""
    candidate_id = subjects.get("candidate")
    return {**subjects, "candidate": resolve_merged([candidate_id])[candidate_id]} if candidate_id else subjects
