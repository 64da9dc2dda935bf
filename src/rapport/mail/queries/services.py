"""Mail services, and which message of ours they tell about."""

from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from rapport.accounts.capabilities import require
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.mail.models import Message, Service
from rapport.mail.permissions import SHARED_MAILBOXES
from rapport.mail.queries.messages import SENDER_MEMORY


def list_services(actor: Actor) -> QuerySet[Service]:
    """Those that are set up, with `waiting_count` and `unread_count` of what they delivered: not read yet, and unreadable."""
    require(actor, SHARED_MAILBOXES)
    return Service.objects.annotate(
        waiting_count=Count("calls", filter=Q(calls__problem="")), unread_count=Count("calls", filter=~Q(calls__problem=""))
    )  # fmt: skip


def find_service(kind: str) -> Service | None:
    """The service that delivers at the address of this kind, for whoever can prove to be it."""
    return Service.objects.filter(kind=kind).first()


def find_told_about(*, message_ids: Sequence[str], address: str, is_exact: bool) -> Message | None:
    """Our message with one of these Message-IDs; without `is_exact` else the last that was sent to the address within a year.

    A message counts as well where nobody knows whether it arrived: what is told of it says that it did.
    """
    if message_ids:
        known = {row.message_id: row for row in Message.objects.outgoing().filter(message_id__in=list(message_ids))}
        if named := next((known[key] for key in message_ids if key in known), None):
            return named
    if is_exact or "@" not in address:
        return None
    sent = Message.objects.outgoing().filter(to_address=address, state="sent", sent_at__gte=clock.now() - SENDER_MEMORY)
    return sent.order_by("-sent_at").first()
