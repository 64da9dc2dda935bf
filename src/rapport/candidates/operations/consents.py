"""Leave to keep and to write to a person (GDPR Art. 6 and 7)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.activity.operations import record
from rapport.candidates.activities import CONSENT_GIVEN, CONSENT_WITHDRAWN
from rapport.candidates.models import Consent
from rapport.candidates.operations.rights import lock
from rapport.candidates.permissions import EDIT
from rapport.candidates.text_rules import one_line
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound


@transaction.atomic
def give_consent(
    *, actor: Actor, candidate_id: UUID, purpose: str, basis: str = Consent.Basis.CONSENT,
    given_at: datetime | None = None, expires_at: datetime | None = None, proof: str = "",
) -> Consent:  # fmt: skip
    """Note that a person may be kept or written to, until when, and how we know. Records consent.given.

    Raises InvalidInput for an unknown purpose or basis, or an end before the beginning.
    """
    candidate = lock(actor, candidate_id, EDIT)
    given_at = given_at or clock.now()
    if purpose not in Consent.Purpose.values:
        raise InvalidInput({"purpose": "Choose what the consent is for."})
    if basis not in Consent.Basis.values:
        raise InvalidInput({"basis": "Choose the legal basis."})
    if expires_at and expires_at <= given_at:
        raise InvalidInput({"expires_at": "The end lies before the beginning."})
    consent = Consent(
        candidate=candidate,
        purpose=purpose,
        basis=basis,
        given_at=given_at,
        expires_at=expires_at,
        proof=one_line(proof, 300),
    )
    consent.save(force_insert=True)
    data = {
        "purpose": consent.get_purpose_display().lower(),
        "basis": basis,
        "expires_at": expires_at,
        "proof": consent.proof,
    }
    record(CONSENT_GIVEN, actor=actor, subjects=[candidate], data=data)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Actor, candidate_id: UUID, consent_id: UUID) -> Consent:
    """Note that a person took consent back; doing so twice does nothing. Records consent.withdrawn."""
    candidate = lock(actor, candidate_id, EDIT)
    consent = Consent.objects.select_for_update().filter(candidate=candidate, id=consent_id).first()
    if consent is None:
        raise NotFound("This consent is not there any more. Reload the page.")
    if consent.withdrawn_at:
        return consent
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    data = {"purpose": consent.get_purpose_display().lower()}
    record(CONSENT_WITHDRAWN, actor=actor, subjects=[candidate], data=data)
    return consent
