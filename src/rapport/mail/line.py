"""The way to a mail server for Python's own clients, cut where something takes too long: their time limits begin anew with each byte."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rapport.lib.trust import trusting_context
from rapport.mail.wire import OutOfTimeError


class Line:
    """A connection that can be cut while a client waits on it; `attach` tells its socket before TLS takes that over."""

    def __init__(self) -> None:
        self._raw: socket.socket | None = None
        self._was_cut = False

    def attach(self, sock: socket.socket) -> None:
        """Keep a second handle of the connection. Raises OutOfTimeError where it came too late."""
        self._raw = sock.dup()
        if self._was_cut:
            raise OutOfTimeError("timed out")

    @contextmanager
    def in_time(self, for_s: float) -> Iterator[None]:
        """Cut the connection where this takes longer. Raises OutOfTimeError then, else what is raised inside."""
        timer = threading.Timer(for_s, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if self._was_cut:
                raise OutOfTimeError("timed out") from error
            raise
        finally:
            timer.cancel()
            timer.join()
        if self._was_cut:  # a part of an answer may look like a whole one
            raise OutOfTimeError("timed out")

    def close(self) -> None:
        """Let go of the second handle; the client's own stays as it is."""
        if self._raw is not None:
            self._raw.close()

    def _cut(self) -> None:
        self._was_cut = True
        if self._raw is not None:
            with suppress(OSError):  # it is closed already
                self._raw.shutdown(socket.SHUT_RDWR)


def tls_context(*, verify_certificate: bool) -> ssl.SSLContext:
    if verify_certificate:
        return trusting_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
