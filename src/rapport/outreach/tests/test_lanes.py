"""No message waits for ever because of what a connection was doing when it came."""

import selectors
import socket
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from tests.waiting import wait_for

from rapport.mail.smtp import Connection
from rapport.mail.smtp_opening import Security, SmtpSettings
from rapport.mail.tests.scripted_smtp import GREETING, ScriptedServer
from rapport.mail.tests.test_dripping import DrippingServer
from rapport.mail.wire import Wait
from rapport.outreach import lane_loop
from rapport.outreach.lane_loop import LaneLoop, Marks
from rapport.outreach.lanes import Lane, LaneGroup
from rapport.outreach.mark_book import Change, MarkBook
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


def group_at(port: int, loop: LaneLoop, size: int, final_timeout_s: float = 5, whole_timeout_s: float = 9) -> LaneGroup:
    server = SmtpSettings(
        "127.0.0.1", port, Security.PLAIN, timeout_s=5, final_timeout_s=final_timeout_s, whole_timeout_s=whole_timeout_s
    )
    return LaneGroup(server, size, Book(1), Kept(), loop, threading.Event(), 50)


def parcel(name: str):
    plan = SimpleNamespace(mailbox=SimpleNamespace(id=uuid4(), address="rita@example.org"))
    return SimpleNamespace(
        delivery_id=uuid4(), problem="", recipient=f"{name}@example.net", data=b"hi\r\n", plan=plan,
        known=SimpleNamespace(domain="example.net"),
    )  # fmt: skip


def end(group: LaneGroup) -> None:
    group.stop()
    assert group.loop.end(5)


class Answered:
    """A lane that marks, once its server has answered where it waits for one."""

    def __init__(self, book: MarkBook, sock: socket.socket, waits: list[Wait]) -> None:
        self.book, self.waits, self.connection = book, waits, SimpleNamespace(socket=sock)

    def run(self):
        yield from self.waits
        yield Marks(self.book, [Change(uuid4(), "claimed", "in_flight")])

    def ended(self, *, is_broken):
        assert not is_broken


@pytest.mark.parametrize(("patience_s", "first"), [(60, 2), (0.01, 1)])
def test_a_mark_waits_a_moment_for_those_of_lanes_that_are_still_being_answered(loop, monkeypatch, patience_s, first):
    """Both in one commit; but not for ever, where a server is slow."""
    monkeypatch.setattr(lane_loop, "GATHER_S", patience_s)
    book, commits = Book(1), []
    monkeypatch.setattr(Book, "_commit", lambda self, changes: commits.append(len(changes)))
    ours, server = socket.socketpair()
    with ours, server:
        lanes = [Answered(book, ours, [Wait(selectors.EVENT_READ, 60)]), Answered(book, ours, [])]
        loop.call(lambda: [loop.start(lane) for lane in lanes])
        if patience_s < 1:
            wait_for(lambda: commits)
        server.send(b"250 ok")
        wait_for(lambda: sum(commits) == 2)
        assert commits[0] == first
        assert loop.end(5)


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

    def take_and_get_more(group, reserved=None):
        found = take(group, reserved)
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


def test_what_comes_while_a_server_keeps_one_waiting_goes_over_a_connection_of_its_own(loop):
    answered = threading.Event()

    def hang_for_one(command: str, argument: str) -> str:
        if command == "END" and "slow@" in argument:
            answered.wait(20)
        return "default"

    with ScriptedServer(hang_for_one) as server:
        group = group_at(server.port, loop, 2)
        group.put([parcel("slow")])
        wait_for(lambda: server.received)
        group.put([parcel("quick")])
        wait_for(lambda: group.settler.settled == ["sent"])
        assert [to for to, _ in server.received] == ["slow@example.net", "quick@example.net"]
        answered.set()
        wait_for(lambda: not group.in_progress)
        end(group)


def test_an_answer_that_came_while_a_commit_took_long_counts(loop):
    """The other's answer comes within its time, while the thread waits for the commit of the one until that is over."""
    is_committing = threading.Event()

    def answer(command: str, argument: str) -> str:
        if command == "END" and "slow@" in argument:
            is_committing.wait(10)
        elif command == "END":
            wait_for(lambda: len(server.received) == 2)
        return "default"

    with ScriptedServer(answer) as server:
        group = group_at(server.port, loop, 2, final_timeout_s=1)
        commit = group.book._commit

        def take_long(changes):
            if [change.now for change in changes] == ["sent"] and not group.settler.settled:
                is_committing.set()
                time.sleep(1.3)
            commit(changes)

        group.book._commit = take_long
        group.put([parcel("slow"), parcel("quick")])
        wait_for(lambda: not group.in_progress)
        assert group.settler.settled == ["sent", "sent"]
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


@pytest.mark.parametrize(("at", "settled"), [("MAIL", []), ("END", ["unclear"])])
def test_a_server_that_drips_holds_no_lane_for_ever(loop, at, settled):
    """Before the final dot the mailbox rests and all goes back; after it the one message is unclear, and the next goes on."""
    with DrippingServer(at).running() as server:
        group = group_at(server.port, loop, 1, final_timeout_s=0.3, whole_timeout_s=0.3)
        began = time.monotonic()
        group.put([parcel("anna")])
        wait_for(lambda: group.settler.settled or group.is_resting, 3)
        assert 0.3 <= time.monotonic() - began < 2
        assert (group.settler.settled, group.is_resting) == (settled, not settled)
        end(group)


def test_each_message_goes_out_once_where_lanes_announce_the_next(loop):
    names = [f"p{number}" for number in range(60)]
    with ScriptedServer() as server:
        group = group_at(server.port, loop, 3)
        group.put([parcel(name) for name in names])
        wait_for(lambda: not group.in_progress)
        assert sorted(to for to, _ in server.received) == sorted(f"{name}@example.net" for name in names)
        assert (group.settler.settled, server.connections) == (["sent"] * 60, 3)
        end(group)


@pytest.fixture
def announced(loop):
    """A lane that waits for the answer to one message and has announced the next, with three more behind it."""
    answered = threading.Event()

    def hang_at_the_first(command: str, _: str) -> str:
        if command == "END" and len(server.received) == 1:
            answered.wait(20)
        return "default"

    with ScriptedServer(hang_at_the_first) as server:
        group = group_at(server.port, loop, 1)
        group.put([parcel(name) for name in ("first", "next", "third", "fourth", "fifth")])
        wait_for(lambda: server.received)
        yield SimpleNamespace(group=group, server=server, answer=answered.set)
        answered.set()
        end(group)


def names_of(parcels) -> list[str]:
    return [parcel.recipient.partition("@")[0] for parcel in parcels]


def test_what_was_announced_where_a_server_takes_its_time_is_sent_over_another_connection(announced, monkeypatch):
    monkeypatch.setattr("rapport.outreach.lanes.LATE_S", 0.0)
    group, server = announced.group, announced.server
    assert group.waiting() == 3
    group.size = 2
    group.loop.call(group.share_late)
    wait_for(lambda: len(server.received) == 5)
    announced.answer()
    wait_for(lambda: not group.in_progress)
    assert sorted(name for name, _ in server.received) == sorted(
        f"{name}@example.net" for name in ("first", "next", "third", "fourth", "fifth")
    )
    assert group.settler.settled == ["sent"] * 5


def test_a_slow_server_gets_no_new_connection_for_each_message(announced, monkeypatch):
    monkeypatch.setattr("rapport.outreach.lanes.LATE_S", 0.0)
    group, server = announced.group, announced.server
    group.loop.call(group.share_late)
    wait_for(lambda: group.waiting() == 4)
    announced.answer()
    wait_for(lambda: not group.in_progress)
    assert (group.settler.settled, server.connections) == (["sent"] * 5, 2)
    assert not group.lanes[0].connection.announces


def test_what_is_answered_in_time_keeps_what_it_has_announced(announced):
    group, server = announced.group, announced.server
    group.loop.call(group.share_late)
    announced.answer()
    wait_for(lambda: not group.in_progress)
    assert [name.partition("@")[0] for name, _ in server.received] == ["first", "next", "third", "fourth", "fifth"]
    assert server.connections == 1


def test_what_was_announced_goes_back_with_all_that_waits_when_the_mailbox_changes(announced):
    group = announced.group
    group.retire()
    wait_for(lambda: len(group.settler.works) == 2, 2)
    given_back = [name for work in group.settler.works for name in names_of(work.args[0])]
    assert sorted(given_back) == ["fifth", "fourth", "next", "third"]
    announced.answer()
    wait_for(lambda: not group.is_alive)
    assert [name for name, _ in announced.server.received] == ["first@example.net"]


def test_what_was_announced_stays_claimed_when_the_worker_stops(announced):
    """As what waits in the queue: the worker gives it back as it signs out."""
    group = announced.group
    group.stop()
    announced.answer()
    wait_for(lambda: not group.is_alive)
    assert [name for name, _ in announced.server.received] == ["first@example.net"]
    assert (group.settler.settled, group.settler.works) == (["sent"], [])


def test_what_was_announced_goes_back_when_its_domain_gets_too_much(announced):
    group = announced.group
    done = threading.Event()
    group.loop.call(lambda: (group.slow_down("example.net", "too much"), done.set()))
    assert done.wait(5)
    slowed, given_back = group.settler.works
    assert slowed.keywords["domain"] == "example.net"
    assert sorted(names_of(given_back.args[0])) == ["fifth", "fourth", "next", "third"]
    announced.answer()
    wait_for(lambda: group.settler.settled == ["sent"])
    assert [name for name, _ in announced.server.received] == ["first@example.net"]


def test_what_was_announced_over_a_connection_that_ended_goes_over_another():
    group = group_at(1, LaneLoop(), 2)
    lane = Lane(group)
    lane.reserved = parcel("next")
    group.lanes.append(lane)
    lane.ended(is_broken=False)
    assert (group.waiting(), group.lanes) == (1, [])


def test_what_was_announced_goes_back_when_the_mailbox_is_given_up(loop):
    """The server takes the first, and no more."""

    def take_one(command: str, _: str) -> str:
        return "421 4.3.2 going down" if command in ("CONNECT", "MAIL") and server.received else "default"

    with ScriptedServer(take_one) as server:
        group = group_at(server.port, loop, 1)
        group.put([parcel(name) for name in ("first", "next", "third", "fourth")])
        wait_for(lambda: len(group.settler.works) == 2)
        failure, release = group.settler.works
        assert "going down" in failure.args[1]
        assert sorted(names_of(release.args[0])) == ["fourth", "next", "third"]
        assert [name for name, _ in server.received] == ["first@example.net"]
        end(group)
