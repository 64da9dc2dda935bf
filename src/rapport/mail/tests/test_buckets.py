"""Token buckets: whatever is asked, by whatever clock, no more leaves than the numbers say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rapport.mail.buckets import Level, Limits, Pace, Slowdown, turns, turns_end

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("count", "per_s", "burst", "a_minute"),
    [(1, 60, 1, 1), (5, 60, 1, 5), (20, 60, 2, 19), (100, 60, 10, 91), (1_000, 3600, 100, 901 / 60), (0.5, 60, 1, 0.5)],
)
def test_a_tenth_leaves_at_once_and_the_rest_evenly(count, per_s, burst, a_minute):
    pace = Pace(count, per_s)
    assert (pace.burst, round(pace.rate * 60, 9)) == (burst, pytest.approx(a_minute))


def test_tokens_are_taken_and_come_back():
    limits = Limits(Pace(20, 60))
    level = Level()
    assert level.room(limits, NOW) == 2
    level = level.take(2, limits, NOW)
    assert (level.room(limits, NOW), level.free_at(limits, NOW)) == (0, after(60 / 19 + 0.000001))
    assert (level.room(limits, after(3.1)), level.room(limits, after(3.2)), level.room(limits, after(900))) == (0, 1, 2)


def test_the_day_counts_until_ten_minutes_after_its_end():
    limits = Limits(daily_cap=3)
    level = Level().take(2, limits, NOW).take(1, limits, after(3600))
    assert (level.room(limits, after(3600)), level.taken_within_day(after(3600))) == (0, 3)
    assert level.free_at(limits, after(3600)) == NOW + timedelta(days=1, minutes=10)
    assert level.free_at(limits, after(3600), 3) == NOW + timedelta(days=1, hours=1, minutes=10)
    assert level.room(limits, NOW + timedelta(days=1, minutes=9, seconds=59)) == 0
    assert level.room(limits, NOW + timedelta(days=1, minutes=10)) == 2


def test_what_was_not_sent_is_given_back_to_its_part_of_the_day_once():
    limits = Limits(Pace(600, 60), 100)
    level = Level().take(40, limits, NOW).take(10, limits, after(1200))
    back = level.give_back(30, NOW)
    assert (back.taken_within_day(after(1200)), back.tokens) == (20, level.tokens)
    assert back.give_back(30, NOW).taken_within_day(after(1200)) == 10  # never below nothing
    assert back.give_back(5, after(-86_400)) == back


def test_a_clock_that_was_wrong_does_not_block_for_ever_and_one_that_is_a_little_ahead_gives_nothing_twice():
    limits = Limits(Pace(60, 60))
    assert Level().take(6, limits, NOW + timedelta(days=365)).room(limits, NOW) == 6
    ahead = Level().take(6, limits, after(5))
    behind = ahead.take(0, limits, NOW)
    assert (ahead.room(limits, NOW), behind.refilled_at, behind.tokens) == (0, after(5), 0)
    assert ahead.free_at(limits, NOW) > after(5)


def test_a_domain_is_halved_once_for_what_was_under_way_and_recovers_steadily():
    slow = Slowdown().again(NOW)
    assert (slow.share_at(NOW), slow.again(after(59)), slow.over_at()) == (0.5, slow, NOW + timedelta(hours=1))
    assert slow.again(after(60)).share_at(after(60)) == pytest.approx((0.5 + 60 / 7200) / 2)
    assert [round(slow.share_at(after(minutes * 60)), 2) for minutes in (12, 30, 60, 600)] == [0.6, 0.75, 1, 1]
    for number in range(1, 20):
        slow = slow.again(after(number * 60))
    assert 1 / 64 <= slow.share < 1 / 32
    assert (Slowdown().share_at(NOW), Slowdown().over_at()) == (1, None)


def test_turns_go_in_small_groups_at_the_rate():
    pace = Pace(100, 3600)  # ten at once, five worth a round
    step = timedelta(seconds=5 / pace.rate)
    assert turns(7, pace, NOW) == [NOW] * 5 + [NOW + step] * 2
    assert turns_end(7, pace, NOW) == NOW + 2 * step
    assert turns(3, Pace(2, 60), NOW) == [NOW, after(30), after(60)]


@pytest.mark.parametrize("count", [1, 7, 20, 100, 333])
def test_whoever_takes_all_that_comes_gets_the_pace_in_a_minute_and_never_more(count):
    limits, level, now, sent = Limits(Pace(count, 60)), Level(), NOW, []
    while now < after(200):
        room = level.room(limits, now)
        level = level.take(room, limits, now)
        sent += [now] * room
        now = level.free_at(limits, now)
    within = [sum(first <= at < first + timedelta(minutes=1) for at in sent) for first in sorted(set(sent))]
    assert max(within) == count


def test_what_left_at_the_end_of_a_part_counts_for_a_whole_day():
    limits, end = Limits(daily_cap=3), NOW + timedelta(minutes=9, seconds=59)
    level = Level().take(3, limits, end)
    assert level.room(limits, end + timedelta(days=1)) == 0
    assert level.room(limits, end + timedelta(days=1, seconds=1)) == 3


WAITS = some.lists(some.tuples(some.floats(0, 400), some.integers(1, 500), some.booleans()), max_size=60)


@given(WAITS, some.integers(1, 200), some.sampled_from([1, 60, 3600]), some.integers(1, 400))
def test_no_window_sees_more_than_the_pace_and_no_day_more_than_the_cap(waits, count, per_s, cap):
    """Somebody asks at random moments; some of what is taken is never sent and given back."""
    limits, level, now = Limits(Pace(count, per_s), cap), Level(), NOW
    sent: list[datetime] = []
    for wait_s, wanted, is_lost in waits:
        now += timedelta(seconds=wait_s * per_s / 60)
        number = min(wanted, level.room(limits, now))
        level = level.take(number, limits, now)
        if is_lost:
            level = level.give_back(number, now)
        else:
            sent += [now] * number
    for place, first in enumerate(sent):
        within = [moment for moment in sent[place:] if moment - first < timedelta(seconds=per_s)]
        assert len(within) <= count
        assert len([moment for moment in sent[place:] if moment - first < timedelta(days=1)]) <= cap
    assert sum(level.taken.values()) <= len(sent)


@given(some.integers(1, 500), some.integers(1, 300), some.floats(0, 300), some.integers(1, 20))
def test_at_the_moment_that_is_told_there_is_room_and_not_before(count, cap, wait_s, wanted):
    limits = Limits(Pace(count, 60), cap)
    level = Level()
    for number in range(5):
        now = after(number * wait_s)
        level = level.take(level.room(limits, now), limits, now)
    now = after(5 * wait_s)
    wanted = min(wanted, limits.pace.burst, cap)
    free_at = level.free_at(limits, now, wanted)
    assert level.room(limits, free_at) >= wanted
    if free_at > now:
        assert level.room(limits, max(now, free_at - timedelta(seconds=0.01))) < wanted
