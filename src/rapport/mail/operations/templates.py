"""Writing templates: every change of the text is a new version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.mail import queries
from rapport.mail.activities import TEMPLATE_ARCHIVED, TEMPLATE_CHANGED, TEMPLATE_CREATED, TEMPLATE_RESTORED
from rapport.mail.composing import compile_message
from rapport.mail.models import Look, Preference, Template, TemplateVersion
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS, MAX_TEXT

LANGUAGES = dict(Preference.Language.choices[1:])


def create_template(
    *, actor: Actor, name: str, purpose: str, subject: str, body: str, role_family: str = "", department: str = "",
    language_code: str = "en", library_key: str = "", look: str = Look.PLAIN,
) -> Template:  # fmt: skip
    """Write a template; its text becomes version 1, whoever writes it owns it.

    Records template.created. Raises NotAllowed without mail.edit_templates, InvalidInput with field and position,
    Conflict when another template in use has the name.
    """
    require(actor, EDIT_TEMPLATES)
    _check(name, purpose, subject, body, language_code, look)
    now = clock.now()
    template = Template(
        name=name.strip(), purpose=purpose, role_family=role_family.strip(), department=department.strip(),
        language_code=language_code, library_key=library_key, owner_id=_person(actor), created_at=now, updated_at=now,
    )  # fmt: skip
    with _unique_name(name), transaction.atomic():
        template.save(force_insert=True)
        _add_version(actor, template, 1, subject, body, look)
        record(TEMPLATE_CREATED, actor=actor, subjects=[template], data={"name": template.name, "purpose": purpose})
    return template


def update_template(
    *, actor: Actor, template_id: UUID, name: str, purpose: str, subject: str, body: str, role_family: str = "",
    department: str = "", language_code: str = "en", owner_id: UUID | None = None, seen_version: int | None = None,
    look: str = Look.PLAIN,
) -> Template:  # fmt: skip
    """Change a template; a changed text or look becomes a new version, the same changes nothing.

    `seen_version` is the number the change was made to: Conflict when a colleague has written another one meanwhile.
    `owner_id` hands it over; None leaves it. Records template.changed with the version. Raises as `create_template`,
    and NotFound.
    """
    _check(name, purpose, subject, body, language_code, look)
    with _unique_name(name), transaction.atomic():
        template = queries.lock_template(actor, template_id)
        present = template.versions.first()
        number = present.number if present else 0
        is_new_text = present is None or _wording(present) != (subject.strip(), _tidy(body), look)
        if seen_version is not None and seen_version != number and is_new_text:
            raise Conflict(
                f"A colleague has written version {number} meanwhile. Copy your text, reload the page and look at theirs."
            )
        wanted: dict[str, Any] = {
            "name": name.strip(), "purpose": purpose, "role_family": role_family.strip(),
            "department": department.strip(), "language_code": language_code,
            "owner_id": _known_owner(owner_id) if owner_id else template.owner_id,
        }  # fmt: skip
        changed = [key for key, value in wanted.items() if getattr(template, key) != value]
        if not changed and not is_new_text:
            return template
        for key in changed:
            setattr(template, key, wanted[key])
        template.updated_at = clock.now()
        template.save(update_fields=[*changed, "updated_at"])
        if is_new_text:
            number += 1
            _add_version(actor, template, number, subject, body, look)
        record(TEMPLATE_CHANGED, actor=actor, subjects=[template], data={"name": template.name, "version": number})
    return template


@transaction.atomic
def bring_back_version(*, actor: Actor, template_id: UUID, number: int) -> TemplateVersion:
    """Make an old wording the present one, as a new version; nothing is rewritten. Returns the present version.

    Records template.changed; the present wording changes nothing. Raises NotFound, and InvalidInput where the old text
    uses a field that does not exist any more.
    """
    template = queries.lock_template(actor, template_id)
    versions = {version.number: version for version in template.versions.all()}
    if number not in versions:
        raise NotFound("There is no such version of this template.")
    old, present = versions[number], versions[max(versions)]
    if _wording(old) == _wording(present):
        return present
    compile_message(
        subject=old.subject, body=old.body, known=FIELDS, snippets=queries.snippets_in(old.subject, old.body)
    )
    template.updated_at = clock.now()
    template.save(update_fields=["updated_at"])
    added = _add_version(actor, template, present.number + 1, *_wording(old))
    record(TEMPLATE_CHANGED, actor=actor, subjects=[template], data={"name": template.name, "version": added.number})
    return added


@transaction.atomic
def archive_template(*, actor: Actor, template_id: UUID) -> Template:
    """Take a template out of use; what was sent with it keeps its version. Records template.archived."""
    template = queries.lock_template(actor, template_id)
    if template.archived_at is None:
        template.archived_at = clock.now()
        template.save(update_fields=["archived_at"])
        record(TEMPLATE_ARCHIVED, actor=actor, subjects=[template], data={"name": template.name})
    return template


def restore_template(*, actor: Actor, template_id: UUID) -> Template:
    """Put an archived template back in use. Records template.restored; twice is harmless.

    Raises NotFound, Conflict when another one in use has its name.
    """
    try:
        with transaction.atomic():
            template = queries.lock_template(actor, template_id)
            if template.archived_at is not None:
                template.archived_at = None
                template.save(update_fields=["archived_at"])
                record(TEMPLATE_RESTORED, actor=actor, subjects=[template], data={"name": template.name})
    except IntegrityError as error:
        raise _conflict(error, template.name) from error
    return template


def _check(name: str, purpose: str, subject: str, body: str, language_code: str, look: str) -> None:
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = "Give the template a name."
    if purpose not in Template.Purpose.values:
        wrong["purpose"] = "Choose what the template is for."
    if language_code not in LANGUAGES:
        wrong["language_code"] = "Choose the language it is written in."
    if look not in Look.values:
        wrong["look"] = "Choose how it looks."
    if not subject.strip():
        wrong["subject"] = "Write a subject."
    if not body.strip():
        wrong["body"] = "Write a text."
    if len(subject) + len(body) > MAX_TEXT:
        wrong["body"] = f"A template has {MAX_TEXT:,} characters at most, the subject among them."
    if not wrong:
        compile_message(subject=subject, body=body, known=FIELDS, snippets=queries.snippets_in(subject, body))
        return
    raise InvalidInput(wrong)


def _wording(version: TemplateVersion) -> tuple[str, str, str]:
    """What makes a version: subject, text and look."""
    return version.subject, version.body, version.look


def _tidy(body: str) -> str:
    return body.replace("\r\n", "\n").strip("\n")


def _person(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None


def _known_owner(owner_id: UUID) -> UUID:
    if not User.objects.filter(id=owner_id, is_active=True).exists():
        raise InvalidInput({"owner_id": "Choose a colleague who works here."})
    return owner_id


def _add_version(actor: Actor, template: Template, number: int, subject: str, body: str, look: str) -> TemplateVersion:
    return TemplateVersion.objects.create(
        template=template, number=number, subject=subject.strip(), body=_tidy(body), look=look,
        created_by_id=_person(actor), created_at=clock.now(),
    )  # fmt: skip


@contextmanager
def _unique_name(name: str) -> Iterator[None]:
    """Turn the violation of the unique name into a Conflict."""
    try:
        yield
    except IntegrityError as error:
        raise _conflict(error, name) from error


def _conflict(error: IntegrityError, name: str) -> Conflict:
    if "mail_template_name_unique" not in str(error):
        raise error
    return Conflict(f"There is a template named “{name.strip()}” already.")
