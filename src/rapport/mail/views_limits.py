"""Settings: how much mail goes to which domain, and what waits for it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.forms import DomainLimitForm
from rapport.mail.models import DomainLimit
from rapport.mail.permissions import DOMAIN_LIMITS


@require_GET
def limits(request: Request) -> HttpResponse:
    """All limits with their use, and the domains that are slowed down or have mail waiting."""
    return render(request, "mail/limits.html", {"rows": queries.list_domain_rows(request.actor, clock.now())})


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.actor, DOMAIN_LIMITS)
    form = DomainLimitForm(request.POST or None, is_new=True, initial={"domain": request.GET.get("domain", "")[:253]})
    return _answer(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: Request, limit_id: UUID) -> HttpResponse:
    limit = queries.get_domain_limit(request.actor, limit_id)
    initial = {"pace_count": limit.pace_count, "pace_per": limit.pace_per, "daily_cap": limit.daily_cap}
    return _answer(request, DomainLimitForm(request.POST or None, is_new=False, initial=initial), limit)


@require_POST
def remove(request: Request, limit_id: UUID) -> HttpResponse:
    limit = operations.remove_domain_limit(actor=request.actor, limit_id=limit_id)
    messages.success(request, f"The limit for {limit} is taken away; what waited for it goes out.")
    return redirect("mail:mailbox_limits")


def _answer(request: Request, form: DomainLimitForm, limit: DomainLimit | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "domain": limit.domain if limit else form.cleaned_data["domain"]}
        try:
            saved = operations.set_domain_limit(actor=request.actor, **values)
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, f"To {saved} go at most {saved.words}.")
            return redirect("mail:mailbox_limits")
    context = {"form": form, "limit": limit}
    return render(request, "mail/limit.html", context, status=422 if form.errors else 200)
