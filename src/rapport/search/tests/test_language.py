"""The query language: what is read, how it is written back, and what is said about what cannot be read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.search import language
from rapport.search.language import Age, Amount, And, Between, Everything, Near, Never, Not, Or, Phrase, Word, parse

READ = [
    ("", Everything()),
    ("  \t\n", Everything()),
    ("java", Word("java")),
    ("Müller", Word("Müller")),
    ("C++", Word("C++")),
    (".NET", Word(".NET")),
    ("12:30", Word("12:30")),
    ("https://example.org/a", Word("https://example.org/a")),
    ("wor*", Word("wor", is_prefix=True)),
    ("java sql", And((Word("java"), Word("sql")))),
    ("java AND sql", And((Word("java"), Word("sql")))),
    ("java and sql", And((Word("java"), Word("and"), Word("sql")))),
    ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
    ("a (b OR c)", And((Word("a"), Or((Word("b"), Word("c")))))),
    ("NOT a", Not(Word("a"))),
    ("NOT NOT a", Word("a")),
    ("NOT (NOT a)", Word("a")),
    ('tag:"a b"~3', Phrase("a b", "tag")),
    ("years:>9999", Amount("years", 9999, None)),
    ("last_contact:>9999y", Age("last_contact", 99_999, None)),
    ("-a", Not(Word("a"))),
    ("front-end", Word("front-end")),
    ("a -(b c)", And((Word("a"), Not(And((Word("b"), Word("c"))))))),
    ('"team lead"', Phrase("team lead")),
    ("“team lead”", Phrase("team lead")),
    ("„team lead“", Phrase("team lead")),
    ('"java"', Word("java")),
    ('"data engineer"~3', Phrase("data engineer", slop=3)),
    (r'tag:"5\" pipe"', Phrase('5" pipe', "tag")),
    ("skill:C#", Word("C#", "skill")),
    ("SKILLS:python", Word("python", "skill")),
    ("skill:(Rust OR Go)", Or((Word("Rust", "skill"), Word("Go", "skill")))),
    ('title:("team lead" head*)', And((Phrase("team lead", "title"), Word("head", "title", is_prefix=True)))),
    ("location:Berlin", Word("Berlin", "location")),
    ('location:"New York"', Phrase("New York", "location")),
    ('location:"Berlin within 50 km"', Near("Berlin", 50)),
    ('location:"Frankfurt am Main within 10mi"', Near("Frankfurt am Main", 16.1)),
    ("years:5", Amount("years", 5, 5)),
    ("years:>=5", Amount("years", 5, None)),
    ("years:>5", Amount("years", 6, None)),
    ("years:5+", Amount("years", 5, None)),
    ("years:<5", Amount("years", None, 4)),
    ("years:7..3", Amount("years", 3, 7)),
    ("last_contact:>90d", Age("last_contact", 91, None)),
    ("last_contact:>=3m", Age("last_contact", 90, None)),
    ("last_contact:<2w", Age("last_contact", None, 13)),
    ("last_contact:30d", Age("last_contact", None, 30)),
    ("last_contact:never", Never("last_contact")),
    ("created:>=2026-01-31", Between("created", date(2026, 1, 31), None)),
    ("created:<2024-03-01", Between("created", None, date(2024, 2, 29))),
    ("created:2026-01-31", Between("created", date(2026, 1, 31), date(2026, 1, 31))),
    ("last_activity:2026-02-01..2026-01-01", Between("last_activity", date(2026, 1, 1), date(2026, 2, 1))),
    ("consent:VALID", Word("valid", "consent")),
    ("has:email", Word("email", "has")),
]


@pytest.mark.parametrize(("text", "node"), READ)
def test_reads(text: str, node: language.Node) -> None:
    assert parse(text) == language.Parsed(node)


@pytest.mark.parametrize(("text", "node"), READ)
def test_what_is_written_back_reads_the_same(text: str, node: language.Node) -> None:
    assert parse(language.to_text(node)).node == node


UNREADABLE = [
    ("skil:java", "There is no field “skil”. Did you mean “skill:”?", 1, 5),
    ("java foo:x", "There is no field “foo”.", 6, 4),
    ("(a", "This parenthesis is not closed.", 1, 1),
    ("a)", "This parenthesis closes nothing.", 2, 1),
    ("a ()", "Nothing stands between these parentheses.", 3, 2),
    ('say "abc', "The quotation mark is not closed.", 5, 4),
    ("abc”", "This quotation mark closes nothing.", 4, 1),
    ("a AND", "A word, phrase or condition is missing before the end.", 6, 1),
    ("OR a", "A word, phrase or condition is missing before “OR”.", 1, 2),
    ("NOT", "A word, phrase or condition is missing before the end.", 4, 1),
    ("title:", "A value is missing after “title:”.", 1, 6),
    ("title: engineer", "A value is missing after “title:”.", 1, 6),
    ("years:many", "“many” is not a number of years.", 7, 4),
    ("years:<0", "No number of years is below 0.", 7, 2),
    ("years:>=5+", "“>=5+” is not a number of years.", 7, 4),
    ("last_contact:soon", "“soon” is not a time.", 14, 4),
    ("created:2026-02-30", "“2026-02-30” is not a day of the calendar.", 9, 10),
    ("created:<0001-01-01", "“<0001-01-01” is not a day of the calendar.", 9, 11),
    ("consent:perhaps", "“consent:” knows valid, expiring, expired, withdrawn, none.", 9, 7),
    ("skill:(years:5)", "“years:” cannot stand inside “skill:(…)”.", 8, 6),
    ('location:"Berlin within 90000 km"', "A distance is between 0.1 and 5,000 km.", 10, 24),
    ('"a b"~99', "Up to 20 words may stand between those of a phrase.", 6, 3),
    ("*", "Nothing to look for stands here.", 1, 1),
    ('""', "Nothing to look for stands here.", 1, 2),
]


@pytest.mark.parametrize(("text", "message", "column", "length"), UNREADABLE)
def test_says_what_cannot_be_read_and_where(text: str, message: str, column: int, length: int) -> None:
    parsed = parse(text)
    assert parsed.node is None
    (problem,) = parsed.problems
    assert problem.message.startswith(message)
    assert (problem.column, problem.length) == (column, length)


@pytest.mark.parametrize(
    "text",
    ["(" * 3000, "NOT " * 900 + "a", "-" * 3999 + "a", "a " * 1999, "x:" * 1900, '"' * 3999, "(a " * 1300, "9" * 4000],
)
def test_hostile_length_and_depth_are_answered(text: str) -> None:
    parsed = parse(text)
    assert (parsed.node is None) == bool(parsed.problems)


def test_too_long_a_query_is_refused_with_the_limit() -> None:
    assert parse("a" * 4001).problems[0].column == 4001


PIECES = st.sampled_from(
    ["(", ")", '"', "“", "”", "-", "NOT ", "AND ", "OR ", " ", "skill:", "title:", "years:", "last_contact:", "created:",
     "location:", "consent:", ">=", "..", "5", "90d", "2026-01-31", "never", "valid", "java", "C++", "*", "~2", "\\", "\x00",
     "\ud800", "within 5 km", "ü", "漢字", ":"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_any_text_is_read_or_answered_and_survives_writing(text: str) -> None:
    parsed = parse(text)
    assert (parsed.node is None) == bool(parsed.problems)
    if parsed.node is not None:
        assert parse(language.to_text(parsed.node)).node == parsed.node
        assert language.describe(parsed.node)
        for chip in language.chips(parsed.node):
            assert parse(chip.without).node is not None
    for problem in parsed.problems:
        assert 1 <= problem.column <= len(text) + 1
        assert problem.length >= 1


@given(st.text(max_size=40), st.sampled_from(["skill", "tag", "source"]))
def test_any_facet_value_can_be_chosen_and_left(value: str, name: str) -> None:
    node = language.condition(name, value)
    if not getattr(node, "text", ""):
        return
    chosen = language.toggle_choice(Word("java"), name, value)
    assert language.has_choice(parse(language.to_text(chosen)).node, name, value)
    assert language.toggle_choice(chosen, name, value) == Word("java")


def test_a_second_city_widens_and_a_second_skill_narrows() -> None:
    node = parse("java location:Berlin skill:SQL").node
    assert language.to_text(language.toggle_choice(node, "location", "New York")) == (
        'java (location:Berlin OR location:"New York") skill:SQL'
    )
    assert language.to_text(language.toggle_choice(node, "skill", "Go")) == "java location:Berlin skill:SQL skill:Go"


def test_a_chip_shows_a_condition_and_the_query_without_it() -> None:
    chips = language.chips(parse('java skill:"Machine learning" years:>=5').node)
    assert [(chip.label, chip.without) for chip in chips] == [
        ("java", 'skill:"Machine learning" years:>=5'),
        ("skill: Machine learning", "java years:>=5"),
        ("at least 5 years of experience", 'java skill:"Machine learning"'),
    ]


def test_describes_in_plain_words() -> None:
    text = 'java (skill:Go OR skill:Rust) NOT tag:x location:"Berlin within 50 km" last_contact:>90d'
    assert language.describe(parse(text).node) == (
        "java and (skill: Go or skill: Rust) and not tag: x and within 50 km of Berlin and last contact 91 or more days ago"
    )
