import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from rapport.mail.smtp import Connection, Outcome, Scope, SendResult
from rapport.mail.smtp_opening import Security, SmtpSettings, brief, check_connection
from rapport.mail.tests.scripted_smtp import ScriptedServer

MESSAGE = b"Subject: x\r\n\r\nhello\r\n"


def settings_for(server: ScriptedServer, **changes) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", server.port, **({"security": Security.PLAIN, "timeout_s": 5} | changes))


def send(connection: Connection, recipient: str = "carl@example.net", message: bytes = MESSAGE):
    return connection.send(sender="rita@example.org", recipient=recipient, message=message)


def say(**answers: str | None):
    """A script from command names to answers; a recipient's name in capitals is a key of its own for RCPT and END."""

    def answer(command: str, argument: str) -> str | None:
        for name, reply in answers.items():
            if name == command or (command == "RCPT" and name.islower() and name in argument):
                return reply
        return "default"

    return answer


def ending(said: str | None):
    """A script that answers the first message so, and the others as usual."""
    replies = iter([said])
    return lambda command, _: next(replies, "default") if command == "END" else "default"


@pytest.mark.parametrize("extensions", [("PIPELINING", "8BITMIME"), ("8BITMIME",)])
def test_messages_share_one_connection_and_arrive_whole(extensions):
    with ScriptedServer(extensions=extensions) as server, Connection(settings_for(server)) as connection:
        results = [send(connection, f"p{n}@example.net", b"a\n.b\n..c\r\n.") for n in range(3)]
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 3
    assert results[0] == SendResult(Outcome.ACCEPTED, 250, "250 2.0.0 fine")
    assert server.connections == 1
    assert server.received == [(f"p{n}@example.net", b"a\r\n..b\r\n...c\r\n..\r\n") for n in range(3)]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("8BITMIME",)])
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, SendResult(Outcome.NEVER, 550, "550 5.1.1 no such user")),
        ({"RCPT": "450 4.2.1 come back"}, SendResult(Outcome.LATER, 450, "450 4.2.1 come back")),
        ({"MAIL": "450 slow down"}, SendResult(Outcome.LATER, 450, "450 slow down", Scope.MAILBOX)),
        ({"MAIL": "553 not your address"}, SendResult(Outcome.NEVER, 553, "553 not your address", Scope.MAILBOX)),
        ({"DATA": "451 greylisted"}, SendResult(Outcome.LATER, 451, "451 greylisted")),
        ({"END": "554 5.7.1 spam"}, SendResult(Outcome.NEVER, 554, "554 5.7.1 spam")),
        ({"RCPT": "421 4.7.0 too much"}, SendResult(Outcome.LATER, 421, "421 4.7.0 too much")),
        ({"RCPT": "421 4.3.2 bye"}, SendResult(Outcome.LATER, 421, "421 4.3.2 bye", Scope.MAILBOX)),
        ({"END": "421 4.7.0 too much"}, SendResult(Outcome.LATER, 421, "421 4.7.0 too much")),
        ({"MAIL": "421 4.7.0 too much"}, SendResult(Outcome.LATER, 421, "421 4.7.0 too much", Scope.MAILBOX)),
        ({"END": "452 full"}, SendResult(Outcome.LATER, 452, "452 full")),
        ({"END": "421 bye"}, SendResult(Outcome.LATER, 421, "421 bye", Scope.MAILBOX)),
    ],
)
def test_refusals_are_sorted(answers, expected, extensions):
    with ScriptedServer(say(**answers), extensions) as server, Connection(settings_for(server)) as connection:
        assert send(connection) == expected


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_an_answer_without_a_code_means_later_and_has_none(command):
    with ScriptedServer(say(**{command: "hello there"}), ()) as server, Connection(settings_for(server)) as connection:
        result = send(connection)
    assert (result.outcome, result.code, result.reason) == (Outcome.LATER, 0, "hello there")


@pytest.mark.parametrize(
    ("said", "told"),
    [("no\0body", "no body"), ("half \ud83d", "half ?"), ("two\r\nlines", "two lines"), ("", "OSError")],
)
def test_an_error_is_told_in_one_line_that_can_be_kept(said, told):
    assert brief(OSError(said)) == told


def test_one_refused_with_554_and_one_with_450_leave_the_rest_alone():
    script = say(never="554 no", later="450 wait")
    with ScriptedServer(script) as server, Connection(settings_for(server)) as connection:
        names = ["a", "never", "b", "later", "c"]
        outcomes = [send(connection, f"{name}@example.net").outcome for name in names]
    assert outcomes == ["accepted", "never", "accepted", "later", "accepted"]
    assert server.connections == 1
    assert [to for to, body in server.received if body] == ["a@example.net", "b@example.net", "c@example.net"]


@pytest.mark.parametrize("code", [450, 554])
def test_mass_refusals_need_one_connection(code):
    with ScriptedServer(say(RCPT=f"{code} no")) as server, Connection(settings_for(server)) as connection:
        assert {send(connection, f"p{n}@example.net").code for n in range(200)} == {code}
    assert server.connections == 1


def test_no_answer_after_the_final_dot_is_unclear_and_the_next_message_goes_on():
    with ScriptedServer(ending(None)) as server, Connection(settings_for(server)) as connection:
        first, second = send(connection), send(connection)
    assert (first.outcome, second.outcome) == (Outcome.UNCLEAR, Outcome.ACCEPTED)
    assert first.reason.startswith("The message was handed over, but 127.0.0.1 did not confirm it (")
    assert len(server.received) == 2


def test_a_server_that_hangs_after_the_final_dot_is_unclear():
    with ScriptedServer(say(END="")) as server:
        connection = Connection(settings_for(server, final_timeout_s=0.2))
        result = send(connection)
        connection.close()
    assert result.outcome is Outcome.UNCLEAR
    assert "timed out" in result.reason


@pytest.mark.parametrize("said", ["what?", "354 go on", "150 wait"])
def test_an_answer_to_no_message_is_unclear(said):
    """Whether the message was taken nobody knows: it must not go out again."""
    with ScriptedServer(ending(said)) as server, Connection(settings_for(server)) as connection:
        first, second = send(connection), send(connection)
    assert (first.outcome, second.outcome) == (Outcome.UNCLEAR, Outcome.ACCEPTED)
    assert first.reason == f"The message was handed over, but 127.0.0.1 did not confirm it ({said})"
    assert server.connections == 2


@pytest.mark.parametrize(("extensions", "connections"), [(("PIPELINING",), 4), (("8BITMIME",), 3)])
def test_a_server_that_says_more_than_it_was_asked_is_left_and_no_answer_is_taken_for_another(extensions, connections):
    script = say(END="250 yes\r\n250 yes", gone="550 no")
    with ScriptedServer(script, extensions) as server, Connection(settings_for(server)) as connection:
        results = [send(connection, f"{name}@example.net") for name in ("carl", "gone", "carl", "carl")]
    assert [(result.outcome, result.code) for result in results] == [
        (Outcome.ACCEPTED, 250), (Outcome.NEVER, 550), (Outcome.ACCEPTED, 250), (Outcome.ACCEPTED, 250),
    ]  # fmt: skip
    assert server.connections == connections
    assert [to for to, body in server.received if body] == ["carl@example.net"] * 3


def test_why_a_server_takes_no_more_of_a_message_is_told():
    """It refuses and closes while the message is still being written."""

    def take_a_little(server: socket.socket) -> None:
        for said in (b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"354 x\r\n"):
            server.sendall(said)
            server.recv(65_536)
        server.sendall(b"552 5.3.4 too big\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = threading.Thread(target=lambda: serve_once(listener, take_a_little))
        served.start()
        settings = SmtpSettings("127.0.0.1", listener.getsockname()[1], Security.PLAIN, timeout_s=5)
        result = send(Connection(settings), message=b"x" * 25_000_000)
        served.join()
    assert result == SendResult(Outcome.NEVER, 552, "552 5.3.4 too big")


def serve_once(listener: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    connection, _ = listener.accept()
    with connection:
        talk(connection)


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "DATA"])
def test_a_server_that_hangs_before_the_message_means_later(command):
    with ScriptedServer(say(**{command: ""})) as server:
        result = send(Connection(settings_for(server, timeout_s=0.2)))
    assert (result.outcome, result.scope) == (Outcome.LATER, Scope.MAILBOX)
    assert result.reason == (
        f"127.0.0.1:{server.port} did not answer within 0.2 seconds. Check the port and the firewall"
    )
    assert server.connections == 1
    assert server.received == []


@pytest.mark.parametrize("command", ["CONNECT", "MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_message_means_later(command):
    with ScriptedServer(say(**{command: None})) as server:
        result = send(Connection(settings_for(server)))
    assert (result.outcome, result.scope) == (Outcome.LATER, Scope.MAILBOX)
    assert server.received == []


def test_a_kept_connection_that_the_server_closed_is_opened_again_unnoticed():
    with ScriptedServer() as server, Connection(settings_for(server)) as connection:
        send(connection)
        server.close_all()
        assert send(connection).outcome is Outcome.ACCEPTED
    assert server.connections == 2
    assert len(server.received) == 2


def test_a_server_that_is_not_there_means_later():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    result = send(Connection(SmtpSettings("127.0.0.1", port, Security.PLAIN)))
    assert result == SendResult(
        Outcome.LATER,
        0,
        f"Nothing answers at 127.0.0.1:{port}. Check the port: 587 for STARTTLS, 465 for SSL",
        Scope.MAILBOX,
    )


@pytest.mark.parametrize(
    "recipient", ["carl", "a@b>\r\nRCPT TO:<eve@example.org", "a b@example.net", "ü@example.net", ""]
)
def test_an_impossible_address_is_never_sent_to(recipient):
    with ScriptedServer() as server:
        result = send(Connection(settings_for(server)), recipient)
    assert result.outcome is Outcome.NEVER
    assert server.commands == []


def test_a_message_over_the_servers_limit_is_not_tried():
    with (
        ScriptedServer(extensions=("PIPELINING", "SIZE 1000")) as server,
        Connection(settings_for(server)) as connection,
    ):
        result = send(connection, message=b"x" * 2000)
    assert result == SendResult(Outcome.NEVER, 552, "The message has 2,000 bytes, the server takes 1,000")


@pytest.mark.parametrize(
    ("script", "changes", "said"),
    [
        (say(), {}, ""),
        (say(AUTH="535 5.7.8 wrong"), {"username": "rita", "password": "x"}, "refused the user name or password: 535"),
        (say(), {"security": Security.STARTTLS}, "does not offer STARTTLS. Choose SSL"),
        (say(), {"security": Security.SSL}, "does not speak TLS from the start. Choose STARTTLS"),
        (say(CONNECT="554 go away"), {}, "answered: 554 go away"),
        (say(), {"host": "no-such-host.invalid"}, "There is no server named no-such-host.invalid"),
        (say(), {"host": "mail..example.org"}, "mail..example.org cannot be the name of a server. Check the spelling"),
        (say(AUTH="334 abc"), {"username": "rita", "password": "x"}, "in a way that Rapport does not understand"),
    ],
)
def test_the_connection_check_says_what_is_wrong(script, changes, said):
    with ScriptedServer(script, ("PIPELINING", "AUTH CRAM-MD5 PLAIN LOGIN")) as server:
        settings = settings_for(server)
        tried = replace(settings, **changes)
        problem = check_connection(tried)
        with Connection(tried) as connection:
            result = connection.connect()
    assert said in problem
    assert bool(said) == bool(problem)
    assert (result.reason if result else "") == problem


def test_the_password_does_not_show_in_a_log():
    assert "hunter2" not in repr(SmtpSettings("mail.example.org", username="rita", password="hunter2"))
