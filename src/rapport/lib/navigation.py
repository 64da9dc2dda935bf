"""Places that apps add themselves to: main navigation, tabs of a job, settings pages, commands of the palette.

A lower app's template never names a higher app's page; each app adds its own entries in AppConfig.ready().
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`url_name` is reversed with the id of the thing the place belongs to, where there is one.

    `capability` hides the entry from those who do not hold it; the page checks again itself.
    `match` is the prefix of URL names that mark the entry as the present one.
    `keys` are pressed one after the other to go there, "g c".
    """

    label: str
    url_name: str
    icon: str = ""
    order: int = 100
    capability: str = ""
    match: str = ""
    on_phone: bool = False
    keys: str = ""


_places: dict[str, list[Entry]] = {}


def add(place: str, entry: Entry) -> None:
    """Add an entry to a place: main, job (tabs), application (parts of its page), settings, you (own), palette or add."""
    rows = _places.setdefault(place, [])
    if entry not in rows:
        rows.append(entry)
        rows.sort(key=lambda row: (row.order, row.label))


def entries(place: str) -> list[Entry]:
    """The entries of a place in their order."""
    return list(_places.get(place, []))
