"""Opening SMTP connections: protected, signed in, in time; and sentences on why one could not be opened."""

import base64
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from rapport.mail import xoauth2
from rapport.mail.line import Line, tls_context
from rapport.mail.wire import OutOfTimeError

# A host that cannot be a name, or a challenge that is no base64, is a ValueError to Python's own modules.
NO_CONNECTION = (OSError, smtplib.SMTPException, ValueError)


class Security(StrEnum):
    """How the connection is protected: from the first byte, after STARTTLS, or not at all."""

    SSL = "ssl"
    STARTTLS = "starttls"
    PLAIN = "plain"


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


def check_connection(settings: SmtpSettings) -> str:
    """Connect and sign in as sending would; returns what is wrong and how to mend it, or "" when all is well."""
    try:
        smtp = connect(settings)
    except NO_CONNECTION as error:
        return explain(error, settings)
    say_goodbye(smtp)
    return ""


def connect(settings: SmtpSettings) -> smtplib.SMTP:
    """Connect and sign in. Raises one of NO_CONNECTION as it comes."""
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


def say_goodbye(smtp: smtplib.SMTP) -> None:
    """Say goodbye and close; never raises, and waits for no answer."""
    with suppress(OSError):
        if smtp.sock is not None:
            smtp.sock.send(b"QUIT\r\n")
    smtp.close()


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


def explain(error: BaseException, settings: SmtpSettings) -> str:
    """A sentence on a failed connection or sign-in, for the person who owns the mailbox."""
    where = f"{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib keeps only the words of what happened to the socket
    match error:
        case xoauth2.NoToken():
            return str(error)
        case smtplib.SMTPAuthenticationError() if settings.token:
            return xoauth2.refusal(where, settings.username, readable(error.smtp_code, _as_bytes(error.smtp_error)))
        case smtplib.SMTPAuthenticationError():
            said = readable(error.smtp_code, _as_bytes(error.smtp_error))
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
            return f"{where} answered: {readable(error.smtp_code, _as_bytes(error.smtp_error))}"
        case ssl.SSLCertVerificationError():
            return f"The certificate of {where} could not be verified: {error.verify_message}"
        case ssl.SSLError() if settings.security is Security.SSL:
            return f"{where} does not speak TLS from the start. Choose STARTTLS (usually port 587)"
        case ssl.SSLError():
            return f"The encrypted connection to {where} failed: {brief(error)}"
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
            return f"{where} answered in a way that Rapport does not understand: {brief(error)}"
    return f"The connection to {where} was lost: {brief(error)}"


def readable(code: int, text: bytes) -> str:
    """An answer of a server as one line."""
    said = _one_line(text.decode("utf-8", "replace"))
    return (f"{code} {said}" if code > 0 else said)[:500]


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def brief(error: BaseException) -> str:
    """What an error says, as one line."""
    return _one_line(str(error))[:200] or type(error).__name__


def _one_line(said: str) -> str:
    """Without what the database takes in no text: NUL, and halves of pairs, which come from bytes that were no UTF-8."""
    return " ".join(said.encode("utf-8", "replace").decode().replace("\0", " ").split())
