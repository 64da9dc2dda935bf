"""The contact governor by table: who may be written to now, and the sentence for everybody else."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rapport.outreach.governor import (
    Facts,
    Retry,
    Rules,
    judge,
    lasting_refusal,
)
from rapport.outreach.schedule import Hours, zone_of

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
OFFICE = Hours(frozenset(range(5)), time(9), time(17), zone_of("UTC", ""))
FINE = {"has_address": True, "has_consent": True}


@pytest.mark.parametrize(
    ("facts", "reason", "text", "until"),
    [
        (FINE, "", "", None),
        (FINE | {"is_archived": True}, "archived", "The candidate is in the archive.", None),
        ({"has_consent": True}, "no_address", "There is no e-mail address.", None),
        ({"has_bounced": True}, "bounced", "Mail to their address came back. Add another address.", None),
        (FINE | {"suppressed": "unsubscribed"}, "suppressed", "They asked for no more mail.", None),
        (FINE | {"suppressed": "complaint"}, "suppressed", "They marked our mail as spam.", None),
        (FINE | {"has_consent": False}, "no_consent", "There is no valid consent to write to them about jobs.", None),
        (
            FINE | {"talked_at": NOW - timedelta(days=3), "talked_with": "Ines Varga"}, "conversation",
            "Ines Varga wrote to them on 20 November; the sequence keeps out of it.", NOW + timedelta(days=11),
        ),
        (
            FINE | {"talked_at": NOW - timedelta(days=3)}, "conversation",
            "They answered on 20 November; the sequence keeps out of it.", NOW + timedelta(days=11),
        ),
        (FINE | {"talked_at": NOW - timedelta(days=14)}, "", "", None),
        (
            FINE | {"sent_at": (NOW - timedelta(days=6), NOW - timedelta(days=1))}, "too_often",
            "They got 2 mails from us within 7 days.", NOW + timedelta(days=1),
        ),
        (FINE | {"sent_at": (NOW - timedelta(days=7), NOW - timedelta(days=1))}, "", "", None),
    ],
)  # fmt: skip
def test_verdicts(facts, reason, text, until):
    verdict = judge(Facts(**facts), Rules(OFFICE, needs_consent=True), NOW)
    assert (verdict.reason, verdict.text, verdict.until) == (reason, text, until)
    assert verdict.may_go == (not reason)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 23, 20, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)),
        (datetime(2026, 11, 28, 10, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)),
    ],
)
def test_quiet_hours(now, until):
    verdict = judge(Facts(**FINE), Rules(OFFICE), now)
    assert (verdict.reason, verdict.until) == ("quiet_hours", until)


def test_consent_is_asked_for_only_where_the_sequence_needs_it():
    assert lasting_refusal(Facts(has_address=True), needs_consent=False) is None


def test_retries_get_longer_and_end():
    retry = Retry()
    waits = [retry.next_try(tries, NOW) for tries in range(1, 11)]
    assert waits[0] == NOW + timedelta(minutes=5)
    assert waits[-1] is None
    assert [wait for wait in waits if wait] == sorted(wait for wait in waits if wait)


SENT = some.lists(some.integers(0, 22 * 86_400).map(lambda seconds: NOW - timedelta(seconds=seconds)))


@given(SENT, some.integers(1, 5), some.integers(1, 30))
def test_the_cap_is_never_passed(sent, count, days):
    rules = Rules(Hours(frozenset(range(7)), time(0), time(23, 59), zone_of("UTC", "")), cap_count=count, cap_days=days)
    facts = Facts(has_address=True, sent_at=tuple(sorted(sent)))
    verdict = judge(facts, rules, NOW)
    at = verdict.until or NOW
    window = timedelta(days=days)
    assert len([moment for moment in sent if moment + window > at]) < count


OWN_RULES = Rules(OFFICE, topic="news")


@pytest.mark.parametrize(
    ("facts", "reason", "text", "until"),
    [
        ({"declined": ["events"]}, "", "", None),
        ({"declined": ["news"]}, "topic", "They want no mail about this topic.", None),
        (
            {"paused_until": NOW + timedelta(days=7)}, "paused", "They asked for no mail until 30 November.",
            NOW + timedelta(days=7),
        ),
        ({"paused_until": NOW}, "", "", None),
        (
            {"every_days": 30, "sent_at": [NOW - timedelta(days=23)]}, "own_limit",
            "They asked for one mail in 30 days at most.", NOW + timedelta(days=7),
        ),
        ({"every_days": 30, "sent_at": [NOW - timedelta(days=30)]}, "", "", None),
    ],
)  # fmt: skip
def test_what_people_chose_themselves_holds(facts, reason, text, until):
    verdict = judge(Facts(**FINE, **facts), OWN_RULES, NOW)
    assert (verdict.reason, verdict.text, verdict.until) == (reason, text, until)
