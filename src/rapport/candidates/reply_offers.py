"""A phone number or a title in the signature of a reply that the profile does not have yet."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from rapport.accounts.capabilities import holds
from rapport.candidates import contact_rules
from rapport.candidates.contact_rules import NotAContact
from rapport.candidates.models import Candidate, ContactPoint
from rapport.candidates.permissions import EDIT, visible_to
from rapport.candidates.queries import resolve_merged
from rapport.lib.actors import Actor
from rapport.mail.offers import Found, Offer


def offer_updates(actor: Actor, found: Sequence[Found]) -> list[Offer]:
    """At most one for the phone and one for the title."""
    signature, key = found[-1].signature, found[-1].message.subjects.get("candidate")
    if signature is None or not key or not holds(actor, EDIT):
        return []
    candidate_id = resolve_merged([UUID(key)])[UUID(key)]
    candidate = Candidate.objects.filter(visible_to(actor), id=candidate_id).first()
    if candidate is None:
        return []
    url = reverse("candidates:take_from_reply", args=[candidate.id])
    offers = []
    if signature.phone and _is_new_phone(candidate, signature.phone):
        text = f"Their signature has the phone number {signature.phone}."
        offers.append(Offer(text, "Add it to the profile", url, "phone", {"field": "phone", "value": signature.phone}))
    if signature.title and signature.title.casefold() != candidate.title.casefold():
        text = f"Their signature says “{signature.title}”" + (
            f"; the profile says “{candidate.title}”." if candidate.title else "."
        )
        values = {"field": "title", "value": signature.title, "version": str(candidate.version)}
        offers.append(Offer(text, "Take it over", url, "briefcase", values))
    return offers


def _is_new_phone(candidate: Candidate, phone: str) -> bool:
    try:
        normal = contact_rules.read_contact("phone", phone, candidate.country_code).normal
    except NotAContact:
        return False
    return not ContactPoint.objects.filter(candidate=candidate, kind="phone", normal=normal).exists()
