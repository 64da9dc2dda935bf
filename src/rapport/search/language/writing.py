"""From a node back to the text of the query."""

from rapport.search.language.nodes import (
    Age,
    Amount,
    And,
    Between,
    Everything,
    Near,
    Never,
    Node,
    Not,
    Or,
    Phrase,
    Word,
)


def to_text(node: Node) -> str:
    """The query as text in its usual form; `parse(to_text(node)).node == node`."""
    return _write(node, 0)


def _write(node: Node, strength: int) -> str:
    match node:
        case Everything():
            return ""
        case And(items):
            text = " ".join(_write(item, 2) for item in items)
            return f"({text})" if strength >= 2 else text
        case Or(items):
            text = " OR ".join(_write(item, 1) for item in items)
            return f"({text})" if strength >= 1 else text
        case Not(item):
            return f"NOT {_write(item, 3)}"
    return _write_condition(node)


def _write_condition(node: Node) -> str:
    match node:
        case Word(text, name, is_prefix):
            return _named(name) + (text + "*" if is_prefix else text)
        case Phrase(text, name, slop):
            return f'{_named(name)}"{_escape(text)}"' + (f"~{slop}" if slop else "")
        case Near(place, km):
            return f'location:"{_escape(place)} within {km:g} km"'
        case Never(name):
            return f"{name}:never"
        case Amount(name, low, high):
            return f"{name}:{_bounds(low, high)}"
        case Age(name, least, most):
            return _write_age(name, least, most)
        case Between(name, first, last):
            return f"{name}:{_bounds(first, last)}"
    raise TypeError(f"not a condition: {node!r}")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _named(name: str) -> str:
    return f"{name}:" if name else ""


def _bounds(low: object, high: object) -> str:
    if high is None:
        return f">={low}"
    if low is None:
        return f"<={high}"
    return str(low) if low == high else f"{low}..{high}"


def _write_age(name: str, least: int | None, most: int | None) -> str:
    if most is None:
        return f"{name}:>={least}d"
    return f"{name}:<={most}d" if least is None else f"{name}:={least}d"
