"""No orphans: a child process ends when the supervisor that started it is gone, however it went.

The supervisor holds the writing end of a pipe; its death closes it, and the reading end in the child reports that.
"""

import os
import signal
import threading

from rapport.config import embedded

VARIABLE = "RAPPORT_LIFELINE"


def watch() -> None:
    """Send this process SIGTERM when the lifeline breaks; nothing where there is none. The killed supervisor no longer
    counts as a user of the embedded database, so that the last of us stops it."""
    descriptor = os.environ.pop(VARIABLE, "")
    if descriptor:
        threading.Thread(target=_wait, args=[int(descriptor)], daemon=True, name="lifeline").start()


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)
    from django.conf import settings

    if not settings.DATABASE_URL:
        embedded.forget_dead(settings.DATA_DIR)
    os.kill(os.getpid(), signal.SIGTERM)
