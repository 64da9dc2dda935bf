"""Reading the letterhead."""

from django.conf import settings
from django.urls import reverse

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.mail.branding import Brand, Logo
from rapport.mail.models import Letterhead, Look
from rapport.mail.permissions import LETTERHEAD


def get_brand(letterhead: Letterhead | None = None) -> Brand:
    """What branded mail looks like now, or with this version; it is the house's, so nobody is asked for."""
    found = letterhead or Letterhead.objects.first()
    if found is None:
        return Brand(settings.SITE_NAME)
    logo = None
    if found.storage_name:
        logo = Logo(logo_url(found.storage_name), found.logo_alt, found.logo_width, found.logo_height)
    return Brand(settings.SITE_NAME, found.colour, found.footer, logo)


def brand_for(*looks: str) -> Brand | None:
    """The brand where one of these looks asks for it; else nothing is read."""
    return get_brand() if Look.BRANDED in looks else None


def find_letterhead(actor: Actor) -> Letterhead | None:
    """The present version with who made it; None before the first. Raises NotAllowed."""
    require(actor, LETTERHEAD)
    return Letterhead.objects.select_related("created_by").first()


def logo_url(storage_name: str) -> str:
    """Where everybody can fetch the logo that lies in this file."""
    return settings.BASE_URL + reverse("mail:logo", args=[storage_name.rpartition("/")[2]])


def get_logo(name: str) -> Letterhead:
    """A version that has or had the logo with this file name. Raises NotFound."""
    found = Letterhead.objects.filter(storage_name=f"logos/{name}").first()
    if found is None:
        raise NotFound("There is no such logo.")
    return found
