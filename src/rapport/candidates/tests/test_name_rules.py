from datetime import date

import pytest

from rapport.candidates.drafts import ExperienceDraft
from rapport.candidates.experience_rules import years_worked
from rapport.candidates.name_rules import read_name
from rapport.candidates.text_rules import many_lines, one_line


@pytest.mark.parametrize(
    ("entered", "full", "given", "family"),
    [
        ("Amara Nwosu", "Amara Nwosu", "Amara", "Nwosu"),
        ("AMARA NWOSU", "Amara Nwosu", "Amara", "Nwosu"),
        ("amara von der heide", "Amara von der Heide", "Amara", "von der Heide"),
        ("Nwosu, Amara", "Amara Nwosu", "Amara", "Nwosu"),
        ("Dr. Maria van Dyk PhD", "Dr. Maria van Dyk PhD", "Maria", "van Dyk"),
        ("Madonna", "Madonna", "Madonna", ""),
        ("李小龙", "李小龙", "小龙", "李"),
        ("  Amara \n Nwosu ", "Amara Nwosu", "Amara", "Nwosu"),
        ("", "", "", ""),
    ],
)
def test_a_name_is_taken_apart(entered: str, full: str, given: str, family: str) -> None:
    name = read_name(entered)
    assert (name.full, name.given, name.family) == (full, given, family)


def job(start: date, end: date | None = None, is_current: bool = False) -> ExperienceDraft:
    return ExperienceDraft("Fitter", start_on=start, end_on=end, is_current=is_current)


def test_years_at_work_count_overlapping_jobs_once() -> None:
    jobs = [
        job(date(2010, 1, 1), date(2014, 1, 1)),
        job(date(2012, 1, 1), date(2015, 1, 1)),
        job(date(2020, 1, 1), is_current=True),
    ]
    assert years_worked(jobs, date(2022, 1, 1)) == 7.0


def test_years_are_unknown_without_any_start() -> None:
    assert years_worked([ExperienceDraft("Fitter")], date(2022, 1, 1)) is None


def test_a_line_is_cut_at_a_word_and_loses_what_cannot_be_stored() -> None:
    assert one_line("one\x00two\n three four", 12) == "one two…"
    assert many_lines(" a\r\nb\x00 ") == "a\nb"
