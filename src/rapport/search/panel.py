"""The builder as a page shows it: its lines laid out, the query they make, and how many match. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, TemporaryFailure
from rapport.search import builder, language
from rapport.search.builder import COMPARISONS, MODES, ROW, Line
from rapport.search.queries import count_matching

SUGGESTED = frozenset({"skill", "tag", "pool", "stage", "source", "owner", "location", "status"})


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row at a line, the `number`th of all; `value_kind` and `beside` say what its comparison asks for."""

    at: int
    number: int
    row: builder.Row
    is_new: bool
    fields: Mapping[str, str]

    is_row = True

    @property
    def place(self) -> str:
        return str(self.at)

    @property
    def ops(self) -> list[tuple[str, str]]:
        return [(op, words) for op, (words, _, _) in COMPARISONS[builder.kind_of(self.row.field)].items()]

    @property
    def value_kind(self) -> str:
        kind = COMPARISONS[builder.kind_of(self.row.field)][self.row.op][1]
        return "suggested" if kind == "text" and self.row.op == "has" and self.row.field in SUGGESTED else kind

    @property
    def beside(self) -> str:
        return COMPARISONS[builder.kind_of(self.row.field)][self.row.op][2]

    @property
    def unit(self) -> str:
        return builder.UNITS.get(self.row.op, "")

    @property
    def choices(self) -> tuple[str, ...]:
        return language.CHOICES.get(self.row.field, ())


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group from its first line to its last."""

    at: int
    mode: str
    items: "list[RowShown | GroupShown]" = field(default_factory=list)
    end: int = 0

    is_row = False
    modes = MODES


@dataclass(frozen=True, slots=True)
class Panel:
    """`text` is the query that the lines make; `count` of people match it, None where nobody counted.

    `problems` tell what of the lines could not be said, or why the query's text cannot be laid out: then there is no
    `group`.
    """

    text: str
    group: GroupShown | None
    count: int | None = None
    problems: Sequence[str] = ()


def panel_of_text(actor: Actor, text: str) -> Panel:
    """The builder for a query as it is written; with an empty row where nothing is asked for yet."""
    parsed = language.parse(text)
    if parsed.node is None:
        return Panel(text, None, problems=[problem.message for problem in parsed.problems])
    lines = builder.lines_of(builder.read_query(parsed.node))
    lines = builder.change(lines, "row-1") if len(lines) == 2 else lines
    return Panel(text, _lay_out(lines), _count(actor, text))


def panel_of_form(actor: Actor, values: Mapping[str, Sequence[str]], do: str) -> Panel:
    """The builder after something was entered or a button of its lines was pressed."""
    before = builder.read_form(values)
    lines = builder.change(before, do)
    written = builder.write_query(builder.group_of(lines))
    new_at = int(do.partition("-")[2]) if len(lines) > len(before) else -1
    return Panel(written.text, _lay_out(lines, new_at), _count(actor, written.text), written.problems)


def _count(actor: Actor, text: str) -> int | None:
    try:
        return count_matching(actor, text)
    except (InvalidInput, TemporaryFailure):
        return None


def _lay_out(lines: Sequence[Line], new_at: int = -1) -> GroupShown:
    """The lines as groups within groups; the one of all comes first, whatever a broken form said."""
    fields = builder.fields()
    stack, number = [GroupShown(0, "all")], 0
    for at, line in enumerate(builder.lines_of(builder.group_of(lines))):
        if line.kind == builder.OPEN:
            stack.append(GroupShown(at, line.mode))
        elif line.kind == ROW:
            is_new = new_at in (at, at - 1) and not line.row.value
            stack[-1].items.append(RowShown(at, number, line.row, is_new, fields))
            number += 1
        else:
            group = stack.pop()
            stack[-1].items.append(GroupShown(group.at, group.mode, group.items, at))
    outer = stack[0].items[0]
    if isinstance(outer, RowShown):
        raise TypeError("lines begin with a group")
    return outer
