"""The builder: every query as rows and back, and what people type in rows as a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.search import builder, language
from rapport.search.builder import (
    COMPARISONS,
    MODES,
    Group,
    Line,
    Row,
    change,
    group_of,
    lines_of,
    read_query,
    write_query,
)
from rapport.search.tests.test_language import PIECES, READ


def back(text: str) -> str:
    """A query's text after it went through the builder and its form."""
    node = language.parse(text).node
    assert node is not None
    lines = lines_of(read_query(node))
    assert builder.read_form(as_form(lines)) == lines
    return write_query(group_of(lines)).text


def as_form(lines: list[Line]) -> dict[str, list[str]]:
    """What a browser sends for these lines."""
    rows = [line.row for line in lines if line.kind == "row"]
    return {
        "line": [line.kind for line in lines],
        "mode": [line.mode for line in lines if line.kind == "open"],
        **{name: [getattr(row, name) for row in rows] for name in ("field", "op", "value", "extra")},
        "not": [str(number) for number, row in enumerate(rows) if row.is_not],
    }


@pytest.mark.parametrize(("text", "node"), READ)
def test_every_form_of_condition_comes_back(text: str, node: language.Node) -> None:
    assert language.parse(back(text)).node == node


@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_any_query_comes_back_as_the_same(text: str) -> None:
    node = language.parse(text).node
    if node is not None:
        assert language.parse(back(text)).node == node


CONDITIONS = st.sampled_from([text for text, node in READ if not isinstance(node, language.Everything)])


@st.composite
def nested(draw: st.DrawFn, depth: int = 4) -> str:
    """A query of conditions in any nesting of AND, OR and NOT."""
    if depth == 0 or draw(st.booleans()):
        return f"({draw(CONDITIONS)})"
    joint = draw(st.sampled_from([" AND ", " OR ", " "]))
    parts = joint.join(draw(st.lists(nested(depth - 1), min_size=1, max_size=4)))
    return f"{draw(st.sampled_from(['', 'NOT ', '-']))}({parts})"


@given(nested())
def test_any_nesting_comes_back_as_the_same(text: str) -> None:
    node = language.parse(text).node
    assert node is not None
    assert language.parse(back(text)).node == node


ROWS = st.builds(
    Row,
    st.sampled_from(list(builder.fields())),
    st.sampled_from(sorted({op for ops in COMPARISONS.values() for op in ops})),
    st.text(max_size=8)
    | st.sampled_from(["5", "2026-01-31", "valid", "Berlin", "data engineer", "-x", "AND", "a:b", "0"]),
    st.text(max_size=4) | st.sampled_from(["", "3", "50", "2026-02-28"]),
    st.booleans(),
)
GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(list(MODES)), st.lists(ROWS, max_size=4).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from(list(MODES)), st.lists(ROWS | inner, max_size=4).map(tuple)),
    max_leaves=8,
)


@given(GROUPS)
def test_whatever_is_entered_becomes_a_query_or_a_sentence(group: Group) -> None:
    written = write_query(group)
    node = language.parse(written.text).node
    assert (node is None) <= bool(written.problems)
    if node is not None:
        again = write_query(read_query(node))
        assert again == builder.Written(written.text)


def test_rows_become_the_text_that_people_would_write() -> None:
    places = Group("any", (Row("location", "within", "Berlin", "50"), Row("location", "has", "New York")))
    group = Group(
        "all",
        (
            Row("anywhere", "has", "data engineer"),
            places,
            Row("skill", "has", "C++"),
            Row("tag", "has", "do not hire", is_not=True),
            Row("years", "between", "7", "3"),
            Row("last_contact", "older", "90"),
            Row("title", "begins", "engin"),
            Row("anywhere", "near", "moved warehouse", "2"),
            Row("skill", "has", "  "),
            Group("none", (Row("source", "has", "Fair"), Row("consent", "has", "expired"))),
        ),
    )
    assert write_query(group) == builder.Written(
        '"data engineer" (location:"Berlin within 50 km" OR location:"New York") skill:C++ NOT tag:"do not hire" '
        'years:3..7 last_contact:>=90d title:engin* "moved warehouse"~2 NOT (source:Fair OR consent:expired)'
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (Row("years", "least", "many"), "Years of experience: a whole number is a number from 0 to 9,999."),
        (Row("created", "since", "soon"), "Added: write a day as 2026-01-31."),
        (Row("location", "within", "Berlin", "99999"), "Location: a distance is between 0.1 and 5,000 km."),
        (Row("skill", "begins", "two words"), "Skill: what it begins with is one word without signs."),
        (Row("consent", "has", "perhaps"), "“consent:” knows valid, expiring, expired, withdrawn, none."),
    ],
)
def test_what_cannot_be_said_is_told(row: Row, problem: str) -> None:
    assert write_query(Group("all", (Row("skill", "has", "SQL"), row))).problems == (problem,)


def test_buttons_add_and_remove_rows_and_groups() -> None:
    lines = lines_of(read_query(language.parse("a (b OR c)").node))
    assert [line.kind for line in lines] == ["open", "row", "open", "row", "row", "end", "end"]
    assert write_query(group_of(change(lines, "remove-1"))).text == "b OR c"
    assert write_query(group_of(change(lines, "remove-2"))).text == "a"
    assert write_query(group_of(change(lines, "remove-4"))).text == "a b"
    assert [line.kind for line in change(lines, "row-6")][-2:] == ["row", "end"]
    assert [line.kind for line in change(lines, "group-6")][-5:] == ["open", "row", "row", "end", "end"]
    for nonsense in ("", "remove-0", "remove-5", "remove-99", "row-x", "row--1", "explode-1"):
        assert change(lines, nonsense) == lines


@given(st.lists(st.sampled_from(["open", "row", "end", "x"]), max_size=20), st.text(max_size=9))
def test_a_broken_form_is_read(kinds: list[str], do: str) -> None:
    lines = change(builder.read_form({"line": kinds, "mode": ["any", "?"], "field": ["skill", "nonsense"]}), do)
    assert isinstance(group_of(lines), Group)
