"""The send engine: claims what is due, sends over several kept connections for each mailbox, settles what came of it.

One engine runs in a worker process; `step` is called over and over by the worker's loop. Its threads:

- the loop's own thread claims, writes messages and hands them to the lanes;
- one thread runs all lanes (lane_loop.py). Each has one SMTP connection; before a message it waits for the commit that says
  what became of its last one and that this one is in flight, one statement for all lanes that have come so far;
- one thread settles, in batches.

A process that is killed leaves at most one message per lane unclear. When a server cannot be reached, what is claimed
goes back, and the mailbox rests.
"""

import logging
import os
import socket
import threading
import time
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from rapport.lib import clock
from rapport.lib.errors import PermanentFailure
from rapport.mail.buckets import Pace
from rapport.mail.models import Mailbox
from rapport.mail.operations import note_failure
from rapport.mail.operations.mailboxes import smtp_settings
from rapport.outreach import ledger, settling
from rapport.outreach.claiming import claim_due
from rapport.outreach.lane_loop import LaneLoop
from rapport.outreach.lanes import LaneGroup
from rapport.outreach.mark_book import MarkBook
from rapport.outreach.parcels import prepare
from rapport.outreach.plans import load_plan
from rapport.outreach.settler import Settler

logger = logging.getLogger(__name__)

BATCH = 1000
LANES = 10
PER_LANE_A_MINUTE = 60


class Engine:
    """See the head of this file. Not to be shared between processes; `step` is called by one thread at a time."""

    def __init__(self, *, lanes: int = LANES, batch: int = BATCH, lease_s: float | None = None) -> None:
        self.lanes, self.batch = lanes, batch
        self.lease_s = lease_s or settings.SEND_LEASE_S
        self.book: MarkBook | None
        self.groups: dict[UUID, LaneGroup]
        self.retired: list[LaneGroup]
        self._begin_afresh()
        self.room = threading.Event()
        self._beat_at = 0.0

    def step(self, wait_s: float = 0.2) -> int:
        """Look once for what is due; returns how much there was to do. Waits a little while the lanes are busy."""
        book = self._signed_in()
        now, handled = clock.now(), 0
        self.room.clear()
        for sequence_id, mailbox_id in ledger.list_due_places(now):
            group = self.groups.get(mailbox_id)
            if group is None or (group.waiting() < group.batch and not group.is_resting):
                handled += self._claim(sequence_id, book)
        self._tend_groups()
        if handled == 0 and self.is_busy:
            self.room.wait(wait_s)
            return 1
        return handled

    def run_until_idle(self, timeout_s: float = 60, wait_s: float = 0.05) -> None:
        """Send everything that is due and settle it. Raises TimeoutError."""
        deadline, was_busy = time.monotonic() + timeout_s, True
        while self.step(wait_s) or was_busy:
            was_busy = self.is_busy  # what is settled by now may have made the next steps due
            if time.monotonic() > deadline:
                raise TimeoutError(f"still sending after {timeout_s} s")

    @property
    def is_busy(self) -> bool:
        groups = (*self.groups.values(), *self.retired)
        return any(group.in_progress for group in groups) or self.settler.is_busy

    def stop(self, timeout_s: float = 4.0) -> None:
        """Send nothing more, wait for what is in flight, give back what is only claimed, sign out."""
        deadline = time.monotonic() + timeout_s
        for group in (*self.groups.values(), *self.retired):
            group.stop()
        have_ended = self.loop.end(timeout_s)
        self.settler.stop(max(0.1, deadline - time.monotonic()))
        book = self.book
        self._begin_afresh()
        if book is not None:
            book.close()
            if have_ended:
                self._sign_out(book.lease)

    def _begin_afresh(self) -> None:
        """Lanes that still wait for a server end by themselves; who goes on sending does it over other threads."""
        self.book = None
        self.groups, self.retired = {}, []
        self.settler, self.loop = Settler(), LaneLoop()

    def _sign_out(self, lease: int) -> None:
        """Nothing is in flight any more. Otherwise the lease is left to run out, and whoever sees it takes over."""
        try:
            with transaction.atomic():
                settling.take_over(lease, now=clock.now())
        except (OperationalError, InterfaceError):
            logger.warning("lease is left to run out, the database is away lease=%d", lease)

    def _signed_in(self) -> MarkBook:
        """The lease's book, with a sign of life from time to time; dead workers are taken over on the way."""
        is_whole = self.book is not None and not self.book.is_broken
        if self.book is not None and is_whole and time.monotonic() - self._beat_at < self.lease_s / 3:
            return self.book
        if self.book is not None and not (is_whole and ledger.beat(self.book.lease)):
            logger.warning("lease was taken over or given up lease=%s", self.book.lease)
            self._forget()
        if self.book is None:
            prepare()
            self.book = MarkBook(ledger.take_lease(f"{socket.gethostname()}:{os.getpid()}"))
            self.settler.start()
            self.loop.begin()
        self._beat_at = time.monotonic()
        while (count := settling.recover_dead_worker(self.lease_s, now=clock.now())) is not None:
            logger.warning("took over from a dead worker deliveries=%d", count)
        return self.book

    def _forget(self) -> None:
        """Everything claimed under the old lease belongs to others now, or soon will; the ledger refuses it."""
        for group in self.groups.values():
            group.stop()
        self.groups.clear()
        if self.book is not None:
            self.book.close()
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
                self.retired.append(group)
                group.retire()
            lanes = max(1, min(self.lanes, -(-plan.mailbox.pace_per_minute // PER_LANE_A_MINUTE)))
            group = self.groups[plan.mailbox.id] = LaneGroup(
                server, lanes, book, self.settler, self.loop, self.room, self.batch
            )  # fmt: skip
        # What a slow server keeps waiting would leave at once afterwards.
        group.batch = min(self.batch, Pace(plan.mailbox.pace_per_minute, 60).burst)
        claimed = claim_due(plan, lease=book.lease, limit=self.batch)
        group.was_failing = group.was_failing or plan.mailbox.state == Mailbox.State.FAILING
        group.put(claimed.parcels)
        return claimed.handled

    def _tend_groups(self) -> None:
        for mailbox_id, group in list(self.groups.items()):
            if group.is_idle:
                group.stop()
                del self.groups[mailbox_id]
            elif group.in_progress:
                self.loop.call(group.share_late)
        self.retired = [group for group in self.retired if group.is_alive]


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
