"""What `rapport up` tells whoever has started it."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from rapport.config import supervisor


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_address_is_told_also_on_a_slow_machine(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(supervisor, "ANSWER_S", 0.3)
    (tmp_path / "demo-sign-in.txt").write_text("rita@example.org / secret")
    server = HTTPServer(("127.0.0.1", 0), Healthy, bind_and_activate=False)
    server.server_bind()  # the address is taken, and refuses until it is listened on
    started = supervisor.Supervisor("127.0.0.1", server.server_address[1])
    settings = SimpleNamespace(DATA_DIR=tmp_path)
    thread = threading.Thread(target=started._announce, args=[settings, time.monotonic()])
    thread.start()
    time.sleep(1)
    server.server_activate()
    answering = threading.Thread(target=server.serve_forever, daemon=True)
    answering.start()
    thread.join(10)
    server.shutdown()
    server.server_close()
    told = capsys.readouterr()
    assert told.err == f"rapport: nothing answers at {started.address} yet; `rapport doctor` may know why\n"
    assert told.out.startswith(f"Rapport is running at {started.address} (started in ")
    assert "Demo sign-in: rita@example.org / secret\n" in told.out


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:81"), ("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://[::1]:81")],
)
def test_the_address_that_is_told_can_be_opened(host, address) -> None:
    assert supervisor.Supervisor(host, 81).address == address
