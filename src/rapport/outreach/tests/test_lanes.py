"""No message waits for ever because of what a connection was doing when it came."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest

from rapport.mail.smtp import Connection, Security, SmtpSettings
from rapport.mail.tests.scripted_smtp import GREETING, ScriptedServer
from rapport.outreach.lane_loop import LaneLoop
from rapport.outreach.lanes import LaneGroup
from rapport.outreach.ledger import MarkBook
from rapport.outreach.settler import Settler


class Book(MarkBook):
    """Every mark is won at once."""

    def _commit(self, changes):
        for change in changes:
            change.won = True


class Kept(Settler):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.settled: list[str] = []
        self.works: list[Callable[[], None]] = []

    def put(self, done, group):
        self.settled.append(done.state)
        group.over()

    def do(self, work):
        self.works.append(work)


@pytest.fixture
def loop() -> LaneLoop:
    loop = LaneLoop()
    loop.begin()
    return loop


def group_at(port: int, loop: LaneLoop, size: int) -> LaneGroup:
    server = SmtpSettings("127.0.0.1", port, Security.PLAIN, timeout_s=5, final_timeout_s=5)
    return LaneGroup(server, size, Book(1), Kept(), loop, threading.Event(), 50)


def parcel(name: str):
    plan = SimpleNamespace(mailbox=SimpleNamespace(id=uuid4(), address="rita@example.org"))
    return SimpleNamespace(delivery_id=uuid4(), problem="", recipient=f"{name}@example.net", data=b"hi\r\n", plan=plan)


def end(group: LaneGroup) -> None:
    group.stop()
    assert group.loop.end(5)


def wait_for(condition: Callable[[], object], timeout_s: float = 3) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.005)


def test_what_one_connection_too_many_had_goes_over_one_that_is_idle(loop):
    """The server takes one connection, and refuses the second when the first has nothing to do any more."""
    greetings = iter([GREETING])

    def once(command: str, _: str) -> str:
        if command != "CONNECT" or (said := next(greetings, "")):
            return said if command == "CONNECT" else "default"
        wait_for(lambda: server.received)
        time.sleep(0.1)
        return "421 4.7.0 too many connections"

    with ScriptedServer(once) as server:
        group = group_at(server.port, loop, 2)
        group.put([parcel("a"), parcel("b")])
        wait_for(lambda: not group.in_progress)
        assert sorted(to for to, _ in server.received) == ["a@example.net", "b@example.net"]
        assert (group.size, group.settler.settled, group.settler.works) == (1, ["sent", "sent"], [])
        end(group)


def test_what_comes_while_the_last_mark_is_written_is_sent(loop, monkeypatch):
    take, late = LaneGroup.take, [parcel("late")]

    def take_and_get_more(group):
        found = take(group)
        if found is None and late:
            group.put([late.pop()])
        return found

    monkeypatch.setattr(LaneGroup, "take", take_and_get_more)
    with ScriptedServer() as server:
        group = group_at(server.port, loop, 1)
        group.put([parcel("first")])
        wait_for(lambda: len(group.settler.settled) == 2)
        assert [to for to, _ in server.received] == ["first@example.net", "late@example.net"]
        assert server.connections == 1
        end(group)


def test_what_waits_behind_a_connection_that_broke_goes_over_another(loop, monkeypatch, caplog):
    connect, failures = Connection.connect, [RuntimeError("boom")]

    def break_once(connection):
        if failures:
            raise failures.pop()
        return connect(connection)

    monkeypatch.setattr(Connection, "connect", break_once)
    with ScriptedServer() as server:
        group = group_at(server.port, loop, 1)
        group.put([parcel("a"), parcel("b")])
        wait_for(lambda: not group.in_progress)
        assert [to for to, _ in server.received] == ["b@example.net"]
        end(group)
    assert [record.message for record in caplog.records] == ["lane ended"]


def test_nothing_more_is_taken_once_marks_cannot_be_written(loop, caplog):
    """Its lease runs out: what waits is taken over then. Otherwise each connection would lose one more."""
    with ScriptedServer() as server:
        group = group_at(server.port, loop, 2)
        group.book._commit = lambda changes: 1 / 0
        group.put([parcel(name) for name in "abcdef"])
        wait_for(lambda: group.book.is_broken and not group.is_alive)
        time.sleep(0.1)
        assert (group.waiting(), server.connections) == (4, 0)
        end(group)
    assert [record.message for record in caplog.records] == ["lane ended"] * 2


def test_what_is_put_back_while_the_mailbox_changes_is_given_back():
    group = group_at(1, LaneLoop(), 2)
    group.retire()
    late = parcel("late")
    group.put_back(late)
    assert [work.args for work in group.settler.works] == [([late], "")]
    assert group.waiting() == 0
