"""Reading templates and their versions."""

from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import Template, TemplateVersion
from rapport.mail.permissions import EDIT_TEMPLATES, VIEW


def list_templates(
    actor: Actor, *, purpose: str = "", role_family: str = "", department: str = ""
) -> QuerySet[Template]:
    """Templates in use with the present `subject`, `version` and `version_id`; those for all roles fit every role."""
    require(actor, VIEW)
    present = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    templates = Template.objects.open().annotate(
        subject=Subquery(present.values("subject")[:1]),
        version=Subquery(present.values("number")[:1]),
        version_id=Subquery(present.values("id")[:1]),
    )
    if purpose:
        templates = templates.filter(purpose=purpose)
    if role_family:
        templates = templates.filter(role_family__in=["", role_family])
    if department:
        templates = templates.filter(department__in=["", department])
    return templates.order_by("purpose", "name")


def get_template(actor: Actor, template_id: UUID) -> tuple[Template, TemplateVersion]:
    """A template and its present version."""
    require(actor, VIEW)
    template = Template.objects.filter(id=template_id).first()
    version = TemplateVersion.objects.filter(template_id=template_id).first()
    if template is None or version is None:
        raise NotFound("There is no such template.")
    return template, version


def list_versions(actor: Actor, template_id: UUID) -> QuerySet[TemplateVersion]:
    """All wordings, newest first, with who wrote them."""
    require(actor, VIEW)
    return TemplateVersion.objects.filter(template_id=template_id).select_related("created_by")


def lock_template(actor: Actor, template_id: UUID) -> Template:
    require(actor, EDIT_TEMPLATES)
    template = Template.objects.select_for_update().filter(id=template_id).first()
    if template is None:
        raise NotFound("There is no such template.")
    return template
