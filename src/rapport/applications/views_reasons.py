"""Settings: the reasons that archiving offers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from rapport.accounts.capabilities import require
from rapport.applications import forms, operations, queries
from rapport.applications.models import ArchiveReason
from rapport.applications.permissions import MANAGE_REASONS
from rapport.lib.errors import Conflict
from rapport.lib.requests import Request


@require_http_methods(["GET", "POST"])
def reasons(request: Request) -> HttpResponse:
    """All reasons by side; POST adds one."""
    require(request.actor, MANAGE_REASONS)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = operations.save_archive_reason(actor=request.actor, **form.cleaned_data)
        except Conflict as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"Added “{reason}”.")
            return redirect("applications:reasons")
    known = queries.list_archive_reasons(include_inactive=True)
    sides = [
        {"label": label, "reasons": [reason for reason in known if reason.side == side]}
        for side, label in ArchiveReason.Side.choices
    ]
    context = {"sides": sides, "form": form}
    return render(request, "applications/reasons.html", context, status=422 if form.errors else 200)


@require_POST
def change(request: Request, reason_id: UUID) -> HttpResponse:
    """Rename a reason, retire it, or offer it again."""
    reason = queries.get_archive_reason(reason_id)
    operations.save_archive_reason(
        actor=request.actor,
        reason_id=reason_id,
        name=request.POST.get("name", reason.name),
        side=reason.side,
        is_active=request.POST.get("is_active", "1") == "1",
    )
    messages.success(request, "Saved.")
    return redirect("applications:reasons")
