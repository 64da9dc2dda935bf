"""An SMTP server on loopback that answers as a test tells it to, also wrongly, late or not at all."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

Answer = str | None
GREETING = "220 scripted ESMTP"


@dataclass
class ScriptedServer:
    """`answer(command, argument)` gives the reply to a command (CONNECT, EHLO, MAIL, RCPT, DATA, END …).

    "" hangs, None closes the connection, as it is after 421; "default" is what a friendly server says. `received` holds the messages whose
    final dot arrived, with the recipient; `unfinished` what came of others; `commands` all commands in order.
    """

    answer: Callable[[str, str], Answer] = lambda command, argument: "default"
    extensions: tuple[str, ...] = ("PIPELINING",)
    received: list[tuple[str, bytes]] = field(default_factory=list)
    unfinished: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __enter__(self) -> "ScriptedServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ended = threading.Event()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_all()
        self._thread.join()

    def close_all(self) -> None:
        """Close the connections that are open, as a server does with idle ones."""
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            try:
                self._talk(connection, lines)
            except OSError:
                return

    def _talk(self, connection: socket.socket, lines) -> None:
        recipient = ""
        if not self._reply(connection, "CONNECT", ""):
            return
        while line := lines.readline():
            command, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            command = command.upper()
            recipient = argument if command == "RCPT" else recipient
            said = self._reply(connection, command, argument)
            if not said or command == "QUIT" or said.startswith("421"):
                return
            if command == "DATA" and said.startswith("354"):
                body, is_whole = read_body(lines)
                if not is_whole:
                    self.unfinished.append(body)
                    return
                self.received.append((recipient.removeprefix("TO:").strip("<>"), body))
                if not self._reply(connection, "END", recipient):
                    return

    def _reply(self, connection: socket.socket, command: str, argument: str) -> str:
        self.commands.append(command)
        answer = self.answer(command, argument)
        if answer == "default":
            answer = self._friendly(command)
        if answer == "":
            self._ended.wait(20)
        if not answer:
            time.sleep(0.01)
            return ""
        connection.sendall(f"{answer}\r\n".encode())
        return answer

    def _friendly(self, command: str) -> str:
        special = {"CONNECT": GREETING, "DATA": "354 go on", "QUIT": "221 bye"}
        if command == "EHLO":
            names = ["scripted", *self.extensions]
            return "\r\n".join(f"250{' ' if name is names[-1] else '-'}{name}" for name in names)
        return special.get(command, "250 2.0.0 fine")


def read_body(lines: IO[bytes]) -> tuple[bytes, bool]:
    """A message's lines, and whether its final dot came."""
    body = b""
    with suppress(ConnectionResetError):
        while (line := lines.readline()) not in (b".\r\n", b""):
            body += line
        return body, bool(line)
    return body, False
