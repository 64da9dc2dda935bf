"""Putting queries together and taking them apart: facets, chips, the builder."""

from dataclasses import dataclass

from rapport.search.language.describing import describe
from rapport.search.language.nodes import SINGLE_VALUED, And, Everything, Node, Not, Or, Phrase, Word
from rapport.search.language.tokens import clean, needs_quotes
from rapport.search.language.writing import to_text


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of a query as shown above the results: its words, and the query without it."""

    label: str
    text: str
    without: str


def all_of(items: list[Node]) -> Node:
    """All of these must match: nested ANDs are taken apart, the empty query is left out."""
    flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
    flat = [item for item in flat if not isinstance(item, Everything)]
    if not flat:
        return Everything()
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(items: list[Node]) -> Node:
    """One of these must match: nested ORs are taken apart."""
    flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(node: Node) -> Node:
    """What must not match; of the opposite itself."""
    return node.item if isinstance(node, Not) else Not(node)


def conditions(node: Node) -> tuple[Node, ...]:
    """The conditions that must all match, at the top of a query."""
    if isinstance(node, Everything):
        return ()
    return node.items if isinstance(node, And) else (node,)


def condition(name: str, value: str) -> Node:
    """The condition that a field has this value, as a facet's row means it."""
    value = clean(value)
    return Phrase(value, name) if needs_quotes(value) else Word(value, name)


def has_choice(node: Node, name: str, value: str) -> bool:
    """Whether a facet's value is chosen in the query."""
    wanted = condition(name, value)
    return any(wanted == item or (isinstance(item, Or) and wanted in item.items) for item in conditions(node))


def toggle_choice(node: Node, name: str, value: str) -> Node:
    """The query with a facet's value added, or without it when it was chosen.

    A second value of a field that a person has only one of (a source, a city) widens the choice to "or".
    """
    wanted = condition(name, value)
    if has_choice(node, name, value):
        return all_of([item for item in (_without(item, wanted) for item in conditions(node)) if item is not None])
    items = list(conditions(node))
    for index, item in enumerate(items):
        if name in SINGLE_VALUED and _is_choice(item, name):
            items[index] = any_of([item, wanted])
            return all_of(items)
    return all_of([*items, wanted])


def _without(item: Node, wanted: Node) -> Node | None:
    if item == wanted:
        return None
    if isinstance(item, Or) and wanted in item.items:
        return any_of([part for part in item.items if part != wanted])
    return item


def _is_choice(item: Node, name: str) -> bool:
    if isinstance(item, Or):
        return all(_is_choice(part, name) for part in item.items)
    return isinstance(item, Word | Phrase) and item.field == name


def without_condition(node: Node, index: int) -> Node:
    """The query without its condition of this index in `conditions`."""
    return all_of([item for i, item in enumerate(conditions(node)) if i != index])


def chips(node: Node) -> list[Chip]:
    """Each top condition with the words to show for it and the query without it."""
    return [
        Chip(describe(item), to_text(item), to_text(without_condition(node, i)))
        for i, item in enumerate(conditions(node))
    ]
