"""Claims hold to the buckets of mailboxes and domains, whoever claims, dies or is given back to; nobody holds up another."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from time import sleep
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from tests.servers import smtp as real_smtp

from rapport.activity.operations import react
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail import operations as mail
from rapport.mail import queries
from rapport.mail.models import DomainBucket, DomainLimit, Mailbox, MailboxBucket
from rapport.mail.operations import MailboxSettings
from rapport.mail.operations.pacing import forget_buckets, give_back, take_for_domains
from rapport.mail.queries.pacing import find_level
from rapport.mail.tests.scripted_smtp import ScriptedServer
from rapport.outreach import holding, ledger, operations, settling
from rapport.outreach.claiming import claim_due, room_of
from rapport.outreach.engine import Engine
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.plans import load_plan
from rapport.outreach.tests.conftest import FRIDAY
from rapport.outreach.tests.factories import OFFICE, MailboxFactory, SequenceFactory, make_person, make_step
from rapport.outreach.tests.test_sending import start

pytestmark = pytest.mark.django_db(transaction=True)
NOWHERE = SimpleNamespace(port=25)


def people(number: int, domain: str = "example.net", first: int = 0) -> list[str]:
    return [f"p{first + index}@{domain}" for index in range(number)]


def limit(ada, domain: str = "big.example", **values) -> None:
    mail.set_domain_limit(actor=ada.actor, domain=domain, **{"pace_count": 100, **values})


def claim(sequence, lease: int | None = None, limit: int = 1_000):
    plan = load_plan(sequence.id)
    return claim_due(plan, lease=lease or ledger.take_lease("test"), limit=limit)


def waiting(domain: str) -> list[tuple[datetime, str]]:
    rows = Enrollment.objects.filter(candidate__contact_points__normal__endswith=f"@{domain}", state="active")
    return list(rows.order_by("next_due_at", "id").values_list("next_due_at", "waits_for"))


def form_of(mailbox: Mailbox) -> dict[str, object]:
    return {name: getattr(mailbox, name) for name in MailboxSettings.__dataclass_fields__ if name != "imap_folders"}


def test_a_claim_takes_what_the_bucket_holds_and_the_next_waits_for_it(rita, friday):
    sequence, _ = start(rita, NOWHERE, *people(7), mailbox=MailboxFactory(pace_per_minute=50))
    assert len(claim(sequence).parcels) == 5
    mailbox = sequence.mailbox
    assert room_of(mailbox, FRIDAY) == (0, "The mailbox sends 50 messages a minute.")
    assert ledger.list_due_places(FRIDAY) == []
    at = MailboxBucket.objects.get().free_at
    assert (at, ledger.list_due_places(at)) == (
        FRIDAY + timedelta(seconds=2 * 60 / 46, microseconds=1), [(sequence.id, mailbox.id)]
    )  # fmt: skip
    settings = MailboxSettings(**(form_of(mailbox) | {"pace_per_minute": 1_000}))
    mail.update_mailbox(actor=SYSTEM, mailbox_id=mailbox.id, settings=settings)
    assert ledger.list_due_places(FRIDAY) == [(sequence.id, mailbox.id)]
    with time_machine.travel(at, tick=False):
        assert len(claim(sequence).parcels) == 2
    assert find_level(mailbox.id).taken_within_day(at) == 7


def test_the_cap_of_24_hours_holds_over_what_is_claimed_and_never_settled(rita, friday):
    sequence, _ = start(rita, NOWHERE, *people(5), mailbox=MailboxFactory(daily_cap=3))
    assert len(claim(sequence).parcels) == 3
    assert room_of(sequence.mailbox, FRIDAY) == (0, "The mailbox has sent its 3 messages of 24 hours.")
    assert claim(sequence).handled == 0
    with time_machine.travel(FRIDAY + timedelta(days=1, minutes=10), tick=False):
        assert len(claim(sequence).parcels) == 2


def test_what_a_dead_worker_had_claimed_does_not_count_and_what_it_was_sending_does(rita, friday):
    sequence, _ = start(rita, NOWHERE, *people(6), mailbox=MailboxFactory(daily_cap=4))
    lease = ledger.take_lease("dead")
    claimed = claim(sequence, lease).parcels
    Delivery.objects.filter(id=claimed[0].delivery_id).update(state="in_flight")
    assert settling.take_over(lease, now=FRIDAY) == 4
    assert find_level(sequence.mailbox.id).taken_within_day(FRIDAY) == 1
    assert settling.take_over(lease, now=FRIDAY) == 0  # twice is harmless
    assert find_level(sequence.mailbox.id).taken_within_day(FRIDAY) == 1
    assert len(claim(sequence).parcels) == 3


def test_what_is_claimed_and_stopped_before_it_goes_does_not_count(rita, friday):
    both = [
        start(rita, NOWHERE, *people(3, "big.example", first), mailbox=MailboxFactory(daily_cap=3))[0]
        for first in (0, 100)
    ]
    lease = ledger.take_lease("test")
    for sequence in both:
        claimed = claim(sequence, lease).parcels
        Delivery.objects.filter(id=claimed[0].delivery_id).update(state="in_flight")
    for _ in range(2):
        ids = list(Enrollment.objects.filter(sequence=both[0]).values_list("id", flat=True))
        operations.exit_enrollments(actor=SYSTEM, enrollment_ids=ids)
    assert [find_level(row.mailbox.id).taken_within_day(FRIDAY) for row in both] == [1, 3]


def test_a_claim_that_is_not_committed_takes_nothing(rita, friday):
    sequence, _ = start(rita, NOWHERE, *people(6), mailbox=MailboxFactory(daily_cap=4))
    with transaction.atomic():
        claim(sequence)
        transaction.set_rollback(True)  # the worker dies before the commit
    assert not MailboxBucket.objects.exists()
    assert len(claim(sequence).parcels) == 4


def in_a_thread(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connection.close()


def test_two_claimers_at_once_take_no_token_twice(rita, ada, friday):
    mailbox = MailboxFactory(pace_per_minute=500)
    limit(ada, pace_count=300)
    sequences = [
        start(rita, NOWHERE, *people(80, "big.example", part * 100), mailbox=mailbox)[0]
        for part in range(2)
    ]  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(in_a_thread, lambda row=row: claim(row, limit=10)) for row in sequences * 6]
        claimed = [parcel for job in jobs for parcel in job.result(30).parcels]
    assert len({parcel.enrollment_id for parcel in claimed}) == len(claimed) == 30
    assert (find_level(mailbox.id).taken_within_day(FRIDAY), Delivery.objects.count()) == (30, 30)
    assert DomainBucket.objects.get().level.taken_within_day(FRIDAY) == 30
    DomainBucket.objects.all().delete()
    mail.remove_domain_limit(actor=ada.actor, limit_id=DomainLimit.objects.get().id)
    Enrollment.objects.filter(delivery_id=None).update(next_due_at=FRIDAY)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(in_a_thread, lambda row=row: claim(row, limit=7)) for row in sequences * 6]
        assert sum(len(job.result(30).parcels) for job in jobs) == 20
    assert find_level(mailbox.id).taken_within_day(FRIDAY) == 50


@pytest.mark.parametrize("forgets", ["turns", "buckets"])
def test_who_forgets_buckets_locks_them_in_the_order_of_claims(ada, friday, forgets):
    """In the table they stand the other way round."""
    limit(ada, "")
    for name in ("b.example", "a.example"):
        DomainBucket.objects.create(domain=name, refilled_at=FRIDAY - timedelta(days=3), held_until=FRIDAY)
    at = FRIDAY + timedelta(minutes=1)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        take_for_domains({"a.example": 1}, at)
        if forgets == "turns":
            job = pool.submit(in_a_thread, lambda: limit(ada, "", pace_count=7))
        else:
            job = pool.submit(in_a_thread, lambda: forget_buckets(at))
        wait_for_a_lock()
        take_for_domains({"b.example": 1}, at)
    job.result(30)
    assert DomainBucket.objects.filter(held_until=FRIDAY).count() == 0


def wait_for_a_lock() -> None:
    """Until another connection waits for one of ours."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_throttled_mailbox_does_not_delay_another(rita, engine):
    with real_smtp.running() as outbox:
        slow, _ = start(
            rita, outbox, *people(200, "slow.example"), mailbox=MailboxFactory(smtp_port=outbox.port, daily_cap=1)
        )
        start(rita, outbox, *people(60))
        engine.run_until_idle()
    sent = [to for _, to, _ in outbox.taken]
    assert sum(to.endswith("@example.net") for to in sent) == 60
    assert sum(to.endswith("@slow.example") for to in sent) == 1
    assert room_of(slow.mailbox, clock.now())[1] == "The mailbox has sent its 1 messages of 24 hours."


def test_a_limited_domain_delays_neither_another_nor_another_mailbox(rita, ada, engine):
    limit(ada)
    with real_smtp.running() as outbox:
        start(rita, outbox, *people(120, "big.example"), *people(30))  # those that have to wait are first
        start(rita, outbox, *people(30, first=100))
        engine.run_until_idle()
    sent = [to for _, to, _ in outbox.taken]
    assert sorted(to for to in sent if to.endswith("@example.net")) == sorted([*people(30), *people(30, first=100)])
    assert sum(to.endswith("@big.example") for to in sent) == 10
    held = [row for row in waiting("big.example") if row[1]]
    assert len(held) == 110
    assert {why for _, why in held} == {"Mail for big.example waits: 100 an hour at most go there."}
    assert held == sorted(held)
    assert held[0][0] > clock.now()
    assert held[-1][0] - held[0][0] == pytest.approx(timedelta(seconds=105 * 3600 / 91), abs=timedelta(seconds=1))


def test_who_waits_gets_the_turn_within_hours_where_they_are(rita, ada):
    limit(ada, pace_count=10)
    with time_machine.travel(FRIDAY.replace(hour=15, minute=59), tick=False):
        sequence, _ = start(rita, NOWHERE, *people(30, "big.example"))
        type(sequence).objects.update(**{**OFFICE, "until_time": time(16)})
        assert len(claim(sequence).parcels) == 1
    moments = [at for at, why in waiting("big.example") if why]
    assert moments == [datetime(2026, 11, 30, 9, tzinfo=UTC)] * 29


def test_the_pages_say_until_when_it_waits_and_the_table_counts_it(rita, ada, friday):
    limit(ada, daily_cap=1_000)
    sequence, persons = start(rita, NOWHERE, *people(13, "big.example"))
    claim(sequence)
    assert holding.count_held(FRIDAY) == {"big.example": 3}
    (row,) = queries.list_domain_rows(ada.actor, FRIDAY)
    assert (row.sent, row.held, row.holds) == (10, 3, "100 an hour, 1,000 in 24 hours")
    client = Client()
    client.force_login(rita)
    page = client.get(f"/candidates/{persons[12].id}/may-we-write?sequence={sequence.id}").content.decode()
    assert "Mail for big.example waits: 100 an hour, 1,000 in 24 hours at most go there." in page
    assert "Not before Friday, 27 November 2026" in page
    detail = client.get(f"/sequences/{sequence.id}/").content.decode()
    assert "Mail for big.example waits" in detail


def test_another_limit_lets_what_waits_ask_anew(rita, ada, friday):
    limit(ada)
    sequence, _ = start(rita, NOWHERE, *people(13, "big.example"), *people(2, "other.example"))
    claim(sequence)
    assert len(waiting("big.example")) == 13
    limit(ada, pace_count=1_000)
    react()
    assert holding.count_held(FRIDAY) == {}
    with time_machine.travel(FRIDAY + timedelta(seconds=20), tick=False):
        assert len(claim(sequence).parcels) == 3


def test_too_many_from_one_domain_slows_it_down_and_the_others_go_on(rita, ada):
    def too_many(command: str, argument: str) -> str:
        return "421 4.7.28 unusual rate" if command == "RCPT" and "@big.example" in argument else "default"

    engine = Engine(lanes=1, batch=50, lease_s=30)
    with ScriptedServer(too_many, extensions=()) as server:
        start(rita, server, *people(40, "big.example"), *people(40))
        engine.run_until_idle()
        engine.stop()
    assert sorted(to for to, _ in server.received) == sorted(people(40))
    bucket = DomainBucket.objects.get()
    assert (bucket.domain, bucket.slowed_to, bucket.slowed_why) == ("big.example", 0.5, "421 4.7.28 unusual rate")
    assert Mailbox.objects.get().state == "active"
    why = {text for _, text in waiting("big.example")}
    assert why <= {
        "Tried again later: 421 4.7.28 unusual rate",
        "Mail for big.example waits: it was slowed down after “421 4.7.28 unusual rate”.",
    }
    assert Delivery.objects.exclude(state__in=["sent", "failed"]).count() == 0
    (row,) = queries.list_domain_rows(ada.actor, clock.now())
    assert (row.percent, row.slowed_why) == (50, "421 4.7.28 unusual rate")


def test_too_many_for_several_domains_is_about_the_mailbox(rita):
    engine = Engine(lanes=1, batch=50, lease_s=30)
    with ScriptedServer(lambda command, _: "451 4.7.1 too many messages" if command == "RCPT" else "default") as server:
        start(rita, server, *(f"p@d{number}.example" for number in range(9)))
        engine.run_until_idle()
        engine.stop()
    assert Mailbox.objects.get().last_error == "451 4.7.1 too many messages"
    assert DomainBucket.objects.count() == 3
    assert Delivery.objects.filter(state="failed").count() == 3
    assert Enrollment.objects.filter(delivery_id=None, state="active", tries=0).count() == 6


@pytest.mark.parametrize("seed", range(4))
def test_over_random_claims_kills_and_clocks_no_bucket_is_exceeded(rita, ada, seed):
    """Two workers claim, send, die and give back by clocks that differ by a second; what left is judged by the ledger's rows."""
    dice = random.Random(seed)
    limit(ada, pace_count=40, pace_per="minute", daily_cap=150)
    limit(ada, "", pace_count=None, daily_cap=90)
    mailboxes = [MailboxFactory(pace_per_minute=60, daily_cap=170), MailboxFactory(pace_per_minute=30)]
    sequences = []
    with time_machine.travel(FRIDAY, tick=False):
        for number, mailbox in enumerate(mailboxes):
            sequence = SequenceFactory(mailbox=mailbox)
            step = make_step(sequence)
            for index in range(220):
                domain = dice.choice(["big.example", "one.example", "two.example"])
                person = make_person("Carl Example", f"p{number}.{index}@{domain}")
                Enrollment.objects.create(
                    sequence=sequence, candidate=person, step=step, next_due_at=FRIDAY, enrolled_at=FRIDAY
                )  # fmt: skip
            sequences.append(sequence)
    leases, left, now = [ledger.take_lease("a"), ledger.take_lease("b")], [], FRIDAY
    for _ in range(160):
        now += timedelta(seconds=dice.choice([0, 0.2, 1, 5, 20, 60, 900]))
        worker = dice.randrange(2)
        with time_machine.travel(now + timedelta(seconds=worker * 0.9), tick=False):
            try:
                with transaction.atomic():
                    parcels = claim(dice.choice(sequences), leases[worker], dice.choice([3, 20, 500])).parcels
                    if dice.random() < 0.1:
                        raise KeyboardInterrupt  # killed before the commit
            except KeyboardInterrupt:
                continue
            ids = [parcel.delivery_id for parcel in parcels]
            fate = dice.random()
            if fate < 0.15:  # killed after it; the first was under way
                Delivery.objects.filter(id__in=ids[:1]).update(state="in_flight")
                settling.take_over(leases[worker], now=clock.now())
                leases[worker] = ledger.take_lease("again")
                ids = ids[:1]
            elif fate < 0.25:
                with transaction.atomic():
                    give_back(ledger.release(ids, lease=leases[worker], due_at=clock.now()))
                ids = []
            else:
                Delivery.objects.filter(id__in=ids).update(state="sent")
                Enrollment.objects.filter(delivery_id__in=ids).update(delivery_id=None, state="finished", ended_at=now)
        left += [
            (now + timedelta(seconds=worker * 0.9), parcel.plan.mailbox.address, parcel.known.domain)
            for parcel in parcels
            if parcel.delivery_id in ids
        ]
    rules = [
        ((1, mailboxes[0].address), 60, 170), ((1, mailboxes[1].address), 30, None), ((2, "big.example"), 40, 150),
        ((2, "one.example"), None, 90), ((2, "two.example"), None, 90),
    ]  # fmt: skip
    for (field, name), a_minute, a_day in rules:
        moments = sorted(row[0] for row in left if row[field] == name)
        assert moments, name
        for span, most in ((timedelta(minutes=1), a_minute), (timedelta(days=1), a_day)):
            worst = max(sum(first <= at < first + span for at in moments) for first in moments)
            assert most is None or worst <= most, (name, span, worst)
    counted = {row.mailbox_id: row.level.taken_within_day(now) for row in MailboxBucket.objects.all()}
    since = now - timedelta(days=1)
    for mailbox in mailboxes:
        assert counted[mailbox.id] >= len([row for row in left if row[1] == mailbox.address and row[0] > since])
