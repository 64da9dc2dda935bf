"""Python's search for unused cycles, where it would only cost time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Pages and batches come and go by ten thousands of objects without a cycle among them. After Python's own 700 they would be
# searched all the time, and every fifteenth page of fits would wait 90 ms for a search of all that is loaded.
SELDOM = 50_000, 20, 20


def collect_seldom() -> None:
    """From now on search seldom, and never what is loaded by now: for processes that serve for long."""
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextmanager
def without_cycles() -> Iterator[None]:
    """No search while a batch is read and stored: it makes no cycles, and its many objects would set off a dozen searches."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
