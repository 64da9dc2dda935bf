"""What people chose to get."""

from collections.abc import Iterable

from rapport.lib.addresses import normal_address
from rapport.mail.models import Preference, Wish

# One text is written several times as fast as an array of thousands; no address holds a line end.
CHOSEN = "SELECT * FROM mail_preference WHERE address = ANY(string_to_array(%s, E'\\n'))"

# The latest wish of each.
WISHED = """
SELECT DISTINCT ON (address) * FROM mail_wish WHERE address = ANY(string_to_array(%s, E'\\n'))
ORDER BY address, said_at DESC, message_id DESC
"""


def find_preference(address: str) -> Preference | None:
    """What holds for this address: chosen by its owner, or asked for in a reply. The row is not to be saved."""
    normal = normal_address(address)
    return preferences_among([normal]).get(normal)


def preferences_among(addresses: Iterable[str]) -> dict[str, Preference]:
    """Of these normal addresses, those whose owner chose something, or asked for it in a reply; two statements.

    What they asked for last holds beside what they chose before: rows that carry a wish are not to be saved.
    """
    given = ["\n".join(addresses)]
    chosen = {row.address: row for row in Preference.objects.raw(CHOSEN, given)}
    for wish in Wish.objects.raw(WISHED, given):
        before = chosen.get(wish.address)
        if (wish.declined or wish.paused_until) and (before is None or wish.said_at > before.updated_at):
            row = chosen.setdefault(wish.address, Preference(address=wish.address))
            row.declined = sorted({*row.declined, *wish.declined})
            row.paused_until = max((at for at in (row.paused_until, wish.paused_until) if at), default=None)
    return chosen
