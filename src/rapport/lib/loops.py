"""Work that a worker process does over and over beside its queue: following the record, keeping the search index.

A loop function does one bounded piece and returns how much it did; the worker calls it again at once after work, and
after a short rest otherwise. It must stand being killed at any moment.
"""

from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Loop:
    name: str
    step: Step
    rest_s: float


_loops: dict[str, Loop] = {}


def loop(name: str, rest_s: float = 0.3) -> Callable[[Step], Step]:
    """Declare a loop in an app's tasks.py; `rest_s` is the pause when there was nothing to do."""

    def declare(step: Step) -> Step:
        _loops[name] = Loop(name, step, rest_s)
        return step

    return declare


def all_loops() -> list[Loop]:
    return list(_loops.values())
