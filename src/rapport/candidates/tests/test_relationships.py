"""How close we are with somebody: worked out from the record, told with its reasons."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.candidates import operations, reactions, relationship_queries
from rapport.candidates import relationship_rules as rules
from rapport.candidates.models import Candidate, Relationship, Signal
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_CLICKED, MESSAGE_RECEIVED, MESSAGE_SENT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def wrote(candidate: Candidate, days_ago: float, kind: str = "reply"):
    at = NOW - timedelta(days=days_ago)
    return record(MESSAGE_RECEIVED, actor=SYSTEM, subjects={"candidate": candidate.id}, data={"kind": kind}, at=at)


def sent(candidate: Candidate, days_ago: float, *, is_bulk: bool = False):
    at = NOW - timedelta(days=days_ago)
    return record(MESSAGE_SENT, actor=SYSTEM, subjects={"candidate": candidate.id}, data={"is_bulk": is_bulk}, at=at)


def clicked(candidate: Candidate, days_ago: float, verdict: str = "human"):
    at = NOW - timedelta(days=days_ago)
    return record(MESSAGE_CLICKED, actor=SYSTEM, subjects={"candidate": candidate.id}, data={"verdict": verdict}, at=at)


def recount(*candidates: Candidate) -> None:
    operations.recount_relationships(candidate_ids=[candidate.id for candidate in candidates])


@pytest.mark.parametrize(
    ("kind", "days", "points"), [("wrote", 0, 10), ("wrote", 90, 5), ("answered", 180, 1), ("clicked", -5, 3)]
)
def test_points_halve_every_ninety_days(kind, days, points) -> None:
    assert rules.worth(kind, NOW - timedelta(days=days), NOW) == points


@pytest.mark.parametrize(
    ("strength", "level"), [(25, "Close"), (24.9, "Warm"), (8, "Warm"), (7.9, "Cool"), (2, "Cool"), (1.9, "Faded")]
)
def test_levels(strength, level) -> None:
    assert rules.level_of(strength) == level


def test_only_what_both_sides_take_part_in_counts() -> None:
    carl = CandidateFactory()
    sent(carl, 200)  # before they ever wrote
    sent(carl, 95, is_bulk=True)
    wrote(carl, 90)
    wrote(carl, 90.1)  # the same day
    wrote(carl, 89, kind="auto_reply")
    sent(carl, 90 - 0.2)
    clicked(carl, 0)
    clicked(carl, 0, verdict="machine")
    recount(carl)
    assert list(Signal.objects.order_by("at").values_list("kind", flat=True)) == ["wrote", "answered", "clicked"]
    closeness = relationship_queries.find_closeness(SYSTEM, carl.id, NOW)
    assert closeness is not None
    assert closeness.strength == pytest.approx(5 + 4 * 2 ** (-89.8 / 90) + 3)
    assert [(sign.kind, round(sign.points, 2)) for sign in closeness.signs] == [
        ("clicked", 3.0), ("answered", 2.0), ("wrote", 5.0),
    ]  # fmt: skip
    assert (closeness.level, closeness.older) == ("Warm", 0)


def test_an_answer_of_the_same_day_counts_also_when_they_wrote_again() -> None:
    carl = CandidateFactory()
    for wrote_hours_ago in (8, 2):
        wrote(carl, wrote_hours_ago / 24)
    sent(carl, 5 / 24)
    recount(carl)
    assert sorted(Signal.objects.values_list("kind", flat=True)) == ["answered", "wrote"]


def test_an_answer_counts_for_half_a_year_after_they_wrote() -> None:
    carl = CandidateFactory()
    wrote(carl, 300)
    sent(carl, 300 - 182)
    sent(carl, 300 - 183)
    recount(carl)
    assert sorted(Signal.objects.values_list("kind", flat=True)) == ["answered", "wrote"]


def test_counting_twice_changes_nothing_and_what_is_gone_from_the_record_goes() -> None:
    carl, dora = CandidateFactory(), CandidateFactory()
    wrote(carl, 3)
    recount(carl, dora)
    first = Relationship.objects.values_list("candidate_id", "log2_points", "log2_at_last", "last_signal_at").get()
    recount(carl)
    assert (
        Relationship.objects.values_list("candidate_id", "log2_points", "log2_at_last", "last_signal_at").get() == first
    )
    assert (first[0], first[3]) == (carl.id, NOW - timedelta(days=3))
    assert rules.strength_at(first[1], NOW) == pytest.approx(10 * 2 ** (-3 / 90))
    assert 2 ** first[2] == pytest.approx(10)
    Signal.objects.create(candidate=dora, kind="wrote", day=NOW.date(), at=NOW)
    recount(dora)
    assert not Signal.objects.filter(candidate=dora).exists()
    assert Relationship.objects.count() == 1


def test_nobody_is_told_of_who_never_wrote() -> None:
    carl = CandidateFactory()
    sent(carl, 3)
    recount(carl)
    assert relationship_queries.find_closeness(SYSTEM, carl.id) is None


def happened() -> list[Activity]:
    return list(Activity.objects.order_by("id"))


def test_mail_to_many_is_not_looked_at(django_assert_num_queries) -> None:
    carl = CandidateFactory()
    sent(carl, 0, is_bulk=True)
    activities = happened()
    with django_assert_num_queries(0):
        reactions.follow_signals(activities)


def test_the_three_lists(rita) -> None:
    close, warming, cold, faded = (CandidateFactory(full_name=name) for name in ("Close", "Warming", "Cold", "Faded"))
    for days in (40, 60, 80, 100, 120):
        wrote(close, days)
    wrote(warming, 5)
    sent(warming, 4)
    wrote(cold, 150)
    sent(cold, 149)
    wrote(faded, 400)
    gone = CandidateFactory(full_name="Archived", archived_at=NOW)
    wrote(gone, 1)
    recount(close, warming, cold, faded, gone)

    def names(view: str) -> list[tuple[str, str]]:
        page = relationship_queries.list_relationships(rita.actor, view)
        assert page.total == len(page.rows)
        return [(row.row.candidate.full_name, row.level) for row in page.rows]

    assert names("close") == [("Close", "Close"), ("Warming", "Warm"), ("Cold", "Cool")]
    assert names("warming") == [("Warming", "Warm")]
    assert names("cold") == [("Cold", "Cool")]
