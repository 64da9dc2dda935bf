"""UUIDv7 identifiers, made here because PostgreSQL before 18 has no function for them (RFC 9562, section 5.7)."""

import os
import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

SET_BACK_NS = 1_000_000_000
_last_ns = 0


def new_id() -> UUID:
    """A new UUIDv7, ordered within this process, unless its clock is set back by more than a second.

    Ids say when something happened (`first_id_at`): after a clock that was wrong they must not stay in the future.
    """
    return _build(_next_ns(1))


def _next_ns(count: int) -> int:
    """The first of so many moments, 256 ns from one to the next, that nobody else in this process gets."""
    global _last_ns
    now = time.time_ns()
    first = max(now, _last_ns + 256) if _last_ns - now < SET_BACK_NS else now
    _last_ns = first + 256 * (count - 1)
    return first


def new_ids(count: int) -> list[UUID]:
    """So many new ids in their order."""
    if not count:
        return []
    first, noise = _next_ns(count), memoryview(os.urandom(8 * count)).cast("Q")
    return [_build(first + 256 * place, bits) for place, bits in enumerate(noise)]


def id_at(moment: datetime, noise: int | None = None) -> UUID:
    """A UUIDv7 for a moment in the past or future; `noise` (74 bits) makes it deterministic."""
    return _build(int(moment.timestamp() * 1_000_000) * 1000, noise)


def first_id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: a bound for ranges over time."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80))


def array_of(ids: Iterable[UUID | None]) -> str:
    """Ids as the text of a PostgreSQL array: the driver takes several times as long to write one, element by element."""
    return "{" + ",".join([key.hex if key else "NULL" for key in ids]) + "}"


def moments_array(moments: Iterable[datetime | None]) -> str:
    """Moments as the text of a PostgreSQL array, as `array_of` does with ids."""
    return "{" + ",".join([f'"{moment}"' if moment else "NULL" for moment in moments]) + "}"


def _build(nanoseconds: int, noise: int | None = None) -> UUID:
    # 48 bits of milliseconds, then 12 bits of the fraction, so that ids of one process sort by creation.
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    random_bits = int.from_bytes(os.urandom(8), "big") if noise is None else noise
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (rest * 4096 // 1_000_000) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)
