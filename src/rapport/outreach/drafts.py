"""Texts for one person to go on writing, and the values that merge fields have for them."""

from uuid import UUID

from rapport.candidates.queries import list_newest, list_visible_ids, resolve_merged
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.composing import Content, compile_message
from rapport.mail.models import Mailbox, TemplateVersion
from rapport.mail.queries import get_template, snippets_in
from rapport.mail.template_fields import FIELDS, person_values
from rapport.outreach.facts import read_known
from rapport.outreach.models import Sequence
from rapport.outreach.plans import shared_values


def list_readers(actor: Actor) -> list[tuple[UUID, str]]:
    """The candidates whom somebody was busy with last, to try a text on."""
    return [(row.candidate.id, row.candidate.full_name) for row in list_newest(actor, limit=20).rows]


def values_of(
    actor: Actor, candidate_id: UUID, *, mailbox: Mailbox | None = None, job: Job | None = None
) -> dict[str, str]:
    """What every merge field becomes for a candidate; "" for what is not known. Raises NotFound."""
    now_id = resolve_merged([candidate_id])[candidate_id]
    known = read_known([now_id], now=clock.now(), cap_days=1, needs_consent=False, with_exchanges=False)
    if now_id not in known or not list_visible_ids(actor, [now_id]):
        raise NotFound("There is no such candidate.")
    return shared_values(Sequence(mailbox=mailbox, job=job)) | person_values(known[now_id].person)


def draft_from_template(
    actor: Actor, template_id: UUID, candidate_id: UUID, *, mailbox: Mailbox | None = None, job: Job | None = None
) -> tuple[Content, TemplateVersion]:
    """A template's present text for a candidate, and its version; what is not known stands in double brackets.

    Raises NotFound for a template that is not in use, and InvalidInput where it cannot be read any more.
    """
    template, version = get_template(actor, template_id)
    if template.archived_at:
        raise NotFound(f"“{template.name}” is archived. Choose another template.")
    text = compile_message(
        subject=version.subject,
        body=version.body,
        known=FIELDS,
        with_html=False,
        snippets=snippets_in(version.subject, version.body),
    )
    return text.draft(values_of(actor, candidate_id, mailbox=mailbox, job=job)), version
