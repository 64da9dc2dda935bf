"""Writing snippets. All of them must still be readable together after every change: no circle, nothing unknown."""

import re
from uuid import UUID

from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput, NotFound
from rapport.mail import queries
from rapport.mail.activities import SNIPPET_ARCHIVED, SNIPPET_CHANGED, SNIPPET_CREATED, SNIPPET_RESTORED
from rapport.mail.merge_fields import TemplateProblem, compile_text, is_placeholder
from rapport.mail.models import Snippet
from rapport.mail.permissions import EDIT_TEMPLATES
from rapport.mail.template_fields import FIELDS

MAX_BODY = 5_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def create_snippet(*, actor: Actor, name: str, body: str) -> Snippet:
    """Write a snippet. Records snippet.created.

    Raises NotAllowed without mail.edit_templates, InvalidInput by field, Conflict for a name that was ever used.
    """
    require(actor, EDIT_TEMPLATES)
    name, body = name.strip().lower(), _tidy(body)
    if not _NAME.fullmatch(name):
        raise InvalidInput({"name": "Use letters from a to z, digits and _, and begin with a letter: “about_us”."})
    now = clock.now()
    snippet = Snippet(
        name=name, body=body, owner_id=actor.id if actor.kind == "user" else None, created_at=now, updated_at=now
    )
    try:
        with transaction.atomic():
            others = queries.lock_all_snippets(actor)
            _check({**{other.name: other.body for other in others.values()}, name: body}, name)
            snippet.save(force_insert=True)
            record(SNIPPET_CREATED, actor=actor, subjects=[snippet], data={"name": name})
    except IntegrityError as error:
        if "mail_snippet_name_unique" not in str(error):
            raise
        raise Conflict(f"There is a snippet named “{name}” already, perhaps an archived one.") from error
    return snippet


@transaction.atomic
def update_snippet(*, actor: Actor, snippet_id: UUID, body: str) -> Snippet:
    """Change what a snippet says, for everything that is sent from now on. Records snippet.changed; the same text nothing."""
    snippets = queries.lock_all_snippets(actor)
    snippet, body = _find(snippets, snippet_id), _tidy(body)
    if snippet.body == body:
        return snippet
    _check({**{other.name: other.body for other in snippets.values()}, snippet.name: body}, snippet.name)
    snippet.body, snippet.updated_at = body, clock.now()
    snippet.save(update_fields=["body", "updated_at"])
    record(SNIPPET_CHANGED, actor=actor, subjects=[snippet], data={"name": snippet.name})
    return snippet


@transaction.atomic
def set_snippet_archived(*, actor: Actor, snippet_id: UUID, archived: bool) -> Snippet:
    """Offer a snippet no more, or again; texts that name it go on as before. Twice is harmless."""
    snippet = _find(queries.lock_all_snippets(actor), snippet_id)
    if (snippet.archived_at is not None) == archived:
        return snippet
    snippet.archived_at = clock.now() if archived else None
    snippet.save(update_fields=["archived_at"])
    record(
        SNIPPET_ARCHIVED if archived else SNIPPET_RESTORED, actor=actor, subjects=[snippet], data={"name": snippet.name}
    )
    return snippet


def _find(snippets: dict[UUID, Snippet], snippet_id: UUID) -> Snippet:
    if snippet_id not in snippets:
        raise NotFound("There is no such snippet.")
    return snippets[snippet_id]


def _tidy(body: str) -> str:
    return body.replace("\r\n", "\n").strip()


def _check(texts: dict[str, str], changed: str) -> None:
    """Raises InvalidInput for "body" where the changed one, or another because of it, could not be put in any more."""
    if not texts[changed]:
        raise InvalidInput({"body": "Write a text."})
    if len(texts[changed]) > MAX_BODY:
        raise InvalidInput({"body": f"A snippet has {MAX_BODY:,} characters at most."})
    for name in (changed, *texts):
        try:
            compiled = compile_text(f"{{{{ snippet:{name} }}}}", known=FIELDS, snippets=texts)
        except TemplateProblem as problem:
            said = problem.said.removeprefix(f"in the snippet “{changed}”: ")
            raise InvalidInput({"body": f"{said[:1].upper()}{said[1:]}"}) from problem
        if name == changed and any(is_placeholder(field.name) for field in compiled.fields):
            raise InvalidInput(
                {"body": "A snippet says the same to everybody. Put “[[…]]” into the text that uses it."}
            )
