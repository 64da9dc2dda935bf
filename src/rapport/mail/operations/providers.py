"""Setting up the providers at which mailboxes sign in by OAuth 2."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.encryption import encrypt
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.mail.activities import PROVIDER_CHANGED, PROVIDER_REMOVED
from rapport.mail.models import Provider
from rapport.mail.oauth_providers import TENANT, problem_of_url
from rapport.mail.operations.grants import end_grants
from rapport.mail.permissions import SHARED_MAILBOXES

_IDENTITY = frozenset({"token_url", "client_id"})
_OTHERS = ("name", "authorize_url", "token_url", "scope")


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What an administrator enters. An empty secret keeps the stored one; what another kind needs is left out."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    name: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""


def save_provider(*, actor: Actor, kind: str, settings: ProviderSettings) -> Provider:
    """Set up or change the one provider of this kind; what is the same changes nothing.

    Neither the secret nor what owners permitted goes along to another address or app: the secret has to be entered again, and
    their mailboxes wait for a sign-in. Records provider.changed with the names of what changed. Raises NotAllowed, NotFound for an unknown kind, InvalidInput.
    """
    require(actor, SHARED_MAILBOXES)
    if kind not in Provider.Kind.values:
        raise NotFound("There is no such kind of provider.")
    now = clock.now()
    with transaction.atomic():
        # Its key stays: a mailbox that is being changed to it need not wait, and we wait for that mailbox below.
        found = Provider.objects.select_for_update(no_key=True).filter(kind=kind).first()
        values = _checked(kind, settings, found)
        provider = found or Provider(kind=kind, created_at=now, **values)
        changed = [name for name, value in values.items() if found is None or value != getattr(found, name)]
        if not changed:
            return provider
        for name in changed:
            setattr(provider, name, values[name])
        provider.updated_at = now
        try:
            with transaction.atomic():
                provider.save()
        except IntegrityError as error:
            raise Conflict("Somebody set this provider up at the same moment. Reload the page.") from error
        data = {"name": str(provider), "changed": sorted(changed)}
        record(PROVIDER_CHANGED, actor=actor, subjects=[provider], data=data)
        if found and not _IDENTITY.isdisjoint(changed):
            end_grants(provider)
    return provider


def remove_provider(*, actor: Actor, provider_id: UUID) -> None:
    """Forget a provider. Records provider.removed. Raises NotAllowed, NotFound, Conflict while mailboxes sign in there."""
    require(actor, SHARED_MAILBOXES)
    with transaction.atomic():
        provider = Provider.objects.select_for_update().filter(id=provider_id).first()
        if provider is None:
            raise NotFound("This provider is not set up any more.")
        addresses = list(provider.mailboxes.order_by("address").values_list("address", flat=True)[:4])
        if addresses:
            named = ", ".join(addresses[:3]) + (" and others" if addresses[3:] else "")
            raise Conflict(f"These mailboxes sign in at {provider}: {named}. Give them a password first.")
        record(PROVIDER_REMOVED, actor=actor, subjects=[provider], data={"name": str(provider)})
        provider.delete()


def _checked(kind: str, settings: ProviderSettings, found: Provider | None) -> dict[str, Any]:
    """The fields of the row, the secret encrypted. Raises InvalidInput by field."""
    values = {name: getattr(settings, name).strip() for name in ("client_id", "tenant", *_OTHERS)}
    wrong: dict[str, str] = {}
    if not values["client_id"]:
        wrong["client_id"] = "Enter the client id of the app that you registered there."
    if not settings.client_secret and not (found and found.client_secret) and kind != Provider.Kind.OTHER:
        wrong |= {"client_secret": "Enter the client secret of the app that you registered there."}
    if values["tenant"] and not TENANT.fullmatch(values["tenant"]):
        wrong["tenant"] = "Enter the directory's id or domain, such as contoso.onmicrosoft.com, or leave it empty."
    if kind == Provider.Kind.OTHER:
        for name in ("authorize_url", "token_url"):
            if problem := problem_of_url(values[name], django_settings.OAUTH_HOSTS):
                wrong[name] = problem
    else:
        values |= dict.fromkeys(_OTHERS, "")
    if kind != Provider.Kind.MICROSOFT:
        values["tenant"] = ""
    is_another = found is not None and any(values[name] != getattr(found, name) for name in _IDENTITY)
    if is_another and found and found.client_secret and not settings.client_secret and not wrong:
        wrong |= {"client_secret": "The address or the app is another one: enter its client secret again."}
    if wrong:
        raise InvalidInput(wrong)
    if settings.client_secret:
        values["client_secret"] = encrypt(settings.client_secret.strip())
    return values
