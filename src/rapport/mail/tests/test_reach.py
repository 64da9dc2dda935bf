"""Links are asked only on demand, and never inside a network of one's own."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rapport.lib.outside import is_public
from rapport.mail.checks.reach import reach


class Site(BaseHTTPRequestHandler):
    asked: list[str]

    def do_HEAD(self) -> None:
        type(self).asked.append(self.path)
        status = {"/gone": 404, "/moved": 301, "/shy": 403}.get(self.path, 200)
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "https://example.org/new")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_answers_are_told_in_order(site):
    urls = [f"{site}{path}" for path in ("/fine?a=1", "/gone", "/moved", "/shy")]
    found = reach(urls, may_ask=lambda address: True)
    assert [(row.url, row.outcome) for row in found] == list(zip(urls, ["fine", "broken", "moved", "shy"], strict=True))
    assert found[2].said == "It leads on to https://example.org/new."
    assert sorted(Site.asked) == ["/fine?a=1", "/gone", "/moved", "/shy"]


def test_our_own_network_is_not_asked(site):
    (found,) = reach([f"{site}/fine"])
    assert (found.outcome, Site.asked) == ("unknown", [])
    assert "not asked from here" in found.said


@pytest.mark.parametrize(
    ("address", "public"),
    [("127.0.0.1", False), ("10.0.0.1", False), ("169.254.169.254", False), ("::1", False), ("fe80::1%eth0", False),
     ("192.168.1.1", False), ("100.64.0.1", False), ("8.8.8.8", True), ("2606:4700::1111", True)],
)  # fmt: skip
def test_only_public_addresses_may_be_asked(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("code", "outcome", "said"),
    [
        (socket.EAI_AGAIN, "unknown", "Names cannot be looked up from here now: no network, or no name server."),
        (socket.EAI_NONAME, "broken", "There is no such host."),
    ],
)
def test_without_a_network_it_is_said_clearly(monkeypatch, code, outcome, said):
    def no_names(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    (found,) = reach(["https://example.org/"])
    assert (found.outcome, found.said) == (outcome, said)


def test_no_more_than_ten_are_asked(site):
    found = reach([f"{site}/{number}" for number in range(12)], may_ask=lambda address: True)
    assert [row.outcome for row in found] == ["fine"] * 10 + ["unknown"] * 2
    assert len(Site.asked) == 10
