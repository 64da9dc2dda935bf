"""Queries and fields in plain words."""

from datetime import date

from rapport.search.language.nodes import (
    NUMBER_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
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


def describe(node: Node) -> str:
    """The query in plain words, for chips, saved searches and empty results."""
    match node:
        case Everything():
            return "everybody"
        case And(items):
            return " and ".join(_grouped(item, Or) for item in items)
        case Or(items):
            return " or ".join(_grouped(item, And) for item in items)
        case Not(item):
            return f"not {_grouped(item, And | Or)}"
    return _describe_condition(node)


def _grouped(node: Node, kinds: object) -> str:
    text = describe(node)
    return f"({text})" if isinstance(node, kinds) else text  # type: ignore[arg-type]  # a union of classes


def _describe_condition(node: Node) -> str:
    match node:
        case Word(text, name, is_prefix):
            return _labelled(name, f"{text}…" if is_prefix else text)
        case Phrase(text, name, slop):
            quoted = text if name else f"“{text}”"
            return _labelled(name, quoted + (f" (up to {slop} words between)" if slop else ""))
        case Near(place, km):
            return f"within {km:g} km of {place}"
        case Never(name):
            return f"{TIME_FIELDS[name]}: never"
        case Amount(name, low, high):
            return _describe_range(low, high, NUMBER_FIELDS[name])
        case Age(name, least, most):
            return f"{TIME_FIELDS[name]} {_describe_age(least, most)}"
        case Between(name, first, last):
            return f"{TIME_FIELDS[name]} {_describe_days(first, last)}"
    raise TypeError(f"not a condition: {node!r}")


def _labelled(name: str, text: str) -> str:
    return f"{TEXT_FIELDS[name]}: {text}" if name else text


def _describe_range(low: int | None, high: int | None, noun: str) -> str:
    if high is None:
        return f"at least {low} {noun}"
    if low is None:
        return f"at most {high} {noun}"
    return f"{low} {noun}" if low == high else f"{low} to {high} {noun}"


def _describe_age(least: int | None, most: int | None) -> str:
    if most is None:
        return f"{least} or more days ago"
    return f"within the last {most} days" if least is None else f"{least} days ago"


def _describe_days(first: date | None, last: date | None) -> str:
    if last is None:
        return f"since {first}"
    if first is None:
        return f"until {last}"
    return f"on {first}" if first == last else f"from {first} to {last}"
