"""Settings: templates and their editor."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.accounts.capabilities import holds, require
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request
from rapport.mail import operations, queries
from rapport.mail.composing import compile_message
from rapport.mail.forms import TemplateFilterForm, TemplateForm
from rapport.mail.models import Template
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS, sample_values


@require_GET
def templates(request: Request) -> HttpResponse:
    form = TemplateFilterForm(request.GET)
    purpose = form.cleaned_data["purpose"] if form.is_valid() else ""
    context = {
        "templates": queries.list_templates(request.actor, purpose=purpose),
        "purpose": purpose,
        "form": form,
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    return render(request, "mail/templates.html", context)


@require_http_methods(["GET", "POST"])
def create(request: Request) -> HttpResponse:
    require(request.actor, EDIT_TEMPLATES)
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            template = operations.create_template(actor=request.actor, **form.cleaned_data)
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
        "department": template.department, "subject": version.subject, "body": version.body,
    }  # fmt: skip
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_template(actor=request.actor, template_id=template_id, **form.cleaned_data)
        except (InvalidInput, Conflict) as error:
            _complain(form, error)
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” is saved.")
            return redirect("mail:templates")
    return _page(request, form, template)


@require_POST
def archive(request: Request, template_id: UUID) -> HttpResponse:
    template = operations.archive_template(actor=request.actor, template_id=template_id)
    messages.success(request, f"“{template.name}” is archived. What was sent with it stays as it is.")
    return redirect("mail:templates")


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
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "versions": queries.list_versions(request.actor, template.id) if template else [],
        "fields": [(name, f"{{{{ {name} }}}}", about) for name, (about, _) in FIELDS.items()],
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
    }
    try:
        context["content"] = compile_message(subject=subject, body=body, known=FIELDS).render(sample_values())
    except InvalidInput as error:
        context["problems"] = [f"{name.capitalize()}: {text}" for name, text in error.fields.items()]
    return render(request, "mail/template.html", context, status=422 if form.errors else 200)
