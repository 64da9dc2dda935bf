"""No orphans: a child process ends when the process that started it is gone, however it went.

The parent holds the writing end of a pipe; its death closes it, and the reading end in the child reports that.
"""

import os
import select
import signal
import threading

from rapport.config import embedded

VARIABLE = "RAPPORT_LIFELINE"


def inherited() -> int | None:
    """The reading end of the pipe of the process that started this command; None where there is none."""
    descriptor = os.environ.pop(VARIABLE, "")
    return int(descriptor) if descriptor else None


def watch(descriptor: int | None) -> None:
    """Send this process SIGTERM when the lifeline breaks. The killed parent no longer counts as a user of the embedded
    database, so that the last of us stops it."""
    if descriptor is not None:
        threading.Thread(target=_wait, args=[descriptor], daemon=True, name="lifeline").start()


def is_broken(descriptor: int | None) -> bool:
    return descriptor is not None and bool(select.select([descriptor], [], [], 0)[0])


def forget_parent() -> None:
    """A parent that was killed no longer counts as a user of the embedded database."""
    from django.conf import settings

    if not settings.DATABASE_URL:
        embedded.forget_dead(settings.DATA_DIR)


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)
    forget_parent()
    os.kill(os.getpid(), signal.SIGTERM)
