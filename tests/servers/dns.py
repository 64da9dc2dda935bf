"""A real name server for tests on loopback, over UDP and TCP: zones as dicts, and servers that misbehave."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


def txt(*strings: str | bytes) -> str:
    """A TXT row; strings are cut to the 255 bytes that one may have."""
    parts = []
    for text in strings:
        raw = text if isinstance(text, bytes) else text.encode()
        parts += [raw[start : start + 255] for start in range(0, len(raw), 255)] or [b""]
    return " ".join('"' + "".join(f"\\{byte:03d}" for byte in part) + '"' for part in parts)


@dataclass
class Zones:
    """`rows` maps (name, type) to rows as in a zone file; names under `silent` get no answer, under `failing` SERVFAIL.

    Every name of another kind exists, and nothing else does. A CNAME is followed as long as it is known, ten times.
    """

    rows: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    def add(self, name: str, kind: str, *rows: str) -> None:
        texts = [txt(row) if kind == "TXT" and not row.startswith('"') else row for row in rows]
        self.rows.setdefault((name.lower(), kind), []).extend(texts)

    def answer(self, data: bytes, *, limit: int = 65535) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent or "*" in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(response, name, kind)
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            return short.to_wire()

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        for _ in range(10):
            if alias := self.rows.get((name, "CNAME")):
                response.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "CNAME", *alias))
                name = alias[0].rstrip(".").lower()
                continue
            break
        if rows := self.rows.get((name, kind)):
            response.answer.append(_rows(name, kind, tuple(rows)))
        elif not any(known == name or known.endswith("." + name) for known, _ in self.rows):
            response.set_rcode(dns.rcode.NXDOMAIN)


@lru_cache(maxsize=64)
def _rows(name: str, kind: str, rows: tuple[str, ...]) -> dns.rrset.RRset:
    """Read once: a thousand rows take their time."""
    return dns.rrset.from_text(name + ".", 60, "IN", kind, *rows)


class _Udp(socketserver.BaseRequestHandler):
    server: "_UdpServer"

    def handle(self) -> None:
        data, sock = self.request
        answer = self.server.zones.answer(data, limit=1232)
        if answer is not None:
            sock.sendto(answer, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    server: "_TcpServer"

    def handle(self) -> None:
        size = self.rfile.read(2)
        if len(size) < 2:
            return
        answer = self.server.zones.answer(self.rfile.read(struct.unpack("!H", size)[0]))
        if answer is not None:
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


class _UdpServer(socketserver.ThreadingUDPServer):
    zones: Zones
    daemon_threads = True


class _TcpServer(socketserver.ThreadingTCPServer):
    zones: Zones
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def running() -> Iterator[Zones]:
    """Start the server and stop it again."""
    zones = Zones()
    tcp = _TcpServer((zones.host, 0), _Tcp)
    zones.port = tcp.server_address[1]
    udp = _UdpServer((zones.host, zones.port), _Udp)
    tcp.zones = udp.zones = zones
    for server in (tcp, udp):
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield zones
    finally:
        for server in (tcp, udp):
            server.shutdown()
            server.server_close()


def silent_port() -> int:
    """A UDP port of loopback that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
