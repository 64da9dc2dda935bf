from datetime import UTC, date, datetime, timedelta

import pytest

from rapport.lib import wording

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 11, 27), "Fri 27 Nov"),
        (date(2026, 7, 28), "Tue 28 Jul"),
        (date(2026, 2, 3), "3 Feb"),
        (date(2025, 11, 24), "24 Nov 2025"),
        (date(2027, 2, 1), "Mon 1 Feb"),
        (date(2028, 2, 29), "29 Feb 2028"),
    ],
)
def test_a_day_is_written_shorter_the_nearer_it_is(day, text):
    assert wording.near_date(day, TODAY) == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=48), "48 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=21), "3 weeks ago"),
        (timedelta(days=122), "4 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-3), "in 3 days"),
    ],
)
def test_time_past_is_told_in_its_largest_sensible_unit(before, text):
    assert wording.ago(NOW - before, NOW) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "–"), (0, "0"), (1204, "1,204"), (9999, "9,999"), (10_000, "10,000+"), (52_311, "10,000+")],
)
def test_counts_stop_at_the_cap(count, text):
    assert wording.number_short(count) == text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Nwosu", "AN"),
        ("Tobias Achterberg-Lund", "TA"),
        ("Björk", "B"),
        ("", "?"),
        ("  (no name)", "N"),
        ("李 小龍", "李小"),
    ],
)
def test_initials_are_the_first_and_the_last_name(name, letters):
    assert wording.initials(name) == letters


@pytest.mark.parametrize(
    ("text", "said"), [("2020-03", "Mar 2020"), ("2015", "2015"), ("", ""), ("2020-13", "2020-13")]
)
def test_a_month_of_a_form(text, said):
    assert wording.month(text) == said
