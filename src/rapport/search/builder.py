"""The builder: a query as rows that people fill in without knowing its syntax, and back. Pure.

The query's text stays the truth. `read_query` lays a query out as a group of rows and groups, `write_query` makes the
query of such a group; for every query that can be read, what is written back means the same node. A form holds a group
as a flat list of lines (`Line`), one after the other: a row, the beginning of a group, or its end.

| a group asks that   | of the query               |
|---------------------|----------------------------|
| all match           | a b c                      |
| any matches         | a OR b OR c                |
| none matches        | NOT (a OR b OR c)          |
| not all match       | NOT (a b c)                |
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rapport.search import language
from rapport.search.language import Age, Amount, And, Between, Everything, Near, Never, Node, Not, Or, Phrase, Word

MODES = {
    "all": "all of these",
    "any": "at least one of these",
    "none": "none of these",
    "notall": "not all of these together",
}
ANYWHERE = "anywhere"
TEXT, WHOLE, PLACE, CHOICE, NUMBER, TIME = "text", "whole", "place", "choice", "number", "time"
# Each comparison: its words, what its value is, and what stands beside it.
COMPARISONS: dict[str, dict[str, tuple[str, str, str]]] = {
    TEXT: {
        "has": ("has", "text", ""),
        "begins": ("has a word beginning with", "text", ""),
        "near": ("has, with other words between", "text", "words at most"),
    },
    WHOLE: {"has": ("is", "text", ""), "begins": ("begins with", "text", "")},
    PLACE: {
        "has": ("is", "text", ""),
        "within": ("is around", "text", "km"),
        "begins": ("has a word beginning with", "text", ""),
        "near": ("has, with other words between", "text", "words at most"),
    },
    CHOICE: {"has": ("is", "choice", "")},
    NUMBER: {
        "least": ("at least", "number", ""),
        "most": ("at most", "number", ""),
        "exactly": ("exactly", "number", ""),
        "between": ("between", "number", "and"),
    },
    TIME: {
        "newer": ("within the last", "number", ""),
        "older": ("at least", "number", ""),
        "ago": ("exactly", "number", ""),
        "never": ("never", "", ""),
        "since": ("since", "date", ""),
        "until": ("until", "date", ""),
        "on": ("on", "date", ""),
        "days": ("between two days", "date", "and"),
    },
}
# What stands behind a number, by comparison.
UNITS = {"newer": "days", "older": "days ago", "ago": "days ago"}
_LABELS = {
    ANYWHERE: "Anywhere", "email": "E-mail", "consent": "Consent", "has": "There is", "segment": "Segment",
    "created": "Added", "years": "Years of experience", "last_contact": "Last contact", "last_activity": "Last activity",
}  # fmt: skip
_WORDS = ("title", "company", "name")


def fields() -> dict[str, str]:
    """The fields a row may be about, with their words."""
    names = (ANYWHERE, *language.FIELD_NAMES)
    return {name: _LABELS.get(name) or name.replace("_", " ").capitalize() for name in names}


def kind_of(name: str) -> str:
    """What a field holds: a key of COMPARISONS."""
    if name == ANYWHERE or name in _WORDS:
        return TEXT
    if name == "location":
        return PLACE
    if name in language.CHOICES:
        return CHOICE
    if name in language.NUMBER_FIELDS:
        return NUMBER
    return TIME if name in language.TIME_FIELDS else WHOLE


@dataclass(frozen=True, slots=True)
class Row:
    """One condition: a field, a comparison, a value and what stands beside it; all as people type them."""

    field: str = ANYWHERE
    op: str = "has"
    value: str = ""
    extra: str = ""
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows and groups of which all, any, none or not all must match."""

    mode: str = "all"
    items: "tuple[Row | Group, ...]" = ()


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a group; rows that say nothing yet are left out, and what cannot be said is a sentence of `problems`."""

    text: str
    problems: tuple[str, ...] = ()


# -- From the query --------------------------------------------------------------------------------------------------


def read_query(node: Node) -> Group:
    """A query as one group."""
    item = _read(node)
    return item if isinstance(item, Group) else Group("all", (item,))


def _read(node: Node) -> Row | Group:
    match node:
        case Everything():
            return Group("all")
        case And(items):
            return Group("all", tuple(map(_read, items)))
        case Or(items):
            return Group("any", tuple(map(_read, items)))
        case Not(And(items)):
            return Group("notall", tuple(map(_read, items)))
        case Not(Or(items)):
            return Group("none", tuple(map(_read, items)))
        case Not(item):
            return replace(_read_condition(item), is_not=True)
    return _read_condition(node)


def _read_condition(node: Node) -> Row:
    match node:
        case Word(text, name, is_prefix):
            return Row(name or ANYWHERE, "begins" if is_prefix else "has", text)
        case Phrase(text, name, slop):
            return Row(name or ANYWHERE, "near", text, str(slop)) if slop else Row(name or ANYWHERE, "has", text)
        case Near(place, km):
            return Row("location", "within", place, f"{km:g}")
        case Never(name):
            return Row(name, "never")
        case Amount(name, low, high):
            return _range(name, low, high, ("least", "most", "exactly", "between"))
        case Age(name, least, most):
            return _range(name, least, most, ("older", "newer", "ago", "ago"))
        case Between(name, first, last):
            return _range(name, first, last, ("since", "until", "on", "days"))
    raise TypeError(f"not a condition: {node!r}")


def _range(name: str, low: object, high: object, ops: tuple[str, str, str, str]) -> Row:
    if high is None:
        return Row(name, ops[0], str(low))
    if low is None:
        return Row(name, ops[1], str(high))
    return Row(name, ops[2], str(low)) if low == high else Row(name, ops[3], str(low), str(high))


# -- To the query ----------------------------------------------------------------------------------------------------


class _UnsayableError(Exception):
    """Why a row cannot be a condition, in a sentence."""


def write_query(group: Group) -> Written:
    """The query's text for a group, read once more as anybody's query is."""
    problems: list[str] = []
    node = _write_group(group, problems)
    text = language.to_text(node)
    problems += [problem.message for problem in language.parse(text).problems]
    return Written(text, tuple(dict.fromkeys(problems)))


def _write_group(group: Group, problems: list[str]) -> Node:
    items: list[Node] = [
        node for node in (_write_item(item, problems) for item in group.items) if not isinstance(node, Everything)
    ]
    if not items:
        return Everything()
    node = language.any_of(items) if group.mode in ("any", "none") else language.all_of(items)
    return language.negated(node) if group.mode in ("none", "notall") else node


def _write_item(item: Row | Group, problems: list[str]) -> Node:
    if isinstance(item, Group):
        return _write_group(item, problems)
    try:
        node = _write_row(item)
    except _UnsayableError as error:
        problems.append(f"{fields().get(item.field, item.field)}: {error}")
        return Everything()
    return language.negated(node) if item.is_not and not isinstance(node, Everything) else node


def _write_row(row: Row) -> Node:
    """The condition of a row; Everything while nothing is entered."""
    kind = kind_of(row.field)
    if row.field not in fields() or row.op not in COMPARISONS[kind]:
        raise _UnsayableError("choose a field and how it is compared.")
    if kind in (NUMBER, TIME):
        return _write_quantity(row)
    name = "" if row.field == ANYWHERE else row.field
    node = language.condition(name, row.value)
    text = getattr(node, "text", "")
    if not text:
        return Everything()
    match row.op:
        case "begins":
            return _write_beginning(text, name)
        case "near":
            words_between = _number(row.extra or "1", "how many words may stand between", language.MAX_SLOP)
            return Phrase(text, name, words_between) if words_between else node
        case "within":
            return Near(text, _kilometres(row.extra))
    return node


def _write_beginning(text: str, name: str) -> Node:
    node = Word(text.rstrip("*"), name, is_prefix=True)
    if not node.text:
        return Everything()
    if language.parse(language.to_text(node)).node != node:
        raise _UnsayableError("what it begins with is one word without signs.")
    return node


def _kilometres(text: str) -> float:
    try:
        far = round(float((text or "50").strip().replace(",", ".")), 1)
    except ValueError:
        far = 0.0
    if not 0 < far <= language.MAX_KM:
        raise _UnsayableError(f"a distance is between 0.1 and {language.MAX_KM:,} km.")
    return far


def _write_quantity(row: Row) -> Node:
    if row.op == "never":
        return Never(row.field)
    if not row.value.strip() or (row.op in ("between", "days") and not row.extra.strip()):
        return Everything()
    if row.op in ("since", "until", "on", "days"):
        return _write_days(row)
    most = language.MAX_NUMBER if row.field in language.NUMBER_FIELDS else language.MAX_DAYS
    number = _number(row.value, "a whole number", most)
    match row.op:
        case "least":
            return Amount(row.field, number, None)
        case "most":
            return Amount(row.field, None, number)
        case "exactly":
            return Amount(row.field, number, number)
        case "between":
            other = _number(row.extra, "a whole number", most)
            return Amount(row.field, min(number, other), max(number, other))
        case "older":
            return Age(row.field, number, None)
        case "newer":
            return Age(row.field, None, number)
    return Age(row.field, number, number)


def _write_days(row: Row) -> Between:
    day = _day(row.value)
    match row.op:
        case "since":
            return Between(row.field, day, None)
        case "until":
            return Between(row.field, None, day)
        case "days":
            other = _day(row.extra)
            return Between(row.field, min(day, other), max(day, other))
    return Between(row.field, day, day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise _UnsayableError("write a day as 2026-01-31.") from None


def _number(text: str, what: str, most: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= most):
        raise _UnsayableError(f"{what} is a number from 0 to {most:,}.")
    return int(text)


# -- As lines of a form ----------------------------------------------------------------------------------------------

OPEN, ROW, END = "open", "row", "end"
MOST_LINES = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form: the beginning of a group with its mode, a row, or the end of a group."""

    kind: str
    mode: str = "all"
    row: Row = field(default_factory=Row)


def lines_of(group: Group) -> list[Line]:
    """A group as lines, from its beginning to its end."""
    inner = [
        line for item in group.items for line in (lines_of(item) if isinstance(item, Group) else [Line(ROW, row=item)])
    ]
    return [Line(OPEN, group.mode), *inner, Line(END)]


def group_of(lines: Iterable[Line]) -> Group:
    """The group that lines tell; ends that are missing or too many are forgiven."""
    stack: list[tuple[str, list[Row | Group]]] = [("all", [])]
    for line in lines:
        if line.kind == OPEN:
            stack.append((line.mode, []))
        elif line.kind == ROW:
            stack[-1][1].append(line.row)
        elif len(stack) > 1:
            _close(stack)
    while len(stack) > 1:
        _close(stack)
    items = stack[0][1]
    return items[0] if len(items) == 1 and isinstance(items[0], Group) else Group("all", tuple(items))


def _close(stack: list[tuple[str, list[Row | Group]]]) -> None:
    mode, items = stack.pop()
    stack[-1][1].append(Group(mode, tuple(items)))


def read_form(values: Mapping[str, Sequence[str]]) -> list[Line]:
    """The lines of a form as it is sent: lists of `line`, `mode`, `field`, `op`, `value`, `extra`, and `not` by row."""
    modes, rows = iter(values.get("mode", ())), _rows(values)
    lines = []
    for kind in values.get("line", ())[:MOST_LINES]:
        if kind == OPEN:
            mode = next(modes, "all")
            lines.append(Line(OPEN, mode if mode in MODES else "all"))
        elif kind == ROW:
            lines.append(Line(ROW, row=next(rows, Row())))
        elif kind == END:
            lines.append(Line(END))
    return lines


def _rows(values: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    negated = set(values.get("not", ()))
    columns = [values.get(name, ()) for name in ("field", "op", "value", "extra")]
    for number, name in enumerate(columns[0]):
        op, value, extra = (column[number] if number < len(column) else "" for column in columns[1:])
        ops = COMPARISONS[kind_of(name)]
        yield Row(name, op if op in ops else next(iter(ops)), value, extra, str(number) in negated)


def change(lines: list[Line], do: str) -> list[Line]:
    """The lines after a button: `row-N` and `group-N` add before the end at N, `remove-N` takes a row or a group away."""
    what, _, place = do.partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 5 else -1
    if not 0 <= at < len(lines):
        return lines
    if what == "row":
        return [*lines[:at], Line(ROW), *lines[at:]]
    if what == "group":
        return [*lines[:at], Line(OPEN, "any"), Line(ROW), Line(ROW), Line(END), *lines[at:]]
    if what == "remove" and lines[at].kind != END and at > 0:
        return [*lines[:at], *lines[_end_of(lines, at) + 1 :]]
    return lines


def _end_of(lines: Sequence[Line], at: int) -> int:
    depth = 0
    for place in range(at, len(lines)):
        depth += {OPEN: 1, END: -1}.get(lines[place].kind, 0)
        if depth <= 0:
            return place
    return len(lines) - 1
