"""What mail leaves by and goes to on the days to come: the buckets of mailboxes and domains, asked ahead of time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from rapport.mail.buckets import Level, Limits
from rapport.outreach.governor import Verdict


@dataclass(slots=True)
class Outlet:
    """A mailbox, or a domain that mail goes to: what its bucket holds, what holds over it at a moment, and how it refuses.

    Enrollments that find no room get a turn each, and those who come meanwhile queue behind them, as in the engine. Until
    `queue_until` turns are given; `turns` are the enrollments that have one.
    """

    limits_at: Callable[[datetime], Limits]
    refuse: Callable[[Level, datetime], Verdict]
    level: Level = field(default_factory=Level)
    queue_until: datetime | None = None
    turns: set[UUID] = field(default_factory=set)

    def wait(self, enrollment_id: UUID, now: datetime) -> Verdict | None:
        """Why this mail may not go now, and when its turn is; None when it may."""
        limits = self.limits_at(now)
        may_go = enrollment_id in self.turns or self.queue_until is None or self.queue_until <= now
        if may_go and self.level.room(limits, now) > 0:
            return None
        turn = max(self.level.free_at(limits, now), self.queue_until or now)
        if limits.pace:
            self.queue_until = turn + timedelta(seconds=1 / limits.pace.rate)
        self.turns.add(enrollment_id)
        refusal = self.refuse(self.level, now)
        return Verdict(refusal.reason, refusal.text, turn)

    def take(self, enrollment_id: UUID, now: datetime) -> None:
        """Let a mail go."""
        self.level = self.level.take(1, self.limits_at(now), now)
        self.turns.discard(enrollment_id)
