"""What people chose to get."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rapport.lib.addresses import normal_address
from rapport.mail.models import Message, Preference, Wish

# One text is written several times as fast as an array of thousands; no address holds a line end.
CHOSEN = "SELECT * FROM mail_preference WHERE address = ANY(string_to_array(%s, E'\\n'))"

# The latest wish of each.
WISHED = """
SELECT DISTINCT ON (address) * FROM mail_wish WHERE address = ANY(string_to_array(%s, E'\\n'))
ORDER BY address, said_at DESC, message_id DESC
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of what a reply asks of mail to many. `state` is one of

    - holds: until `until`, where it names a time;
    - over: that time has passed;
    - replaced: a later reply says something else;
    - chosen: what they chose behind a link since stands in its place.
    """

    state: str
    until: datetime | None = None


def list_standings(replies: Iterable[Message], now: datetime) -> dict[UUID, Standing]:
    """Of these replies with their intents, what became of what they ask; left out who asks nothing. Three statements."""
    asking = {row.id: row.from_address for row in replies if row.from_address}
    wishes = {
        row.message_id: row
        for row in Wish.objects.filter(message_id__in=asking)
        if row.address == asking[row.message_id]
    }
    if not wishes:
        return {}
    given = ["\n".join({row.address for row in wishes.values()})]
    latest = {row.address: row.message_id for row in Wish.objects.raw(WISHED, given)}
    chosen = {row.address: row.updated_at for row in Preference.objects.raw(CHOSEN, given)}

    def state_of(wish: Wish) -> str:
        if latest[wish.address] != wish.message_id:
            return "replaced"
        if wish.address in chosen and chosen[wish.address] >= wish.said_at:
            return "chosen"
        return "over" if wish.paused_until and wish.paused_until <= now else "holds"

    return {key: Standing(state_of(wish), wish.paused_until) for key, wish in wishes.items()}


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
