"""Fetching over IMAP (RFC 3501): raw messages by UID, and failures in words for the owner of the mailbox.

Messages are read with BODY.PEEK, so that fetching marks nothing as seen.
"""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any, Self

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from rapport.mail import xoauth2
from rapport.mail.line import Line, tls_context
from rapport.mail.wire import OutOfTimeError

MAX_MESSAGE_BYTES = 50_000_000
LEAST_BYTES_S = 50_000  # a message may take as much longer than anything else as its size does at this rate
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class TokenRefusedError(imaplib.IMAP4.error):
    """The server does not take an access token."""


FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """`security` is ssl, starttls or plain; `timeout_s` holds for each wait, `whole_timeout_s` for connecting and signing in
    together and for each command with its answer: each wait of a server that drips begins anew with every byte.
    With `token` the user signs in by XOAUTH2 instead of the password.
    """

    host: str
    port: int = 993
    security: str = "ssl"
    username: str = ""
    password: str = ""
    token: xoauth2.TokenSource | None = None
    timeout_s: float = 30
    whole_timeout_s: float = 180
    verify_certificate: bool = True

    def __repr__(self) -> str:
        return f"ImapSettings({self.host}:{self.port} {self.security} {self.username!r})"


@dataclass(frozen=True, slots=True)
class RawMessage:
    """`data` are the message's bytes; only its header where it is larger than MAX_MESSAGE_BYTES.

    `arrived_at` is when the server got it, None where it does not say.
    """

    uid: int
    data: bytes
    is_cut: bool
    arrived_at: datetime | None


class ImapConnection:
    """A signed-in connection, to be used in a `with` block; raises what is in FAILURES."""

    def __init__(self, settings: ImapSettings) -> None:
        self.settings, self._line = settings, Line()

    def __enter__(self) -> Self:
        try:
            with self._in_time():
                self._mailbox = _connect(self.settings, self._line)
        except BaseException:
            self._line.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with self._in_time():
                self._mailbox.logout()
        except FAILURES:
            with suppress(OSError):
                self._mailbox.client.shutdown()
        finally:
            self._line.close()

    def open_folder(self, name: str) -> int:
        """Select a folder for reading only; returns its UIDVALIDITY."""
        with self._in_time():
            self._mailbox.folder.set(name, readonly=True)
        self._mailbox.client.untagged_responses.pop("EXISTS", None)  # how many there are is no news
        _, found = self._mailbox.client.response("UIDVALIDITY")
        value = found[-1] if found else None
        return int(value) if isinstance(value, bytes) else 0

    def can_idle(self) -> bool:
        """Whether the server can tell of new mail by itself (RFC 2177)."""
        with self._in_time():
            _, found = self._ok(self._mailbox.client.capability())
        return any(b"IDLE" in row.upper().split() for row in found if row)

    def wait_for_news(self, timeout_s: float) -> bool:
        """Wait until mail arrives in the open folder, or the time is over; whether there may be some."""
        idle, heard = self._mailbox.idle, self._mailbox.client.untagged_responses
        with self._in_time(timeout_s):
            idle.start()
            lines = idle.poll(timeout_s)
            idle.stop()
        # What the server told while the waiting began or ended is not among the lines.
        return heard.pop("EXISTS", None) is not None or any(b"EXISTS" in line for line in lines)

    def uids_after(self, last_uid: int, since: date | None = None) -> list[int]:
        """UIDs above `last_uid` in the open folder, ascending; with `since` only those that arrived from that day on."""
        criteria = f"UID {last_uid + 1}:*"
        if since:
            criteria += f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        # "n:*" always names the last message too, even where its UID is below n (RFC 3501, section 6.4.8).
        return sorted(uid for uid in self._search(criteria) if uid > last_uid)

    def messages(self, uids: list[int]) -> Iterator[RawMessage]:
        """These messages, one fetch each; one that has vanished meanwhile is left out."""
        about = self._about(uids)
        for uid in uids:
            size, arrived_at = about.get(uid, (0, None))
            is_cut = size > MAX_MESSAGE_BYTES
            with self._in_time(min(size, MAX_MESSAGE_BYTES) / LEAST_BYTES_S):
                data = self._fetch(uid, "(BODY.PEEK[HEADER])" if is_cut else "(BODY.PEEK[])")
            if data:
                yield RawMessage(uid, data, is_cut, arrived_at)

    def _search(self, criteria: str) -> list[int]:
        with self._in_time():
            _, found = self._ok(self._mailbox.client.uid("SEARCH", *criteria.split(" ")))
        return [int(uid) for row in found if row for uid in row.split()]

    def _about(self, uids: list[int]) -> dict[int, tuple[int, datetime | None]]:
        """Size and time of arrival by UID."""
        if not uids:
            return {}
        with self._in_time():
            _, rows = self._ok(
                self._mailbox.client.uid("FETCH", ",".join(map(str, uids)), "(RFC822.SIZE INTERNALDATE)")
            )
        about = {}
        for row in rows:
            text = row if isinstance(row, bytes) else b""
            uid, size = re.search(rb"UID (\d+)", text), re.search(rb"RFC822\.SIZE (\d+)", text)
            if uid and size:
                about[int(uid[1])] = (int(size[1]), _arrival(text))
        return about

    def _fetch(self, uid: int, what: str) -> bytes:
        _, rows = self._ok(self._mailbox.client.uid("FETCH", str(uid), what))
        return next((bytes(row[1]) for row in rows if isinstance(row, tuple)), b"")

    def _in_time(self, longer_s: float = 0) -> AbstractContextManager[None]:
        return self._line.in_time(self.settings.whole_timeout_s + longer_s)

    def _ok(self, answer: tuple[str, list[Any]]) -> tuple[str, list[Any]]:
        if answer[0] != "OK":
            raise imaplib.IMAP4.error(f"{answer[0]} {answer[1]!r}"[:300])
        return answer


def check_connection(settings: ImapSettings, folders: list[str]) -> str:
    """Connect, sign in and open the folders; returns what is wrong and how to mend it, or "" when all is well."""
    try:
        with ImapConnection(settings) as connection:
            for folder in folders:
                try:
                    connection.open_folder(folder)
                except (ImapToolsError, imaplib.IMAP4.error):
                    return f"{settings.host} has no folder named “{folder}”. Check its name"
    except FAILURES as error:
        return explain(error, settings)
    return ""


def explain(error: BaseException, settings: ImapSettings) -> str:
    """A sentence on a failed connection or sign-in, for the person who owns the mailbox."""
    where = f"{settings.host}:{settings.port}"
    match error:
        case xoauth2.NoToken():
            return str(error)
        case TokenRefusedError():
            return xoauth2.refusal(where, settings.username, _brief(error))
        case _ if isinstance(error, MailboxLoginError) or "AUTHENTICATIONFAILED" in str(error).upper():  # RFC 5530
            return f"{where} refused the user name or password for reading mail. Many providers want an app password"
        case ssl.SSLCertVerificationError():
            return f"The certificate of {where} could not be verified: {error.verify_message}"
        case ssl.SSLError() if settings.security == "ssl":
            return f"{where} does not speak TLS from the start. Choose STARTTLS (usually port 143)"
        case ssl.SSLError():
            return f"The encrypted connection to {where} failed: {_brief(error)}"
        case socket.gaierror():
            return f"There is no server named {settings.host}. Check the spelling"
        case ConnectionRefusedError():
            return f"Nothing answers at {where}. Check the port: 993 for SSL, 143 for STARTTLS"
        case OutOfTimeError():
            return f"{where} was too slow: an answer did not come to an end in the time that it may take"
        case TimeoutError():
            return f"{where} did not answer within {settings.timeout_s:g} seconds. Check the port and the firewall"
        case imaplib.IMAP4.error() if "STARTTLS" in str(error).upper():
            return f"{where} does not offer STARTTLS. Choose SSL (usually port 993)"
    return f"Reading mail from {where} failed: {_brief(error)}"


class _Client(imaplib.IMAP4):
    """Python's client on a line that can be cut."""

    def __init__(self, settings: ImapSettings, line: Line, context: ssl.SSLContext) -> None:
        self._line, self._context = line, context if settings.security == "ssl" else None
        super().__init__(settings.host, settings.port, settings.timeout_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        try:
            self._line.attach(sock)
            return self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
        except BaseException:
            sock.close()
            raise


class _Mailbox(BaseMailBox):
    def __init__(self, settings: ImapSettings, line: Line, context: ssl.SSLContext) -> None:
        self._given = settings, line, context
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        settings, _, context = self._given
        client = _Client(*self._given)
        if settings.security == "starttls":
            try:
                client.starttls(context)
            except BaseException:
                with suppress(OSError):
                    client.shutdown()
                raise
        return client


def _connect(settings: ImapSettings, line: Line) -> BaseMailBox:
    mailbox = _Mailbox(settings, line, tls_context(verify_certificate=settings.verify_certificate))
    try:
        if settings.token:
            xoauth2.sign_in(
                settings.token,
                lambda token: _sign_in_by_token(mailbox.client, settings.username, token),
                (TokenRefusedError,),
            )
            return mailbox
        # LOGIN takes ASCII only (RFC 3501); AUTHENTICATE PLAIN carries UTF-8 (RFC 4616).
        is_ascii = (settings.username + settings.password).isascii()
        sign_in = mailbox.login if is_ascii else mailbox.login_utf8
        sign_in(settings.username, settings.password, initial_folder=None)
    except BaseException:
        with suppress(OSError):
            mailbox.client.shutdown()
        raise
    return mailbox


def _sign_in_by_token(client: imaplib.IMAP4, username: str, token: str) -> None:
    """Raises TokenRefusedError with what the server said."""
    challenges: list[bytes] = []

    def respond(challenge: bytes) -> bytes:
        challenges.append(challenge)
        return xoauth2.initial_response(username, token) if len(challenges) == 1 else b""

    try:
        client.authenticate("XOAUTH2", respond)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        named = xoauth2.read_challenge(challenges[-1], is_base64=False) if challenges[1:] else ""
        raise TokenRefusedError(" ".join(word for word in (_brief(error), named) if word)) from error
    except ValueError as error:
        raise imaplib.IMAP4.error("the server's challenge is not base64") from error


def _arrival(text: bytes) -> datetime | None:
    local = imaplib.Internaldate2tuple(text)
    return datetime.fromtimestamp(time.mktime(local), UTC) if local else None


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
