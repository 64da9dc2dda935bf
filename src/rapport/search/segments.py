"""Saved searches inside other queries: `segment:"name"` stands for what the segment says. Pure."""

from collections.abc import Callable

from rapport.search.language import And, Node, Not, Or, Phrase, Problem, Word, all_of, any_of, parse

MAX_DEPTH = 5


def expand(node: Node, find_query: Callable[[str], str | None], depth: int = 0) -> tuple[Node, list[Problem]]:
    """The query with each segment replaced by its own query; problems name segments that cannot be used."""
    match node:
        case Word(name, "segment") | Phrase(name, "segment"):
            return _segment(node, name, find_query, depth)
        case And(items):
            parts, problems = _expand_all(items, find_query, depth)
            return all_of(parts), problems
        case Or(items):
            parts, problems = _expand_all(items, find_query, depth)
            return any_of(parts), problems
        case Not(item):
            inner, problems = expand(item, find_query, depth)
            return Not(inner), problems
    return node, []


def _expand_all(
    items: tuple[Node, ...], find_query: Callable[[str], str | None], depth: int
) -> tuple[list[Node], list[Problem]]:
    expanded = [expand(item, find_query, depth) for item in items]
    return [part for part, _ in expanded], [problem for _, problems in expanded for problem in problems]


def _segment(node: Node, name: str, find_query: Callable[[str], str | None], depth: int) -> tuple[Node, list[Problem]]:
    text = find_query(name)
    if text is None:
        return node, [Problem(f"There is no segment called “{name}”.", 1, 1, name)]
    if depth >= MAX_DEPTH:
        return node, [Problem(f"The segment “{name}” is made of segments that name each other.", 1, 1, name)]
    inner = parse(text).node
    if inner is None:
        return node, [Problem(f"The query of the segment “{name}” cannot be read any more. Save it anew.", 1, 1, name)]
    return expand(inner, find_query, depth + 1)
