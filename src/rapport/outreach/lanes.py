"""The connections of a mailbox: each marks, sends, marks, sends (see engine.py); the loop runs all of them."""

import threading
import time
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue
from uuid import UUID

from django.db import transaction

from rapport.lib import clock
from rapport.mail.headers import ascii_address
from rapport.mail.operations import note_failure, slow_down
from rapport.mail.operations.pacing import give_back
from rapport.mail.smtp import Connection, Outcome, Scope, SendResult, StaleError, impossible
from rapport.mail.smtp_opening import SmtpSettings
from rapport.mail.throttling import says_too_many
from rapport.outreach import ledger
from rapport.outreach.lane_loop import IDLE_S, LaneLoop, Marks, Order, Step, Steps
from rapport.outreach.mark_book import Change, MarkBook
from rapport.outreach.parcels import Parcel
from rapport.outreach.settler import Settler
from rapport.outreach.settling import Done

BLAME_DOMAINS, BLAME_S = 3, 60
LATE_S = 10.0  # most servers answer sooner
_STATES = {Outcome.ACCEPTED: "sent", Outcome.NEVER: "refused", Outcome.LATER: "failed", Outcome.UNCLEAR: "unclear"}


class LaneGroup:
    """The lanes of one mailbox: connections that are fed from one queue. The lanes live on the loop's thread."""

    def __init__(
        self, server: SmtpSettings, size: int, book: MarkBook, settler: Settler, loop: LaneLoop, room: threading.Event,
        batch: int,
    ) -> None:  # fmt: skip
        self.server, self.size, self.book, self.settler, self.loop = server, size, book, settler, loop
        self.room, self.batch = room, batch
        self.lanes: list[Lane] = []
        self.was_failing = False
        self.is_resting = False
        self.may_announce = True
        self.accepted_at = 0.0
        self.used_at = time.monotonic()
        self._queue: SimpleQueue[Parcel] = SimpleQueue()
        self._under_way = 0
        self._slowed: dict[str, float] = {}
        self._lock = threading.Lock()
        self._is_told_to_stop = self._is_retired = False

    def put(self, parcels: list[Parcel]) -> None:
        """Send these; as many lanes are opened as there are messages for them."""
        if not parcels:
            return
        self.used_at = time.monotonic()
        with self._lock:
            self._under_way += len(parcels)
        for parcel in parcels:
            self._queue.put(parcel)
        self.loop.call(self.go)

    def waiting(self) -> int:
        return self._queue.qsize()

    @property
    def in_progress(self) -> bool:
        return self._under_way > 0

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more is sent; also when it cannot be marked any more, and the lease is left to run out."""
        return self._is_told_to_stop or self.book.is_broken

    @property
    def is_alive(self) -> bool:
        return bool(self.lanes)

    @property
    def is_idle(self) -> bool:
        return not self.in_progress and time.monotonic() - self.used_at > IDLE_S

    def stop(self) -> None:
        """Let the lanes end after the message they are at; what waits in the queue stays claimed."""
        self._is_told_to_stop = True
        self.loop.call(self.go)

    def retire(self) -> None:
        """End, and give back what waits: the mailbox has another server or password now."""
        self._is_retired = self._is_told_to_stop = True
        self._give_back(self._take_all())
        self.stop()

    def take(self, reserved: Parcel | None = None) -> Parcel | None:
        """The next parcel, which is the one that was reserved, if any; None when there is none now, or never again."""
        try:
            parcel = reserved or self._queue.get_nowait()
        except Empty:
            return None
        if self.is_stopped:
            if self._is_retired:  # it was taken while the others were given back
                self._give_back([parcel])
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
        """Let another lane send it, perhaps one that is idle."""
        self._queue.put(parcel)
        if self._is_retired:
            self._give_back(self._take_all())
        self.loop.call(self.go)

    def may_shrink(self) -> bool:
        """Whether the server took mail over another lane just now, so that one lane less may be what it wants."""
        if len(self.lanes) > 1 and time.monotonic() - self.accepted_at < 10:
            self.size = min(self.size, len(self.lanes)) - 1
            return True
        return False

    def give_up(self, parcel: Parcel, result: SendResult) -> None:
        """The server cannot be reached: everything that waits goes back, and the mailbox rests."""
        self.is_resting = True
        self.settler.do(partial(self._note_failure, parcel.plan.mailbox.id, result.reason))
        self.settler.do(partial(self._release, [parcel, *self._take_all(), *self._withdraw()], result.reason))

    def slow_down(self, domain: str, said: str) -> None:
        """The domain gets too much: what waits for it goes back and is held by its limit, everything else goes on."""
        self._slowed[domain] = time.monotonic()
        waiting = self._take_all()
        for parcel in waiting:
            if parcel.known.domain != domain:
                self._queue.put(parcel)
        self.settler.do(partial(slow_down, domain=domain, said=said, at=clock.now()))
        self._give_back([*(parcel for parcel in waiting if parcel.known.domain == domain), *self._withdraw(domain)])

    def is_to_blame(self, domain: str) -> bool:
        """Whether "too many" is about the mailbox: for several other domains the server has just said the same."""
        lately = time.monotonic() - BLAME_S
        return sum(at > lately for name, at in self._slowed.items() if name != domain) >= BLAME_DOMAINS

    def share_late(self) -> None:
        """Let another lane send what one has reserved whose server keeps it waiting; that one reserves nothing any more."""
        since = time.monotonic() - LATE_S
        for lane in self.lanes:
            if lane.sends_since < since and (parcel := lane.withdraw()):
                lane.connection.may_announce = False
                self.put_back(parcel)

    def go(self) -> None:
        """Wake the lanes that are idle, and open as many more as there is work for."""
        if self._is_retired:
            self._give_back(self._withdraw())
        for lane in list(self.lanes):
            self.loop.wake(lane)
        while self.waiting() and len(self.lanes) < self.size and not self.is_stopped:
            lane = Lane(self)
            self.lanes.append(lane)
            self.loop.start(lane)

    def _take_all(self) -> list[Parcel]:
        """What waits in the queue."""
        found: list[Parcel] = []
        while True:
            try:
                found.append(self._queue.get_nowait())
            except Empty:
                return found

    def _withdraw(self, domain: str | None = None) -> list[Parcel]:
        """What lanes have reserved, to all domains or to one, taken back from them."""
        having = [lane for lane in self.lanes if lane.reserved and domain in (None, lane.reserved.known.domain)]
        return [parcel for lane in having if (parcel := lane.withdraw())]

    def _give_back(self, parcels: list[Parcel]) -> None:
        if parcels:
            self.settler.do(partial(self._hand_back, parcels, ""))

    def _note_failure(self, mailbox_id: UUID, reason: str) -> None:
        note_failure(mailbox_id=mailbox_id, reason=reason, at=clock.now())
        self.was_failing = True

    def _release(self, parcels: list[Parcel], reason: str) -> None:
        """The mailbox's failure stands in the database by now, so that no more is claimed for it."""
        try:
            self._hand_back(parcels, f"The mailbox cannot send: {reason}")
        finally:
            self.is_resting = False

    def _hand_back(self, parcels: list[Parcel], why: str) -> None:
        ids = [parcel.delivery_id for parcel in parcels]
        with transaction.atomic():
            give_back(ledger.release(ids, lease=self.book.lease, due_at=clock.now(), why=why))
        self.over(len(parcels))


class Lane:
    """One connection: mark, send, mark, send …"""

    def __init__(self, group: LaneGroup) -> None:
        self.group = group
        self.connection = Connection(group.server, may_announce=group.may_announce)
        self.reserved: Parcel | None = None
        self.sends_since = 0.0

    def run(self) -> Steps:
        try:
            yield from self._work()
        finally:
            self.connection.close()

    def ended(self, *, is_broken: bool) -> None:
        """What was in flight in a broken one is told as unclear once this worker's lease ends."""
        self.group.lanes.remove(self)
        self.group.may_announce &= self.connection.may_announce
        if parcel := self.withdraw():
            self.group.put_back(parcel)
        if is_broken:
            self.group.over()
            self.group.loop.call(self.group.go)  # what waits needs another one

    def withdraw(self) -> Parcel | None:
        """Take away what this lane would send next. Where that was announced, something else needs a new connection."""
        parcel, self.reserved = self.reserved, None
        return parcel

    def _work(self) -> Steps:
        last: tuple[Change, Done] | None = None
        while True:
            parcel = self.group.take(self.withdraw())
            changes = [last[0]] if last else []
            if parcel:
                changes.append(Change(parcel.delivery_id, "claimed", "in_flight"))
            if changes:
                yield Marks(self.group.book, changes)
            if last:
                self._pass_on(*last)
                last = None
            if parcel is None:
                if self.group.is_stopped:
                    return
                # Something may have come while the mark was written: nobody wakes a lane that is not idle yet.
                if self.group.waiting() or (yield Order.IDLE):
                    continue
                return
            if not changes[-1].won:  # it was stopped, or taken over
                self.group.over()
                continue
            result = yield from self._send(parcel)
            if result.outcome == Outcome.LATER and says_too_many(result.reason):
                result = self._throttled(parcel, result)
            if result.scope == Scope.MAILBOX and result.outcome in (Outcome.LATER, Outcome.NEVER):
                if (yield from self._step_back(parcel, result)):
                    return
                continue
            last = self._came_of(parcel, result)

    def _send(self, parcel: Parcel) -> Generator[Step, SendResult | bool | None, SendResult]:
        if parcel.problem:
            return SendResult(Outcome.NEVER, 0, parcel.problem)
        sender, recipient = ascii_address(parcel.plan.mailbox.address), parcel.recipient
        if refused := impossible(sender, recipient):
            return refused
        while True:
            if self.connection.socket is None and isinstance(problem := (yield Order.CONNECT), SendResult):
                return problem
            try:
                self.sends_since = time.monotonic()
                after = self._reserve(sender)
                talk = self.connection.talk(
                    sender=sender, recipient=recipient, message=parcel.data, next_recipient=after
                )
                return (yield from talk)
            except StaleError:
                continue

    def _reserve(self, sender: str) -> str:
        """Whom the next message goes to, which is taken by now while there is plenty for all lanes; "" for nobody."""
        if self.reserved is None and self.connection.announces and self.group.waiting() > len(self.group.lanes):
            self.reserved = self.group.take()
        parcel = self.reserved
        return "" if parcel is None or parcel.problem or impossible(sender, parcel.recipient) else parcel.recipient

    def _throttled(self, parcel: Parcel, result: SendResult) -> SendResult:
        """Slow down the domain that said "too many"; where several have, it is the mailbox that sends too much."""
        if result.scope == Scope.RECIPIENT and self.group.is_to_blame(parcel.known.domain):
            return replace(result, scope=Scope.MAILBOX)
        if result.scope == Scope.RECIPIENT:
            self.group.slow_down(parcel.known.domain, result.reason)
        return result

    def _came_of(self, parcel: Parcel, result: SendResult) -> tuple[Change, Done]:
        state = _STATES[result.outcome]
        if state == "sent":
            self.group.accepted_at = time.monotonic()
        reason = "" if state == "sent" else result.reason
        change = Change(parcel.delivery_id, "in_flight", state, result.code, reason)
        return change, Done(parcel, state, reason, clock.now())

    def _pass_on(self, change: Change, done: Done) -> None:
        """Give a marked message to the settler; one that was taken over meanwhile is settled by whoever took it."""
        if change.won:
            self.group.settler.put(done, self.group)
        else:
            self.group.over()

    def _step_back(self, parcel: Parcel, result: SendResult) -> Generator[Step, SendResult | bool | None, bool]:
        """Nothing was handed over: the row is only claimed again. True when this lane is one too many and ends."""
        yield Marks(self.group.book, [Change(parcel.delivery_id, "in_flight", "claimed", result.code, result.reason)])
        if result.code == 421 and self.group.may_shrink():
            self.group.put_back(parcel)
            return True
        self.group.give_up(parcel, result)
        return False
