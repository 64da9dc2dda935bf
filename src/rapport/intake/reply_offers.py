"""A résumé that came with a reply can be read for the person who sent it."""

from collections.abc import Sequence

from django.urls import reverse

from rapport.accounts.capabilities import holds
from rapport.candidates.permissions import EDIT
from rapport.intake.document import Refusal
from rapport.intake.filetypes import tell_type
from rapport.intake.permissions import IMPORT
from rapport.lib.actors import Actor
from rapport.mail.offers import Found, Offer

RESUME = "resume"
NO_RESUME = {"zip", "json", "html", "text"}  # of these kinds too much else is sent along


def offer_resumes(actor: Actor, found: Sequence[Found]) -> list[Offer]:
    """One for each attachment of a kind that is read, where the sender is a candidate."""
    if not (holds(actor, IMPORT) and holds(actor, EDIT)):
        return []
    return [
        Offer(
            f"{file.filename or 'A file'} may be their résumé.", "Read as résumé",
            reverse("intake:resume_of_reply", args=[reply.message.id, file.number]), "file-up",
        )
        for reply in found
        if reply.message.subjects.get("candidate")
        for file in reply.files
        if file.kind == RESUME
    ]  # fmt: skip


def look_for_resume(content: bytes) -> str:
    """RESUME for a file of a kind that holds résumés, told by its content."""
    try:
        return RESUME if tell_type(content) not in NO_RESUME else ""
    except Refusal:
        return ""
