"""Tokens in addresses and links that name a message and cannot be made up: no row is stored for them.

A token is the message's id (16 bytes) and the first bytes of its HMAC-SHA256 under a key for that purpose; in links
base64url, in plus-addresses base32, because mail servers may change the case of a local part.
"""

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache
from uuid import UUID

from django.conf import settings

_LINK, _ADDRESS, _CLICK = b"unsubscribe link v1", b"plus address v1", b"followed link v1"
TRIAL = UUID(int=0)
_LINK_BYTES, _ADDRESS_BYTES, _CLICK_BYTES = 16, 9, 12


def link_token(message_id: UUID) -> str:
    """The token of an unsubscribe link: 43 characters."""
    return base64.urlsafe_b64encode(_signed(message_id, _LINK, _LINK_BYTES)).decode().rstrip("=")


def trial_url() -> str:
    """An unsubscribe link of no message, to try out whether the page behind it is reached; it changes nothing.

    Written without the addresses of pages, so that a command needs not load them all; a test compares.
    """
    return f"{settings.BASE_URL}/u/{link_token(TRIAL)}"


def read_link_token(token: str) -> UUID | None:
    """The message a link names, or None for a token that we did not make."""
    raw = _decoded(token)
    return None if raw is None else _checked(raw, _LINK, _LINK_BYTES)


def click_token(message_id: UUID, url: str) -> str:
    """The token of a link in a message; it holds for this address alone, so that nobody is led anywhere else."""
    signature = _signature(message_id.bytes + url.encode(), _CLICK)[:_CLICK_BYTES]
    return base64.urlsafe_b64encode(message_id.bytes + signature).decode().rstrip("=")


def read_click_token(token: str, url: str) -> UUID | None:
    """The message whose link this is, or None for a token that we did not make for this address."""
    raw = _decoded(token)
    if raw is None or len(raw) != 16 + _CLICK_BYTES:
        return None
    wanted = _signature(raw[:16] + url.encode(errors="replace"), _CLICK)[:_CLICK_BYTES]
    return UUID(bytes=raw[:16]) if hmac.compare_digest(raw[16:], wanted) else None


def plus_address(address: str, message_id: UUID) -> str:
    """The address with a token in it: rita+b4x…@example.org."""
    local, _, domain = address.rpartition("@")
    token = base64.b32encode(_signed(message_id, _ADDRESS, _ADDRESS_BYTES)).decode().rstrip("=").lower()
    return f"{local}+{token}@{domain}"


def read_plus_address(address: str) -> UUID | None:
    """The message that an address with a token names, or None."""
    _, plus, token = address.rpartition("@")[0].rpartition("+")
    if not plus:
        return None
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    return _checked(raw, _ADDRESS, _ADDRESS_BYTES)


def _decoded(token: str) -> bytes | None:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _signed(message_id: UUID, purpose: bytes, length: int) -> bytes:
    return message_id.bytes + _signature(message_id.bytes, purpose)[:length]


def _signature(data: bytes, purpose: bytes) -> bytes:
    keyed = _keyed(purpose, settings.SECRET_KEY).copy()
    keyed.update(data)
    return keyed.digest()


@lru_cache(maxsize=8)
def _keyed(purpose: bytes, secret: str) -> hmac.HMAC:
    """An HMAC that has taken in the key: to do it for each token takes as long again as the token."""
    return hmac.new(hashlib.sha256(purpose + secret.encode()).digest(), digestmod="sha256")


def _checked(raw: bytes, purpose: bytes, length: int) -> UUID | None:
    if len(raw) != 16 + length or not hmac.compare_digest(raw[16:], _signature(raw[:16], purpose)[:length]):
        return None
    return UUID(bytes=raw[:16])
