"""Talks over a socket that takes little at a time and answers in pieces, plain and TLS."""

import selectors
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.servers.certificates import write_certificate

from rapport.mail.wire import Wait, Wire, run_alone

BIG = b"x" * 3_000_000


@contextmanager
def pair(tmp_path, is_tls: bool) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connected client and server; the system keeps little of what neither has read."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        client = socket.create_connection(listener.getsockname())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        server, _ = listener.accept()
    if is_tls:
        ours, theirs = ssl.create_default_context(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
        theirs.load_cert_chain(*write_certificate(tmp_path))
        found: list[ssl.SSLSocket] = []
        shaking = threading.Thread(target=lambda: found.append(theirs.wrap_socket(server, server_side=True)))
        shaking.start()
        client = ours.wrap_socket(client)
        shaking.join()
        server = found[0]
    with client, server:
        yield client, server


def read(server: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        time.sleep(0.001)
        found += server.recv(65_536)
    return found


@pytest.mark.parametrize("is_tls", [False, True])
def test_what_does_not_fit_at_once_is_written_whole(tmp_path, is_tls):
    with pair(tmp_path, is_tls) as (client, server):
        taken: list[bytes] = []
        reader = threading.Thread(target=lambda: taken.append(read(server, len(BIG))))
        reader.start()
        run_alone(client, Wire(client).write(BIG, 5))
        reader.join()
    assert taken == [BIG]


@pytest.mark.parametrize("is_tls", [False, True])
def test_replies_are_read_however_they_are_cut(tmp_path, is_tls):
    with pair(tmp_path, is_tls) as (client, server):
        wire = Wire(client)
        server.sendall(b"250-2.1.0 a\r\n250 b\r\n354 go\r\n25")
        assert run_alone(client, wire.reply(5)) == (250, b"2.1.0 a\nb")
        assert run_alone(client, wire.reply(5)) == (354, b"go")
        late = threading.Timer(0.05, server.sendall, [b"0 late\n"])
        late.start()
        assert run_alone(client, wire.reply(5)) == (250, b"late")
        late.join()  # two threads must not write over one TLS connection
        server.sendall(b"what?\r\n")
        assert run_alone(client, wire.reply(5)) == (-1, b"what?")


@pytest.mark.parametrize("is_tls", [False, True])
def test_who_never_reads_or_answers_is_waited_for_no_longer_than_said(tmp_path, is_tls):
    with pair(tmp_path, is_tls) as (client, _):
        wire = Wire(client)
        with pytest.raises(TimeoutError, match="timed out"):
            run_alone(client, wire.write(BIG, 0.05))
        with pytest.raises(TimeoutError, match="timed out"):
            run_alone(client, wire.reply(0.05))


@pytest.mark.parametrize("said", [b"250 " + b"x" * 9_000, b""])
def test_a_line_without_an_end_and_a_server_that_leaves_are_lost_connections(tmp_path, said):
    with pair(tmp_path, is_tls=False) as (client, server):
        server.sendall(said)
        server.shutdown(socket.SHUT_WR)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            run_alone(client, Wire(client).reply(5))


def test_a_reply_without_an_end_is_a_lost_connection(tmp_path):
    """Its rest would be taken for the answers to what is asked next."""
    with pair(tmp_path, is_tls=False) as (client, server):
        server.sendall(b"250-more\r\n" * 300 + b"250 end\r\n")
        with pytest.raises(smtplib.SMTPServerDisconnected, match="a reply without an end"):
            run_alone(client, Wire(client).reply(5))


def test_nobody_waits_before_there_is_something_to_wait_for(tmp_path):
    with pair(tmp_path, is_tls=False) as (client, server):
        wire = Wire(client)
        assert list(wire.write(b"EHLO x\r\n", 5)) == []
        assert next(wire.reply(7)) == Wait(selectors.EVENT_READ, 7)
        assert server.recv(100) == b"EHLO x\r\n"
