"""Work that a worker does over and over beside its queue: following the record, keeping the search index, sending.

A loop function does one bounded piece and returns how much it did; the worker calls it again at once after work, and
after a short rest otherwise. It must stand being killed at any moment.
"""

from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Loop:
    """`shares_process` is False where a loop is so busy at times that it gets processes of its own, several at once.

    `at_end` is called once when the worker stops.
    """

    name: str
    step: Step
    rest_s: float
    shares_process: bool = True
    at_end: Callable[[], None] | None = None


_loops: dict[str, Loop] = {}


def loop(
    name: str, rest_s: float = 0.3, *, shares_process: bool = True, at_end: Callable[[], None] | None = None
) -> Callable[[Step], Step]:
    """Declare a loop in an app's tasks.py; `rest_s` is the pause when there was nothing to do."""

    def declare(step: Step) -> Step:
        _loops[name] = Loop(name, step, rest_s, shares_process, at_end)
        return step

    return declare


def all_loops() -> list[Loop]:
    return list(_loops.values())
