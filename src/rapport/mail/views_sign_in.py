"""Signing a mailbox in at its provider, and, for administrators, the providers that are set up."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput, NotFound, PermanentFailure, TemporaryFailure
from rapport.lib.requests import Request, find_id
from rapport.mail import operations, queries
from rapport.mail.forms import ProviderForm
from rapport.mail.models import Provider
from rapport.mail.permissions import OWN_MAILBOX, SHARED_MAILBOXES

_BEGUN = "mail_sign_in"  # in the session: the sign-in that was begun last
PATIENCE_S = 3600


def redirect_uri() -> str:
    """Where providers send people back to; it is registered there."""
    return settings.BASE_URL + reverse("mail:signed_in")


@never_cache
@require_GET
def begin(request: Request, mailbox_id: UUID) -> HttpResponse:
    """Lead the owner of a mailbox to its provider; a link, because our content policy lets no form lead out of the house."""
    question = operations.begin_sign_in(actor=request.actor, mailbox_id=mailbox_id, redirect_uri=redirect_uri())
    request.session[_BEGUN] = {
        "mailbox_id": str(mailbox_id), "state": question.state, "verifier": question.verifier,
        "provider": question.provider, "at": clock.now().timestamp(),
    }  # fmt: skip
    return HttpResponseRedirect(question.url)


@never_cache
@require_GET
def signed_in(request: Request) -> HttpResponse:
    """The provider sends people back here, with a code, or with why there is none."""
    require(request.actor, OWN_MAILBOX)
    begun = _begun(request)
    mailbox_id = find_id(begun.get("mailbox_id"))
    if mailbox_id is None:
        messages.error(request, "This sign-in was not begun here, or too long ago. Begin it on the mailbox's page.")
        return redirect("mail:mailboxes")
    try:
        if request.GET.get("error"):
            raise PermanentFailure(_refused(request.GET))
        mailbox = operations.complete_sign_in(
            actor=request.actor, mailbox_id=mailbox_id, provider=str(begun.get("provider")),
            code=request.GET.get("code", "")[:4000], verifier=str(begun["verifier"]), redirect_uri=redirect_uri(),
        )  # fmt: skip
    except (PermanentFailure, TemporaryFailure, Conflict) as error:
        messages.error(request, f"{str(error).rstrip('.')}.")
    else:
        messages.success(
            request, f"{mailbox.address} is signed in. Test the connection to see that mail goes both ways."
        )
    return redirect("mail:mailbox", mailbox_id)


def _begun(request: Request) -> dict[str, Any]:
    """The sign-in that this is the answer to, which it ends; empty where it is none of this browser's."""
    begun = request.session.get(_BEGUN)
    if not isinstance(begun, dict) or not constant_time_compare(begun["state"], request.GET.get("state", "")):
        return {}
    del request.session[_BEGUN]
    return begun if clock.now().timestamp() - begun["at"] < PATIENCE_S else {}


def _refused(given: Any) -> str:
    if given.get("error") == "access_denied":
        return "You did not allow it, so the mailbox is not signed in. Sign in again when you like"
    said = " ".join(str(given.get("error_description") or given["error"]).split())[:300]
    return f"The provider gives no permission: {said}"


@require_GET
def providers(request: Request) -> HttpResponse:
    """The providers that mailboxes may sign in at, also those that are not set up yet."""
    require(request.actor, SHARED_MAILBOXES)
    found = {row.kind: row for row in queries.list_providers(request.actor)}
    rows = [(kind, label, found.get(kind)) for kind, label in Provider.Kind.choices]
    return render(request, "mail/providers.html", {"rows": rows, "redirect_uri": redirect_uri()})


@require_http_methods(["GET", "POST"])
def provider(request: Request, kind: str) -> HttpResponse:
    """Set one provider up, or change it."""
    require(request.actor, SHARED_MAILBOXES)
    if kind not in Provider.Kind.values:
        raise NotFound("There is no such kind of provider.")
    present = queries.find_provider(request.actor, kind)
    form = ProviderForm(request.POST or None, kind=kind, present=present)
    if request.method == "POST" and form.is_valid():
        try:
            saved = operations.save_provider(actor=request.actor, kind=kind, settings=form.settings())
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput(str(error)))
        else:
            messages.success(request, f"Mailboxes can sign in at {saved}.")
            return redirect("mail:providers")
    context = {
        "form": form, "present": present, "kind": kind, "label": Provider.Kind(kind).label, "redirect_uri": redirect_uri()
    }  # fmt: skip
    return render(request, "mail/provider.html", context, status=422 if form.errors else 200)


@require_POST
def remove_provider(request: Request, provider_id: UUID) -> HttpResponse:
    try:
        operations.remove_provider(actor=request.actor, provider_id=provider_id)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Mailboxes cannot sign in there any more.")
    return redirect("mail:providers")
