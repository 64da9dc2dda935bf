"""An IMAP server that drips, one byte before each wait is over, holds whoever reads no longer than an answer may take."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rapport.mail import imap
from rapport.mail.imap import ImapConnection, ImapSettings, check_connection

DRIP_S = 0.02
WHOLE_S = 0.5
BODY = b"Subject: Hi\r\n\r\nHello\r\n"
ANSWERS = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE\r\n",
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n",
    "SEARCH": b"* SEARCH 1\r\n",
    "SIZE": b"* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n" % len(BODY),
    "BODY": b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n" % (len(BODY), BODY),
}


class DrippingServer:
    """Says what a friendly server says, but drips for ever in place of its answer to `at`, `drop` by `drop`."""

    def __init__(self, at: str, drop: bytes = b"*") -> None:
        self.at, self.drop = at, drop
        self._ended = threading.Event()

    @contextmanager
    def running(self) -> Iterator[ImapSettings]:
        with socket.create_server(("127.0.0.1", 0)) as self._listener:
            serving = threading.Thread(target=self._serve, daemon=True)
            serving.start()
            # Each wait may take ten times as long as the whole.
            port = self._listener.getsockname()[1]
            yield ImapSettings("127.0.0.1", port, "plain", "rita", "x", timeout_s=WHOLE_S * 10, whole_timeout_s=WHOLE_S)
            self._ended.set()
            self._listener.shutdown(socket.SHUT_RDWR)
        serving.join(5)

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection, connection.makefile("rb") as lines:
                self._say(connection, "CONNECT", b"* OK dripping\r\n")
                while line := lines.readline():
                    tag, command = line.split(b" ", 1)
                    name = next((word for word in ("BODY", "SIZE", "SEARCH") if word.encode() in command), "")
                    name = name or command.split()[0].decode().upper()
                    self._say(connection, name, ANSWERS.get(name, b"") + tag + b" OK done\r\n")
        except (OSError, ValueError):  # it is gone, or speaks TLS
            return

    def _say(self, connection: socket.socket, name: str, answer: bytes) -> None:
        while name == self.at and not self._ended.is_set():
            connection.sendall(self.drop)
            self._ended.wait(DRIP_S)
        connection.sendall(answer)


def read(settings: ImapSettings) -> list[bytes]:
    with ImapConnection(settings) as connection:
        connection.can_idle()
        connection.open_folder("INBOX")
        return [message.data for message in connection.messages(connection.uids_after(0))]


@pytest.mark.parametrize("drop", [b"*", b"* OK still here\r\n", b"* 1 FETCH (BODY[] {50000000}\r\n"], ids=repr)
@pytest.mark.parametrize("at", ["CONNECT", "LOGIN", "CAPABILITY", "EXAMINE", "SEARCH", "SIZE", "BODY"])
def test_each_answer_comes_to_an_end(at, drop):
    if at == "CONNECT" and drop.startswith(b"* OK"):
        at = "LOGIN"  # a greeting is one line
    with DrippingServer(at, drop).running() as settings:
        began = time.monotonic()
        with pytest.raises(imap.FAILURES) as caught:
            read(settings)
        assert time.monotonic() - began < WHOLE_S * 5
    if at != "CONNECT" or drop == b"*":
        assert "was too slow: an answer did not come to an end" in imap.explain(caught.value, settings)


def test_a_test_of_the_connection_comes_to_an_end_also_under_tls():
    with DrippingServer("CONNECT", b"\x16\x03\x03\x40\x00").running() as plain:
        settings = ImapSettings("127.0.0.1", plain.port, "ssl", timeout_s=WHOLE_S * 10, whole_timeout_s=WHOLE_S)
        began = time.monotonic()
        assert check_connection(settings, ["INBOX"])
        assert time.monotonic() - began < WHOLE_S * 5


def test_a_large_message_may_take_longer(monkeypatch):
    monkeypatch.setattr(imap, "LEAST_BYTES_S", len(BODY) / 1.5)
    with DrippingServer("BODY").running() as settings:
        began = time.monotonic()
        with pytest.raises(imap.FAILURES):
            read(settings)
        assert WHOLE_S + 1.5 <= time.monotonic() - began < WHOLE_S * 8


def test_a_friendly_server_is_not_cut_off():
    with DrippingServer("").running() as settings, ImapConnection(settings) as connection:
        connection.open_folder("INBOX")
        for _ in range(3):
            time.sleep(WHOLE_S * 0.6)
            assert [message.data for message in connection.messages(connection.uids_after(0))] == [BODY]
