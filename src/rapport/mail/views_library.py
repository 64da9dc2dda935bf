"""Settings: the starter library of templates, to read and to copy from."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rapport.accounts.capabilities import holds
from rapport.lib.errors import InvalidInput
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.composing import compile_message
from rapport.mail.library import LibraryText, all_texts
from rapport.mail.models import Template
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS, sample_values


@require_http_methods(["GET", "POST"])
def library(request: Request) -> HttpResponse:
    """The texts by purpose, each as an invented person would read it; POST copies the chosen ones (`keys`)."""
    if request.method == "POST":
        return _add(request)
    copies = queries.copies_of_library(request.actor)
    purpose = request.GET.get("purpose", "")
    purposes = [
        value for value in Template.Purpose.values if any(text.purpose == value for text in all_texts().values())
    ]
    groups = [(value, _rows(value, copies)) for value in purposes if purpose in ("", value)]
    rows = [row for _, found in groups for row in found]
    context = {
        "groups": [{"label": Template.Purpose(value).label, "rows": found} for value, found in groups],
        "purposes": [(value, Template.Purpose(value).label) for value in purposes],
        "purpose": purpose,
        "new_count": sum(row["is_new"] for row in rows),
        "total": len(all_texts()),
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    return render(request, "mail/library.html", context)


def _rows(purpose: str, copies: dict[str, Template]) -> list[dict[str, Any]]:
    return [_row(text, copies.get(text.key)) for text in all_texts().values() if text.purpose == purpose]


def _row(text: LibraryText, copy: Template | None) -> dict[str, Any]:
    compiled = compile_message(subject=text.subject, body=text.body, known=FIELDS, with_html=False)
    return {
        "text": text,
        "content": compiled.draft(sample_values()),
        "copy": copy,
        "is_new": copy is None or copy.archived_at is not None,
    }


def _add(request: Request) -> HttpResponse:
    keys = request.POST.getlist("keys")
    if not keys:
        raise InvalidInput("Select a text first.")
    added = operations.add_from_library(actor=request.actor, keys=keys)
    if not added:
        messages.info(request, "These are among your templates already.")
    elif len(added) == 1:
        messages.success(request, f"“{added[0].name}” is among your templates. Change it as you like.")
    else:
        messages.success(request, f"{len(added)} templates are yours to change.")
    return redirect("mail:template", added[0].id) if len(added) == 1 else redirect("mail:templates")
