"""Writing templates: every change of the text is a new version."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.mail import queries
from rapport.mail.activities import TEMPLATE_ARCHIVED, TEMPLATE_CHANGED, TEMPLATE_CREATED
from rapport.mail.composing import compile_message
from rapport.mail.models import Template, TemplateVersion
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS


def create_template(
    *, actor: Actor, name: str, purpose: str, subject: str, body: str, role_family: str = "", department: str = "",
    language_code: str = "en",
) -> Template:  # fmt: skip
    """Write a template; its text becomes version 1.

    Records template.created. Raises NotAllowed without mail.edit_templates, InvalidInput with field and position,
    Conflict when another template in use has the name.
    """
    require(actor, EDIT_TEMPLATES)
    _check(name, purpose, subject, body)
    now = clock.now()
    template = Template(
        name=name.strip(), purpose=purpose, role_family=role_family.strip(), department=department.strip(),
        language_code=language_code, created_at=now, updated_at=now,
    )  # fmt: skip
    with _unique_name(name), transaction.atomic():
        template.save(force_insert=True)
        _add_version(actor, template, 1, subject, body)
        record(TEMPLATE_CREATED, actor=actor, subjects=[template], data={"name": template.name, "purpose": purpose})
    return template


def update_template(
    *, actor: Actor, template_id: UUID, name: str, purpose: str, subject: str, body: str, role_family: str = "",
    department: str = "", language_code: str = "en",
) -> Template:  # fmt: skip
    """Change a template; a changed text becomes a new version, the same text changes nothing.

    Records template.changed with the version. Raises as `create_template`, and NotFound.
    """
    _check(name, purpose, subject, body)
    with _unique_name(name), transaction.atomic():
        template = queries.lock_template(actor, template_id)
        present = template.versions.first()
        wanted = {
            "name": name.strip(), "purpose": purpose, "role_family": role_family.strip(),
            "department": department.strip(), "language_code": language_code,
        }  # fmt: skip
        is_new_text = present is None or (present.subject, present.body) != (subject.strip(), _tidy(body))
        changed = [key for key, value in wanted.items() if getattr(template, key) != value]
        if not changed and not is_new_text:
            return template
        for key in changed:
            setattr(template, key, wanted[key])
        template.updated_at = clock.now()
        template.save(update_fields=[*changed, "updated_at"])
        number = present.number if present else 0
        if is_new_text:
            number += 1
            _add_version(actor, template, number, subject, body)
        record(TEMPLATE_CHANGED, actor=actor, subjects=[template], data={"name": template.name, "version": number})
    return template


@transaction.atomic
def archive_template(*, actor: Actor, template_id: UUID) -> Template:
    """Take a template out of use; what was sent with it keeps its version. Records template.archived."""
    template = queries.lock_template(actor, template_id)
    if template.archived_at is None:
        template.archived_at = clock.now()
        template.save(update_fields=["archived_at"])
        record(TEMPLATE_ARCHIVED, actor=actor, subjects=[template], data={"name": template.name})
    return template


def _check(name: str, purpose: str, subject: str, body: str) -> None:
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = "Give the template a name."
    if purpose not in Template.Purpose.values:
        wrong["purpose"] = "Choose what the template is for."
    if not subject.strip():
        wrong["subject"] = "Write a subject."
    if not body.strip():
        wrong["body"] = "Write a text."
    if not wrong:
        compile_message(subject=subject, body=body, known=FIELDS)
        return
    raise InvalidInput(wrong)


def _tidy(body: str) -> str:
    return body.replace("\r\n", "\n").strip("\n")


def _add_version(actor: Actor, template: Template, number: int, subject: str, body: str) -> None:
    TemplateVersion.objects.create(
        template=template, number=number, subject=subject.strip(), body=_tidy(body), created_by_id=actor.id,
        created_at=clock.now(),
    )  # fmt: skip


@contextmanager
def _unique_name(name: str) -> Iterator[None]:
    """Turn the violation of the unique name into a Conflict."""
    try:
        yield
    except IntegrityError as error:
        if "mail_template_name_unique" not in str(error):
            raise
        raise Conflict(f"There is a template named “{name.strip()}” already.") from error
