"""What people chose to get."""

from collections.abc import Iterable

from django.db import connection

from rapport.lib.addresses import normal_address
from rapport.mail.models import Preference

# One text is written several times as fast as an array of thousands; no address holds a line end.
CHOSEN = "SELECT * FROM mail_preference WHERE address = ANY(string_to_array(%s, E'\\n'))"

WISHED = """
SELECT w.address, coalesce(array_agg(DISTINCT d.topic) FILTER (WHERE d.topic IS NOT NULL), '{}'), max(w.paused_until)
FROM mail_wish w LEFT JOIN LATERAL unnest(w.declined) AS d(topic) ON true
WHERE w.address = ANY(string_to_array(%s, E'\\n')) AND w.ended_by_id IS NULL GROUP BY w.address
"""


def find_preference(address: str) -> Preference | None:
    """What holds for this address: chosen by its owner, or asked for in a reply. The row is not to be saved."""
    normal = normal_address(address)
    return preferences_among([normal]).get(normal)


def preferences_among(addresses: Iterable[str]) -> dict[str, Preference]:
    """Of these normal addresses, those whose owner chose something, or asked for it in a reply; two statements.

    Both hold: rows that carry a wish are not to be saved.
    """
    given = ["\n".join(addresses)]
    chosen = {row.address: row for row in Preference.objects.raw(CHOSEN, given)}
    with connection.cursor() as cursor:
        cursor.execute(WISHED, given)
        for address, declined, paused_until in cursor.fetchall():
            row = chosen.setdefault(address, Preference(address=address))
            row.declined = sorted({*row.declined, *declined})
            row.paused_until = max((at for at in (row.paused_until, paused_until) if at), default=None)
    return chosen
