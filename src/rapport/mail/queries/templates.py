"""Reading templates and their versions."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.numbered import NumberedPage, start_of
from rapport.mail.models import Template, TemplateVersion
from rapport.mail.permissions import EDIT_TEMPLATES, VIEW

PAGE = 50
SORTS = {
    "name": (Lower("name"), F("id")),
    "purpose": (F("purpose"), Lower("name"), F("id")),
    "changed": (F("updated_at").desc(), F("id").desc()),
}


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Which templates; "" leaves a question open. Those for all roles or departments fit every one."""

    text: str = ""
    purpose: str = ""
    role_family: str = ""
    department: str = ""
    language_code: str = ""
    owner_id: UUID | None = None
    is_archived: bool = False


def page_of_templates(
    actor: Actor, wanted: TemplateFilter, *, sort: str = "name", number: int = 1, limit: int = PAGE
) -> NumberedPage[Template]:
    """A page of the templates, with owner, present `subject`, `version` and `version_id`; `sort` is name, purpose or
    changed. Two statements."""
    require(actor, VIEW)
    rows = _matching(wanted)
    total = rows.count()
    number, start = start_of(number, total, limit)
    ordered = rows.select_related("owner").order_by(*SORTS.get(sort, SORTS["name"]))
    found = list(ordered[start : start + limit])
    return NumberedPage(found, total, number, start)


def list_templates(
    actor: Actor, *, purpose: str = "", role_family: str = "", department: str = ""
) -> QuerySet[Template]:
    """Templates in use with the present `subject`, `version` and `version_id`; those for all roles fit every role."""
    require(actor, VIEW)
    wanted = TemplateFilter(purpose=purpose, role_family=role_family, department=department)
    return _matching(wanted).order_by("purpose", "name")


def _matching(wanted: TemplateFilter) -> QuerySet[Template]:
    present = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    templates = Template.objects.filter(archived_at__isnull=not wanted.is_archived).annotate(
        subject=Subquery(present.values("subject")[:1]),
        version=Subquery(present.values("number")[:1]),
        version_id=Subquery(present.values("id")[:1]),
    )
    for word in wanted.text.split():
        templates = templates.filter(Q(name__icontains=word) | Q(subject__icontains=word))
    if wanted.purpose:
        templates = templates.filter(purpose=wanted.purpose)
    if wanted.role_family:
        templates = templates.filter(role_family__in=["", wanted.role_family])
    if wanted.department:
        templates = templates.filter(department__in=["", wanted.department])
    if wanted.language_code:
        templates = templates.filter(language_code=wanted.language_code)
    return templates.filter(owner_id=wanted.owner_id) if wanted.owner_id else templates


def any_template(actor: Actor) -> bool:
    """Whether a template was ever written."""
    require(actor, VIEW)
    return Template.objects.exists()


def copies_of_library(actor: Actor) -> dict[str, Template]:
    """Templates by the key of the library's text that they were copied from, archived ones too."""
    require(actor, VIEW)
    return {template.library_key: template for template in Template.objects.exclude(library_key="")}


def words_in_use(actor: Actor) -> tuple[list[str], list[str]]:
    """The role families and the departments that templates in use name, each in order."""
    require(actor, VIEW)
    pairs = set(Template.objects.open().values_list("role_family", "department"))
    families, departments = ({pair[place] for pair in pairs} - {""} for place in (0, 1))
    return sorted(families, key=str.lower), sorted(departments, key=str.lower)


def get_template(actor: Actor, template_id: UUID) -> tuple[Template, TemplateVersion]:
    """A template with its owner, and its present version."""
    require(actor, VIEW)
    template = Template.objects.select_related("owner").filter(id=template_id).first()
    version = TemplateVersion.objects.filter(template_id=template_id).first()
    if template is None or version is None:
        raise NotFound("There is no such template.")
    return template, version


def list_versions(actor: Actor, template_id: UUID) -> QuerySet[TemplateVersion]:
    """All wordings, newest first, with who wrote them."""
    require(actor, VIEW)
    return TemplateVersion.objects.filter(template_id=template_id).select_related("created_by")


def find_versions(actor: Actor, version_ids: Collection[UUID]) -> dict[UUID, TemplateVersion]:
    """Versions by id, each with its template; those that do not exist are left out."""
    require(actor, VIEW)
    rows = TemplateVersion.objects.filter(id__in=list(version_ids)).select_related("template") if version_ids else []
    return {row.id: row for row in rows}


def lock_template(actor: Actor, template_id: UUID) -> Template:
    require(actor, EDIT_TEMPLATES)
    template = Template.objects.select_for_update().filter(id=template_id).first()
    if template is None:
        raise NotFound("There is no such template.")
    return template
