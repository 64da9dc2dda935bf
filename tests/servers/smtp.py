"""A real SMTP server for tests on loopback: keeps what it takes, asks for sign-in, refuses or hangs on demand."""

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = b"correct horse"


@dataclass
class Outbox:
    """`refuse` maps a recipient to the answer it gets at RCPT, such as "554 5.7.1 no" or "450 4.2.1 later".

    `is_held` says whether an account holds an access token; without it nobody signs in by XOAUTH2.
    """

    port: int = 0
    host: str = "127.0.0.1"
    needs_sign_in: bool = False
    password: str = PASSWORD.decode()
    refuse: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    is_held: Callable[[str, str], bool] = lambda username, token: False
    signed_in: list[str] = field(default_factory=list)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        """As Google does it: a challenge that names the status comes before the refusal."""
        parts = base64.b64decode(args[1]).decode().split("\x01")
        username, token = parts[0].removeprefix("user="), parts[1].removeprefix("auth=Bearer ")
        if self.is_held(username, token):
            self.signed_in.append(username)
            return AuthResult(success=True, auth_data=username)
        told = base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}').decode()
        await server.push(f"334 {told}")
        answer = await server._reader.readline()
        assert answer == b"\r\n", answer
        await server.push("535 5.7.8 Username and Password not accepted")
        return AuthResult(success=False, handled=True)

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(data) for _, _, data in self.taken]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.needs_sign_in and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.taken.append((envelope.mail_from or "", ",".join(envelope.rcpt_tos), content))
        return "250 2.0.0 OK"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data.password == PASSWORD
    return AuthResult(success=is_right, handled=False)


@contextmanager
def running(*, needs_sign_in: bool = False) -> Iterator[Outbox]:
    """Start the server and stop it again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        outbox = Outbox(port=listener.getsockname()[1], needs_sign_in=needs_sign_in)
    controller = Controller(
        outbox, hostname=outbox.host, port=outbox.port, authenticator=_authenticate, auth_require_tls=False
    )
    controller.start()
    try:
        yield outbox
    finally:
        controller.stop()
