import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.candidates.tag_rules import find_alike


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("front-end", "Frontend", True),
        ("front ends", "Frontend", True),
        ("data engineer", "Engineer, data", True),
        ("relocates", "relocate", True),
        ("silver medal", "silver medla", True),
        ("Zürich", "zurich", True),
        ("class of 2025", "class of 2026", False),
        ("𝑨", "a", True),  # a letter of formulas, which has no case of its own
        ("C++", "C#", False),
        ("java", "lava", False),
        ("java", "javascript", False),
        ("شركة كبيرة", "شركة كبيره", True),
        ("🎤", "🎸", False),
    ],
)
def test_which_names_are_alike(one: str, other: str, alike: bool) -> None:
    assert find_alike((one, other)) == (((0, 1),) if alike else ())


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_names_can_be_compared_and_pairs_come_once_in_order(names: list[str]) -> None:
    pairs = find_alike(tuple(names))
    assert list(pairs) == sorted({tuple(sorted(pair)) for pair in pairs})
    assert all(one < other < len(names) for one, other in pairs)
