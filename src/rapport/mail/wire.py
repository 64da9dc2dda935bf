"""An SMTP server spoken to without blocking: a talk says when it has to wait, and whoever runs it waits for one or many.

A talk is a generator. It yields Wait, is resumed once the socket is ready, or has TimeoutError thrown into it. A server that
drips, one byte before each wait is over, is stopped by the limit for all waits together.
"""

import select
import selectors
import smtplib
import socket
import ssl
import time
from collections.abc import Generator
from typing import NamedTuple, TypeVar

_AT_ONCE = 16_384  # bytes: a whole TLS record
_MOST_OF_A_LINE = 8_192
_MOST_LINES = 200
_POLL = {selectors.EVENT_READ: select.POLLIN, selectors.EVENT_WRITE: select.POLLOUT}


class Wait(NamedTuple):
    """`event` is that of selectors: until something can be read or written, `for_s` seconds at most."""

    event: int
    for_s: float


Result = TypeVar("Result")
Talk = Generator[Wait, None, Result]


class OutOfTimeError(TimeoutError):
    """All waits together took longer than they may."""


class Wire:
    """A connected socket, plain or TLS; it takes the socket over and makes it non-blocking."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._is_tls = isinstance(sock, ssl.SSLSocket)
        self._read = b""
        self._until = float("inf")
        self.unwritten = 0  # bytes of the last write that have not left

    def limit(self, for_s: float) -> None:
        """Let all waits from now on take so long together, whatever each of them may; the next limit takes its place."""
        self._until = time.monotonic() + for_s

    def write(self, data: bytes, for_s: float) -> Talk[None]:
        """Hand all of it to the system. Raises OSError, TimeoutError: then its last byte has not left, and `unwritten`
        says how many have not.

        What the server has said beyond its last answer would be taken for the answer to this: SMTPServerDisconnected.
        """
        whole, self.unwritten = memoryview(data), len(data)
        if self._read:  # and nothing of this leaves
            raise smtplib.SMTPServerDisconnected("The server answered before it was asked")
        while self.unwritten:
            try:
                self.unwritten -= self.sock.send(whole[-self.unwritten :])
            except (BlockingIOError, ssl.SSLWantWriteError):
                yield from self._wait(selectors.EVENT_WRITE, for_s)
            except ssl.SSLWantReadError:
                yield from self._wait(selectors.EVENT_READ, for_s)

    def reply(self, for_s: float) -> Talk[tuple[int, bytes]]:
        """The code and text of the next reply, which may have several lines (RFC 5321 section 4.2.1); -1 for no code.

        Raises OSError, TimeoutError, SMTPServerDisconnected.
        """
        texts: list[bytes] = []
        line = b"   -"
        while line[3:4] == b"-" and len(texts) < _MOST_LINES:
            while not (line := self._next_line()):
                yield from self._read_more(for_s)
            texts.append(line[4:].strip(b" \t\r\n"))
        if line[3:4] == b"-":
            raise smtplib.SMTPServerDisconnected("The server sent a reply without an end")
        if not line[:3].isdigit():
            return -1, line.strip()
        return int(line[:3]), b"\n".join(texts)

    def is_quiet(self) -> bool:
        """Whether the server has neither said more than was read nor gone, as far as can be seen without waiting."""
        if self._read:
            return False
        try:
            self._read = self.sock.recv(_AT_ONCE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError:
            return False
        return False

    def _next_line(self) -> bytes:
        """A line that has been read already, or nothing."""
        line, end, rest = self._read.partition(b"\n")
        if not end:
            return b""
        self._read = rest
        return line + end

    def _read_more(self, for_s: float) -> Talk[None]:
        if len(self._read) > _MOST_OF_A_LINE:
            raise smtplib.SMTPServerDisconnected("The server sent a line without an end")
        if not self._is_tls:  # what TLS has read ahead is not seen at the socket
            yield from self._wait(selectors.EVENT_READ, for_s)
        try:
            more = self.sock.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as wants:
            is_read = isinstance(wants, ssl.SSLWantReadError)
            yield from self._wait(selectors.EVENT_READ if is_read else selectors.EVENT_WRITE, for_s)
            return
        if not more:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self._read += more

    def _wait(self, event: int, for_s: float) -> Talk[None]:
        left = self._until - time.monotonic()
        if left <= 0:
            raise OutOfTimeError("timed out")
        try:
            yield Wait(event, min(for_s, left))
        except TimeoutError:
            if left < for_s:
                raise OutOfTimeError("timed out") from None
            raise


def run_alone(sock: socket.socket, talk: Talk[Result]) -> Result:
    """Run one talk to its end, waiting for it alone. Raises what the talk raises."""
    try:
        wait = next(talk)
        while True:
            wait = next(talk) if _is_ready(sock, wait) else talk.throw(TimeoutError("timed out"))
    except StopIteration as end:
        result: Result = end.value
        return result


def _is_ready(sock: socket.socket, wait: Wait) -> bool:
    poll = select.poll()
    poll.register(sock, _POLL[wait.event])
    return bool(poll.poll(wait.for_s * 1000))
