"""Does a server's answer say that it gets too much from us? Pure.

Codes: RFC 5321 (421, 450, 451, 452) with enhanced status 4.7.x, the security and policy class of RFC 3463, which the large
providers use for it; elsewhere the words say so. Greylisting is the same class and means the opposite: come again, not less.
"""

import re

from rapport.mail import bounce_reasons

_CODE = re.compile(r"4(?:21|5[0-2])[ -](?:[#(]?(4\.\d{1,3}\.\d{1,3})\b)?")
_GREYLISTED = re.compile(r"gr[ae]y.?list|try(?:ing)? again (?:later )?in \d+ ?s", re.IGNORECASE)
_POLICY = frozenset({"blocked", "spam", "policy", "system_error", "network", "expired", "undefined"})


def says_too_many(answer: str) -> bool:
    """Whether an SMTP answer such as "421 4.7.28 Our system has detected an unusual rate" asks for less mail."""
    found = _CODE.match(answer)
    if not found or _GREYLISTED.search(answer):
        return False
    status = found[1] or ""
    reason = bounce_reasons.reason_of(answer, status)
    return reason == "rate_limited" or (status.startswith("4.7.") and reason in _POLICY)
