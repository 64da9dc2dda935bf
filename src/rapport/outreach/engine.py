"""The send engine: claims what is due, sends over several kept connections for each mailbox, settles what came of it.

One engine runs in a worker process; `step` is called over and over by the worker's loop. Its threads:

- the loop's own thread claims, writes messages and hands them to the lanes;
- each lane has one SMTP connection; before a message it waits for the commit that says what became of its last one and
  that this one is in flight (ledger.MarkBook puts the marks of all lanes into one statement);
- one thread settles, in batches.

A process that is killed leaves at most one message per lane unclear. When a server cannot be reached, what is claimed
goes back, and the mailbox rests.
"""

import logging
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from rapport.lib import clock
from rapport.lib.errors import PermanentFailure
from rapport.mail.headers import ascii_address
from rapport.mail.models import Mailbox
from rapport.mail.operations import note_failure, note_success
from rapport.mail.operations.mailboxes import smtp_settings
from rapport.mail.smtp import Connection, Outcome, Scope, SendResult, SmtpSettings
from rapport.outreach import ledger, settling
from rapport.outreach.claiming import Parcel, claim_due, prepare
from rapport.outreach.ledger import Change, MarkBook
from rapport.outreach.plans import load_plan
from rapport.outreach.settling import Done

logger = logging.getLogger(__name__)

BATCH = 500
LANES = 10
PER_LANE_A_MINUTE = 60
IDLE_S = 5.0
SETTLE_BATCH = 500
SETTLE_AFTER_S = 0.3
_STATES = {Outcome.ACCEPTED: "sent", Outcome.NEVER: "refused", Outcome.LATER: "failed", Outcome.UNCLEAR: "unclear"}


class Engine:
    """See the head of this file. Not to be shared between processes; `step` is called by one thread at a time."""

    def __init__(self, *, lanes: int = LANES, batch: int = BATCH, lease_s: float | None = None) -> None:
        self.lanes, self.batch = lanes, batch
        self.lease_s = lease_s or settings.SEND_LEASE_S
        self.book: MarkBook | None = None
        self.groups: dict[UUID, LaneGroup] = {}
        self.settler = Settler()
        self.room = threading.Event()
        self._beat_at = 0.0

    def step(self, wait_s: float = 0.2) -> int:
        """Look once for what is due; returns how much there was to do. Waits a little while the lanes are busy."""
        book = self._signed_in()
        now, handled = clock.now(), 0
        self.room.clear()
        for sequence_id, mailbox_id in ledger.list_due_places(now):
            group = self.groups.get(mailbox_id)
            if group is None or (group.waiting() < self.batch and not group.is_resting):
                handled += self._claim(sequence_id, book)
        self._end_idle_groups()
        if handled == 0 and self.is_busy:
            self.room.wait(wait_s)
            return 1
        return handled

    def run_until_idle(self, timeout_s: float = 60, wait_s: float = 0.05) -> None:
        """Send everything that is due and settle it. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while self.step(wait_s) or self.is_busy:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still sending after {timeout_s} s")

    @property
    def is_busy(self) -> bool:
        return any(group.in_progress for group in self.groups.values()) or self.settler.is_busy

    def stop(self, timeout_s: float = 4.0) -> None:
        """Send nothing more, wait for what is in flight, give back what is only claimed, sign out."""
        deadline = time.monotonic() + timeout_s
        for group in self.groups.values():
            group.stop()
        for group in self.groups.values():
            group.join(deadline)
        self.settler.stop(max(0.1, deadline - time.monotonic()))
        if self.book is None:
            return
        lease = self.book.lease
        self.book.close()
        self.book = None
        if not any(group.is_alive for group in self.groups.values()):
            # Nothing is in flight any more. Otherwise the lease is left to run out, and whoever sees it takes over.
            with transaction.atomic():
                settling.take_over(lease, now=clock.now())
        self.groups.clear()

    def _signed_in(self) -> MarkBook:
        """The lease's book, with a sign of life from time to time; dead workers are taken over on the way."""
        if self.book is not None and time.monotonic() - self._beat_at < self.lease_s / 3:
            return self.book
        if self.book is not None and not ledger.beat(self.book.lease):
            logger.warning("lease was taken over lease=%s", self.book.lease)
            self._forget()
        if self.book is None:
            prepare()
            self.book = MarkBook(ledger.take_lease(f"{socket.gethostname()}:{os.getpid()}"))
            self.settler.start()
        self._beat_at = time.monotonic()
        while (count := settling.recover_dead_worker(self.lease_s, now=clock.now())) is not None:
            logger.warning("took over from a dead worker deliveries=%d", count)
        return self.book

    def _forget(self) -> None:
        """Everything claimed under the old lease belongs to others now; the ledger refuses it."""
        for group in self.groups.values():
            group.stop()
        self.groups.clear()
        self.book = None

    def _claim(self, sequence_id: UUID, book: MarkBook) -> int:
        plan = load_plan(sequence_id)
        if plan is None:
            return 0
        group = self.groups.get(plan.mailbox.id)
        try:
            server = smtp_settings(plan.mailbox)
        except PermanentFailure as error:
            note_failure(mailbox_id=plan.mailbox.id, reason=str(error), at=clock.now())
            return 0
        if group is None or group.server != server:
            if group is not None:
                group.stop()
            lanes = max(1, min(self.lanes, -(-plan.mailbox.pace_per_minute // PER_LANE_A_MINUTE)))
            group = self.groups[plan.mailbox.id] = LaneGroup(server, lanes, book, self.settler, self.room, self.batch)
        claimed = claim_due(plan, lease=book.lease, limit=self.batch)
        group.was_failing = group.was_failing or plan.mailbox.state == Mailbox.State.FAILING
        group.put(claimed.parcels)
        return claimed.handled

    def _end_idle_groups(self) -> None:
        for mailbox_id, group in list(self.groups.items()):
            if group.is_idle:
                group.stop()
                del self.groups[mailbox_id]


class LaneGroup:
    """The lanes of one mailbox: threads with a connection each, fed from one queue."""

    def __init__(
        self, server: SmtpSettings, size: int, book: MarkBook, settler: "Settler", room: threading.Event, batch: int
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

    def put(self, parcels: list[Parcel]) -> None:
        """Send these; as many lanes are opened as there are messages for them."""
        if not parcels:
            return
        self.used_at = time.monotonic()
        with self._lock:
            self._under_way += len(parcels)
        for parcel in parcels:
            self._queue.put(parcel)
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

    def join(self, deadline: float) -> None:
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def take(self, *, block: bool) -> Parcel | None:
        """The next parcel. Raises Empty; None means to end."""
        parcel = self._queue.get(timeout=IDLE_S) if block else self._queue.get_nowait()
        if self._stopped:
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
            if self.size > 1 and time.monotonic() - self.accepted_at < 10:
                self.size -= 1
                return True
        return False

    def give_up(self, parcel: Parcel, result: SendResult) -> None:
        """The server cannot be reached: everything that waits goes back, and the mailbox rests."""
        self.is_resting = True
        back = [parcel]
        while True:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is not None:
                back.append(waiting)
        self.settler.put(lambda: self._release(back, result.reason))

    def _release(self, parcels: list[Parcel], reason: str) -> None:
        now = clock.now()
        note_failure(mailbox_id=parcels[0].plan.mailbox.id, reason=reason, at=now)
        ids = [parcel.delivery_id for parcel in parcels]
        ledger.release(ids, lease=self.book.lease, due_at=now, why=f"The mailbox cannot send: {reason}")
        self.was_failing, self.is_resting = True, False
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
            self.group.settler.put(done, then=self.group)
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


class Settler:
    """A thread that settles what the lanes have done, in batches, and other small writes of theirs."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[Done, LaneGroup] | Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pending = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="outreach.settler", daemon=True)
            self._thread.start()

    def put(self, work: Done | Callable[[], None], then: LaneGroup | None = None) -> None:
        with self._lock:
            self._pending += 1
        self._queue.put((work, then) if isinstance(work, Done) and then else work)  # type: ignore[arg-type]

    @property
    def is_busy(self) -> bool:
        return self._pending > 0

    def stop(self, timeout_s: float) -> None:
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._thread = None

    def _run(self) -> None:
        rows: deque[tuple[Done, LaneGroup]] = deque()
        first_at, ended = 0.0, False
        while not (ended and not rows):
            try:
                work = self._queue.get(timeout=0.02 if rows else 1.0)
                if work is None:
                    ended = True
                elif callable(work):
                    self._patiently(work)
                    self._over(1)
                else:
                    first_at = first_at if rows else time.monotonic()
                    rows.append(work)
                    if len(rows) < SETTLE_BATCH and not ended and time.monotonic() - first_at < SETTLE_AFTER_S:
                        continue
            except Empty:
                pass
            if rows:
                self._settle([rows.popleft() for _ in range(min(len(rows), SETTLE_BATCH))])
        connection.close()

    def _settle(self, rows: list[tuple[Done, LaneGroup]]) -> None:
        if not self._patiently(lambda: settling.settle([done for done, _ in rows])):
            for done, _ in rows:
                self._patiently(lambda done=done: settling.settle([done]))  # type: ignore[misc]
        for group in {id(group): group for _, group in rows}.values():
            mine = [done for done, owner in rows if owner is group]
            if group.was_failing and any(done.state == "sent" for done in mine):
                self._patiently(lambda mine=mine: note_success(mailbox_id=mine[0].parcel.plan.mailbox.id))  # type: ignore[misc]
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


_engine: Engine | None = None


def shared_engine() -> Engine:
    """The engine of this process."""
    global _engine
    if _engine is None:
        _engine = Engine()
    return _engine


def send_due() -> int:
    """One round of this process's engine, for the worker's loop."""
    return shared_engine().step()


def end() -> None:
    """The end of this process's engine."""
    if _engine is not None:
        _engine.stop()
