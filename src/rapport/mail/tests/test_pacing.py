"""Buckets in the database: taken from, given back, limited by administrators, slowed down by servers."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.db import connection

from rapport.lib import clock
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound
from rapport.mail import held_mail, operations, queries
from rapport.mail.models import DomainBucket, DomainLimit, Mailbox, MailboxBucket
from rapport.mail.operations.pacing import Unsent, count_personal, give_back, lock_bucket, take, take_for_domains
from rapport.mail.queries.pacing import find_domain_wait, find_level
from rapport.mail.tests.examples import bounce, recorded, send, write
from rapport.mail.tests.scripted_smtp import ScriptedServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def limit(ada, domain: str = "big.example", **values) -> DomainLimit:
    return operations.set_domain_limit(actor=ada.actor, domain=domain, **{"pace_count": 100, **values})


def used(mailbox: Mailbox) -> tuple[float, int]:
    level = find_level(mailbox.id)
    return level.tokens, level.taken_within_day(clock.now())


def test_a_mail_written_by_hand_takes_one_and_what_never_left_is_given_back(rita, mailbox):
    send(rita, mailbox)
    assert used(mailbox) == (1, 1)
    Mailbox.objects.update(smtp_port=1)
    assert send(rita, mailbox, "kim@example.org").state == "queued"
    assert used(mailbox) == (0, 1)


def test_an_empty_bucket_says_when_somebody_should_look_again(mailbox):
    bucket = lock_bucket(mailbox.id)
    take(bucket, mailbox, 1, NOW)
    assert MailboxBucket.objects.get().free_at is None
    take(bucket, mailbox, 1, NOW)
    assert MailboxBucket.objects.get().free_at == NOW + timedelta(seconds=60 / 19, microseconds=1)
    mailbox.daily_cap = 2
    take(bucket, mailbox, 0, NOW)
    assert MailboxBucket.objects.get().free_at == NOW + timedelta(minutes=10)  # the cap may be raised until tomorrow
    give_back([Unsent(mailbox.id, "carl@example.org", NOW)])
    assert (MailboxBucket.objects.get().free_at, used(mailbox)) == (None, (0, 1))


def test_an_upgrade_fills_the_buckets_from_what_was_sent_within_the_last_day(rita, mailbox, friday):
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")  # the statement goes by the clock of the database
        friday.move_to(cursor.fetchone()[0] - timedelta(hours=3))
    for number in range(2):
        send(rita, mailbox, f"p{number}@example.org")
    friday.shift(timedelta(hours=3))
    send(rita, mailbox)
    MailboxBucket.objects.all().delete()
    migration = import_module("rapport.mail.migrations.0022_fill_buckets")
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(migration.FILL)
    assert sorted(find_level(mailbox.id).taken.values()) == [1, 2]
    assert used(mailbox)[1] == 3


def test_without_limits_nothing_is_kept_of_domains():
    assert take_for_domains({"big.example": 5_000}, NOW) == {}
    assert not DomainBucket.objects.exists()


def test_what_exceeds_a_limit_has_its_turn_and_other_domains_none(ada):
    limit(ada)
    shares = take_for_domains({"big.example": 13, "small.example": 50}, NOW)
    (share,) = shares.values()
    assert (share.room, share.why) == (10, "Mail for big.example waits: 100 an hour at most go there.")
    first = NOW + timedelta(seconds=3 * 3600 / 91, microseconds=1)
    assert share.turns == [first] * 3
    assert find_domain_wait("big.example", NOW) == (first + timedelta(seconds=5 * 3600 / 91), share.why)
    later = take_for_domains({"big.example": 1}, NOW + timedelta(seconds=60))["big.example"]
    assert (later.room, later.turns) == (0, [first + timedelta(seconds=5 * 3600 / 91)])  # it queues up
    had_turn = take_for_domains({"big.example": 3}, first, waited={"big.example": 3})["big.example"]
    assert (had_turn.room, had_turn.turns) == (3, [])
    assert take_for_domains({"big.example": 20}, NOW + timedelta(hours=3))["big.example"].room == 10


def test_who_had_a_turn_and_is_no_more_holds_up_nobody(ada):
    limit(ada)
    take_for_domains({"big.example": 5_000}, NOW)
    assert DomainBucket.objects.get().held_until > NOW + timedelta(days=2)
    assert take_for_domains({"big.example": 3}, NOW + timedelta(hours=1))["big.example"].room == 3


def test_the_limit_for_all_others_holds_for_each_and_a_cap_for_24_hours(ada):
    limit(ada, "", pace_count=None, daily_cap=4)
    limit(ada, "big.example", pace_count=None, daily_cap=6)
    shares = take_for_domains({"big.example": 9, "one.example": 5, "two.example": 4}, NOW)
    assert {name: share.room for name, share in shares.items()} == {
        "big.example": 6,
        "one.example": 4,
        "two.example": 4,
    }
    assert shares["one.example"].turns == [NOW + timedelta(days=1, minutes=10)]
    assert shares["one.example"].why == "Mail for one.example waits: 4 in 24 hours at most go there."


def test_mail_written_by_hand_counts_and_does_not_wait(ada, rita, mailbox):
    limit(ada, "example.org", pace_count=1)
    assert [send(rita, mailbox, f"p{number}@example.org").state for number in range(2)] == ["sent", "sent"]
    assert DomainBucket.objects.get().level.tokens == -1
    count_personal("other.example", NOW)
    assert DomainBucket.objects.count() == 1


def test_too_many_halves_a_domain_once_and_it_recovers(ada):
    limit(ada, pace_count=200)
    take_for_domains({"big.example": 20}, NOW)
    said = "421 4.7.28 unusual rate"
    assert operations.slow_down(domain="big.example", said=said, at=NOW)
    assert not operations.slow_down(domain="big.example", said=said, at=NOW + timedelta(seconds=30))
    share = take_for_domains({"big.example": 30}, NOW + timedelta(hours=1))["big.example"]
    assert (share.room, share.why) == (
        10,
        "Mail for big.example waits: it was slowed down after “421 4.7.28 unusual rate”.",
    )
    assert operations.slow_down(domain="big.example", said=said, at=NOW + timedelta(minutes=2))
    assert [row.data["domain"] for row in recorded("domain_limit.slowed")] == ["big.example"]
    (row,) = queries.list_domain_rows(ada.actor, NOW + timedelta(minutes=2))
    assert (row.percent, row.slowed_why, row.sent) == (25, said, 30)
    (row,) = queries.list_domain_rows(ada.actor, NOW + timedelta(hours=3))
    assert (row.percent, row.slowed_why) == (100, "")


def test_a_domain_without_a_limit_is_slowed_down_from_600_a_minute_and_free_again_afterwards():
    operations.slow_down(domain="big.example", said="450 4.7.0 too many", at=NOW)
    assert take_for_domains({"big.example": 1_000, "other.example": 9}, NOW)["big.example"].room == 30
    assert take_for_domains({"big.example": 1_000}, NOW + timedelta(hours=2)) == {}
    assert operations.forget_buckets(NOW + timedelta(days=1)) == 0
    assert operations.forget_buckets(NOW + timedelta(days=3)) == 1


def test_the_answer_to_a_mail_written_by_hand_and_a_report_slow_down_too(rita, mailbox):
    with ScriptedServer(lambda command, _: "421 4.7.0 too many" if command == "RCPT" else "default") as server:
        Mailbox.objects.update(smtp_port=server.port, smtp_user="", state="active")
        assert send(rita, mailbox).state == "queued"
    assert Mailbox.objects.get().state == "active"
    assert DomainBucket.objects.get().slowed_to == 0.5
    DomainBucket.objects.all().delete()
    message = write(rita, mailbox, "kim@big.example")
    report = bounce(message, code="4.7.28", words="rate limited, too many messages")
    operations.receive(mailbox=mailbox, data=report)
    bucket = DomainBucket.objects.get()
    assert (bucket.domain, bucket.slowed_to) == ("big.example", 0.5)
    assert "too many messages" in bucket.slowed_why


def test_whose_mail_was_too_much_is_not_told_beside_mail_to_others():
    said = "450 4.7.1 <carl.candidate@big.example>: too many, ask postmaster@big.example"
    operations.slow_down(domain="big.example", said=said, at=NOW)
    assert DomainBucket.objects.get().slowed_why == "450 4.7.1 <…>: too many, ask …"
    assert recorded("domain_limit.slowed")[0].data["reason"] == "450 4.7.1 <…>: too many, ask …"


def test_one_mail_slows_a_domain_down_once_however_many_reports_come(rita, mailbox, friday):
    message = write(rita, mailbox, "kim@big.example")
    for _ in range(3):
        operations.receive(
            mailbox=mailbox, data=bounce(message, code="4.7.28", words="rate limited, too many messages")
        )
        friday.shift(timedelta(minutes=2))
    assert (DomainBucket.objects.get().slowed_to, len(recorded("message.bounced"))) == (0.5, 3)


def test_a_limit_is_set_changed_and_taken_away_and_each_is_recorded_once(ada):
    for _ in range(2):
        set_ = limit(ada, " @Big.Example. ")
    changed = limit(ada, "big.example", pace_per="minute", daily_cap=1_000)
    assert (changed.id, set_.domain, changed.words) == (set_.id, "big.example", "100 a minute, 1,000 in 24 hours")
    assert [row.data["limit"] for row in recorded("domain_limit.set")] == [
        "100 an hour", "100 a minute, 1,000 in 24 hours"
    ]  # fmt: skip
    operations.remove_domain_limit(actor=ada.actor, limit_id=set_.id)
    with pytest.raises(NotFound):
        operations.remove_domain_limit(actor=ada.actor, limit_id=set_.id)
    assert [row.data["domain"] for row in recorded("domain_limit.removed")] == ["big.example"]


@pytest.mark.parametrize(
    ("domain", "values", "field"),
    [
        ("not a domain", {}, "domain"),
        ("a@b.example", {}, "domain"),
        ("x" * 250 + ".example", {}, "domain"),
        ("b.example", {"pace_count": 0}, "pace_count"),
        ("b.example", {"daily_cap": 10_000_001}, "daily_cap"),
        ("b.example", {"pace_per": "week"}, "pace_per"),
        ("b.example", {"pace_count": None}, "pace_count"),
    ],
)
def test_bad_input_names_the_field(ada, domain, values, field):
    with pytest.raises(InvalidInput) as caught:
        limit(ada, domain, **values)
    assert (set(caught.value.fields), DomainLimit.objects.count()) == ({field}, 0)


def test_an_international_domain_is_found_as_addresses_have_it(ada):
    assert limit(ada, "xn--mnchen-3ya.example").domain == limit(ada, "MÜNCHEN.example").domain == "münchen.example"


def test_only_administrators_limit_domains(ada, rita):
    found = limit(ada)
    for refused in (
        lambda: limit(rita), lambda: operations.remove_domain_limit(actor=rita.actor, limit_id=found.id),
        lambda: queries.list_domain_rows(rita.actor, NOW), lambda: queries.get_domain_limit(rita.actor, found.id),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            refused()
    assert DomainLimit.objects.get().pace_count == 100


def test_the_page_counts_what_apps_hold(ada, monkeypatch):
    monkeypatch.setattr(held_mail, "_counters", [lambda now: {"big.example": 7}, lambda now: {"big.example": 1}])
    (row,) = queries.list_domain_rows(ada.actor, NOW)
    assert (row.domain, row.held, row.limit, row.holds) == ("big.example", 8, None, "")
