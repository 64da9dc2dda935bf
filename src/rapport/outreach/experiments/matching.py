"""Who of one arm is compared with whom of the other: people who came at nearly the same time.

Only the arms are looked at, never the outcomes, and only those of people who have come already. So given the arms the
blocks are fixed, their differences are independent, and each has the difference of the rates as its mean.

The first FIRST people are matched one by one. From their arms it is read how many of one arm come for each of the other
(again whenever there are twice as many people), and how far an arm runs ahead; later on somebody for whom nobody comes in
time is left out, or people would be compared across weeks in which everybody answers more, or less. Under random assignment
that is one in thirty. In a file that lists one arm after the other nobody is left out.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

FIRST = 200
LEAST_KNOWN = 10  # of the smaller arm among them, or nothing is read from them
MOST_PER_ONE = 10
LEAST_WAITING = 20  # blocks; about as far as an arm runs ahead among the first 200 under random assignment


@dataclass(frozen=True, slots=True)
class Blocks:
    """So many of one with so many of the other; how many blocks may wait at most, None for any number."""

    one: int = 1
    other: int = 1
    waiting: int | None = None


def match(people: bytes) -> Iterator[float]:
    """The differences of blocks in order: mean outcome of one arm (codes 0 and 1) minus mean of the other (2 and 3)."""
    one: deque[int] = deque()
    other: deque[int] = deque()
    ahead = 0
    for code in people[:FIRST]:
        (other if code > 1 else one).append(code & 1)
        if one and other:
            yield one.popleft() - other.popleft()
        ahead = max(ahead, len(one), len(other))
    in_other = sum(code > 1 for code in people[:FIRST])
    start, is_readable = FIRST, LEAST_KNOWN <= in_other <= FIRST - LEAST_KNOWN
    while start < len(people):
        blocks = read_blocks(start - in_other, in_other, ahead) if is_readable else Blocks()
        if blocks.waiting is not None:
            one, other = deque(one, blocks.waiting * blocks.one), deque(other, blocks.waiting * blocks.other)
        part = people[start : 2 * start]
        yield from _match_part(part, blocks, one, other)
        in_other += sum(code > 1 for code in part)
        start *= 2


def _match_part(people: bytes, blocks: Blocks, one: deque[int], other: deque[int]) -> Iterator[float]:
    alike = blocks.one == blocks.other
    for code in people:
        (other if code > 1 else one).append(code & 1)
        if len(one) < blocks.one or len(other) < blocks.other:
            continue
        if alike:
            yield one.popleft() - other.popleft()
        else:
            yield _mean_of(one, blocks.one) - _mean_of(other, blocks.other)


def _mean_of(waiting: deque[int], count: int) -> float:
    return sum(waiting.popleft() for _ in range(count)) / count


def read_blocks(in_one: int, in_other: int, ahead: int) -> Blocks:
    """How people are matched, by how many came in each arm so far and how far one of them ran ahead at first."""
    small, big = sorted((in_one, in_other))
    several = min(MOST_PER_ONE, int(big / small + 0.25))
    if several == 1:
        return Blocks(waiting=max(LEAST_WAITING, ahead))
    return Blocks(several, 1, LEAST_WAITING) if in_one > in_other else Blocks(1, several, LEAST_WAITING)
