"""What goes wrong inside the engine stops no mailbox: a lost ledger, a changed server, answers and texts that break."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from tests.servers import smtp as real_smtp

from rapport.lib import clock
from rapport.mail.models import Mailbox, Message
from rapport.mail.smtp_opening import Security, SmtpSettings
from rapport.mail.tests.scripted_smtp import ScriptedServer
from rapport.outreach import engine as engines
from rapport.outreach import ledger, operations, parcels, settling
from rapport.outreach.claiming import Claimed, claim_due
from rapport.outreach.engine import Engine
from rapport.outreach.lane_loop import LaneLoop
from rapport.outreach.lanes import Lane, LaneGroup
from rapport.outreach.mark_book import Change, MarkBook
from rapport.outreach.models import Delivery, Enrollment
from rapport.outreach.plans import load_plan
from rapport.outreach.settler import Settler
from rapport.outreach.tests.factories import make_person
from rapport.outreach.tests.test_sending import start

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = [f"p{number}@example.net" for number in range(6)]


def run(engine: Engine, until_finished: int, timeout_s: float = 20) -> None:
    """Let the engine work until so many enrollments have ended."""
    deadline = time.monotonic() + timeout_s
    while Enrollment.objects.exclude(state="active").count() < until_finished:
        assert time.monotonic() < deadline, list(Enrollment.objects.values_list("state", "waits_for"))
        engine.step(0.05)
    engine.run_until_idle()


def test_a_ledger_that_cannot_be_written_gives_everything_back(rita, monkeypatch):
    broken = [psycopg.errors.ReadOnlySqlTransaction("read only")]
    commit = MarkBook._commit

    def fail_once(book, changes):
        if broken:
            raise broken.pop()
        commit(book, changes)

    monkeypatch.setattr(MarkBook, "_commit", fail_once)
    engine = Engine(lanes=1, batch=50, lease_s=0.6)
    with real_smtp.running() as outbox:
        start(rita, outbox, *ADDRESSES)
        run(engine, len(ADDRESSES))
        engine.stop()
    assert sorted(to for _, to, _ in outbox.taken) == ADDRESSES
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_nothing_is_claimed_under_a_lease_that_was_taken_over(rita):
    """Whoever took it over has been through: what is claimed afterwards would wait for ever."""
    sequence, _ = start(rita, SimpleNamespace(port=25), *ADDRESSES)
    plan, lost, ours = load_plan(sequence.id), ledger.take_lease("silent"), ledger.take_lease("worker")
    settling.take_over(lost, now=clock.now())
    assert claim_due(plan, lease=lost, limit=10) == Claimed([], 0)
    assert Enrollment.objects.filter(delivery_id=None, next_due_at__lte=clock.now()).count() == len(ADDRESSES)
    assert len(claim_due(plan, lease=ours, limit=10).parcels) == len(ADDRESSES)


def test_a_lease_is_not_taken_over_while_something_is_claimed_under_it():
    lease = ledger.take_lease("slow")
    with transaction.atomic():
        assert ledger.hold_lease(lease)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(in_a_thread, ledger.lock_dead_lease, 0).result(5) is None
            assert other.submit(in_a_thread, ledger.beat, lease).result(5) is True
    with transaction.atomic():
        assert ledger.lock_dead_lease(0) == lease


def in_a_thread(ask, *arguments):
    try:
        with transaction.atomic():
            return ask(*arguments)
    finally:
        connection.close()


def test_another_server_gets_what_still_waits(rita):
    answered = threading.Event()

    def slowly(command: str, _: str) -> str:
        if command == "END":
            answered.wait(20)
        return "default"

    engine = Engine(lanes=1, batch=50, lease_s=30)
    with ScriptedServer(slowly) as old, real_smtp.running() as new:
        sequence, _ = start(rita, old, *ADDRESSES)
        engine.step()
        while not old.received:
            time.sleep(0.01)
        Mailbox.objects.update(smtp_port=new.port)
        late = make_person("Late Example", "late@example.net")
        operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[late.id])
        engine.step()
        answered.set()
        run(engine, len(ADDRESSES) + 1)
        engine.stop()
    (first,) = [to for to, _ in old.received]
    assert sorted(to for _, to, _ in new.taken) == sorted({*ADDRESSES, "late@example.net"} - {first})
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_nul_in_an_answer_refuses_one_person_alone(rita):
    def odd(command: str, argument: str) -> str:
        return "550 5.7.1 no\0way" if command == "RCPT" and ADDRESSES[0] in argument else "default"

    engine = Engine(lanes=2, batch=50, lease_s=30)
    with ScriptedServer(odd, extensions=()) as server:
        start(rita, server, *ADDRESSES)
        run(engine, len(ADDRESSES))
        engine.stop()
    assert sorted(to for to, _ in server.received) == ADDRESSES[1:]
    assert Delivery.objects.get(state="refused").reason == "550 5.7.1 no way"


@pytest.mark.parametrize(
    ("at", "left"),
    [("CONNECT", []), ("MAIL", []), ("RCPT", [("failed", 0), ("sent", 250)]), ("DATA", [("failed", 0), ("sent", 250)])],
)
def test_an_answer_without_a_code_is_tried_again_and_breaks_nothing(rita, at, left):
    """smtplib calls its code -1, which the ledger does not take: the whole worker would stop.

    What is about the mailbox gives everybody back, what is about one person is tried again for them alone.
    """
    said = iter(["hello there"])

    def answer(command: str, argument: str) -> str:
        asked = command == at and (at != "RCPT" or "odd@" in argument)
        return next(said, "default") if asked else "default"

    with ScriptedServer(answer) as server:
        engine = Engine(lanes=1, batch=50, lease_s=60)
        start(rita, server, "odd@example.net", "b@example.net")
        engine.run_until_idle()
        assert engine.book is not None
        assert not engine.book.is_broken
        engine.stop()
    assert sorted(Delivery.objects.values_list("state", "code")) == left
    waiting = Enrollment.objects.filter(state="active", next_due_at__isnull=False).count()
    assert waiting == (1 if left else 2)


def test_a_book_that_is_closed_while_it_is_written_keeps_no_connection():
    book, goes_on, is_there = MarkBook(ledger.take_lease("test")), threading.Event(), threading.Event()
    book.write([Change(uuid4(), "claimed", "in_flight")])
    execute = book._execute

    def slowly(parameters):
        is_there.set()
        assert goes_on.wait(10)
        return execute(parameters)

    book._execute = slowly
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(book.write, [Change(uuid4(), "claimed", "in_flight")])
        assert is_there.wait(10)
        book.close()
        assert book._cursor is not None, "it is in use"
        goes_on.set()
        written.result(10)
    assert (book._cursor, book.is_broken) == (None, False)


def test_a_text_that_cannot_be_written_is_told_and_holds_up_nobody(rita, monkeypatch):
    write = parcels.write_message

    def fail_for_one(content, envelope):
        if envelope.recipient.email == ADDRESSES[0]:
            raise RuntimeError("boom")
        return write(content, envelope)

    monkeypatch.setattr(parcels, "write_message", fail_for_one)
    engine = Engine(lanes=2, batch=50, lease_s=30)
    with real_smtp.running() as outbox:
        start(rita, outbox, *ADDRESSES)
        run(engine, len(ADDRESSES))
        engine.stop()
    assert sorted(to for _, to, _ in outbox.taken) == ADDRESSES[1:]
    assert Delivery.objects.get(state="refused").reason == "The text of this mail could not be written."


def test_the_last_connection_does_not_end_because_the_server_wants_fewer():
    group = LaneGroup(SmtpSettings("127.0.0.1"), 10, MarkBook(1), Settler(), LaneLoop(), threading.Event(), 50)
    group.accepted_at = time.monotonic()
    group.lanes = [Lane(group)]
    assert not group.may_shrink()
    group.lanes.append(Lane(group))
    assert group.may_shrink()
    assert group.size == 1


def test_what_a_connection_takes_while_its_mailbox_changes_is_given_back(monkeypatch):
    given_back = []
    settler = Settler()
    monkeypatch.setattr(settler, "do", lambda work: given_back.append(work.args[0]))
    group = LaneGroup(SmtpSettings("127.0.0.1"), 1, MarkBook(1), settler, LaneLoop(), threading.Event(), 50)
    group._queue.put("waits")
    group.retire()
    group._queue.put("taken meanwhile")
    assert group.take() is None
    assert given_back == [["waits"], ["taken meanwhile"]]


def test_a_server_that_keeps_one_waiting_holds_up_neither_the_others_nor_another_mailbox(rita, monkeypatch):
    """Of three connections over one thread one hangs after the message, in another mailbox all of them do at once."""
    quick = SmtpSettings("127.0.0.1", security=Security.PLAIN, timeout_s=0.5, final_timeout_s=0.5)
    monkeypatch.setattr(engines, "smtp_settings", lambda mailbox: replace(quick, port=mailbox.smtp_port))

    def hang_for_one(command: str, argument: str) -> str:
        return "" if command == "END" and ADDRESSES[0] in argument else "default"

    engine = Engine(lanes=3, batch=50, lease_s=30)
    with (
        ScriptedServer(hang_for_one) as one,
        ScriptedServer(lambda command, _: "" if command == "EHLO" else "default") as other,
    ):
        start(rita, one, *ADDRESSES)
        start(rita, other, "kim@example.net", "lee@example.net")
        run(engine, len(ADDRESSES) - 1)
        states = dict(Delivery.objects.values_list("address", "state"))
        engine.stop()
    assert states == {ADDRESSES[0]: "unclear", **dict.fromkeys(ADDRESSES[1:], "sent")}
    assert Mailbox.objects.get(smtp_port=other.port).last_error.startswith(f"127.0.0.1:{other.port} did not answer")
    assert Message.objects.get(state="unclear").to_address == ADDRESSES[0]
