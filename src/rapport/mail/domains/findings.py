"""What a check says, and the list of tags that DKIM, DMARC, MTA-STS and TLS-RPT share (RFC 6376 section 3.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapport.mail.domains.resolver import Reply

SHOWN = 500
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_HOST = re.compile(
    r"(?=.{1,253}\.?$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+"
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?"
)


class Judgement(StrEnum):
    """The verdict of a check."""

    GOOD = "good"
    TO_MEND = "to_mend"
    UNKNOWN = "unknown"


TITLES = {
    "mx": "MX", "spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "one_click": "One-click unsubscribe",
    "mta_sts": "MTA-STS", "tls_rpt": "TLS-RPT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """A record to publish: the full name without last dot, its type, its value."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what is published (`found`), what that means, what to do. A hint is good to have, not needed."""

    check: str
    verdict: Judgement
    text: str
    found: Sequence[str] = ()
    publish: Advice | None = None
    is_hint: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.check]


class BadTags(ValueError):
    """A list of tags that cannot be read; the message is a part of a sentence."""


def read_tags(text: str) -> dict[str, str]:
    """`v=DMARC1; p=none` as a dict in order; names as written. Raises BadTags."""
    tags: dict[str, str] = {}
    for part in text.strip().removesuffix(";").split(";"):
        name, sign, value = part.partition("=")
        name = name.strip()
        if not sign or not _NAME.fullmatch(name):
            raise BadTags(f"“{shown(part.strip(), 60)}” is not of the form name=value")
        if name in tags:
            raise BadTags(f"{name}= stands in it twice")
        tags[name] = value.strip()
    return tags


def shown(text: str, length: int = SHOWN) -> str:
    """The text on one line, cut, with what cannot be printed made visible."""
    cut = text if len(text) <= length else f"{text[:length]}… ({len(text):,} characters)"
    return "".join(letter if letter.isprintable() else "·" for letter in cut)


def shown_all(rows: Sequence[str]) -> tuple[str, ...]:
    """At most five of them."""
    rest = len(rows) - 5
    return (*(shown(row) for row in rows[:5]), *((f"… and {rest:,} more",) if rest > 0 else ()))


def is_host(name: str) -> bool:
    """A full name of at least two labels in ASCII; underscores are allowed, as they are in the DNS."""
    return bool(_HOST.fullmatch(name))


def not_known(check: str, reply: Reply, *, is_hint: bool = False) -> Finding:
    return Finding(
        check,
        Judgement.UNKNOWN,
        f"It could not be looked up: {reply.why}. Try again in some minutes.",
        is_hint=is_hint,
    )
