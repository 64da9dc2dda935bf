"""Why applications end."""

from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.applications import queries
from rapport.applications.activities import REASON_SAVED
from rapport.applications.models import ArchiveReason
from rapport.applications.permissions import MANAGE_REASONS
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput


@transaction.atomic
def save_archive_reason(
    *, actor: Actor, name: str, side: str, is_active: bool = True, reason_id: UUID | None = None
) -> ArchiveReason:
    """Add a reason, or rename or retire one; applications keep it. Records archive_reason.saved.

    Raises NotAllowed without applications.manage_reasons, NotFound, InvalidInput, Conflict for a name that is taken.
    """
    require(actor, MANAGE_REASONS)
    reason = queries.get_archive_reason(reason_id) if reason_id else ArchiveReason(side=side)
    reason.name, reason.is_active = name.strip(), is_active
    if not reason.name:
        raise InvalidInput({"name": "Name the reason."})
    if side not in ArchiveReason.Side.values or side != reason.side:
        raise InvalidInput({"side": "A reason is either ours or theirs, and stays so."})
    try:
        with transaction.atomic():
            reason.save()
    except IntegrityError as error:
        raise Conflict(f"There is already a reason named {reason.name}.") from error
    data = {"name": reason.name, "side": reason.side}
    record(REASON_SAVED, actor=actor, subjects={"archive_reason": reason.id}, data=data)
    return reason
