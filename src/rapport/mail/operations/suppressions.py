"""Stopping mail to an address, and allowing it again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.lib.addresses import normal_address
from rapport.lib.errors import InvalidInput, NotFound
from rapport.mail.activities import MESSAGE_UNSUBSCRIBED, SUPPRESSION_ADDED, SUPPRESSION_LIFTED
from rapport.mail.models import DeliveryEvent, Message, Suppression
from rapport.mail.permissions import SUPPRESS
from rapport.mail.subjects import subjects_of


@transaction.atomic
def suppress_address(
    *, actor: Actor, address: str, reason: str, evidence: str = "", message: Message | None = None
) -> Suppression:
    """Never mail this address again. An address that is suppressed already keeps its first reason and date.

    Records suppression.added with the subjects of the message that led to it. Raises NotAllowed without mail.suppress,
    InvalidInput for what is no address.
    """
    require(actor, SUPPRESS)
    normal = normal_address(address)
    if "@" not in normal:
        raise InvalidInput({"address": f"“{address.strip()}” is not an e-mail address."})
    suppression, is_new = Suppression.objects.get_or_create(
        address=normal,
        defaults={
            "reason": reason, "evidence": evidence, "message": message, "since": clock.now(),
            "created_by_id": actor.id if actor.kind == "user" else None,
        },
    )  # fmt: skip
    if is_new:
        subjects = {**(subjects_of(message) if message else {}), "suppression": suppression.id}
        data = {"reason": reason, "address": normal}
        record(SUPPRESSION_ADDED, actor=actor, subjects=subjects, data=data)
    return suppression


@transaction.atomic
def lift_suppression(*, actor: Actor, suppression_id: UUID, why: str) -> None:
    """Allow mail to an address again; `why` is kept on record. Raises NotAllowed, NotFound, InvalidInput without why."""
    require(actor, SUPPRESS)
    if not why.strip():
        raise InvalidInput({"why": "Say why mail to this address is wanted again."})
    suppression = Suppression.objects.select_for_update().filter(id=suppression_id).first()
    if suppression is None:
        raise NotFound("This address is not on the list any more.")
    message = suppression.message
    subjects = {**(subjects_of(message) if message else {}), "suppression": suppression.id}
    data = {"reason": suppression.reason, "address": suppression.address, "why": why.strip()}
    suppression.delete()
    record(SUPPRESSION_LIFTED, actor=actor, subjects=subjects, data=data)


@transaction.atomic
def unsubscribe(*, message: Message, by: str, address: str = "", at: datetime | None = None) -> Suppression:
    """The recipient of this message wants no more mail; `by` is link, one_click, words or service. Doing it twice is harmless.

    With `address` the wish came from another address of theirs, or in a message of their own, and is about that one. `at` is when
    it was said, else now.
    Records message.unsubscribed and suppression.added the first time.
    """
    address = address or message.to_address
    known = Suppression.objects.filter(address=address).first()
    if known:
        return known
    if not message.is_incoming:
        DeliveryEvent.objects.create(
            message=message, kind="unsubscribed", verdict="human", reason=by, occurred_at=at or clock.now()
        )
    record(MESSAGE_UNSUBSCRIBED, actor=SYSTEM, subjects=subjects_of(message), data={"by": by})
    return suppress_address(actor=SYSTEM, address=address, reason=Suppression.Reason.UNSUBSCRIBED, message=message)
