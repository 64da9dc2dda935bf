"""A server that drips, one byte before each wait is over, holds a message no longer than a message may take."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rapport.mail.smtp import Connection, Outcome, Scope
from rapport.mail.smtp_opening import Security, SmtpSettings, check_connection

DRIP_S = 0.02
WHOLE_S = 0.4


class DrippingServer:
    """Says what a friendly server says, but drips for ever in place of its answer to `at`; "BODY" reads the message so.

    `received` has the messages whose final dot arrived.
    """

    def __init__(self, at: str, drop: bytes = b"2") -> None:
        self.at, self.drop = at, drop
        self.received: list[bytes] = []
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator["DrippingServer"]:
        with socket.create_server(("127.0.0.1", 0)) as self._listener:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
            self.port = self._listener.getsockname()[1]
            serving = threading.Thread(target=self._serve, daemon=True)
            serving.start()
            yield self
            self._ended.set()
            self._listener.shutdown(socket.SHUT_RDWR)
        serving.join(5)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    self._talk(connection, lines)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket, lines) -> None:
        self._say(connection, "CONNECT", b"220 dripping")
        while line := lines.readline():
            command = line[:4].strip().decode().upper()
            if command == "QUIT":
                return
            self._say(connection, command, b"354 go on" if command == "DATA" else b"250 fine")
            if command == "DATA" and self.at == "BODY":
                while connection.recv(512):
                    self._ended.wait(DRIP_S)
            elif command == "DATA":
                self.received.append(b"".join(iter(lines.readline, b".\r\n")))
                self._say(connection, "END", b"250 kept")

    def _say(self, connection: socket.socket, command: str, answer: bytes) -> None:
        while command == self.at and not self._ended.is_set():
            connection.sendall(self.drop)
            self._ended.wait(DRIP_S)
        connection.sendall(answer + b"\r\n")


def settings_for(server: DrippingServer, security: Security = Security.PLAIN) -> SmtpSettings:
    """Each wait may take ten times as long as all of a message: only the whole ends it."""
    return SmtpSettings(
        "127.0.0.1", server.port, security, timeout_s=WHOLE_S * 10, whole_timeout_s=WHOLE_S, final_timeout_s=WHOLE_S,
        verify_certificate=False,
    )  # fmt: skip


def send(settings: SmtpSettings, message: bytes = b"Subject: Hi\r\n\r\nHello\r\n"):
    """The result, and how long it took."""
    with Connection(settings) as connection:
        began = time.monotonic()
        result = connection.send(sender="rita@example.org", recipient="carl@example.net", message=message)
        return result, time.monotonic() - began


@pytest.mark.parametrize("at", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
def test_before_the_final_dot_the_message_may_be_tried_again(at):
    with DrippingServer(at).running() as server:
        result, took_s = send(settings_for(server), (b"x" * 70 + b"\r\n") * 300_000)
    assert (result.outcome, result.scope) == (Outcome.LATER, Scope.MAILBOX)
    assert result.reason.endswith("was too slow: it did not come to an end within 0.4 seconds")
    assert WHOLE_S <= took_s < WHOLE_S * 5
    assert server.received == []


def test_after_the_final_dot_it_is_unclear():
    with DrippingServer("END").running() as server:
        result, took_s = send(settings_for(server))
    assert (result.outcome, len(server.received)) == (Outcome.UNCLEAR, 1)
    assert WHOLE_S <= took_s < WHOLE_S * 5


@pytest.mark.parametrize("drop", [b"250-and so on\r\n", b"\x16\x03\x03\x40\x00"], ids=["lines", "a TLS handshake"])
def test_a_test_of_the_connection_comes_to_an_end(drop):
    security = Security.PLAIN if drop.startswith(b"250") else Security.SSL
    with DrippingServer("EHLO" if security is Security.PLAIN else "CONNECT", drop).running() as server:
        began = time.monotonic()
        problem = check_connection(settings_for(server, security))
        took_s = time.monotonic() - began
    assert problem
    assert took_s < WHOLE_S * 5


def test_a_friendly_server_is_not_cut_off_once_it_is_connected():
    with DrippingServer("").running() as server, Connection(settings_for(server)) as connection:
        for number in range(3):
            result = connection.send(sender="rita@example.org", recipient="carl@example.net", message=b"%d" % number)
            assert result.outcome is Outcome.ACCEPTED
            time.sleep(WHOLE_S * 0.6)
    assert server.received == [b"0\r\n", b"1\r\n", b"2\r\n"]
