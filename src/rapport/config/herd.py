"""The processes of one command, forked from a process that has loaded the product once: little memory, quick to start.

The parent does nothing but watch, so that forking is always safe: it has no threads and no connections. A process that
dies is started again; when the parent is killed, the others end by their lifeline (see lifeline.py).
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from rapport.config import lifeline

logger = logging.getLogger(__name__)
RESTART_S = 1.0
GRACE_S = 22
WATCH_S = 0.25

Work = Callable[[threading.Event], None]


class Herd:
    """Runs each piece of work in a process of its own until SIGTERM or SIGINT; the event given to it tells the end."""

    def __init__(self, works: dict[str, Work], parent_lifeline: int | None) -> None:
        self.works, self.parent_lifeline = works, parent_lifeline
        self.running: dict[int, str] = {}
        self.ended = threading.Event()

    def run(self) -> int:
        read, self._write = os.pipe()  # held by this process alone
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ended.set())
        for name in self.works:
            self._fork(name, read)
        while not self.ended.wait(WATCH_S) and not lifeline.is_broken(self.parent_lifeline):
            for name in self._gone():
                logger.error("process of the worker ended process=%s", name)
                if self.ended.wait(RESTART_S):
                    break
                self._fork(name, read)
        status = self._stop()
        if lifeline.is_broken(self.parent_lifeline):
            lifeline.forget_parent()
        return status

    def _fork(self, name: str, read: int) -> None:
        pid = os.fork()
        if pid:
            self.running[pid] = name
            return
        status = 1
        try:
            os.close(self._write)
            self._child(self.works[name], read)
            status = 0
        except BaseException:
            logger.exception("process of the worker failed process=%s", name)
        finally:
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)  # what the parent registered for its own end is not ours to do

    def _child(self, work: Work, read: int) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        if self.ended.is_set():  # the signal came before its handlers stood
            stop.set()
        lifeline.watch(read)
        work(stop)

    def _gone(self) -> list[str]:
        names = []
        for pid in list(self.running):
            if os.waitpid(pid, os.WNOHANG)[0]:
                names.append(self.running.pop(pid))
        return names

    def _stop(self) -> int:
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while self.running and time.monotonic() < deadline:
            self._gone()
            time.sleep(0.02)
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return 0
