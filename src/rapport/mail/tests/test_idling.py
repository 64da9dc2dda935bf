"""Waiting for new mail with IDLE, against a real server: at once, through drops, and without it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from rapport.lib import clock
from rapport.mail import idling, operations
from rapport.mail import imap as imap_module
from rapport.mail.idling import Watch, Watches
from rapport.mail.models import Mailbox
from rapport.mail.operations.mailboxes import imap_settings
from rapport.mail.tests.examples import answer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carl_known")]
SOON_S = 30.0


class Woken:
    """Counts the wakings."""

    def __init__(self) -> None:
        self.count, self._changed = 0, threading.Condition()

    def __call__(self, mailbox_id) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def reaches(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, timeout=SOON_S)


@dataclass
class Line:
    """A way to the server that can be cut."""

    port: int
    pairs: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    def cut(self) -> None:
        for pair in self.pairs:
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    listener = socket.create_server(("127.0.0.1", 0))
    line = Line(listener.getsockname()[1])

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                line.pairs.append((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield line
    finally:
        listener.close()
        line.cut()


@contextmanager
def watching(mailbox, wake, **changes) -> Iterator[Watch]:
    settings = imap_settings(mailbox)
    for name, value in changes.items():
        object.__setattr__(settings, name, value)
    watch = Watch(mailbox.id, settings, "INBOX", wake)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(idling, "WAIT_S", 1.0)
    monkeypatch.setattr(idling, "BACK_OFF_S", (0.05,))
    monkeypatch.setattr(idling.connections, "close_all", lambda: None)


def test_new_mail_wakes_at_once(reading_mailbox, imap, monkeypatch):
    monkeypatch.setattr(idling, "WAIT_S", 30.0)
    woken = Woken()
    with watching(reading_mailbox, woken):
        assert woken.reaches(1)  # after connecting
        time.sleep(0.3)  # it stands in IDLE now
        began = time.monotonic()
        imap.put("rita", answer())
        assert woken.reaches(2)
        assert time.monotonic() - began < 5


def test_lines_that_drop_again_and_again_lose_nothing(reading_mailbox, imap):
    woken = Woken()
    with line_to(imap.imap_port) as line, watching(reading_mailbox, woken, port=line.port):
        for dropped in range(4):
            assert woken.reaches(woken.count or 1)
            time.sleep(0.2)
            before = woken.count
            line.cut()
            imap.put("rita", answer())  # while nobody looks
            assert woken.reaches(before + 1), dropped
    assert operations.fetch_mailbox(mailbox_id=reading_mailbox.id) == 4


def test_an_unforeseen_failure_ends_no_watch(reading_mailbox, imap, monkeypatch):
    woken, wait = Woken(), imap_module.ImapConnection.wait_for_news
    failures = iter([ZeroDivisionError("nobody thought of this")])

    def fail_once(connection, seconds):
        for failure in failures:
            raise failure
        return wait(connection, seconds)

    monkeypatch.setattr(imap_module.ImapConnection, "wait_for_news", fail_once)
    with watching(reading_mailbox, woken):
        assert woken.reaches(2)  # it has connected again


def test_what_arrives_between_two_waits_is_not_missed(reading_mailbox, imap):
    woken = Woken()
    with watching(reading_mailbox, woken) as watch:
        assert woken.reaches(1)
        for number in range(4):  # at other moments of the waiting, which begins anew every second
            time.sleep(0.9 + number / 20)
            before = woken.count
            imap.put("rita", answer())
            assert woken.reaches(before + 1), number
        assert watch.thread.is_alive()


def test_a_server_without_idle_is_left_to_the_polling(reading_mailbox, monkeypatch):
    monkeypatch.setattr(imap_module.ImapConnection, "can_idle", lambda self: False)
    woken = Woken()
    with watching(reading_mailbox, woken) as watch:
        watch.thread.join(SOON_S)
        assert not watch.thread.is_alive()
    assert woken.count == 0


def test_one_process_watches_a_mailbox_and_another_takes_over(reading_mailbox, monkeypatch):
    started = []
    monkeypatch.setattr(Watch, "start", lambda self: started.append(self.mailbox_id))
    first, second = Watches(Woken()), Watches(Woken())
    assert (first.step(), second.step(), first.step()) == (1, 0, 0)
    assert started == [reading_mailbox.id]
    # The first was killed: its lease runs out.
    Mailbox.objects.update(watched_until=clock.now() - timedelta(seconds=1))
    assert second.step() == 1
    assert first.step() == 1  # it finds out, and lets go
    assert first.running == {}
    second.close()
    assert Mailbox.objects.get().watched_by == ""
    assert first.step() == 1


def _steps(*watches) -> list[int]:
    """How many each watches, once all had their turns."""
    for _ in range(2):
        for each in watches:
            each.step()
    held = [set(each.running) for each in watches]
    assert sum(len(keys) for keys in held) == len(set().union(*held))
    return sorted((len(keys) for keys in held), reverse=True)


def _make_mailboxes(count: int) -> None:
    now = clock.now()
    for number in range(count):
        Mailbox.objects.create(
            address=f"box{number}@example.org", smtp_host="x.invalid", imap_host="x.invalid", created_at=now,
            updated_at=now,
        )  # fmt: skip


def test_processes_share_the_mailboxes_evenly(monkeypatch):
    monkeypatch.setattr(Watch, "start", lambda self: None)
    _make_mailboxes(7)
    first, second, third = Watches(Woken()), Watches(Woken()), Watches(Woken())
    assert _steps(first) == [7]
    assert _steps(first, second) == [4, 3]
    assert _steps(first, second, third) == [3, 2, 2]
    before = [set(each.running) for each in (first, second, third)]
    assert _steps(first, second, third) == [3, 2, 2]
    assert [set(each.running) for each in (first, second, third)] == before  # nothing goes to and fro
    # The first was killed: its leases run out, and the others share what it had.
    Mailbox.objects.filter(watched_by=first.token).update(watched_until=clock.now() - timedelta(seconds=1))
    assert _steps(second, third) == [4, 3]
    third.close()
    assert _steps(second) == [7]


def test_one_process_watches_no_more_than_it_can_and_leaves_the_others_to_the_next(monkeypatch):
    monkeypatch.setattr(Watch, "start", lambda self: None)
    monkeypatch.setattr(idling, "MOST_WATCHED", 3)
    _make_mailboxes(5)
    first, second = Watches(Woken()), Watches(Woken())
    assert (first.step(), second.step()) == (3, 2)
    assert Mailbox.objects.filter(watched_by=first.token).count() == 3
    assert _steps(first, second) == [3, 2]


def test_a_changed_or_paused_mailbox_is_watched_anew_or_no_more(rita, reading_mailbox, monkeypatch):
    monkeypatch.setattr(Watch, "start", lambda self: None)
    watches = Watches(Woken())
    watches.step()
    (old,) = watches.running.values()
    Mailbox.objects.update(imap_port=1143)
    assert watches.step() == 2
    assert old.stop.is_set()
    operations.set_paused(actor=rita.actor, mailbox_id=reading_mailbox.id, paused=True)
    assert watches.step() == 1
    assert watches.running == {}
