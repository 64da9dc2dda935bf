"""Waiting in a test for what another thread or process does."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], timeout_s: float = 10) -> None:
    """Wait until the condition holds; fails the test where it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "nothing happened for too long"
        time.sleep(0.005)
