"""Whether a mail can be read in time: it is read once on trial, in a process of its own that is killed when it takes too long.
That process has a limit of memory as well, and ends where a mail needs more.

Python cannot stop a search for a pattern that has begun, and nothing else runs in the process meanwhile: neither other
mailboxes nor the worker's sign of life. Reading depends on the mail alone, so what was read in time once will be again;
it takes a few milliseconds. The process is started with the first mail, used again, and ends with ours.
"""

import atexit
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from rapport.lib.children import environment, limit_resources, read_message, write_message

MEMORY_LIMIT_BYTES = 512 * 1024 * 1024  # a mail of 50 MB takes 120 MB
LIMIT_S = 30.0  # a mail of 50 MB takes a few seconds on a busy machine
COMMAND: tuple[str, ...] = (sys.executable, "-m", "rapport.mail.rehearsing")


class Rehearsal:
    """The process; for any number of threads, one mail at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def can_read(self, data: bytes) -> bool:
        """Whether this mail is read within LIMIT_S and without breaking the reader.

        A process may also die of something else, such as the signal that ends the worker: then another one is asked.
        """
        with self._lock:
            found = self._read(data)
            return bool(self._read(data) if found is None else found)

    def _read(self, data: bytes) -> bool | None:
        """False when it takes too long, None when the process ends before."""
        process, is_over = self._running(), threading.Event()

        def end() -> None:
            is_over.set()
            process.kill()

        timer = threading.Timer(LIMIT_S, end)
        timer.start()
        try:
            can = _ask(process, data)
        finally:
            timer.cancel()
        if can:
            return True
        self.stop()
        return False if is_over.is_set() else None

    def stop(self) -> None:
        """End the process; the next mail starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written to a dead process is of no use
                    pipe.close()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
            )
        return self._process


_rehearsal = Rehearsal()
can_read = _rehearsal.can_read


def _ask(process: "subprocess.Popen[bytes]", data: bytes) -> bool:
    if process.stdin is None or process.stdout is None:
        return False
    try:
        write_message(process.stdin, data)
        return read_message(process.stdout) is not None
    except OSError:
        return False


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Read mails until the other side closes; what is wrong with one is told by whoever reads it in earnest."""
    from rapport.mail.classify import classify
    from rapport.mail.parsing import parse

    while (data := read_message(source)) is not None:
        with suppress(Exception):
            try:
                classify(parse(data))
            except MemoryError:
                return
        write_message(sink, b"")


def main() -> None:
    limit_resources(MEMORY_LIMIT_BYTES)
    _serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
