"""What opens the next mail transaction travels with a message: it saves a round trip, and never costs or doubles a message."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress

import pytest
from tests.waiting import wait_for

from rapport.mail import smtp
from rapport.mail.smtp import Connection, Outcome, SendResult, StaleError
from rapport.mail.smtp_opening import Security, SmtpSettings
from rapport.mail.tests.scripted_smtp import ScriptedServer
from rapport.mail.wire import run_alone

MESSAGE = b"Subject: x\r\n\r\nhello\r\n"
DOT = b"\r\n.\r\n"
ACCEPTED, NEVER, LATER, UNCLEAR = Outcome.ACCEPTED, Outcome.NEVER, Outcome.LATER, Outcome.UNCLEAR


def settings_for(port: int, timeout_s: float = 5) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, Security.PLAIN, timeout_s=timeout_s, final_timeout_s=timeout_s)


def address(name: str) -> str:
    return f"{name}@example.net"


def send(connection: Connection, name: str, next_name: str = "", message: bytes = MESSAGE) -> SendResult:
    while True:
        if connection.socket is None and (problem := connection.connect()):
            return problem
        talk = connection.talk(
            sender="rita@example.org", recipient=address(name), message=message, next_recipient=next_name and address(next_name)
        )  # fmt: skip
        try:
            return run_alone(connection.socket, talk)
        except StaleError:
            continue


def send_all(connection: Connection, *names: str) -> list[SendResult]:
    """Each announces the next."""
    return [send(connection, name, after) for name, after in zip(names, [*names[1:], ""], strict=True)]


def outcomes(results: list[SendResult]) -> list[Outcome]:
    return [result.outcome for result in results]


def opening(name: str) -> bytes:
    return f"MAIL FROM:<rita@example.org>\r\nRCPT TO:<{address(name)}>\r\nDATA\r\n".encode()


@contextmanager
def serving(talk: Callable[[socket.socket], None]):
    """A server of its own kind: `talk` has each connection once the client has introduced itself; yields the port."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):  # the client may have gone
                connection.sendall(b"220 x\r\n")
                connection.recv(65_536)
                connection.sendall(b"250-x\r\n250 PIPELINING\r\n")
                talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving_it = threading.Thread(target=serve)
        serving_it.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        serving_it.join()


def test_a_message_and_what_opens_the_next_one_are_one_packet():
    packets: list[bytes] = []

    def take(server: socket.socket) -> None:
        for said in (b"250 x\r\n250 x\r\n354 x\r\n", b"250 x\r\n250 x\r\n250 x\r\n354 x\r\n", b"250 x\r\n"):
            packets.append(server.recv(65_536))
            server.sendall(said)

    with serving(take) as port, Connection(settings_for(port)) as connection:
        results = send_all(connection, "ann", "ben")
    assert outcomes(results) == [ACCEPTED] * 2
    assert packets == [opening("ann"), MESSAGE + DOT[2:] + opening("ben"), MESSAGE + DOT[2:]]


def test_without_pipelining_nothing_is_announced():
    with ScriptedServer(extensions=()) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben")
        assert not connection.announces
    assert outcomes(results) == [ACCEPTED] * 2
    assert server.commands == ["CONNECT", "EHLO", *["MAIL", "RCPT", "DATA", "END"] * 2, "QUIT"]


def test_all_arrive_once_over_one_connection():
    names = [f"p{number}" for number in range(50)]
    with ScriptedServer() as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, *names)
    assert outcomes(results) == [ACCEPTED] * 50
    assert server.received == [(address(name), MESSAGE) for name in names]
    assert server.connections == 1


def test_for_another_than_was_announced_the_connection_is_opened_anew():
    with ScriptedServer() as server, Connection(settings_for(server.port)) as connection:
        results = [send(connection, "ann", "ben"), send(connection, "carl", "dora"), send(connection, "dora")]
    assert outcomes(results) == [ACCEPTED] * 3
    assert server.received == [(address(name), MESSAGE) for name in ("ann", "carl", "dora")]
    assert server.connections == 2


def test_who_says_goodbye_after_an_announcement_sends_no_message_by_it():
    with ScriptedServer() as server:
        connection = Connection(settings_for(server.port))
        send(connection, "ann", "ben")
        wait_for(lambda: server.commands[-1] == "DATA")
        connection.close()
        wait_for(lambda: server.unfinished)
        send(connection, "carl")
        connection.close()
        wait_for(lambda: server.commands[-1] == "QUIT")
    assert [name for name, _ in server.received] == [address("ann"), address("carl")]
    assert server.unfinished == [b""]


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        ("RCPT", "550 5.1.1 no such user", [ACCEPTED, NEVER, ACCEPTED]),
        ("RCPT", "450 4.2.1 later", [ACCEPTED, LATER, ACCEPTED]),
        ("END", "554 5.7.1 spam", [ACCEPTED, NEVER, ACCEPTED]),
        ("END", "452 4.3.1 full", [ACCEPTED, LATER, ACCEPTED]),
    ],
)
def test_what_is_refused_leaves_those_before_and_after_alone(command, said, expected):
    def refuse_ben(name: str, argument: str) -> str:
        return said if name == command and "ben@" in argument else "default"

    with ScriptedServer(refuse_ben) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben", "carl")
    assert outcomes(results) == expected
    assert results[1].reason == said
    assert [name for name, body in server.received if body and name != address("ben")] == [
        address("ann"),
        address("carl"),
    ]
    assert server.connections == 1


def test_one_that_is_too_large_for_the_server_costs_nobody_else():
    with (
        ScriptedServer(extensions=("PIPELINING", "SIZE 100")) as server,
        Connection(settings_for(server.port)) as connection,
    ):
        results = [
            send(connection, "ann", "ben"),
            send(connection, "ben", message=b"x" * 101),
            send(connection, "carl"),
        ]
    assert outcomes(results) == [ACCEPTED, NEVER, ACCEPTED]
    assert [name for name, _ in server.received] == [address("ann"), address("carl")]


def test_one_that_is_not_answered_is_unclear_and_what_it_announced_is_sent():
    def hang_up_on_ann(command: str, argument: str) -> str | None:
        return None if command == "END" and "ann@" in argument else "default"

    with ScriptedServer(hang_up_on_ann) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben", "carl")
    assert outcomes(results) == [UNCLEAR, ACCEPTED, ACCEPTED]
    assert [name for name, _ in server.received] == [address(name) for name in ("ann", "ben", "carl")]


def test_a_server_that_closes_after_each_message_gets_all_of_them():
    def close(command: str, _: str) -> str:
        return "421 4.7.0 one at a time" if command == "MAIL" and server.commands[-2] == "END" else "default"

    with ScriptedServer(close) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben", "carl")
    assert outcomes(results) == [ACCEPTED] * 3
    assert (len(server.received), server.connections) == (3, 3)


@pytest.mark.parametrize("said", ["503 5.5.1 bad sequence", "554 synchronization error", "550 not like this"])
def test_a_server_that_expects_nothing_behind_a_message_is_told_nothing_there_any_more(said):
    def lose_the_thread(command: str, _: str) -> str:
        return said if command == "MAIL" and server.commands[-2] == "END" else "default"

    with ScriptedServer(lose_the_thread) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben")
        assert not connection.announces
    assert outcomes(results) == [ACCEPTED] * 2
    assert [name for name, body in server.received if body] == [address("ann"), address("ben")]
    assert server.connections == 2


def test_a_server_that_forgets_what_comes_with_a_message_gets_all_of_them():
    received: list[bytes] = []

    def forget(server: socket.socket) -> None:
        while server.recv(65_536):
            server.sendall(b"250 x\r\n250 x\r\n354 x\r\n")
            body = b""
            while DOT not in body:
                if not (more := server.recv(65_536)):
                    return
                body += more
            received.append(body)
            server.sendall(b"250 x\r\n")

    with serving(forget) as port, Connection(settings_for(port, timeout_s=0.3)) as connection:
        results = send_all(connection, "ann", "ben", "carl")
    assert outcomes(results) == [ACCEPTED] * 3
    assert received == [MESSAGE + DOT[2:] + opening("ben"), MESSAGE + DOT[2:], MESSAGE + DOT[2:]]


@pytest.mark.parametrize("said", ["250 yes\r\n250 yes", "250 yes\r\n550 no"])
def test_no_answer_is_taken_for_another_where_a_server_says_more_than_it_was_asked(said):
    def answer(command: str, argument: str) -> str:
        if command == "RCPT" and "gone@" in argument:
            return "550 5.1.1 gone"
        return said if command == "END" else "default"

    with ScriptedServer(answer) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben", "gone", "carl")
    assert outcomes(results) == [ACCEPTED, ACCEPTED, NEVER, ACCEPTED]
    assert results[2].reason == "550 5.1.1 gone"
    assert [name for name, body in server.received if body] == [address(name) for name in ("ann", "ben", "carl")]


def test_a_refused_sender_is_not_taken_for_a_refused_recipient_where_a_server_says_too_much():
    """Its answers to what was announced are one line late: the recipient's place has the sender's refusal."""
    is_behind = threading.Event()

    def refuse_behind(command: str, _: str) -> str:
        if command == "CONNECT":
            is_behind.clear()
        elif command == "END":
            is_behind.set()
            return "250 yes\r\n250 yes"
        refusals = {"MAIL": "550 not you", "RCPT": "503 no", "DATA": "503 no"} if is_behind.is_set() else {}
        return refusals.get(command, "default")

    with ScriptedServer(refuse_behind) as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben")
    assert outcomes(results) == [ACCEPTED] * 2
    assert [name for name, body in server.received if body] == [address("ann"), address("ben")]


def test_nor_where_the_line_too_much_shows_only_later():
    """What the server says to the next command is then the rest of its answers."""
    received: list[bytes] = []

    def be_one_line_late(server: socket.socket) -> None:
        server.recv(65_536)
        server.sendall(b"250 x\r\n250 x\r\n354 x\r\n")
        received.append(server.recv(65_536))
        if len(received) > 1:
            server.sendall(b"250 x\r\n")
            return
        server.sendall(b"250 x\r\n250 too much\r\n550 not you\r\n503 no\r\n")
        server.recv(65_536)
        server.sendall(b"503 no\r\n")

    with serving(be_one_line_late) as port, Connection(settings_for(port)) as connection:
        results = send_all(connection, "ann", "ben")
        assert not connection.may_announce
    assert outcomes(results) == [ACCEPTED] * 2
    assert received == [MESSAGE + DOT[2:] + opening("ben"), MESSAGE + DOT[2:]]


@pytest.mark.parametrize("last_words", [b"", b"421 4.4.2 timeout\r\n"])
def test_a_server_that_has_stopped_waiting_for_what_was_announced_is_asked_anew(last_words):
    """Its answers came with those to the message before; what it has done since shows only at the connection."""
    received: list[bytes] = []

    def wait_a_little(server: socket.socket) -> None:
        server.recv(65_536)
        server.sendall(b"250 x\r\n250 x\r\n354 x\r\n")
        received.append(server.recv(65_536))
        server.sendall(b"250 x\r\n" + (b"250 x\r\n250 x\r\n354 x\r\n" if len(received) == 1 else b"") + last_words)

    with serving(wait_a_little) as port, Connection(settings_for(port)) as connection:
        first = send(connection, "ann", "ben")
        time.sleep(0.1)
        second = send(connection, "ben")
        assert connection.may_announce
    assert outcomes([first, second]) == [ACCEPTED] * 2
    assert received == [MESSAGE + DOT[2:] + opening("ben"), MESSAGE + DOT[2:]]


def test_what_was_announced_long_ago_is_announced_anew(monkeypatch):
    monkeypatch.setattr(smtp, "ANNOUNCED_FOR_S", 0.0)
    with ScriptedServer() as server, Connection(settings_for(server.port)) as connection:
        results = send_all(connection, "ann", "ben")
    assert outcomes(results) == [ACCEPTED] * 2
    assert (len(server.received), server.connections) == (2, 2)


class CutAfterTheDot:
    """A socket over which one message leaves, and nothing that is behind it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._is_cut = sock, False

    def __getattr__(self, name: str):
        return getattr(self._sock, name)

    def send(self, data: memoryview) -> int:
        if self._is_cut:
            raise ConnectionResetError("reset")
        message, dot, _ = bytes(data).partition(DOT)
        self._is_cut = bool(dot)
        return self._sock.send(message + dot)


@pytest.mark.parametrize(("said", "outcome"), [("250 ok", ACCEPTED), ("554 no", NEVER), ("", UNCLEAR), (None, UNCLEAR)])
def test_a_message_that_has_left_whole_is_never_taken_for_one_that_has_not(monkeypatch, said, outcome):
    """Its answer has the time that every answer to a message has."""
    monkeypatch.setattr(smtp, "LAST_WORDS_S", 0.0)

    def answer(command: str, _: str) -> str | None:
        if command != "END":
            return "default"
        time.sleep(0.2)
        return said

    with ScriptedServer(answer) as server:
        connection = Connection(settings_for(server.port, timeout_s=0.6))
        connection.connect()
        connection._wire.sock = CutAfterTheDot(connection.socket)
        assert send(connection, "ann", "ben").outcome is outcome
        assert connection.socket is None
        assert server.received == [(address("ann"), MESSAGE)]
