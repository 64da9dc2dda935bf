"""No orphans: a child process ends when the supervisor that started it is gone, however it went.

The supervisor holds the writing end of a pipe; its death closes it, and the reading end in the child reports that.
"""

import os
import signal
import threading

VARIABLE = "RAPPORT_LIFELINE"


def watch() -> None:
    """Send this process SIGTERM when the lifeline breaks; nothing where there is none."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor:
        threading.Thread(target=_wait, args=[int(descriptor)], daemon=True, name="lifeline").start()


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
