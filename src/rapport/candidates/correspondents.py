"""Whose e-mail address is this? Told to mail, which does not know candidates."""

from uuid import UUID

from rapport.candidates.models import ContactPoint


def find_by_address(address: str) -> dict[str, UUID]:
    """{"candidate": id} of the only person with this address in normal form; {} for nobody's and for shared addresses."""
    found = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, normal=address, is_shared=False)
    candidate_id = found.values_list("candidate_id", flat=True).first()
    return {"candidate": candidate_id} if candidate_id else {}
