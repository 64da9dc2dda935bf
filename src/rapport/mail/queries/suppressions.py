"""Reading which addresses are not to be mailed."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet

from rapport.accounts.capabilities import require
from rapport.lib.actors import Actor
from rapport.lib.addresses import normal_address
from rapport.mail.models import Suppression
from rapport.mail.permissions import VIEW

# One text is written several times as fast as an array of thousands; no address holds a line end.
SUPPRESSED = "SELECT address, reason FROM mail_suppression WHERE address = ANY(string_to_array(%s, E'\\n'))"


def find_suppression(address: str) -> Suppression | None:
    """The suppression of this address, for whoever is about to write to it."""
    return Suppression.objects.filter(address=normal_address(address)).first()


def suppressed_among(addresses: Iterable[str]) -> dict[str, str]:
    """Of these normal addresses, those not to be mailed, with the reason; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESSED, ["\n".join(addresses)])
        return dict(cursor.fetchall())


def list_suppressions(actor: Actor, *, query: str = "") -> QuerySet[Suppression]:
    require(actor, VIEW)
    rows = Suppression.objects.select_related("created_by").order_by("-since", "-id")
    return rows.filter(address__contains=query.strip().lower()) if query.strip() else rows
