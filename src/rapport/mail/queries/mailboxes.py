"""Which mailboxes an actor may see and send from."""

from uuid import UUID

from django.db.models import Q, QuerySet

from rapport.accounts.capabilities import holds, require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import Mailbox
from rapport.mail.permissions import OWN_MAILBOX, SHARED_MAILBOXES, VIEW


def _visible(actor: Actor) -> Q:
    """Own and shared ones; who sets up shared mailboxes sees all."""
    if holds(actor, SHARED_MAILBOXES):
        return Q()
    return Q(owner_id=actor.id) | Q(owner=None)


def list_mailboxes(actor: Actor) -> QuerySet[Mailbox]:
    require(actor, VIEW)
    return Mailbox.objects.filter(_visible(actor)).select_related("owner")


def list_domains(actor: Actor) -> list[str]:
    """The domains of the mailboxes the actor may see, sorted."""
    addresses = list_mailboxes(actor).values_list("address", flat=True)
    return sorted({address.rpartition("@")[2].lower() for address in addresses})


def sendable_mailboxes(actor: Actor) -> QuerySet[Mailbox]:
    """Those the actor may write from now: their own and the shared ones, unless paused."""
    require(actor, VIEW)
    own_or_shared = Q() if actor.is_system else Q(owner_id=actor.id) | Q(owner=None)
    return Mailbox.objects.usable().filter(own_or_shared).order_by("owner_id", "address")


def choose_mailbox(actor: Actor) -> Mailbox | None:
    """The mailbox a composer starts with: the actor's own, else a shared one."""
    return sendable_mailboxes(actor).first()


def get_mailbox(actor: Actor, mailbox_id: UUID) -> Mailbox:
    mailbox = list_mailboxes(actor).filter(id=mailbox_id).first()
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    return mailbox


def lock_mailbox(actor: Actor, mailbox_id: UUID) -> Mailbox:
    """The row, locked, of a mailbox the actor may change: their own, or a shared one with the right to it."""
    require(actor, VIEW)
    mailbox = Mailbox.objects.select_for_update().filter(_visible(actor), id=mailbox_id).first()
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    require_change(actor, mailbox)
    return mailbox


def require_change(actor: Actor, mailbox: Mailbox) -> None:
    """Raises NotAllowed for a mailbox that is neither one's own nor, with the right to those, a shared or a colleague's."""
    require(actor, OWN_MAILBOX if mailbox.owner_id == actor.id and actor.id else SHARED_MAILBOXES)
