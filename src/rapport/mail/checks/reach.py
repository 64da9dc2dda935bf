"""Do links answer? Asked only when somebody wants to know; never while text is typed, and no mail waits for it.

The address of a host is looked up first and has to be a public one: a link in a text must not make this server ask its own
network. Nothing is followed: where a link leads on is told.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_ASKED, AT_ONCE, PATIENCE_S = 10, 5, 5.0
SHY = frozenset((401, 403, 405, 406, 429, 501, 503, 999))  # sites that answer people and not programs


@dataclass(frozen=True, slots=True)
class Reached:
    """`outcome` is fine, moved, shy, broken or unknown; `said` is a sentence."""

    url: str
    outcome: str
    said: str


def is_public(address: str) -> bool:
    return ipaddress.ip_address(address.split("%")[0]).is_global


def reach(urls: Sequence[str], *, may_ask: Callable[[str], bool] = is_public) -> list[Reached]:
    """What each link answers, in order; of more than MAX_ASKED the others are unknown. Takes some seconds at most."""
    asked = [url if "://" in url else f"https://{url}" for url in urls[:MAX_ASKED]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda url: _reach(url, may_ask), asked))
    return [*found, *(Reached(url, "unknown", f"Not asked: {MAX_ASKED} links at once.") for url in urls[MAX_ASKED:])]


def _reach(url: str, may_ask: Callable[[str], bool]) -> Reached:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = _look_up(host, port)
        if not may_ask(address):
            return Reached(url, "unknown", "It leads into a network of its own and is not asked from here.")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _told(url, *_head(parts.scheme, host, address, port, target))
    except socket.gaierror as error:
        if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
            return Reached(url, "broken", "There is no such host.")
        return Reached(url, "unknown", "Names cannot be looked up from here now: no network, or no name server.")
    except UnicodeError:
        return Reached(url, "broken", "There is no such host.")
    except ssl.SSLError as error:
        return Reached(
            url, "broken", f"The connection is not secure: {error.reason or 'the certificate is not valid'}."
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reached(url, "unknown", f"No answer within {PATIENCE_S:g} seconds ({type(error).__name__}).")


def _look_up(host: str, port: int) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


def _head(scheme: str, host: str, address: str, port: int, target: str) -> tuple[int, str]:
    """Status and Location of a HEAD request to the address that was checked."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    raw = socket.create_connection((address, port), timeout=PATIENCE_S)
    try:
        secure = scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        connection.request("HEAD", target, headers={"User-Agent": "Rapport link check"})
        response = connection.getresponse()
        return response.status, response.getheader("Location") or ""
    finally:
        connection.close()
        raw.close()


def _told(url: str, status: int, location: str) -> Reached:
    if status < 300:
        return Reached(url, "fine", "It answers.")
    if status < 400:
        return Reached(url, "moved", f"It leads on to {location[:200] or 'another address'}.")
    if status in SHY:
        return Reached(url, "shy", f"The site is there and does not answer programs ({status}). Open it yourself.")
    return Reached(url, "broken", f"There is nothing to be read at this address ({status}).")
