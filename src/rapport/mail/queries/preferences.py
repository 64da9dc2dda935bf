"""What people chose to get."""

from collections.abc import Iterable

from rapport.lib.addresses import normal_address
from rapport.mail.models import Preference

# One text is written several times as fast as an array of thousands; no address holds a line end.
CHOSEN = "SELECT * FROM mail_preference WHERE address = ANY(string_to_array(%s, E'\\n'))"


def find_preference(address: str) -> Preference | None:
    """What the owner of this address chose."""
    return Preference.objects.filter(address=normal_address(address)).first()


def preferences_among(addresses: Iterable[str]) -> dict[str, Preference]:
    """Of these normal addresses, those whose owner chose something; one statement."""
    return {row.address: row for row in Preference.objects.raw(CHOSEN, ["\n".join(addresses)])}
