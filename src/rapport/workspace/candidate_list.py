"""The list of candidates: who is on it, in which order, with which columns.

With the search index it answers the query language with facets; while the index is missing or being built it shows
those with the latest activity straight from the database, so that nobody waits for an index to do their work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rapport.candidates import queries
from rapport.candidates.queries import CandidateRow
from rapport.lib.actors import Actor
from rapport.lib.errors import TemporaryFailure
from rapport.search.queries import list_matching_ids, search_candidates

PAGE = 50
MOST_AT_ONCE = 10_000  # people changed by one click
SORTS = {
    "relevance": "Best match",
    "last_activity": "Latest activity",
    "last_contact": "Latest contact",
    "name": "Name",
    "created": "Newest",
}
FACETS = {
    "skill": "Skills", "city": "City", "country": "Country", "years": "Years of experience", "tag": "Tags",
    "pool": "Pools", "stage": "Stage", "source": "Source", "owner": "Owner",
}  # fmt: skip
ROOM = 700  # px for the columns after the name, on a screen of 1,440 px with facets
SHOWN_AT_ONCE = 5  # values of a facet before "more"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that may be chosen; `width` in px, "" shares what is left; `optional` ones go first on narrow screens."""

    key: str
    label: str
    width: str = ""
    sort: str = ""
    optional: bool = True
    numeric: bool = False


COLUMNS = (
    Column("now", "Now", optional=False),
    Column("place", "Place", "100"),
    Column("years", "Years", "68", numeric=True),
    Column("contact", "Last contact", "112", sort="last_contact", optional=False),
    Column("activity", "Last activity", "116", sort="last_activity"),
    Column("tags", "Tags", "140"),
    Column("consent", "Consent", "132"),
    Column("source", "Source", "140"),
    Column("owner", "Owner", "60"),
    Column("email", "E-mail", "200"),
    Column("phone", "Phone", "140"),
    Column("created", "Added", "104", sort="created"),
)
BY_KEY = {column.key: column for column in COLUMNS}
STANDARD = ("now", "place", "years", "contact", "tags", "owner")


@dataclass(frozen=True, slots=True)
class _NoIndex:
    """Why a query is not answered while the index is being built."""

    message: str = "The search is being prepared. Try again in a minute, or clear the query to see everybody."
    column: int = 0


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """A facet: the values shown at once, and the rest."""

    label: str
    first: Sequence[Any]
    more: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list. `total` is None when nobody counted; `is_plain` when there was no index to ask."""

    rows: list[CandidateRow]
    next_cursor: str
    total: int | None = None
    facets: list[FacetGroup] = field(default_factory=list)
    sort: str = "last_activity"
    took_ms: float | None = None
    problems: Sequence[Any] = ()
    chips: Sequence[Any] = ()
    is_plain: bool = False
    meant: str = ""
    meant_count: int = 0


def list_candidates(actor: Actor, *, text: str, sort: str, cursor: str, limit: int = PAGE) -> Listing:
    """A page of candidates for a query, with facets; without an index those with the latest activity."""
    try:
        page = search_candidates(actor, text, sort=sort, cursor=cursor, limit=limit, facets=tuple(FACETS))
    except TemporaryFailure:
        return _plain(actor, text, cursor, limit)
    return Listing(
        rows=queries.list_by_ids(actor, page.ids),
        next_cursor=page.next_cursor,
        total=page.total,
        facets=_groups(page.facets),
        sort=page.sort,
        took_ms=page.took_ms,
        problems=page.problems,
        chips=page.chips,
        meant=page.meant,
        meant_count=page.meant_count,
    )


def _plain(actor: Actor, text: str, cursor: str, limit: int) -> Listing:
    page = queries.list_newest(actor, cursor=cursor, limit=limit)
    problems = [_NoIndex()] if text else []
    return Listing([] if text else page.rows, "" if text else page.next_cursor, problems=problems, is_plain=True)


def _groups(facets: Mapping[str, Sequence[Any]]) -> list[FacetGroup]:
    """Facets in their order; those that tell nobody apart are left out. Chosen values are always shown at once."""
    groups = []
    for name, label in FACETS.items():
        values = [value for value in facets.get(name, ()) if value.count or value.is_chosen]
        if not values:
            continue
        first = [value for at, value in enumerate(values) if at < SHOWN_AT_ONCE or value.is_chosen]
        groups.append(FacetGroup(label, first, [value for value in values if value not in first]))
    return groups


def list_ids(actor: Actor, text: str) -> list[UUID]:
    """The ids of all who match, up to MOST_AT_ONCE: for what is done with everybody on the list.

    Raises TemporaryFailure for a query without an index to ask: everybody is not who was meant.
    """
    try:
        return list_matching_ids(actor, text, limit=MOST_AT_ONCE)
    except TemporaryFailure:
        if text:
            raise
        return [row.id for row in queries.list_newest(actor, limit=MOST_AT_ONCE).rows]


def is_wide(columns: Sequence[Column]) -> bool:
    """Whether the columns need more room than a page gives beside its facets: then the list scrolls sideways."""
    return sum(int(column.width or 180) for column in columns) > ROOM


def chosen_columns(actor: Actor) -> list[Column]:
    """The columns this user sees, in their order."""
    keys = queries.find_columns(actor) or STANDARD
    return [BY_KEY[key] for key in keys if key in BY_KEY]


def column_choices(chosen: Sequence[Column]) -> list[tuple[Column, bool]]:
    """All columns with whether they are shown: those shown in their order, then the others."""
    return [(column, True) for column in chosen] + [(column, False) for column in COLUMNS if column not in chosen]
