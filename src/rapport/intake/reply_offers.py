"""A résumé that came with a reply can be read for the person who sent it."""

from django.urls import reverse

from rapport.accounts.capabilities import holds
from rapport.candidates.permissions import EDIT
from rapport.intake.document import Refusal
from rapport.intake.filetypes import tell_type
from rapport.intake.permissions import IMPORT
from rapport.lib.actors import Actor
from rapport.mail.offers import Found, Offer
from rapport.mail.parsing import Attachment

NO_RESUME = {"zip", "json", "html", "text"}  # of these kinds too much else is sent along


def offer_resumes(actor: Actor, found: Found) -> list[Offer]:
    """One for each attachment of a kind that is read, where the sender is a candidate."""
    if not found.message.subjects.get("candidate") or not (holds(actor, IMPORT) and holds(actor, EDIT)):
        return []
    return [
        Offer(
            f"{attachment.filename or 'A file'} came along.", "Read as résumé",
            reverse("intake:resume_of_reply", args=[found.message.id, number]), "file-up",
        )
        for number, attachment in found.attachments
        if is_readable(attachment)
    ]  # fmt: skip


def is_readable(attachment: Attachment) -> bool:
    """Whether it is of a kind that holds résumés, told by its content."""
    try:
        return tell_type(attachment.content()) not in NO_RESUME
    except Refusal:
        return False
