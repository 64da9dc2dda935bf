"""Changing the letterhead: every change is a new version, for everything branded that is sent from then on."""

from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.ids import new_id
from rapport.mail.activities import LETTERHEAD_CHANGED
from rapport.mail.branding import COLOUR
from rapport.mail.logos import read_logo
from rapport.mail.merge_fields import without_controls
from rapport.mail.models import Letterhead
from rapport.mail.permissions import LETTERHEAD

MAX_FOOTER, MAX_FOOTER_LINES, MAX_ALT = 600, 8, 120


def save_letterhead(
    *, actor: Actor, colour: str, footer: str = "", logo: bytes | None = None, logo_alt: str = "",
    removes_logo: bool = False, seen_number: int | None = None,
) -> Letterhead:  # fmt: skip
    """Make this the letterhead; what is as before makes no new version. Returns the present version.

    `logo` is an uploaded picture; without one the present logo stays, unless it is taken away. `seen_number` is the version
    that the change was made to: Conflict when a colleague has made another one meanwhile.
    Records letterhead.changed. Raises NotAllowed without mail.letterhead, and InvalidInput by field.
    """
    require(actor, LETTERHEAD)
    colour, footer = colour.strip().lower(), tidy_footer(footer)
    logo_alt = " ".join(without_controls(logo_alt).split())
    before = Letterhead.objects.first()
    if seen_number is not None and before and before.number != seen_number:
        raise _Meanwhile()
    wanted = Letterhead(colour=colour, footer=footer)
    wrong = check(colour, footer)
    if logo is not None:
        read = read_logo(logo)
        wanted.logo_width, wanted.logo_height = read.width, read.height
        wanted.storage_name = f"logos/{new_id().hex}.{read.extension}"
    elif before and not removes_logo:
        wanted.storage_name, wanted.logo_width, wanted.logo_height = (
            before.storage_name,
            before.logo_width,
            before.logo_height,
        )
    if wanted.storage_name:
        wanted.logo_alt = logo_alt
        if not logo_alt:
            wrong["logo_alt"] = "Say what the logo shows, for those who do not see it; mostly the house's name."
        elif len(logo_alt) > MAX_ALT:
            wrong["logo_alt"] = f"{MAX_ALT} characters at most."
    if wrong:
        raise InvalidInput(wrong)
    if before and _same(before, wanted):
        return before
    if logo is not None:
        wanted.storage_name = default_storage.save(wanted.storage_name, ContentFile(read.data))
    try:
        return _store(actor, before, wanted)
    except BaseException:
        if logo is not None:
            default_storage.delete(wanted.storage_name)
        raise


def _store(actor: Actor, before: Letterhead | None, wanted: Letterhead) -> Letterhead:
    wanted.number = before.number + 1 if before else 1
    wanted.created_at, wanted.created_by_id = clock.now(), _person(actor)
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
            record(LETTERHEAD_CHANGED, actor=actor, subjects=[wanted], data={"number": wanted.number})
    except IntegrityError as error:
        if "mail_letterhead_number_unique" not in str(error):
            raise
        raise _Meanwhile() from error
    return wanted


def check(colour: str, footer: str) -> dict[str, str]:
    """What is wrong with these, by field."""
    wrong: dict[str, str] = {}
    if not COLOUR.fullmatch(colour):
        wrong["colour"] = "Write the colour as # and six digits from 0 to f, such as #1d6b4f."
    if len(footer) > MAX_FOOTER:
        wrong["footer"] = f"{MAX_FOOTER} characters at most; this has {len(footer)}."
    elif footer.count("\n") >= MAX_FOOTER_LINES:
        wrong["footer"] = f"{MAX_FOOTER_LINES} lines at most."
    return wrong


def tidy_footer(footer: str) -> str:
    """The lines without spaces around them, and without empty ones."""
    lines = (without_controls(line).strip() for line in footer.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


class _Meanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__("A colleague has changed the letterhead meanwhile. Reload the page and look at theirs.")


def _same(before: Letterhead, wanted: Letterhead) -> bool:
    return all(
        getattr(before, name) == getattr(wanted, name) for name in ("colour", "footer", "storage_name", "logo_alt")
    )


def _person(actor: Actor) -> UUID | None:
    return actor.id if actor.kind == "user" else None
