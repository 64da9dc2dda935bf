"""Identifiers say when they were made, and sort by it."""

from datetime import UTC, datetime, timedelta

import time_machine

from rapport.lib.ids import first_id_at, new_id, new_ids

NOW = datetime(2026, 11, 27, 4, tzinfo=UTC)


def test_ids_of_one_moment_sort_as_they_were_made():
    with time_machine.travel(NOW, tick=False):
        made = [new_id() for _ in range(5_000)]
        assert made == sorted(made)
        assert len(set(made)) == 5_000
        assert first_id_at(NOW) <= made[0] < made[-1] < first_id_at(NOW + timedelta(milliseconds=2))


def test_ids_follow_a_clock_that_is_set_back_but_not_one_that_stutters():
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        ahead = new_id()
    with time_machine.travel(NOW, tick=False):
        first = new_id()
        assert first_id_at(NOW) <= first < first_id_at(NOW + timedelta(seconds=1)) < ahead
    with time_machine.travel(NOW - timedelta(milliseconds=800), tick=False):
        assert new_id() > first


def test_ids_made_together_are_new_and_in_order() -> None:
    before, made, after = new_id(), new_ids(5_000), new_id()
    assert [before, *made, after] == sorted({before, *made, after})
    assert {key.version for key in made} == {7}
    assert new_ids(0) == []
