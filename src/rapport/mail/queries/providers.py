"""Providers at which mailboxes sign in by OAuth 2, and the permissions that were given."""

from uuid import UUID

from django.db.models import Count, QuerySet

from rapport.accounts.capabilities import holds, require
from rapport.lib.actors import Actor
from rapport.mail.models import Grant, Mailbox, Provider
from rapport.mail.permissions import OWN_MAILBOX, SHARED_MAILBOXES


def list_providers(actor: Actor) -> QuerySet[Provider]:
    """Those that a mailbox may sign in at, with `mailbox_count`."""
    require(actor, OWN_MAILBOX)
    return Provider.objects.annotate(mailbox_count=Count("mailboxes"))


def find_provider(actor: Actor, kind: str) -> Provider | None:
    """The provider of a kind, for who sets it up."""
    require(actor, SHARED_MAILBOXES)
    return Provider.objects.filter(kind=kind).first()


def find_grant(mailbox_id: UUID) -> Grant | None:
    """The permission that a mailbox signs in with, also one that has ended."""
    return Grant.objects.select_related("given_by").filter(mailbox_id=mailbox_id).first()


def may_sign_in(actor: Actor, mailbox: Mailbox) -> bool:
    """Whether the mailbox is the actor's own, or a shared one that they set up."""
    return holds(actor, SHARED_MAILBOXES) if mailbox.owner_id is None else mailbox.owner_id == actor.id
