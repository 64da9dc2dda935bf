"""XOAUTH2: signing in at a mail server with an access token instead of a password.

The format is Google's ("OAuth 2.0 Mechanism", developers.google.com/workspace/gmail/imap/xoauth2-protocol); Microsoft 365
takes the same. A server that refuses sends a challenge first, base64 of a JSON object with the status, which the client
answers with an empty line; the refusal itself comes then.
"""

import base64
import json
from collections.abc import Callable
from typing import Protocol


class NoToken(ConnectionError):
    """There is no access token to sign in with; the sentence says why."""


class TokenSource(Protocol):
    """Gives a token that holds now; with `refused`, the one that a server did not take, another if there can be one.

    It may talk to the network. Raises NoToken. Two sources that give tokens of the same permission are equal.
    """

    def __call__(self, refused: str = "") -> str: ...


def initial_response(username: str, token: str) -> bytes:
    """What a client says of itself; not in base64 yet."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def read_challenge(challenge: bytes, *, is_base64: bool = True) -> str:
    """The status and scope that a refusing server names, such as "400 https://mail.google.com/"; empty where it names none."""
    try:
        told = json.loads(base64.b64decode(challenge) if is_base64 else challenge)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    words = (str(told.get(name, ""))[:80] for name in ("status", "scope"))
    return " ".join(word for word in words if word.isprintable() and word)


def refusal(where: str, username: str, said: str) -> str:
    """A sentence on a refusal, for the owner of the mailbox."""
    why = f" ({said})" if said else ""
    return (
        f"{where} does not let {username} in with the permission it was given{why}. Sign in again on the mailbox's page, with "
        "just that account, and have its administrator allow this way of reading and sending mail"
    )


def sign_in(source: TokenSource, attempt: Callable[[str], None], refused: tuple[type[Exception], ...]) -> None:
    """Sign in by `attempt(token)`, and once more with another token where the first is refused. Raises what it raises."""
    token = source()
    try:
        attempt(token)
    except refused:
        newer = source(token)
        if newer == token:
            raise
        attempt(newer)
