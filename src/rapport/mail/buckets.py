"""Token buckets: how many messages may leave by a mailbox, or for a domain, at a moment. Pure.

A pace is a number of messages in a time. A tenth of it, at least one message, may leave at once: the bucket's burst. Tokens
come back at the rate at which, in any such time, no more leave than the number says, the burst included. Beside the
tokens stands what was taken within the last 24 hours, in ten-minute parts: a part counts until 24 hours after its end, so
that no 24 hours see more than the cap. Both take the same time and room, however much is sent.

A domain that says "too many" is slowed down: to half of its pace, and to half of that when it says so again. From then on the
pace comes back steadily, by a tenth of itself in twelve minutes (additive increase, multiplicative decrease, as TCP does it).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil, floor

BURST = 10  # the part of a pace that may leave at once is one of so many
PART_S = 600
DAY_S = 86_400
MANY = 1_000_000_000
WRONG_CLOCK = timedelta(minutes=1)  # a bucket filled later than this from now was filled by a clock that was wrong
RECOVERY = timedelta(hours=2)  # from nothing to the whole pace
SAME_TROUBLE = timedelta(minutes=1)  # what was on its way when a domain was slowed down says nothing new
SLOWEST = 1 / 64


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `count` messages in any `per_s` seconds."""

    count: float
    per_s: int

    @property
    def burst(self) -> int:
        return max(1, floor(self.count / BURST))

    @property
    def rate(self) -> float:
        """Tokens a second: with `burst` at once, fewer than `count` + 1 leave in `per_s` seconds."""
        return (self.count + 1 - self.burst) / self.per_s

    def slowed(self, share: float) -> "Pace":
        return self if share >= 1 else Pace(self.count * share, self.per_s)

    @property
    def chunk(self) -> int:
        """As many as are worth being sent together by those who wait."""
        return max(1, self.burst // 2)


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds over a bucket; None where nothing does."""

    pace: Pace | None = None
    daily_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """What a bucket holds: tokens as of `refilled_at` (None: it is full), and what was taken in each part of the last day."""

    tokens: float = 0
    refilled_at: datetime | None = None
    taken: Mapping[int, int] = field(default_factory=dict)

    def tokens_at(self, pace: Pace, now: datetime) -> float:
        if self.refilled_at is None or self.refilled_at - now > WRONG_CLOCK:
            return float(pace.burst)
        passed_s = max(0.0, (now - self.refilled_at).total_seconds())
        return min(float(pace.burst), self.tokens + passed_s * pace.rate)

    def taken_within_day(self, now: datetime) -> int:
        """What was taken within 24 hours, and up to ten minutes more."""
        return sum(self._of_day(now).values())

    def room(self, limits: Limits, now: datetime) -> int:
        """How many may be taken now."""
        tokens = floor(self.tokens_at(limits.pace, now) + 1e-6) if limits.pace else MANY
        return max(0, min(tokens, self.left_of_day(limits, now)))

    def left_of_day(self, limits: Limits, now: datetime) -> int:
        return MANY if limits.daily_cap is None else limits.daily_cap - self.taken_within_day(now)

    def take(self, count: int, limits: Limits, now: datetime) -> "Level":
        """The level after taking so many. Whoever must not wait takes more than there is; the next wait longer for it."""
        tokens = self.tokens_at(limits.pace, now) - count if limits.pace else 0.0
        parts = self._of_day(now)
        parts[_part(now)] = parts.get(_part(now), 0) + count
        return Level(tokens, self._ahead_of(now) or now, parts)

    def give_back(self, count: int, taken_at: datetime) -> "Level":
        """What was taken and never sent does not count for the day. Its tokens are not put back: they come by themselves."""
        part, parts = _part(taken_at), dict(self.taken)
        if part in parts:
            parts[part] = max(0, parts[part] - count)
        return replace(self, taken={key: number for key, number in parts.items() if number})

    def refilled(self, limits: Limits, now: datetime) -> "Level":
        """The same with the tokens as they are now; from then on they may come at another rate."""
        return replace(self.take(0, limits, now), taken=self.taken)

    def free_at(self, limits: Limits, now: datetime, count: int = 1) -> datetime:
        """When so many may be taken together; more than the burst or the cap never may, and count as that."""
        at = self._refilled_by(limits.pace, now, count) if limits.pace else now
        if limits.daily_cap is None:
            return at
        over = self.taken_within_day(now) + min(count, limits.daily_cap) - limits.daily_cap
        for part, number in sorted(self._of_day(now).items()):
            if over <= 0:
                break
            over -= number
            at = max(at, datetime.fromtimestamp((part + 1) * PART_S + DAY_S, UTC))
        return at

    def _refilled_by(self, pace: Pace, now: datetime, count: int) -> datetime:
        missing = min(count, pace.burst) - self.tokens_at(pace, now)
        if missing <= 1e-6:
            return now
        return (self._ahead_of(now) or now) + timedelta(seconds=missing / pace.rate, microseconds=1)

    def _ahead_of(self, now: datetime) -> datetime | None:
        """When it was filled, if the clock of another machine is a little ahead."""
        at = self.refilled_at
        return at if at is not None and now < at <= now + WRONG_CLOCK else None

    def _of_day(self, now: datetime) -> dict[int, int]:
        """The parts that still count."""
        first = now.timestamp() - DAY_S
        return {part: number for part, number in self.taken.items() if (part + 1) * PART_S > first}


@dataclass(frozen=True, slots=True)
class Slowdown:
    """A domain was slowed down to this share of its pace at a moment; without a moment it was not."""

    share: float = 1
    at: datetime | None = None

    def share_at(self, now: datetime) -> float:
        if self.at is None:
            return 1
        return min(1.0, self.share + max(timedelta(0), now - self.at) / RECOVERY)

    def again(self, now: datetime) -> "Slowdown":
        """After the domain has said "too many"."""
        if self.at is not None and now - self.at < SAME_TROUBLE:
            return self
        return Slowdown(max(SLOWEST, self.share_at(now) / 2), now)

    def over_at(self) -> datetime | None:
        """When the whole pace is back."""
        return self.at + (1 - self.share) * RECOVERY if self.at else None


def turns(count: int, pace: Pace, start: datetime) -> list[datetime]:
    """When each of so many who wait may go, if the bucket has its next token at `start`; a few go together."""
    return [start + timedelta(seconds=place // pace.chunk * pace.chunk / pace.rate) for place in range(count)]


def turns_end(count: int, pace: Pace, start: datetime) -> datetime:
    """When the one after so many who wait may go."""
    return start + timedelta(seconds=ceil(count / pace.chunk) * pace.chunk / pace.rate)


def _part(moment: datetime) -> int:
    return int(moment.timestamp()) // PART_S
