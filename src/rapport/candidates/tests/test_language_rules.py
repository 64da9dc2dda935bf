import pytest

from rapport.candidates.language_rules import split, together, with_level


@pytest.mark.parametrize(
    ("language", "level", "entry"),
    [
        ("German", "C1", "German (C1)"),
        (" German ", "(native  speaker)", "German (native speaker)"),
        ("German", "", "German"),
        ("", "C1", ""),
        ("German", "good, in writing", "German (good in writing)"),
        ("German", "x" * 60, "German"),
        ("G" * 90, "C1", "G" * 60),
    ],
)
def test_language_and_level_are_one_entry_without_a_comma(language: str, level: str, entry: str) -> None:
    assert with_level(language, level) == entry


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        ("German (C1)", ("German", "C1")),
        ("German", ("German", "")),
        ("Chinese (simplified", ("Chinese (simplified", "")),
        ("", ("", "")),
    ],
)
def test_an_entry_comes_apart_again(entry: str, parts: tuple[str, str]) -> None:
    assert split(entry) == parts


def test_together_each_language_stands_once_with_the_level_that_is_known() -> None:
    assert together(["German", "English (C1)"], ["german (native speaker)", "English (B2)", "Polish"]) == [
        "german (native speaker)",
        "English (C1)",
        "Polish",
    ]
