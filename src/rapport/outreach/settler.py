"""The thread that settles in batches what the connections have done (see engine.py)."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from rapport.mail.operations import note_success
from rapport.outreach import settling
from rapport.outreach.settling import Done

logger = logging.getLogger(__name__)

SETTLE_BATCH = 1000
SETTLE_AFTER_S = 0.3
PAUSE_S = 0.02


class Group(Protocol):
    """The connections of a mailbox, which wait to hear that their messages are settled."""

    was_failing: bool

    def over(self, count: int = 1) -> None: ...


class Settler:
    """A thread that settles what the lanes have done, in batches, and other small writes of theirs, in their order."""

    def __init__(self) -> None:
        self._queue: deque[tuple[Done, Group] | Callable[[], object]] = deque()
        self._thread: threading.Thread | None = None
        self._pending = 0
        self._lock = threading.Lock()
        self._work = threading.Event()  # there is something to do
        self._hurry = threading.Event()  # there is a whole batch, or it is the end
        self._ends = False

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._ends = False
            self._thread = threading.Thread(target=self._run, name="outreach.settler", daemon=True)
            self._thread.start()

    def put(self, done: Done, group: Group) -> None:
        """Settle what a connection of this group has done."""
        self._take_on((done, group))

    def do(self, work: Callable[[], object]) -> None:
        """Do other work, after what was put before it."""
        self._take_on(work)

    def _take_on(self, work: tuple[Done, Group] | Callable[[], object]) -> None:
        with self._lock:
            self._pending += 1
            self._queue.append(work)
            count = len(self._queue)
        if count == 1:  # waking the thread for each message would cost more than the message
            self._work.set()
        if count == SETTLE_BATCH:
            self._hurry.set()

    @property
    def is_busy(self) -> bool:
        return self._pending > 0

    def stop(self, timeout_s: float) -> None:
        """Settle what is there, and end."""
        self._ends = True
        self._hurry.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._thread = None

    def _run(self) -> None:
        while self._queue or not self._ends:
            self._work.wait()
            self._work.clear()
            while self._queue:
                self._gather()
                if rows := self._take_rows():
                    self._settle(rows)
                elif callable(work := self._queue.popleft()):
                    self._patiently(work)
                    self._over(1)
        connection.close()

    def _take_rows(self) -> list[tuple[Done, Group]]:
        """The next batch to settle; none where other work comes first."""
        rows: list[tuple[Done, Group]] = []
        while self._queue and len(rows) < SETTLE_BATCH and not callable(first := self._queue[0]):
            self._queue.popleft()
            rows.append(first)
        return rows

    def _gather(self) -> None:
        """Wait until a batch is there, or nothing has come for a moment, or the first has waited for long enough."""
        self._hurry.clear()
        until, seen = time.monotonic() + SETTLE_AFTER_S, 0
        while seen != len(self._queue) < SETTLE_BATCH and not self._ends and time.monotonic() < until:
            seen = len(self._queue)
            self._hurry.wait(PAUSE_S)

    def _settle(self, rows: list[tuple[Done, Group]]) -> None:
        if not self._patiently(partial(settling.settle, [done for done, _ in rows])):
            for done, _ in rows:
                self._patiently(partial(settling.settle, [done]))
        for group in {id(group): group for _, group in rows}.values():
            mine = [done for done, owner in rows if owner is group]
            if group.was_failing and any(done.state == "sent" for done in mine):
                self._patiently(partial(note_success, mailbox_id=mine[0].parcel.plan.mailbox.id))
                group.was_failing = False
            group.over(len(mine))
        self._over(len(rows))

    def _over(self, count: int) -> None:
        with self._lock:
            self._pending -= count

    def _patiently(self, work: Callable[[], object]) -> bool:
        """Do it, again and again while the database is away; what fails otherwise is logged, and left to recovery."""
        while True:
            try:
                work()
                return True
            except (OperationalError, InterfaceError):
                logger.warning("settling waits for the database")
                connection.close()
                time.sleep(0.5)
            except Exception:
                logger.exception("settling failed")
                return False
            finally:
                close_old_connections()
