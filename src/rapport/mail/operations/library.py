"""Copying texts of the starter library into templates of one's own."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.library import LibraryText, all_texts
from rapport.mail.models import Template
from rapport.mail.operations.templates import create_template, restore_template
from rapport.mail.permissions import EDIT_TEMPLATES


def add_from_library(*, actor: Actor, keys: Collection[str]) -> list[Template]:
    """Copy texts of the library; returns the templates that are new or in use again.

    A text that was copied before is not copied again, whatever has become of the copy; an archived copy is put back in
    use as it is. Where the name is taken, the copy gets a number. Records template.created or template.restored for each.
    Raises NotAllowed, NotFound for a key that the library does not have.
    """
    require(actor, EDIT_TEMPLATES)
    texts = all_texts()
    unknown = [key for key in keys if key not in texts]
    if unknown:
        raise NotFound("The library has no such text (any more).")
    return [template for key in dict.fromkeys(keys) if (template := _add(actor, texts[key]))]


def _add(actor: Actor, text: LibraryText) -> Template | None:
    known = Template.objects.filter(library_key=text.key).first()
    if known:
        return restore_template(actor=actor, template_id=known.id) if known.archived_at else None
    try:
        with transaction.atomic():
            return create_template(
                actor=actor, name=_free_name(text.name), purpose=text.purpose, subject=text.subject, body=text.body,
                role_family=text.role_family, department=text.department, language_code=text.language_code,
                library_key=text.key,
            )  # fmt: skip
    except IntegrityError as error:
        if "mail_template_copied_once" not in str(error):
            raise
        return None  # a colleague was quicker


def _free_name(name: str) -> str:
    taken = set(
        Template.objects.open()
        .annotate(low=Lower("name"))
        .filter(low__startswith=name.lower())
        .values_list("low", flat=True)
    )
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name} ({number})"
    return free
