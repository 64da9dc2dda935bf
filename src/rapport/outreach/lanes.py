"""The connections of a mailbox: threads that mark, send, mark, send (see engine.py)."""

import logging
import threading
import time
from functools import partial
from queue import Empty, SimpleQueue

from rapport.lib import clock
from rapport.mail.headers import ascii_address
from rapport.mail.operations import note_failure
from rapport.mail.smtp import Connection, Outcome, Scope, SendResult, SmtpSettings
from rapport.outreach import ledger
from rapport.outreach.ledger import Change, MarkBook
from rapport.outreach.parcels import Parcel
from rapport.outreach.settler import Settler
from rapport.outreach.settling import Done

logger = logging.getLogger(__name__)

IDLE_S = 5.0
_STATES = {Outcome.ACCEPTED: "sent", Outcome.NEVER: "refused", Outcome.LATER: "failed", Outcome.UNCLEAR: "unclear"}


class LaneGroup:
    """The lanes of one mailbox: threads with a connection each, fed from one queue."""

    def __init__(
        self, server: SmtpSettings, size: int, book: MarkBook, settler: Settler, room: threading.Event, batch: int
    ) -> None:
        self.server, self.size, self.book, self.settler = server, size, book, settler
        self.room, self.batch = room, batch
        self.was_failing = False
        self.is_resting = False
        self.accepted_at = 0.0
        self.used_at = time.monotonic()
        self._queue: SimpleQueue[Parcel | None] = SimpleQueue()
        self._under_way = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self._is_retired = False

    def put(self, parcels: list[Parcel]) -> None:
        """Send these; as many lanes are opened as there are messages for them."""
        if not parcels:
            return
        self.used_at = time.monotonic()
        with self._lock:
            self._under_way += len(parcels)
        for parcel in parcels:
            self._queue.put(parcel)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while len(self._threads) < min(self.size, self._queue.qsize()):
            thread = threading.Thread(target=Lane(self).run, name="outreach.lane", daemon=True)
            self._threads.append(thread)
            thread.start()

    def waiting(self) -> int:
        return self._queue.qsize()

    @property
    def in_progress(self) -> bool:
        return self._under_way > 0

    @property
    def is_alive(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    @property
    def is_idle(self) -> bool:
        return not self.in_progress and time.monotonic() - self.used_at > IDLE_S

    def stop(self) -> None:
        """Let the lanes end after the message they are at; what waits in the queue stays claimed."""
        self._stopped = True
        for _ in self._threads:
            self._queue.put(None)

    def retire(self) -> None:
        """End, and give back what waits: the mailbox has another server or password now."""
        self._is_retired = self._stopped = True
        waiting = self._take_all()
        self.stop()
        if waiting:
            self.settler.do(partial(self._hand_back, waiting, ""))

    def join(self, deadline: float) -> None:
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def take(self, *, block: bool) -> Parcel | None:
        """The next parcel. Raises Empty; None means to end."""
        parcel = self._queue.get(timeout=IDLE_S) if block else self._queue.get_nowait()
        if self._stopped:
            if parcel is not None and self._is_retired:  # it was taken while the others were given back
                self.settler.do(partial(self._hand_back, [parcel], ""))
            return None
        if self._queue.qsize() == self.batch // 2:
            self.room.set()
        return parcel

    def over(self, count: int = 1) -> None:
        """So many parcels are no longer under way."""
        with self._lock:
            self._under_way -= count
            if self._under_way <= 0:
                self.used_at = time.monotonic()
                self.room.set()

    def put_back(self, parcel: Parcel) -> None:
        self._queue.put(parcel)

    def may_shrink(self) -> bool:
        """Whether the server took mail over another lane just now, so that one lane less may be what it wants."""
        with self._lock:
            living = sum(thread.is_alive() for thread in self._threads)
            if living > 1 and time.monotonic() - self.accepted_at < 10:
                self.size = min(self.size, living) - 1
                return True
        return False

    def give_up(self, parcel: Parcel, result: SendResult) -> None:
        """The server cannot be reached: everything that waits goes back, and the mailbox rests."""
        self.is_resting = True
        self.settler.do(partial(self._release, [parcel, *self._take_all()], result.reason))

    def _take_all(self) -> list[Parcel]:
        """What waits in the queue."""
        found: list[Parcel] = []
        while True:
            try:
                parcel = self._queue.get_nowait()
            except Empty:
                return found
            if parcel is not None:
                found.append(parcel)

    def _release(self, parcels: list[Parcel], reason: str) -> None:
        try:
            note_failure(mailbox_id=parcels[0].plan.mailbox.id, reason=reason, at=clock.now())
        finally:
            self._hand_back(parcels, f"The mailbox cannot send: {reason}")
            self.was_failing, self.is_resting = True, False

    def _hand_back(self, parcels: list[Parcel], why: str) -> None:
        ids = [parcel.delivery_id for parcel in parcels]
        ledger.release(ids, lease=self.book.lease, due_at=clock.now(), why=why)
        self.over(len(parcels))


class Lane:
    """One connection: mark, send, mark, send …"""

    def __init__(self, group: LaneGroup) -> None:
        self.group = group
        self.connection = Connection(group.server)

    def run(self) -> None:
        try:
            self._work()
        except Exception:
            # What was in flight here is told as unclear once this worker's lease ends.
            logger.exception("lane ended")
            self.group.over()
        finally:
            self.connection.close()

    def _work(self) -> None:
        last: tuple[Change, Done | None] | None = None
        while True:
            parcel = self._next(last is None)
            changes = [last[0]] if last else []
            if parcel:
                changes.append(Change(parcel.delivery_id, "claimed", "in_flight"))
            if changes:
                self.group.book.write(changes)
            if last:
                self._pass_on(*last)
                last = None
            if parcel is None:
                if self.group._stopped:
                    return
                continue
            if not changes[-1].won:  # it was stopped, or taken over
                self.group.over()
                continue
            result = self._send(parcel)
            if result.scope == Scope.MAILBOX and result.outcome in (Outcome.LATER, Outcome.NEVER):
                if self._step_back(parcel, result):
                    return
                continue
            last = self._came_of(parcel, result)

    def _send(self, parcel: Parcel) -> SendResult:
        if parcel.problem:
            return SendResult(Outcome.NEVER, 0, parcel.problem)
        sender = ascii_address(parcel.plan.mailbox.address)
        return self.connection.send(sender=sender, recipient=parcel.recipient, message=parcel.data)

    def _next(self, may_wait: bool) -> Parcel | None:
        """The next parcel, or None when there is none now, for too long, or never again."""
        try:
            return self.group.take(block=False)
        except Empty:
            if not may_wait:
                return None
        try:
            return self.group.take(block=True)
        except Empty:
            self.connection.close()
            return None

    def _came_of(self, parcel: Parcel, result: SendResult) -> tuple[Change, Done]:
        state = _STATES[result.outcome]
        if state == "sent":
            self.group.accepted_at = time.monotonic()
        reason = "" if state == "sent" else result.reason
        change = Change(parcel.delivery_id, "in_flight", state, result.code, reason)
        return change, Done(parcel, state, reason, clock.now())

    def _pass_on(self, change: Change, done: Done | None) -> None:
        """Give a marked message to the settler; one that was taken over meanwhile is settled by whoever took it."""
        if change.won and done:
            self.group.settler.put(done, self.group)
        else:
            self.group.over()

    def _step_back(self, parcel: Parcel, result: SendResult) -> bool:
        """Nothing was handed over: the row is only claimed again. True when this lane is one too many and ends."""
        change = Change(parcel.delivery_id, "in_flight", "claimed", result.code, result.reason)
        self.group.book.write([change])
        if result.code == 421 and self.group.may_shrink():
            self.group.put_back(parcel)
            return True
        self.group.give_up(parcel, result)
        return False
