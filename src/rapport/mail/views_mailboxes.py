"""Settings: mailboxes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, find_id
from rapport.mail import operations, queries
from rapport.mail.forms import MailboxForm, initial_of
from rapport.mail.models import Mailbox
from rapport.mail.permissions import DOMAIN_LIMITS, OWN_MAILBOX, SHARED_MAILBOXES
from rapport.mail.warm_up import rises_on


@require_GET
def mailboxes(request: Request) -> HttpResponse:
    """All mailboxes the reader may see, with their state."""
    require(request.actor, OWN_MAILBOX)
    rows = list(queries.list_mailboxes(request.actor))
    context = {
        "mailboxes": rows,
        "unclear": queries.list_unclear(request.actor),
        "can_limit": holds(request.actor, DOMAIN_LIMITS),
        "can_check": holds(request.actor, SHARED_MAILBOXES),
    }
    return render(request, "mail/mailboxes.html", context)


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.actor, OWN_MAILBOX)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        owner_id = None if form.cleaned_data.get("is_shared") else request.actor.id
        try:
            mailbox = operations.create_mailbox(actor=request.actor, settings=form.settings(), owner_id=owner_id)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"address": str(error)}))
        else:
            messages.success(request, _saved(mailbox, "is connected"))
            return _after(mailbox)
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: Request, mailbox_id: UUID) -> HttpResponse:
    mailbox = queries.get_mailbox(request.actor, mailbox_id)
    form = _form(request, mailbox)
    if request.method == "POST" and form.is_valid():
        try:
            saved = operations.update_mailbox(actor=request.actor, mailbox_id=mailbox_id, settings=form.settings())
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"address": str(error)}))
        else:
            messages.success(request, _saved(saved, "is saved"))
            return _after(saved)
    return _page(request, form, mailbox)


@require_POST
def try_out(request: Request) -> HttpResponse:
    """Connect with what stands in the form, saved or not, and say in words what is wrong; a fragment for htmx."""
    mailbox_id = find_id(request.POST.get("mailbox_id"))
    stored = queries.get_mailbox(request.actor, mailbox_id) if mailbox_id else None
    form = _form(request, stored)
    if not form.is_valid():
        return render(request, "mail/mailbox.html#test", {"form": form, "is_incomplete": True}, status=422)
    found = operations.test_mailbox(
        actor=request.actor, settings=form.settings(), mailbox_id=stored.id if stored else None
    )
    return render(request, "mail/mailbox.html#test", {"found": found, "reads": bool(form.cleaned_data["imap_host"])})


@require_POST
def pause(request: Request, mailbox_id: UUID) -> HttpResponse:
    paused = request.POST.get("paused") == "yes"
    mailbox = operations.set_paused(actor=request.actor, mailbox_id=mailbox_id, paused=paused)
    messages.success(request, f"{mailbox.address} {'is paused' if paused else 'works again'}.")
    return redirect("mail:mailboxes")


def _saved(mailbox: Mailbox, what: str) -> str:
    return f"{mailbox.address} {what}.{' Sign in now.' if mailbox.needs_sign_in else ''}"


def _after(mailbox: Mailbox) -> HttpResponse:
    """Whoever has to sign in next stays with the mailbox."""
    return redirect("mail:mailbox", mailbox.id) if mailbox.needs_sign_in else redirect("mail:mailboxes")


def _form(request: Request, mailbox: Mailbox | None = None) -> MailboxForm:
    return MailboxForm(
        request.POST or None,
        may_share=holds(request.actor, SHARED_MAILBOXES),
        mailbox=mailbox,
        providers=queries.list_providers(request.actor),
        initial=initial_of(mailbox) if mailbox else None,
    )


def _page(request: Request, form: MailboxForm, mailbox: Mailbox | None) -> HttpResponse:
    can_check = mailbox is not None and holds(request.actor, SHARED_MAILBOXES)
    domain = mailbox.address.rpartition("@")[2] if mailbox and can_check else ""
    context: dict[str, Any] = {"form": form, "mailbox": mailbox, "domain": domain, "warm_up": _warm_up(mailbox)}
    if mailbox and mailbox.provider_id:
        context |= {
            "grant": queries.find_grant(mailbox.id), "may_sign_in": queries.may_sign_in(request.actor, mailbox)
        }  # fmt: skip
    return render(request, "mail/mailbox.html", context, status=422 if form.errors else 200)


def _warm_up(mailbox: Mailbox | None) -> dict[str, Any] | None:
    """What holds while a mailbox warms up."""
    if mailbox is None:
        return None
    now = clock.now()
    rises = rises_on(now.date(), start=mailbox.warm_up_from, daily_cap=mailbox.daily_cap)
    return {"cap": mailbox.cap_at(now), "rises_on": rises} if rises else None
