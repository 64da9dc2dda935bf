"""Settings: templates and their editor."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds, require
from rapport.accounts.models import User
from rapport.lib import clock
from rapport.lib.doors import add_errors
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, find_id, whole_number
from rapport.mail import operations, queries, surroundings
from rapport.mail.checks import check_message
from rapport.mail.checks.reach import reach
from rapport.mail.forms import TemplateFilterForm, TemplateForm
from rapport.mail.headers import Address
from rapport.mail.models import Template
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.previews import NOBODY, preview_message
from rapport.mail.showing import frame_url
from rapport.mail.template_fields import FIELDS, JOB_FIELDS, sample_values

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
        "owner_id": str(template.owner_id or ""), "look": version.look, "subject": version.subject, "body": version.body,
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
    """What the text in the editor becomes for the chosen reader, and what is worth a second look; a fragment for htmx."""
    require(request.actor, EDIT_TEMPLATES)
    return render(request, "mail/template.html#preview", _looked_at(request, *_typed(request)))


@require_POST
def links(request: Request) -> HttpResponse:
    """Whether the links of the text in the editor answer; asked only when somebody presses the button."""
    require(request.actor, EDIT_TEMPLATES)
    subject, body, language_code, _ = _typed(request)
    report = check_message(
        subject=subject, body=body, language_code=language_code, snippets=queries.snippets_in(subject, body)
    )
    return render(request, "mail/template.html#links", {"reached": reach(report.links)})


def _typed(request: Request) -> tuple[str, str, str, str]:
    given = request.POST
    return given.get("subject", ""), given.get("body", ""), given.get("language_code", "en"), given.get("look", "")


def _looked_at(request: Request, subject: str, body: str, language_code: str, look: str) -> dict[str, Any]:
    """`shown` (Preview) for the chosen `reader` or the invented one, `frame_url` of a formatted one, `report` of the checks."""
    snippets = queries.snippets_in(subject, body)
    report = check_message(subject=subject, body=body, language_code=language_code, snippets=snippets)
    context: dict[str, Any] = {"report": report, "reader_id": find_id(request.POST.get("reader"))}
    if report.has_stop:
        return context
    mailbox = queries.sendable_mailboxes(request.actor).first()
    sample = sample_values()
    values = {**sample, "organisation": settings.SITE_NAME}
    if context["reader_id"]:
        known = surroundings.values_of_reader(request.actor, context["reader_id"])
        values |= {name: value for name, value in known.items() if name not in JOB_FIELDS}
        context["reader_name"] = known.get("full_name", "")
    if mailbox:
        name = mailbox.display_name or request.actor.name
        values |= {"sender_name": name, "sender_first_name": name.split(" ")[0]}
    context["shown"] = preview_message(
        subject=subject, body=body, values=values, now=clock.now(), snippets=snippets,
        signature=mailbox.signature if mailbox else "",
        sender=Address(mailbox.address, mailbox.display_name) if mailbox else NOBODY, brand=queries.brand_for(look),
    )  # fmt: skip
    shown = context["shown"]
    context["frame_url"] = frame_url(request.actor, shown.content.html) if shown.is_formatted else ""
    return context


def _complain(form: TemplateForm, error: InvalidInput | Conflict) -> None:
    add_errors(form, error if isinstance(error, InvalidInput) else InvalidInput({"name": str(error)}))


def _page(request: Request, form: TemplateForm, template: Template | None) -> HttpResponse:
    families, departments = queries.words_in_use(request.actor)
    typed = [str(form[name].value() or "") for name in ("subject", "body", "language_code", "look")]
    is_empty = not (typed[0] or typed[1])
    context: dict[str, Any] = {
        "form": form,
        "template": template,
        "versions": list(queries.list_versions(request.actor, template.id)) if template else [],
        "families": families,
        "departments": sorted({*departments, *surroundings.list_departments()}, key=str.lower),
        "fields": [(name, f"{{{{ {name} }}}}", about) for name, (about, _) in FIELDS.items()],
        "snippets": [(row.name, f"{{{{ snippet:{row.name} }}}}") for row in queries.list_snippets(request.actor)],
        "readers": surroundings.list_readers(request.actor),
        "can_edit": holds(request.actor, EDIT_TEMPLATES),
        **({} if is_empty else _looked_at(request, *typed)),
    }
    return render(request, "mail/template.html", context, status=422 if form.errors else 200)
