"""Reading snippets."""

from uuid import UUID

from django.db.models import QuerySet

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.models import Snippet, Template, TemplateVersion
from rapport.mail.permissions import EDIT_TEMPLATES, VIEW


def snippets_in(*texts: str) -> dict[str, str]:
    """All snippets by name for the compiler, archived ones too; nothing is read where no text names one."""
    if not any("snippet" in text.lower() for text in texts):
        return {}
    return dict(Snippet.objects.values_list("name", "body"))


def list_snippets(actor: Actor, *, archived: bool = False) -> QuerySet[Snippet]:
    """Snippets by name, with their owners."""
    require(actor, VIEW)
    return Snippet.objects.filter(archived_at__isnull=not archived).select_related("owner")


def get_snippet(actor: Actor, snippet_id: UUID) -> Snippet:
    require(actor, VIEW)
    snippet = Snippet.objects.select_related("owner").filter(id=snippet_id).first()
    if snippet is None:
        raise NotFound("There is no such snippet.")
    return snippet


def lock_all_snippets(actor: Actor) -> dict[UUID, Snippet]:
    """All of them, locked, so that no two changes together make what neither would alone: a circle."""
    require(actor, EDIT_TEMPLATES)
    return {snippet.id: snippet for snippet in Snippet.objects.select_for_update().order_by("id")}


def list_templates_with(actor: Actor, name: str) -> list[Template]:
    """Templates in use whose present wording names the snippet, in two statements."""
    require(actor, VIEW)
    latest = TemplateVersion.objects.filter(template__archived_at=None).order_by("template_id", "-number")
    present = latest.distinct("template_id").values("id")
    pattern = rf"\{{\{{\s*snippet\s*:\s*{name}\s*\}}\}}"
    rows = TemplateVersion.objects.filter(id__in=present, body__iregex=pattern).select_related("template")
    return sorted((row.template for row in rows), key=lambda template: template.name.lower())
