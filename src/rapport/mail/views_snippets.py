"""Settings: snippets, the named texts that stand in others."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.forms import SnippetForm
from rapport.mail.models import Snippet
from rapport.mail.permissions import EDIT_TEMPLATES


@require_GET
def snippets(request: Request) -> HttpResponse:
    """Those in use, or with ?show=archived the others."""
    is_archived = request.GET.get("show") == "archived"
    context = {
        "snippets": [(row, _tag(row)) for row in queries.list_snippets(request.actor, archived=is_archived)],
        "is_archived": is_archived,
        "views": [
            {"label": "In use", "url": reverse("mail:snippets"), "is_current": not is_archived},
            {"label": "Archived", "url": reverse("mail:snippets") + "?show=archived", "is_current": is_archived},
        ],
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    return render(request, "mail/snippets.html", context)


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.actor, EDIT_TEMPLATES)
    form = SnippetForm(request.POST or None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            snippet = operations.create_snippet(actor=request.actor, **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"name": str(error)}))
        else:
            messages.success(request, f"Write {_tag(snippet)} where it is to stand.")
            return redirect("mail:snippets")
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: Request, snippet_id: UUID) -> HttpResponse:
    snippet = queries.get_snippet(request.actor, snippet_id)
    form = SnippetForm(request.POST or None, initial={"body": snippet.body}, is_new=False)
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_snippet(actor=request.actor, snippet_id=snippet_id, **form.cleaned_data)
        except InvalidInput as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{_tag(snippet)} is changed, for everything that is sent from now on.")
            return redirect("mail:snippets")
    return _page(request, form, snippet)


@require_POST
def archive(request: Request, snippet_id: UUID) -> HttpResponse:
    snippet = operations.set_snippet_archived(actor=request.actor, snippet_id=snippet_id, archived=True)
    messages.success(
        request,
        f"{_tag(snippet)} is archived. Texts that name it go on as before.",
        extra_tags=reverse("mail:snippet_restore", args=[snippet_id]),
    )
    return redirect("mail:snippets")


@require_POST
def restore(request: Request, snippet_id: UUID) -> HttpResponse:
    """Take archiving back: the Undo of the message, and the button on an archived snippet's page."""
    snippet = operations.set_snippet_archived(actor=request.actor, snippet_id=snippet_id, archived=False)
    messages.success(request, f"{_tag(snippet)} is offered again.")
    return HttpResponse(status=204) if request.htmx else redirect("mail:snippets")


def _tag(snippet: Snippet) -> str:
    return f"{{{{ snippet:{snippet.name} }}}}"


def _page(request: Request, form: SnippetForm, snippet: Snippet | None) -> HttpResponse:
    context = {
        "form": form,
        "snippet": snippet,
        "tag": _tag(snippet) if snippet else "",
        "users": queries.list_templates_with(request.actor, snippet.name) if snippet else [],
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    return render(request, "mail/snippet.html", context, status=422 if form.errors else 200)
