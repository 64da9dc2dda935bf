"""Secrets at rest: encrypted with a key derived from the installation's secret key.

Fernet (AES-128-CBC with HMAC-SHA256) under a key that HKDF (RFC 5869) makes from SECRET_KEY, so that the same secret
never serves two purposes. When the secret key changes, put the old one into SECRET_KEY_FALLBACKS until everything has
been saved again.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from rapport.lib.errors import PermanentFailure

_PURPOSE = b"rapport secrets at rest v1"


def encrypt(text: str) -> str:
    """The text as a token that only this installation can read; empty stays empty."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text of a token. Raises PermanentFailure when it was encrypted under another secret key."""
    if not token:
        return ""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise PermanentFailure(
            "A stored password cannot be read: the installation's secret key has changed. Enter the password again."
        ) from error


def is_readable(token: str) -> bool:
    """Whether a token was made under this installation's secret key; an empty one is."""
    try:
        decrypt(token)
    except PermanentFailure:
        return False
    return True


def _fernet() -> MultiFernet:
    return _keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    def derived(secret: str) -> Fernet:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        return Fernet(base64.urlsafe_b64encode(key))

    return MultiFernet([derived(secret) for secret in secrets])
