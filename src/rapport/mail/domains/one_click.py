"""Does the address of our own List-Unsubscribe work as mail programs need it? RFC 8058."""

import http.client
import ssl
from urllib.parse import urlsplit

from rapport.lib.trust import trusting_context
from rapport.mail.domains.findings import Finding, Judgement, shown

TIMEOUT_S = 4.0
MARK = "data-one-click"  # stands in the page that answers
MOST_BYTES = 200_000


def check(url: str) -> Finding:
    """Look at the page with GET, as scanners do; it has to be ours, and nothing may be sent on."""
    found = (shown(url, 200),)
    parts = urlsplit(url)
    if parts.scheme != "https":
        text = "Mail programs offer one-click unsubscribing only for https. Set RAPPORT_BASE_URL to the https address of Rapport."
        return Finding("one_click", Judgement.TO_MEND, text, found)
    try:
        status, page = _get(parts.hostname or "", parts.port or 443, parts.path)
    except ssl.SSLCertVerificationError as error:
        text = f"The certificate of {parts.hostname} is not valid: {error.verify_message}. Mail programs then leave the link out."
        return Finding("one_click", Judgement.TO_MEND, text, found)
    except (OSError, http.client.HTTPException, UnicodeError):
        text = (
            f"{parts.hostname} could not be reached from here. See whether the address opens from outside your network."
        )
        return Finding("one_click", Judgement.UNKNOWN, text, found)
    if status != 200 or MARK not in page:
        text = (
            f"The address answers with {status} instead of the page of Rapport. RAPPORT_BASE_URL, or the proxy before "
            "Rapport, leads somewhere else."
        )
        return Finding("one_click", Judgement.TO_MEND, text, found)
    return Finding("one_click", Judgement.GOOD, "The unsubscribe link is https, and opening it changes nothing.", found)


def _get(host: str, port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=trusting_context())
    try:
        connection.request("GET", path, headers={"User-Agent": "Rapport check-domain"})
        response = connection.getresponse()
        return response.status, response.read(MOST_BYTES).decode("utf-8", "replace")
    finally:
        connection.close()
