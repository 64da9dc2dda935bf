"""Asking a server that somebody named: links of a text, the address of a chat, where a mailbox signs in.

The host's address is looked up first and has to be a public one, and the connection goes to the address that was looked
at: what people enter must not make this server ask its own network. Nothing is followed.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapport.lib.trust import trusting_context

PATIENCE_S = 5.0


class Inside(ValueError):
    """The host is in a network of its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Of the body only what was asked for is read."""

    status: int
    location: str
    body: bytes


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
    answer = fetch(method, url, may_ask=may_ask, body=body, headers=headers)
    return answer.status, answer.location


def fetch(
    method: str,
    url: str,
    *,
    may_ask: Callable[[str], bool] = is_public,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = 0,
    patience_s: float = PATIENCE_S,
) -> Answer:
    """The answer to one request; it is over after `patience_s` once connected, however slowly the server goes on.

    Raises as `ask`, ValueError also where the body is longer than `most_bytes`. With 0 no body is read.
    """
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secure else 80)
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    if not may_ask(address):
        raise Inside(host)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=patience_s)
    raw = socket.create_connection((address, port), timeout=patience_s)
    sock: socket.socket = raw
    is_over = threading.Event()
    end = threading.Timer(patience_s, lambda: _hang_up(sock, is_over))
    end.daemon = True
    try:
        if is_secure:
            sock = trusting_context().wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)
        connection.sock = sock
        end.start()
        if isinstance(sock, ssl.SSLSocket):
            sock.do_handshake()
        connection.request(method, target, body=body, headers=dict(headers or {}))
        with closing(connection.getresponse()) as response:
            content = response.read(most_bytes + 1) if most_bytes else b""
        if is_over.is_set():
            raise TimeoutError("timed out")
    finally:
        end.cancel()
        connection.close()
        sock.close()
    if len(content) > most_bytes:
        raise ValueError(f"the answer is longer than {most_bytes:,} bytes")
    return Answer(response.status, response.getheader("Location") or "", content)


def _hang_up(sock: socket.socket, is_over: threading.Event) -> None:
    """Whoever reads from it reads the end; below TLS, whose own end would wait for the other side."""
    is_over.set()
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
