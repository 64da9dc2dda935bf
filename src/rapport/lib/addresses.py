"""E-mail addresses: the normal form by which two of them are the same."""

import re
from functools import lru_cache

_SIMPLE = re.compile(r"[A-Za-z0-9._%+'-]+@(?:(?!xn--)[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


@lru_cache(maxsize=4096)
def normal_address(text: str) -> str:
    """The address in lower case with its domain in Unicode; what is no address comes back in lower case, stripped.

    The same form as a candidate's contact points have; rules of single providers are not applied.
    """
    address = text.strip().strip("<>").strip()
    if _SIMPLE.fullmatch(address):
        return address.lower()
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return address.lower()


def masked(address: str) -> str:
    """An address as it may be shown to whoever holds a link: "c•••@example.org"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if local else "•••"
