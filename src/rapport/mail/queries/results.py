"""What came of the wordings of a template: messages that went out, and those that a person answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import DeliveryEvent, Message, TemplateVersion
from rapport.mail.permissions import VIEW
from rapport.mail.queries.messages import visible_messages

PAGE = 50
_REPLY = DeliveryEvent.objects.filter(
    message=OuterRef("pk"), kind=DeliveryEvent.Kind.REPLIED, verdict=DeliveryEvent.Verdict.HUMAN
)


@dataclass(frozen=True, slots=True)
class VersionResult:
    """How many messages written from a version were sent, and how many of those a person answered."""

    number: int
    created_at: datetime
    sent: int
    answered: int


def list_results(actor: Actor, template_id: UUID) -> list[VersionResult]:
    """Every version, newest first, in two statements."""
    require(actor, VIEW)
    versions = list(TemplateVersion.objects.filter(template_id=template_id).order_by("-number"))
    if not versions:
        raise NotFound("There is no such template.")
    rows = _sent(actor, [version.id for version in versions]).order_by().values("template_version_id")
    counted = rows.annotate(sent=Count("id"), answered=Count("id", filter=Exists(_REPLY)))
    found = {row["template_version_id"]: (row["sent"], row["answered"]) for row in counted}
    return [VersionResult(version.number, version.created_at, *found.get(version.id, (0, 0))) for version in versions]


def list_sent_from(
    actor: Actor, template_id: UUID, number: int, *, answered: bool, before: UUID | None = None, limit: int = PAGE
) -> list[Message]:
    """Messages written from a version, newest first; one more than `limit` tells that there is another page."""
    require(actor, VIEW)
    version = TemplateVersion.objects.filter(template_id=template_id, number=number).first()
    if version is None:
        raise NotFound("There is no such version of this template.")
    rows = _sent(actor, [version.id])
    if answered:
        rows = rows.filter(Exists(_REPLY))
    if before:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[: limit + 1])


def _sent(actor: Actor, version_ids: Sequence[UUID]) -> QuerySet[Message]:
    ours = visible_messages(actor).filter(direction=Message.Direction.OUT, state=Message.State.SENT)
    return ours.filter(template_version_id__in=version_ids)
