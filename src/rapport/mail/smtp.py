"""Sending over SMTP: kept connections, and results sorted where they happen (RFC 5321).

| outcome  | what happened                                                        | what the caller may do        |
|----------|----------------------------------------------------------------------|-------------------------------|
| accepted | the server answered 250 after the final dot                          | count it as sent              |
| later    | a 4xx answer, or no connection before the final dot was handed over  | try again later               |
| never    | a 5xx answer, or an address or size that cannot be sent              | give up, tell why             |
| unclear  | the final dot was sent and no answer came, or none to a message      | show it, never resend blindly |

`scope` says whom the answer is about: the recipient, or the mailbox (no connection, sign-in, sender, 421), in which
case the messages that wait behind it would fare no better.
"""

import base64
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from rapport.mail import xoauth2
from rapport.mail.line import Line, tls_context
from rapport.mail.throttling import says_too_many
from rapport.mail.wire import OutOfTimeError, Talk, Wire, run_alone

_ENVELOPE_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?A-~]+")
_LINE_START_DOT = re.compile(rb"(?m)^\.")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_DOT_LINE = b".\r\n"
LAST_WORDS_S = 1.0  # for reading what has been said by now, if it comes in pieces
# A host that cannot be a name, or a challenge that is no base64, is a ValueError to Python's own modules.
_NO_CONNECTION = (OSError, smtplib.SMTPException, ValueError)


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNCLEAR = "unclear"


class Scope(StrEnum):
    RECIPIENT = "recipient"
    MAILBOX = "mailbox"


class Security(StrEnum):
    """How the connection is protected: from the first byte, after STARTTLS, or not at all."""

    SSL = "ssl"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class SendResult:
    """`code` is the server's reply, 0 where there was none; `reason` can be shown to people."""

    outcome: Outcome
    code: int = 0
    reason: str = ""
    scope: Scope = Scope.RECIPIENT


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """`timeout_s` holds for each wait, `final_timeout_s` for the answer after the final dot, from its first byte to its last.

    RFC 5321 section 4.5.3.2.6 asks for ten minutes there, because giving up early makes the outcome unclear. `whole_timeout_s`
    holds for connecting and signing in together, and for everything of a message before its final dot: each wait of a server
    that drips begins anew with every byte.
    With `token` the user signs in by XOAUTH2 instead of the password.
    """

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = ""
    token: xoauth2.TokenSource | None = None
    timeout_s: float = 30
    final_timeout_s: float = 600
    whole_timeout_s: float = 180
    local_hostname: str | None = None
    verify_certificate: bool = True

    def __repr__(self) -> str:
        return f"SmtpSettings({self.host}:{self.port} {self.security} {self.username!r})"


class _RefusedError(Exception):
    """The server answered a command with 4xx or 5xx; `scope` is whom the answer is about."""

    def __init__(self, code: int, text: bytes, scope: Scope) -> None:
        self.code, self.text, self.scope = code, text, scope
        super().__init__(code, text)


class StaleError(Exception):
    """A kept connection is closed by the server or out of step before it took anything of this message: connect again."""


class Connection:
    """One kept SMTP connection, for one thread at a time.

    `send` connects when needed, sends and waits. Whoever serves many connections at once calls `connect`, which waits, and
    runs the `talk`s. Neither raises what the server or the network does: a SendResult tells it.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._wire: Wire | None = None
        self._is_fresh = False

    @property
    def socket(self) -> socket.socket | None:
        """The connected socket; None while there is none."""
        return self._wire.sock if self._wire else None

    def send(self, *, sender: str, recipient: str, message: bytes) -> SendResult:
        """Send one message in one mail transaction; `message` is RFC 5322 bytes without dot-stuffing."""
        if refused := impossible(sender, recipient):
            return refused
        while True:
            if self._wire is None and (problem := self.connect()):
                return problem
            assert self._wire is not None
            try:
                return run_alone(self._wire.sock, self.talk(sender=sender, recipient=recipient, message=message))
            except StaleError:
                continue

    def connect(self) -> SendResult | None:
        """Connect and sign in, waiting for it; returns what is wrong, if anything."""
        try:
            self.open()
        except _NO_CONNECTION as error:
            return _lost(error, self.settings)
        return None

    def open(self) -> None:
        """Connect and sign in if not connected. Raises OSError, smtplib.SMTPException or ValueError as they come."""
        if self._wire is None:
            self._smtp = _connect(self.settings)
            assert self._smtp.sock is not None
            self._wire, self._is_fresh = Wire(self._smtp.sock), True

    def close(self) -> None:
        """Say goodbye and close; never raises, and waits for no answer."""
        try:
            if self._wire is not None:
                self._wire.sock.send(b"QUIT\r\n")
        except OSError:
            pass
        self._drop()

    def talk(self, *, sender: str, recipient: str, message: bytes) -> Talk[SendResult]:
        """Send one message over the connection that is open, to possible addresses (see `impossible`).

        Raises StaleError only where the connection was kept from an earlier message.
        """
        smtp, wire = self._smtp, self._wire
        assert smtp is not None
        assert wire is not None
        was_kept, self._is_fresh = not self._is_fresh, False
        wire.limit(self.settings.whole_timeout_s)
        try:
            if limit := _size_limit(smtp, len(message)):
                reason = f"The message has {len(message):,} bytes, the server takes {limit:,}"
                return SendResult(Outcome.NEVER, 552, reason)
            yield from self._begin(smtp, wire, f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>")
        except _RefusedError as refused:
            if was_kept and refused.code == 421:
                self._drop()
                raise StaleError from refused
            return (yield from self._refusal(wire, refused))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            if was_kept and not _timed_out(error):
                raise StaleError from error
            return _lost(error, self.settings)
        return (yield from self._deliver(wire, _stuffed(message)))

    def _begin(self, smtp: smtplib.SMTP, wire: Wire, mail: str, rcpt: str) -> Talk[None]:
        """MAIL, RCPT and DATA, in one packet where the server announces PIPELINING (RFC 2920)."""
        for_s = self.settings.timeout_s
        if not smtp.has_extn("pipelining"):
            yield from _command(wire, for_s, mail, Scope.MAILBOX)
            yield from _command(wire, for_s, rcpt)
            yield from _command(wire, for_s, "DATA", expected=3)
            return
        yield from wire.write(f"{mail}\r\n{rcpt}\r\nDATA\r\n".encode("ascii"), for_s)
        replies = []
        for scope in (Scope.MAILBOX, Scope.RECIPIENT, Scope.RECIPIENT):
            code, text = yield from wire.reply(for_s)
            if code == 421:  # it closes the connection, and need not answer the rest
                raise _RefusedError(code, text, scope)
            replies.append((code, text))
        if replies[2][0] == 354 and (replies[0][0] // 100 != 2 or replies[1][0] // 100 != 2):
            # The server waits for a message without recipient; RFC 2920 section 3.1 ends it with a single dot.
            yield from wire.write(_DOT_LINE, for_s)
            yield from wire.reply(for_s)
        for (code, text), scope, wanted in zip(
            replies, (Scope.MAILBOX, Scope.RECIPIENT, Scope.RECIPIENT), (2, 2, 3), strict=True
        ):
            if code // 100 != wanted:
                raise _RefusedError(code, text, scope)

    def _deliver(self, wire: Wire, body: bytes) -> Talk[SendResult]:
        try:
            # The dot is in the last bytes: as long as writing fails, the server cannot have the whole message
            # (RFC 5321 section 4.1.1.4 forbids it to deliver a part).
            yield from wire.write(body, self.settings.timeout_s)
        except OSError as error:
            return (yield from self._cut_off(wire, error))
        wire.limit(self.settings.final_timeout_s)
        try:
            code, text = yield from wire.reply(self.settings.final_timeout_s)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return _unconfirmed(_brief(error), self.settings)
        if code // 100 in (4, 5):
            return (yield from self._refusal(wire, _RefusedError(code, text, Scope.RECIPIENT)))
        if code // 100 != 2:  # no answer to a message; whether one is still to come nobody knows
            self._drop()
            return _unconfirmed(_readable(code, text), self.settings)
        return SendResult(Outcome.ACCEPTED, code, _readable(code, text))

    def _cut_off(self, wire: Wire, error: OSError) -> Talk[SendResult]:
        """The server took no more of the message; it may have said why, and closed, while it was still being written."""
        wire.limit(LAST_WORDS_S)
        try:
            code, text = yield from wire.reply(0)
        except (OSError, smtplib.SMTPException):
            code, text = 0, b""
        self._drop()
        if code // 100 not in (4, 5):
            return _lost(error, self.settings)
        outcome = Outcome.NEVER if code // 100 == 5 else Outcome.LATER
        said = _readable(code, text)
        return SendResult(outcome, code, said, _scope_of(code, said, Scope.RECIPIENT))

    def _refusal(self, wire: Wire, refused: _RefusedError) -> Talk[SendResult]:
        """Sort a refusal, and leave the connection ready for the next message or closed."""
        outcome = Outcome.NEVER if refused.code // 100 == 5 else Outcome.LATER
        said = _readable(refused.code, refused.text)
        if refused.code == 421:  # the server is closing the connection (RFC 5321 section 3.8)
            self._drop()
        else:
            wire.limit(self.settings.timeout_s)
            try:
                yield from _command(wire, self.settings.timeout_s, "RSET")
            except (OSError, smtplib.SMTPException, _RefusedError):
                self._drop()
        return SendResult(outcome, refused.code, said, _scope_of(refused.code, said, refused.scope))

    def _drop(self) -> None:
        smtp, self._smtp, self._wire = self._smtp, None, None
        if smtp is not None:
            smtp.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check_connection(settings: SmtpSettings) -> str:
    """Connect and sign in as sending would; returns what is wrong and how to mend it, or "" when all is well."""
    connection = Connection(settings)
    try:
        connection.open()
    except _NO_CONNECTION as error:
        return explain(error, settings)
    finally:
        connection.close()
    return ""


def explain(error: BaseException, settings: SmtpSettings) -> str:
    """A sentence on a failed connection or sign-in, for the person who owns the mailbox."""
    where = f"{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib keeps only the words of what happened to the socket
    match error:
        case xoauth2.NoToken():
            return str(error)
        case smtplib.SMTPAuthenticationError() if settings.token:
            return xoauth2.refusal(where, settings.username, _readable(error.smtp_code, _as_bytes(error.smtp_error)))
        case smtplib.SMTPAuthenticationError():
            said = _readable(error.smtp_code, _as_bytes(error.smtp_error))
            return f"{where} refused the user name or password: {said}"
        case smtplib.SMTPNotSupportedError() if settings.security is Security.STARTTLS:
            return (
                f"{where} does not offer STARTTLS. Choose SSL (usually port 465), or no encryption on a trusted network"
            )
        case smtplib.SMTPNotSupportedError() if settings.security is Security.PLAIN:
            return f"{where} offers no sign-in without encryption. Choose STARTTLS, or leave the user name empty"
        case smtplib.SMTPNotSupportedError():
            return f"{where} does not offer a sign-in that Rapport knows. Leave the user name empty if none is needed"
        case smtplib.SMTPResponseException():
            return f"{where} answered: {_readable(error.smtp_code, _as_bytes(error.smtp_error))}"
        case ssl.SSLCertVerificationError():
            return f"The certificate of {where} could not be verified: {error.verify_message}"
        case ssl.SSLError() if settings.security is Security.SSL:
            return f"{where} does not speak TLS from the start. Choose STARTTLS (usually port 587)"
        case ssl.SSLError():
            return f"The encrypted connection to {where} failed: {_brief(error)}"
        case socket.gaierror():
            return f"There is no server named {settings.host}. Check the spelling"
        case ConnectionRefusedError():
            return f"Nothing answers at {where}. Check the port: 587 for STARTTLS, 465 for SSL"
        case OutOfTimeError():
            return f"{where} was too slow: it did not come to an end within {settings.whole_timeout_s:g} seconds"
        case TimeoutError():
            return f"{where} did not answer within {settings.timeout_s:g} seconds. Check the port and the firewall"
        case UnicodeError():
            return f"{settings.host} cannot be the name of a server. Check the spelling"
        case ValueError():
            return f"{where} answered in a way that Rapport does not understand: {_brief(error)}"
    return f"The connection to {where} was lost: {_brief(error)}"


def _connect(settings: SmtpSettings) -> smtplib.SMTP:
    context, line = tls_context(verify_certificate=settings.verify_certificate), Line()
    smtp = _Client(settings, context, line)
    try:
        with line.in_time(settings.whole_timeout_s):
            smtp.begin()
            smtp.ehlo_or_helo_if_needed()
            if settings.security is Security.STARTTLS:
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            if settings.token:
                xoauth2.sign_in(
                    settings.token,
                    lambda token: _sign_in_by_token(smtp, settings.username, token),
                    (smtplib.SMTPAuthenticationError,),
                )
            elif settings.username:
                _sign_in(smtp, settings.username, settings.password)
    except BaseException:
        smtp.close()
        raise
    finally:
        line.close()
    return smtp


class _Client(smtplib.SMTP):
    """Python's client on a line that can be cut."""

    def __init__(self, settings: SmtpSettings, context: ssl.SSLContext, line: Line) -> None:
        super().__init__(local_hostname=settings.local_hostname or socket.gethostname(), timeout=settings.timeout_s)
        self._settings, self._context, self._line = settings, context, line
        self._host = settings.host  # what a certificate has to name after STARTTLS

    def begin(self) -> None:
        """Connect and read the greeting. Raises as smtplib does."""
        code, text = self.connect(self._settings.host, self._settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line.attach(sock)
            if self._settings.security is Security.SSL:
                return self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
        return sock


def _sign_in(smtp: smtplib.SMTP, username: str, password: str) -> None:
    """smtplib signs in with ASCII only; other passwords go as UTF-8 by PLAIN (RFC 4616)."""
    if (username + password).isascii():
        smtp.login(username, password)
        return
    token = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
    code, text = smtp.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _sign_in_by_token(smtp: smtplib.SMTP, username: str, token: str) -> None:
    """A server that refuses by a challenge (334) says no only after the empty line that answers it."""
    if not smtp.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported by server.")
    response = base64.b64encode(xoauth2.initial_response(username, token)).decode()
    code, text = smtp.docmd("AUTH", f"XOAUTH2 {response}")
    named = ""
    if code == 334:
        named = xoauth2.read_challenge(text)
        code, text = smtp.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text + (f" ({named})".encode() if named else b""))


def impossible(sender: str, recipient: str) -> SendResult | None:
    """The answer where no mail can be sent from or to such an address; None where it can be tried."""
    for address in (sender, recipient):
        if not _ENVELOPE_ADDRESS.fullmatch(address):
            scope = Scope.MAILBOX if address is sender else Scope.RECIPIENT
            return SendResult(Outcome.NEVER, 0, f"{address!r} is not an address that mail can be sent to", scope)
    return None


def _scope_of(code: int, said: str, scope: Scope) -> Scope:
    """Whom an answer is about: a server that closes means all mail, unless it gets too much for the one recipient's domain."""
    if code == 421 and not (scope is Scope.RECIPIENT and says_too_many(said)):
        return Scope.MAILBOX
    return scope


def _command(wire: Wire, for_s: float, line: str, scope: Scope = Scope.RECIPIENT, expected: int = 2) -> Talk[None]:
    yield from wire.write(f"{line}\r\n".encode("ascii"), for_s)
    code, text = yield from wire.reply(for_s)
    if code // 100 != expected:
        raise _RefusedError(code, text, scope)


def _stuffed(message: bytes) -> bytes:
    """The message as DATA wants it: CRLF line ends, dots doubled at line starts, the final dot (RFC 5321 4.5.2)."""
    if message.count(b"\n") != message.count(b"\r\n") or message.count(b"\r") != message.count(b"\r\n"):
        message = _BARE_LINE_END.sub(b"\r\n", message)
    if message.startswith(b".") or b"\n." in message:
        message = _LINE_START_DOT.sub(b"..", message)
    return message + (_DOT_LINE if message.endswith(b"\r\n") else b"\r\n" + _DOT_LINE)


def _size_limit(smtp: smtplib.SMTP, size: int) -> int:
    """The server's limit in bytes where the message exceeds it (RFC 1870), else 0."""
    announced = smtp.esmtp_features.get("size", "").strip()
    limit = int(announced) if announced.isdigit() else 0
    return limit if limit and size > limit else 0


def _lost(error: BaseException, settings: SmtpSettings) -> SendResult:
    return SendResult(Outcome.LATER, _code_of(error), explain(error, settings), Scope.MAILBOX)


def _unconfirmed(said: str, settings: SmtpSettings) -> SendResult:
    reason = f"The message was handed over, but {settings.host} did not confirm it ({said})"
    return SendResult(Outcome.UNCLEAR, 0, reason)


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _code_of(error: BaseException) -> int:
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def _readable(code: int, text: bytes) -> str:
    said = " ".join(text.decode("utf-8", "replace").replace("\0", " ").split())
    return (f"{code} {said}" if code > 0 else said)[:500]


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
