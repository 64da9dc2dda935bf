"""rapport up: the database, migrations, web and worker as one command that stops as one."""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from rapport.config import embedded, environment, lifeline

GRACE_S = 25
RESTART_S = 1.0
# One process for both, because loading the product takes longer than either when there is nothing to do.
PREPARE = """
import sys
from rapport.config.cli import run
status = run(["migrate", "--verbosity", "0"])
if not status and sys.argv[1:]:
    status = run(["demo", "--if-empty"])
sys.exit(status)
"""


def run(arguments: list[str]) -> int:
    """Run everything until SIGINT or SIGTERM; a part that dies is started again."""
    parser = argparse.ArgumentParser(prog="rapport up", description="Run the whole product on this machine.")
    parser.add_argument("--host", default=environment.text("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=environment.number("PORT", 8000, low=1, high=65535))
    parser.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    options = parser.parse_args(arguments)
    return Supervisor(options.host, options.port).run(demo=options.demo)


class Supervisor:
    """Starts the parts as child processes and passes the end on to them."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"http://{host}:{port}"
        self.parts: dict[str, list[str]] = {
            "web": ["serve", "--host", host, "--port", str(port)],
            "worker": ["worker"],
        }
        self.children: dict[str, subprocess.Popen] = {}
        self.ended = threading.Event()
        self.lifeline_read, self.lifeline_write = os.pipe()

    def run(self, *, demo: bool) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.ended.set())
        started = time.monotonic()
        from django.conf import settings

        server = None if settings.DATABASE_URL else embedded.start(settings.DATA_DIR)
        status = subprocess.call([sys.executable, "-c", PREPARE, *(["demo"] if demo else [])])
        if status or self.ended.is_set():
            return status or 130
        for name in self.parts:
            self._start(name)
        self._announce(settings, started)
        self._watch(server)
        return self._stop()

    def _start(self, name: str) -> None:
        environ = {**os.environ, lifeline.VARIABLE: str(self.lifeline_read)}
        # A session of its own: Ctrl+C reaches this process alone, which then ends the parts in order.
        self.children[name] = subprocess.Popen(
            [sys.executable, "-m", "rapport", *self.parts[name]],
            env=environ, pass_fds=[self.lifeline_read], start_new_session=True,
        )  # fmt: skip

    def _watch(self, server: Any) -> None:
        while not self.ended.wait(RESTART_S):
            if server is not None and not embedded.is_running(server):
                sys.stderr.write("rapport: the database ended; starting it again\n")
                embedded.restart(server)
            for name, child in list(self.children.items()):
                if child.poll() is not None:
                    sys.stderr.write(f"rapport: {name} ended with status {child.returncode}; starting it again\n")
                    self._start(name)

    def _stop(self) -> int:
        for child in self.children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE_S
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        return 0

    def _announce(self, settings: Any, started: float) -> None:
        if not _wait_for(self.address, self.ended):
            if not self.ended.is_set():
                sys.stderr.write(f"rapport: nothing answers at {self.address} yet; `rapport doctor` may know why\n")
            return
        lines = [f"Rapport is running at {self.address} (started in {time.monotonic() - started:.1f} s)"]
        sign_in = settings.DATA_DIR / "demo-sign-in.txt"
        if sign_in.exists():
            lines.append(f"Demo sign-in: {sign_in.read_text().strip()}")
        sys.stdout.write("\n".join([*lines, "Stop it with Ctrl+C.", ""]))
        sys.stdout.flush()


def _wait_for(address: str, ended: threading.Event, seconds: float = 30) -> bool:
    import urllib.error
    import urllib.request

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not ended.is_set():
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()  # noqa: S310 - our own address
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
