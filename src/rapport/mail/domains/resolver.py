"""Asking the name server: a small interface over dnspython with one deadline for everything that is asked."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Protocol

import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT

from rapport.lib.errors import TemporaryFailure

QUERY_S = 2.5
DEADLINE_S = 9.0
MOST_ROWS = 500
MOST_BYTES = 64_000


class Status(StrEnum):
    """What the name server said: rows, no such name, no rows of this kind, nothing, or something that makes no sense."""

    FOUND = "found"
    NO_NAME = "no_name"
    NO_ROWS = "no_rows"
    SILENT = "silent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Reply:
    """`rows` as text: of TXT the joined strings (RFC 7208 section 3.3), of MX "10 mail.example.org" without last dot.

    `is_alias` says that the name itself is a CNAME; `why` is for people where nothing came.
    """

    status: Status
    rows: Sequence[str] = ()
    is_alias: bool = False
    why: str = ""

    @property
    def is_void(self) -> bool:
        """A void lookup by RFC 7208 section 4.6.4."""
        return self.status in (Status.NO_NAME, Status.NO_ROWS)

    @property
    def is_unknown(self) -> bool:
        return self.status in (Status.SILENT, Status.BROKEN)


class Resolver(Protocol):
    """What the rules ask by: `kind` is TXT, MX, A, AAAA …; never raises for what a server does."""

    def ask(self, name: str, kind: str) -> Reply: ...


@dataclass
class DnsResolver:
    """The machine's name server, or `server` at `port`; every question is asked once, all within `deadline_s`."""

    server: str = ""
    port: int = 53
    deadline_s: float = DEADLINE_S
    _known: dict[tuple[str, str], Reply] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.deadline_s
        try:
            self._stub = dns.resolver.Resolver(configure=not self.server)
        except dns.resolver.NoResolverConfiguration as error:
            raise TemporaryFailure("The name server did not answer: this machine knows none.") from error
        if self.server:
            self._stub.nameservers, self._stub.port = [self.server], self.port

    def ask(self, name: str, kind: str) -> Reply:
        key = (name.lower().rstrip("."), kind)
        with self._lock:
            if key in self._known:
                return self._known[key]
        reply = self._ask(*key)
        with self._lock:
            return self._known.setdefault(key, reply)

    def _ask(self, name: str, kind: str) -> Reply:
        left = self._end - time.monotonic()
        if left <= 0.05:
            return Reply(Status.SILENT, why="the time for this check is over")
        try:
            answer = self._stub.resolve(f"{name}.", kind, lifetime=min(QUERY_S, left), search=False)
        except dns.resolver.NXDOMAIN:
            return Reply(Status.NO_NAME)
        except dns.resolver.NoAnswer:
            return Reply(Status.NO_ROWS)
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers, OSError):
            return Reply(Status.SILENT, why="the name server did not answer")
        except (dns.exception.DNSException, ValueError) as error:
            return Reply(Status.BROKEN, why=f"the answer makes no sense ({type(error).__name__})")
        return Reply(Status.FOUND, _rows(answer), is_alias=bool(answer.chaining_result.cnames))


def _rows(answer: dns.resolver.Answer) -> tuple[str, ...]:
    """The rows as text in a fixed order; of a hostile heap only the first."""
    texts = sorted(_text(row) for row in list(answer)[:MOST_ROWS])
    return tuple(text[:MOST_BYTES] for text in texts)


def _text(row: object) -> str:
    match row:
        case TXT():
            return b"".join(row.strings).decode("utf-8", "replace")
        case MX():
            return f"{row.preference} {row.exchange.to_text(omit_final_dot=row.exchange != dns.name.root)}"
    return str(row)
