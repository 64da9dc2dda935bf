"""Pages of results: in an order of times from a key on, by relevance and name from an offset. Pure."""

import base64
import binascii
from typing import Any
from uuid import UUID

import tantivy
from tantivy import FieldType, Order, Query

from rapport.search import profiles
from rapport.search.compiling import all_query, flat

MAX_OFFSET = 10_000
KEPT_ABOVE, MOST_ABOVE = 1_000, 10_000
LAST_KEY = (1 << 63) - 1


def _write_cursor(sort: str, value: int) -> str:
    return base64.urlsafe_b64encode(f"{sort} {value}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> int | None:
    """The place to go on from; a cursor of another sort, or a broken one, starts at the beginning."""
    try:
        text = base64.urlsafe_b64decode(cursor[:80] + "=" * (-len(cursor) % 4)).decode()
        name, _, value = text.partition(" ")
        number = int(value[:20])
    except (ValueError, binascii.Error):
        return None
    return number if name == sort and 0 <= number < 1 << 63 else None


def find_page(
    searcher: tantivy.Searcher, query: Query, sort: str, start: int | None, limit: int
) -> tuple[list[UUID], int, str]:
    if sort in profiles.SORT_FIELDS:
        return _page_by_time(searcher, query, sort, start, limit)
    offset = min(start or 0, MAX_OFFSET)
    by_name = sort == "name"
    found = searcher.search(
        query, limit + 1, True, "by_name" if by_name else None, offset, Order.Asc if by_name else Order.Desc
    )
    hits = found.hits[:limit]
    ids = ids_of(searcher, [address for _, address in hits])
    if sort == "relevance":
        ids = [one for _, one in sorted(zip([-round(score, 3) for score, _ in hits], ids, strict=True))]
    more = len(found.hits) > limit and offset + limit <= MAX_OFFSET
    return ids, _total(found), _write_cursor(sort, offset + limit) if more else ""


def _page_by_time(
    searcher: tantivy.Searcher, query: Query, sort: str, start: int | None, limit: int
) -> tuple[list[UUID], int, str]:
    """Latest first, from below the key of the last one shown: no one is skipped or seen twice when people move."""
    name = profiles.SORT_FIELDS[sort]
    if start is None:
        found = searcher.search(query, limit + 1, order_by_field=name)
        hits, total = found.hits, _total(found)
    else:
        hits = searcher.search(all_query([query, below(name, start)]), limit + 1, count=False, order_by_field=name).hits
        total = count_hits(searcher, query)
    ids = ids_of(searcher, [address for _, address in hits[:limit]])
    return ids, total, _write_cursor(sort, int(hits[limit - 1][0])) if len(hits) > limit else ""


class LatestOfAll:
    """The first page of everybody in an order of times.

    Tantivy looks at everybody to put them in order, so a key that few people are above is remembered. However old it is,
    a full page of those above it are the latest.
    """

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}

    def find_page(self, searcher: tantivy.Searcher, everybody: Query, sort: str, limit: int) -> tuple[list[UUID], str]:
        """Ids of the latest, and the cursor of the next page."""
        name = profiles.SORT_FIELDS[sort]
        hits = self._hits_above(searcher, everybody, name, limit + 1)
        if not hits:
            hits = searcher.search(everybody, max(KEPT_ABOVE, limit + 1), count=False, order_by_field=name).hits
            self._keys[name] = int(hits[-1][0]) if hits else 0
        ids = ids_of(searcher, [address for _, address in hits[:limit]])
        return ids, _write_cursor(sort, int(hits[limit - 1][0])) if len(hits) > limit else ""

    def _hits_above(self, searcher: tantivy.Searcher, everybody: Query, name: str, wanted: int) -> list[Any]:
        if name not in self._keys:
            return []
        found = searcher.search(all_query([everybody, _above(name, self._keys[name])]), wanted, order_by_field=name)
        return found.hits if len(found.hits) == wanted and _total(found) <= MOST_ABOVE else []


def _above(name: str, key: int) -> Query:
    return flat(Query.range_query(profiles.schema(), name, FieldType.Integer, key, LAST_KEY))


def below(name: str, key: int) -> Query:
    return flat(Query.range_query(profiles.schema(), name, FieldType.Integer, 0, key, include_upper=False))


def count_hits(searcher: tantivy.Searcher, query: Query) -> int:
    return _total(searcher.search(flat(query), 1))


def _total(found: Any) -> int:
    # The type stubs of tantivy 0.27 leave the attribute out.
    return int(found.count or 0)


def ids_of(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[UUID]:
    high = searcher.fast_field_values("id_high", addresses)
    low = searcher.fast_field_values("id_low", addresses)
    return [UUID(int=(int(a or 0) << 64) | int(b or 0)) for a, b in zip(high, low, strict=True)]
