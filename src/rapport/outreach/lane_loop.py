"""The thread over which all connections of a worker speak: it waits for all of them at once, and marks for many in one
commit.

A thread for each of them would take more of the processor to hand on Python's lock than to send: here a message takes less
than half.
"""

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from rapport.mail.smtp import Connection, SendResult
from rapport.mail.wire import Wait
from rapport.outreach.mark_book import Change, MarkBook

logger = logging.getLogger(__name__)

IDLE_S = 5.0
LOOK_S = 0.1  # how exactly time limits are kept
# A commit costs as much as a message: marks wait so long for those of lanes that are still being answered.
GATHER_S = 0.002


class Order(Enum):
    """What a lane asks of the loop. CONNECT is answered with what is wrong, IDLE with whether there may be work again."""

    CONNECT = "connect"
    IDLE = "idle"


class Marks(NamedTuple):
    """Changes that have to be durable before the lane goes on."""

    book: MarkBook
    changes: Sequence[Change]


Step = Wait | Marks | Order
Steps = Generator[Step, SendResult | bool | None, None]


class Lane(Protocol):
    """One connection and what is done over it, step by step."""

    connection: Connection

    def run(self) -> Steps: ...

    def ended(self, *, is_broken: bool) -> None:
        """It is over; `is_broken` where an error ended it."""
        ...


@dataclass(eq=False, slots=True)
class _Running:
    lane: Lane
    steps: Steps
    sock: socket.socket | None = None
    event: int = 0
    until: float = 0.0


class _Bell:
    """Wakes a thread that waits in a selector in which this is registered."""

    def __init__(self) -> None:
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)

    def fileno(self) -> int:
        return self._inside.fileno()

    def ring(self) -> None:
        with suppress(OSError):  # it has been rung often enough, or is closed
            self._outside.send(b"\0")

    def hush(self) -> None:
        with suppress(BlockingIOError):
            while self._inside.recv(4096):
                pass

    def close(self) -> None:
        self._inside.close()
        self._outside.close()


class LaneLoop:
    """One thread that runs lanes; other threads give it work by `call`."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._bell: _Bell | None = None
        self._running: dict[Lane, _Running] = {}
        self._waiting: set[_Running] = set()
        self._idle: set[_Running] = set()
        self._to_mark: list[tuple[_Running, Marks]] = []
        self._thread: threading.Thread | None = None
        self._ends = False
        self._look_at = self._mark_at = 0.0

    def begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._ends = False
            self._bell = _Bell()
            self._thread = threading.Thread(target=self._live, args=[self._bell], name="outreach.lanes", daemon=True)
            self._thread.start()

    def end(self, timeout_s: float) -> bool:
        """Wait until all lanes have ended; returns whether they have. They have to be told before."""
        self.call(self._end)
        if self._thread is not None:
            self._thread.join(timeout_s)
            return not self._thread.is_alive()
        return True

    def call(self, work: Callable[[], None]) -> None:
        """Let the loop's thread do this soon; it must not wait."""
        self._calls.put(work)
        if self._bell is not None:
            self._bell.ring()

    def start(self, lane: Lane) -> None:
        """Run a lane. On the loop's thread, as everything below."""
        running = _Running(lane, lane.run())
        self._running[lane] = running
        self._advance(running)

    def wake(self, lane: Lane) -> None:
        """There may be work for a lane that is idle."""
        running = self._running.get(lane)
        if running in self._idle:
            self._idle.discard(running)
            self._advance(running, True)

    def _end(self) -> None:
        self._ends = True

    def _live(self, bell: _Bell) -> None:
        with closing(bell), selectors.DefaultSelector() as self._selector:
            self._selector.register(bell, selectors.EVENT_READ, bell)
            self._run()

    def _run(self) -> None:
        while True:
            self._do_calls()
            if self._ends and not self._running:
                return
            if self._to_mark and (not self._waiting or time.monotonic() >= self._mark_at):
                self._mark()
            else:
                self._wait()

    def _do_calls(self) -> None:
        while True:
            try:
                work = self._calls.get_nowait()
            except Empty:
                return
            try:
                work()
            except Exception:
                logger.exception("the loop of the lanes could not do what it was asked for")

    def _advance(
        self, running: _Running, answer: SendResult | bool | None = None, *, error: Exception | None = None
    ) -> None:
        """Let a lane go on to the next thing that it has to wait for."""
        try:
            step = running.steps.throw(error) if error else running.steps.send(answer)
            self._take_on(running, step)
        except StopIteration:
            self._over(running, is_broken=False)
        except Exception:
            logger.exception("lane ended")
            running.steps.close()
            self._over(running, is_broken=True)

    def _take_on(self, running: _Running, step: Step) -> None:
        if running.sock is not running.lane.connection.socket:  # its number is soon another's
            self._forget_socket(running)
        if isinstance(step, Wait):
            self._watch(running, step)
        elif isinstance(step, Marks):
            if not self._to_mark:
                self._mark_at = time.monotonic() + GATHER_S
            self._to_mark.append((running, step))
        elif step is Order.CONNECT:
            threading.Thread(target=self._connect, args=[running], name="outreach.connect", daemon=True).start()
        else:
            self._forget_socket(running)
            running.until = time.monotonic() + IDLE_S
            self._idle.add(running)

    def _over(self, running: _Running, *, is_broken: bool) -> None:
        self._forget_socket(running)
        del self._running[running.lane]
        running.lane.ended(is_broken=is_broken)

    def _connect(self, running: _Running) -> None:
        """On a thread of its own: names are looked up and secrets exchanged by code that waits."""
        try:
            problem = running.lane.connection.connect()
        except Exception as error:
            self.call(partial(self._advance, running, error=error))
        else:
            self.call(partial(self._advance, running, problem))

    def _mark(self) -> None:
        """Write all marks that are asked for, one commit for each book, and let their lanes go on."""
        asked, self._to_mark = self._to_mark, []
        for book in {id(marks.book): marks.book for _, marks in asked}.values():
            mine = [(running, marks) for running, marks in asked if marks.book is book]
            error: Exception | None = None
            try:
                book.write([change for _, marks in mine for change in marks.changes])
            except Exception as raised:
                error = raised
            for running, _ in mine:
                self._advance(running, error=error)

    def _watch(self, running: _Running, wait: Wait) -> None:
        if running.sock is None:
            running.sock = running.lane.connection.socket
            assert running.sock is not None
            self._selector.register(running.sock, wait.event, running)
        elif running.event != wait.event:
            self._selector.modify(running.sock, wait.event, running)
        running.event, running.until = wait.event, time.monotonic() + wait.for_s
        self._waiting.add(running)

    def _forget_socket(self, running: _Running) -> None:
        if running.sock is not None:
            self._selector.unregister(running.sock)
            running.sock = None

    def _wait(self) -> None:
        """Let those go on whose server has answered, and those whose time is over."""
        patience = LOOK_S if self._waiting or self._idle else None
        if self._to_mark:
            patience = min(LOOK_S, max(0.0, self._mark_at - time.monotonic()))
        for key, _ in self._selector.select(patience):
            if isinstance(key.data, _Bell):
                key.data.hush()
            elif key.data in self._waiting:
                self._waiting.discard(key.data)
                self._advance(key.data)
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        for running in [running for running in self._waiting if running.until <= now]:
            self._waiting.discard(running)
            self._advance(running, error=TimeoutError("timed out"))
        for running in [running for running in self._idle if running.until <= now]:
            self._idle.discard(running)
            self._advance(running, False)
