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

import re
import smtplib
import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from rapport.mail.smtp_opening import NO_CONNECTION, SmtpSettings, brief, connect, explain, readable, say_goodbye
from rapport.mail.throttling import says_too_many
from rapport.mail.wire import Talk, Wire, run_alone

_ENVELOPE_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?A-~]+")
_LINE_START_DOT = re.compile(rb"(?m)^\.")
_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_DOT_LINE = b".\r\n"
ANNOUNCED_FOR_S = 10.0  # so long a server surely waits for a message whose mail transaction is open
LAST_WORDS_S = 1.0  # for reading what has been said by now, if it comes in pieces


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNCLEAR = "unclear"


class Scope(StrEnum):
    RECIPIENT = "recipient"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class SendResult:
    """`code` is the server's reply, 0 where there was none or one without a code; `reason` can be shown to people and kept:
    it has neither NUL nor half of a pair."""

    outcome: Outcome
    code: int = 0
    reason: str = ""
    scope: Scope = Scope.RECIPIENT


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

    A talk may announce whom the next message goes to: what opens that mail transaction travels with the present message (RFC
    2920 section 3.1), and a message takes one round trip to the server instead of two. `may_announce` becomes False where a
    server does not cope with that.
    """

    def __init__(self, settings: SmtpSettings, *, may_announce: bool = True) -> None:
        self.settings, self.may_announce = settings, may_announce
        self._smtp: smtplib.SMTP | None = None
        self._wire: Wire | None = None
        self._is_fresh = False
        self._announced = b""
        self._answered_at = 0.0

    @property
    def socket(self) -> socket.socket | None:
        """The connected socket; None while there is none."""
        return self._wire.sock if self._wire else None

    @property
    def announces(self) -> bool:
        """Whether the server that is connected may be told of the next message together with the present one."""
        return self.may_announce and self._smtp is not None and self._smtp.has_extn("pipelining")

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
        """Connect and sign in if not connected, waiting for it; returns what is wrong, if anything."""
        if self._wire is not None:
            return None
        try:
            self._smtp = connect(self.settings)
        except NO_CONNECTION as error:
            return _lost(error, self.settings)
        assert self._smtp.sock is not None
        self._wire, self._is_fresh = Wire(self._smtp.sock), True
        return None

    def close(self) -> None:
        """Say goodbye and close; never raises, and waits for no answer."""
        if self._smtp is not None and not self._announced:  # where a message is awaited, QUIT would be its first line
            say_goodbye(self._smtp)
        self._drop()

    def talk(self, *, sender: str, recipient: str, message: bytes, next_recipient: str = "") -> Talk[SendResult]:
        """Send one message over the connection that is open, to possible addresses (see `impossible`).

        `next_recipient` is announced, if the connection `announces`. Nobody has to keep to it: for another message the connection
        is opened anew. Raises StaleError, with nothing of the message handed over, only where it was kept from an earlier one.
        """
        smtp, wire = self._smtp, self._wire
        assert smtp is not None
        assert wire is not None
        was_kept, self._is_fresh = not self._is_fresh, False
        opening, announced, self._announced = _opening(sender, recipient), self._announced, b""
        if limit := _size_limit(smtp, len(message)):
            if announced:  # the server waits for this one
                self._drop()
            return SendResult(Outcome.NEVER, 552, f"The message has {len(message):,} bytes, the server takes {limit:,}")
        if announced and (announced != opening or time.monotonic() - self._answered_at > ANNOUNCED_FOR_S):
            self._drop()
            raise StaleError
        wire.limit(self.settings.whole_timeout_s)
        try:
            yield from self._begin(smtp, wire, opening, is_announced=bool(announced))
        except _RefusedError as refused:
            if was_kept and refused.code == 421:
                self._drop()
                raise StaleError from refused
            return (yield from self._doubted(wire, refused) if announced else self._refusal(wire, refused))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            if announced or (was_kept and not _timed_out(error)):
                self.may_announce &= not (announced and _timed_out(error))
                raise StaleError from error
            return _lost(error, self.settings)
        if next_recipient and self.announces:
            self._announced = _opening(sender, next_recipient)
        return (yield from self._deliver(wire, _stuffed(message)))

    def _begin(self, smtp: smtplib.SMTP, wire: Wire, opening: bytes, *, is_announced: bool) -> Talk[None]:
        """MAIL, RCPT and DATA, in one packet where the server announces PIPELINING (RFC 2920)."""
        for_s = self.settings.timeout_s
        if not smtp.has_extn("pipelining"):
            mail, rcpt, data = opening.splitlines()
            yield from _command(wire, for_s, mail, Scope.MAILBOX)
            yield from _command(wire, for_s, rcpt)
            yield from _command(wire, for_s, data, expected=3)
            return
        if not is_announced:
            yield from wire.write(opening, for_s)
        replies = []
        for scope in (Scope.MAILBOX, Scope.RECIPIENT, Scope.RECIPIENT):
            code, text = yield from wire.reply(for_s)
            if code == 421:  # it closes the connection, and need not answer the rest
                raise _RefusedError(code, text, scope)
            replies.append((code, text))
        if is_announced and (replies[2][0] // 100 not in (3, 4, 5) or not wire.is_quiet()):
            raise smtplib.SMTPServerDisconnected("The server is out of step, or waits no more")
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
            yield from wire.write(body + self._announced, self.settings.timeout_s)
        except OSError as error:
            return (yield from self._cut_off(wire, error, is_whole=wire.unwritten <= len(self._announced)))
        wire.limit(self.settings.final_timeout_s)
        try:
            code, text = yield from wire.reply(self.settings.final_timeout_s)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return _unconfirmed(brief(error), self.settings)
        self._answered_at = time.monotonic()
        if code // 100 in (4, 5):
            return (yield from self._refusal(wire, _RefusedError(code, text, Scope.RECIPIENT)))
        if code // 100 != 2:  # no answer to a message; whether one is still to come nobody knows
            self._drop()
            return _unconfirmed(readable(code, text), self.settings)
        return SendResult(Outcome.ACCEPTED, code, readable(code, text))

    def _cut_off(self, wire: Wire, error: OSError, *, is_whole: bool) -> Talk[SendResult]:
        """The server took no more; it may have said why, and closed, while it was still being written to.

        With `is_whole` it has the whole message, and only what was announced did not leave.
        """
        for_s = self.settings.final_timeout_s if is_whole else 0
        wire.limit(for_s or LAST_WORDS_S)
        try:
            code, text = yield from wire.reply(for_s)
        except (OSError, smtplib.SMTPException):
            code, text = 0, b""
        self._drop()
        said = readable(code, text)
        if is_whole and code // 100 == 2:
            return SendResult(Outcome.ACCEPTED, code, said)
        if code // 100 not in (4, 5):
            return _unconfirmed(brief(error), self.settings) if is_whole else _lost(error, self.settings)
        outcome = Outcome.NEVER if code // 100 == 5 else Outcome.LATER
        return SendResult(outcome, code, said, _scope_of(code, said, Scope.RECIPIENT))

    def _doubted(self, wire: Wire, refused: _RefusedError) -> Talk[SendResult]:
        """What is said against an announcement is believed where it is about the recipient, and the server is in step behind
        it. Raises StaleError otherwise: without announcement the server is asked again.
        """
        if refused.scope is Scope.RECIPIENT:
            result = yield from self._refusal(wire, refused)
            if self._wire is not None:
                return result
        self._drop()
        self.may_announce = False
        raise StaleError from refused

    def _refusal(self, wire: Wire, refused: _RefusedError) -> Talk[SendResult]:
        """Sort a refusal, and leave the connection ready for the next message or closed."""
        outcome = Outcome.NEVER if refused.code // 100 == 5 else Outcome.LATER
        said = readable(refused.code, refused.text)
        if refused.code == 421:  # the server is closing the connection (RFC 5321 section 3.8)
            self._drop()
        elif not self._announced:  # otherwise the next mail transaction has begun
            wire.limit(self.settings.timeout_s)
            try:
                yield from _command(wire, self.settings.timeout_s, b"RSET")
            except (OSError, smtplib.SMTPException, _RefusedError):
                self._drop()
        return SendResult(outcome, max(0, refused.code), said, _scope_of(refused.code, said, refused.scope))

    def _drop(self) -> None:
        self._announced = b""
        smtp, self._smtp, self._wire = self._smtp, None, None
        if smtp is not None:
            smtp.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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


def _opening(sender: str, recipient: str) -> bytes:
    """What opens a mail transaction: three commands."""
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")


def _command(wire: Wire, for_s: float, line: bytes, scope: Scope = Scope.RECIPIENT, expected: int = 2) -> Talk[None]:
    yield from wire.write(line + b"\r\n", for_s)
    code, text = yield from wire.reply(for_s)
    if code // 100 != expected:
        raise _RefusedError(code, text, scope)


def _stuffed(message: bytes) -> bytes:
    """The message as DATA wants it: CRLF line ends, dots doubled at line starts, the final dot (RFC 5321 4.5.2)."""
    if not message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r"):
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
    return max(0, error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else 0
