"""Counting facets: how many of those found have each value, and the query with it chosen. Pure.

Those of large results are counted in a sample of some thousands and multiplied; the total is always exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import tantivy
from tantivy import Query

from rapport.search import language, profiles

EXACT_FACETS_BELOW = 25_000
SMALLEST_SAMPLE = 2_000
FACET_SIZE = 12
YEAR_RANGES = ((0, 1), (2, 4), (5, 9), (10, 19), (20, 60))
_FIELD_OF_FACET = {"city": "location", "country": "location"}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A row of a facet; `is_chosen` when the query names it, `text` is the query with it added or taken away."""

    value: str
    label: str
    count: int
    is_chosen: bool
    text: str


def share_for(total: int) -> int:
    """Facets of so many people are counted in one of how many."""
    if total <= EXACT_FACETS_BELOW:
        return 1
    return max((share for share in profiles.SAMPLES if total >= share * SMALLEST_SAMPLE), default=profiles.SAMPLES[0])


def count_facets(
    searcher: tantivy.Searcher, query: Query, node: language.Node, names: Sequence[str], total: int
) -> dict[str, list[FacetValue]]:
    """The facets that are known, for the people of `query`, of `total` in all; `node` is what their queries grow from."""
    wanted = {name: _aggregation(name) for name in names if name == "years" or name in profiles.FACETS}
    found = searcher.aggregate(query, wanted) if wanted else {}
    facets = {name: _facet(name, found[name]["buckets"], node, share_for(total)) for name in wanted}
    # An estimate of a value that nearly all have may come out above everybody.
    return {name: [replace(row, count=min(row.count, total)) for row in rows] for name, rows in facets.items()}


def _aggregation(name: str) -> dict[str, object]:
    if name == "years":
        ranges = [{"from": low, "to": high + 1} for low, high in YEAR_RANGES]
        return {"range": {"field": "years", "ranges": ranges}}
    return {"terms": {"field": name, "size": FACET_SIZE}}


def _facet(name: str, buckets: list[dict[str, object]], node: language.Node, factor: int) -> list[FacetValue]:
    if name == "years":
        return _years_facet(buckets, node, factor)
    field_name = _FIELD_OF_FACET.get(name, name)
    rows = []
    for bucket in buckets:
        value, count = str(bucket["key"]), int(str(bucket["doc_count"])) * factor
        chosen = language.has_choice(node, field_name, value)
        text = language.to_text(language.toggle_choice(node, field_name, value))
        rows.append(FacetValue(value, value, count, chosen, text))
    return sorted(rows, key=lambda row: (-row.count, row.value.casefold()))


def _years_facet(buckets: list[dict[str, object]], node: language.Node, factor: int) -> list[FacetValue]:
    counts = {str(bucket["key"]): int(str(bucket["doc_count"])) for bucket in buckets}
    rows = []
    for low, high in YEAR_RANGES:
        wanted = language.Amount("years", low, high)
        others = [item for item in language.conditions(node) if getattr(item, "field", "") != "years"]
        chosen = wanted in language.conditions(node)
        text = language.to_text(language.all_of(others if chosen else [*others, wanted]))
        label = f"{low} and more" if high == YEAR_RANGES[-1][1] else f"{low} to {high}"
        rows.append(FacetValue(f"{low}..{high}", label, counts.get(f"{low}-{high + 1}", 0) * factor, chosen, text))
    return rows
