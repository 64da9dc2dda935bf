"""An engine that was stopped leaves nothing half done, whenever it was, and goes on when it is asked to."""

import threading
import time

import pytest
from django.db import OperationalError
from tests.servers import smtp as real_smtp
from tests.waiting import wait_for

from rapport.lib import clock
from rapport.mail.tests.scripted_smtp import ScriptedServer
from rapport.outreach import lane_loop, operations, settling
from rapport.outreach.engine import Engine
from rapport.outreach.models import Delivery, Lease
from rapport.outreach.tests.factories import make_person
from rapport.outreach.tests.test_sending import start

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("times", [1, 2])
def test_an_engine_that_was_stopped_before_it_began_or_twice_goes_on(rita, times):
    engine = Engine(lanes=1, batch=50, lease_s=30)
    with real_smtp.running() as outbox:
        sequence, _ = start(rita, outbox, "a@example.net")
        engine.stop()
        engine.run_until_idle(10)
        for _ in range(times):
            engine.stop()
        enroll(rita, sequence, "b@example.net")
        engine.run_until_idle(10)
        engine.stop()
    assert [to for _, to, _ in outbox.taken] == ["a@example.net", "b@example.net"]


def test_an_engine_that_was_stopped_while_a_server_hung_goes_on(rita, monkeypatch):
    monkeypatch.setattr(lane_loop, "IDLE_S", 0.1)
    answered = threading.Event()

    def hang_for_one(command: str, argument: str) -> str:
        if command == "END" and "a@" in argument:
            answered.wait(20)
        return "default"

    engine = Engine(lanes=1, batch=50, lease_s=30)
    with ScriptedServer(hang_for_one) as server:
        sequence, _ = start(rita, server, "a@example.net")
        engine.step()
        wait_for(lambda: server.received)
        engine.stop(0.2)
        enroll(rita, sequence, "b@example.net")
        engine.run_until_idle(10)
        answered.set()
        wait_for(lambda: Delivery.objects.filter(state="sent").count() == 2)
        time.sleep(0.5)  # now all lanes of before have ended
        enroll(rita, sequence, "c@example.net")
        engine.run_until_idle(10)
        engine.stop()
    assert [to for to, _ in server.received] == ["a@example.net", "b@example.net", "c@example.net"]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_an_engine_that_is_stopped_while_the_database_is_away_leaves_its_lease_to_others(rita, monkeypatch, caplog):
    engine = Engine(lanes=1, batch=50, lease_s=30)
    with real_smtp.running() as outbox:
        start(rita, outbox, "a@example.net")
        engine.run_until_idle(10)
        with monkeypatch.context() as away:
            away.setattr(settling, "take_over", lambda *_, **__: open_nothing())
            engine.stop()
        assert not engine.is_busy
        assert Lease.objects.count() == 1
        assert settling.recover_dead_worker(0, now=clock.now()) == 0
    assert "lease is left to run out" in caplog.text


def open_nothing() -> None:
    raise OperationalError("connection refused")


def enroll(rita, sequence, address: str) -> None:
    person = make_person("Late Example", address)
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id])
