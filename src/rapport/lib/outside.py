"""Asking a server that somebody named: links of a text, the address of a chat.

The host's address is looked up first and has to be a public one, and the connection goes to the address that was looked
at: what people enter must not make this server ask its own network. Nothing is followed.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

PATIENCE_S = 5.0


class Inside(ValueError):
    """The host is in a network of its own."""


def is_public(address: str) -> bool:
    return ipaddress.ip_address(address.split("%")[0]).is_global


def ask(
    method: str,
    url: str,
    *,
    may_ask: Callable[[str], bool] = is_public,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Status and Location of the answer to one request, within some seconds.

    Raises Inside where `may_ask` refuses the host's address; socket.gaierror, UnicodeError, ssl.SSLError, OSError,
    http.client.HTTPException and ValueError as they come.
    """
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    if not may_ask(address):
        raise Inside(host)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
    raw = socket.create_connection((address, port), timeout=PATIENCE_S)
    try:
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host) if is_secure else raw
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.getheader("Location") or ""
    finally:
        connection.close()
        raw.close()
