"""Settings: templates and their editor."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.accounts.models import User
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, whole_number
from rapport.mail import operations, queries, surroundings
from rapport.mail.composing import compile_message
from rapport.mail.forms import TemplateFilterForm, TemplateForm
from rapport.mail.models import Template
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS, sample_values

SORTS = (("name", "Name"), ("purpose", "For"), ("changed", "Changed"))
VIEWS = (("", "In use"), ("mine", "Kept by you"), ("archived", "Archived"))


@require_GET
@vary_on_headers("HX-Request")
def templates(request: Request) -> HttpResponse:
    """The list; with htmx only the part that changes."""
    families, departments = queries.words_in_use(request.actor)
    form = TemplateFilterForm(request.GET, families=families, departments=departments)
    wanted, show, sort = form.wanted(), request.GET.get("show", ""), request.GET.get("sort", "name")
    page = queries.page_of_templates(
        request.actor,
        queries.TemplateFilter(
            text=wanted["q"], purpose=wanted["purpose"], role_family=wanted["family"], department=wanted["department"],
            language_code=wanted["language"], owner_id=request.actor.id if show == "mine" else None,
            is_archived=show == "archived",
        ),
        sort=sort,
        number=whole_number(request.GET.get("page")) or 1,
    )  # fmt: skip
    kept = {**wanted, "show": show, "sort": sort if sort != "name" else ""}
    context = {
        "page": page,
        "form": form,
        "show": show,
        "is_narrowed": any(wanted.values()),
        "views": [{"label": label, "url": _url(show=key), "is_current": show == key} for key, label in VIEWS],
        "heads": {key: _head(key, label, sort, kept) for key, label in SORTS},
        "previous_url": _url(**kept, page=str(page.number - 1)) if page.number > 1 else "",
        "next_url": _url(**kept, page=str(page.number + 1)) if page.has_next else "",
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    return render(request, "mail/templates.html" + ("#results" if request.htmx else ""), context)


def _head(key: str, label: str, sort: str, kept: dict[str, str]) -> dict[str, str]:
    """The head of a column that can be sorted by: words from A, dates from the latest."""
    direction = "descending" if key == "changed" else "ascending"
    url = _url(**kept | {"sort": key if key != "name" else ""})
    return {"label": label, "url": url, "sorted": direction if sort == key else ""}


def _url(**parameters: str) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return reverse("mail:templates") + (f"?{urlencode(given)}" if given else "")


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.actor, EDIT_TEMPLATES)
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        del values["seen_version"], values["owner_id"]
        try:
            template = operations.create_template(actor=request.actor, **values)
        except (InvalidInput, Conflict) as error:
            _complain(form, error)
        else:
            messages.success(request, f"“{template.name}” is ready to write with.")
            return redirect("mail:templates")
    return _page(request, form, None)


@require_http_methods(["GET", "POST"])
def edit(request: Request, template_id: UUID) -> HttpResponse:
    template, version = queries.get_template(request.actor, template_id)
    initial = {
        "name": template.name, "purpose": template.purpose, "role_family": template.role_family,
        "department": template.department, "language_code": template.language_code,
        "owner_id": str(template.owner_id or ""), "subject": version.subject, "body": version.body,
        "seen_version": version.number,
    }  # fmt: skip
    form = TemplateForm(request.POST or None, initial=initial, colleagues=_colleagues(template))
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_template(actor=request.actor, template_id=template_id, **form.values())
        except (InvalidInput, Conflict) as error:
            _complain(form, error)
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
            return redirect("mail:template", template_id)
    return _page(request, form, template)


def _colleagues(template: Template) -> list[User]:
    found = list(User.objects.filter(is_active=True).order_by("full_name"))
    return [*found, template.owner] if template.owner and template.owner not in found else found


@require_POST
def bring_back(request: Request, template_id: UUID) -> HttpResponse:
    """Make an old wording the present one."""
    number = whole_number(request.POST.get("number"))
    version = operations.bring_back_version(actor=request.actor, template_id=template_id, number=number)
    messages.success(request, f"The wording of version {number} is back, as version {version.number}.")
    return redirect("mail:template", template_id)


@require_POST
def archive(request: Request, template_id: UUID) -> HttpResponse:
    template = operations.archive_template(actor=request.actor, template_id=template_id)
    messages.success(
        request,
        f"“{template.name}” is archived. What was sent with it stays as it is.",
        extra_tags=reverse("mail:template_restore", args=[template_id]),
    )
    return redirect("mail:templates")


@require_POST
def restore(request: Request, template_id: UUID) -> HttpResponse:
    """Take archiving back: the Undo of the message, and the button on an archived template's page."""
    template = operations.restore_template(actor=request.actor, template_id=template_id)
    messages.success(request, f"“{template.name}” is in use again.")
    return HttpResponse(status=204) if request.htmx else redirect("mail:template", template_id)


@require_POST
def preview(request: Request) -> HttpResponse:
    """What the text in the editor becomes for the sample candidate, or what is wrong with it; a fragment for htmx."""
    require(request.actor, EDIT_TEMPLATES)
    subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
    try:
        content = compile_message(subject=subject, body=body, known=FIELDS).render(sample_values())
    except InvalidInput as error:
        context = {"problems": [f"{name.capitalize()}: {text}" for name, text in error.fields.items()]}
        return render(request, "mail/template.html#preview", context)
    return render(request, "mail/template.html#preview", {"content": content})


def _complain(form: TemplateForm, error: InvalidInput | Conflict) -> None:
    add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"name": str(error)}))


def _page(request: Request, form: TemplateForm, template: Template | None) -> HttpResponse:
    subject, body = form["subject"].value() or "", form["body"].value() or ""
    families, departments = queries.words_in_use(request.actor)
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "versions": list(queries.list_versions(request.actor, template.id)) if template else [],
        "families": families,
        "departments": sorted({*departments, *surroundings.list_departments()}, key=str.lower),
        "fields": [(name, f"{{{{ {name} }}}}", about) for name, (about, _) in FIELDS.items()],
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    try:
        context["content"] = compile_message(subject=subject, body=body, known=FIELDS).render(sample_values())
    except InvalidInput as error:
        context["problems"] = [f"{name.capitalize()}: {text}" for name, text in error.fields.items()]
    return render(request, "mail/template.html", context, status=422 if form.errors else 200)
