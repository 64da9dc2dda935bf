"""rapport up: the database, migrations, web and worker as one command that stops as one."""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from rapport.config import embedded, lifeline, opening, web

GRACE_S = 25
ANSWER_S = 30  # then we say that it takes longer
RESTART_S = 1.0
# One process for both, because loading the product takes longer than either when there is nothing to do.
PREPARE = """
import sys
from rapport.config import lifeline
from rapport.config.cli import run
lifeline.watch(lifeline.inherited())
status = run(["migrate", "--verbosity", "0"])
if not status and sys.argv[1:]:
    status = run(["demo", "--if-empty"])
sys.exit(status)
"""


def run(arguments: list[str]) -> int:
    """Run everything until SIGINT or SIGTERM; a part that dies is started again."""
    parser = argparse.ArgumentParser(prog="rapport up", description="Run the whole product on this machine.")
    web.add_address(parser)
    parser.add_argument("--demo", action="store_true", help="fill an empty database with demo data first")
    options = parser.parse_args(arguments)
    os.environ["RAPPORT_PORT"] = str(options.port)  # links lead there, unless RAPPORT_BASE_URL says otherwise
    return Supervisor(options.host, options.port).run(demo=options.demo)


class Supervisor:
    """Starts the parts as child processes and passes the end on to them."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where all listen, one can ask
        self.address = f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"
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

        try:
            lock = _take(settings.DATA_DIR)
        except OSError as error:
            sys.stderr.write(f"rapport: {error.filename} cannot be written: {error.strerror}\n")
            return 1
        trouble = (
            web.why_not_listen(self.host, self.port)
            if lock
            else f"Rapport runs already on the data folder {settings.DATA_DIR}; stop it first, or set RAPPORT_DATA_DIR"
        )
        if trouble:
            sys.stderr.write(f"rapport: {trouble}\n")
            return 1
        if not settings.DATABASE_URL and not embedded.exists(settings.DATA_DIR):
            sys.stderr.write(f"Making a database in {settings.DATA_DIR}.\n")
        server = None if settings.DATABASE_URL else opening.start_embedded(settings)
        try:
            status = self._prepare(demo=demo)
            if status or self.ended.is_set():
                return 130 if self.ended.is_set() else status
            for name in self.parts:
                self._start(name)
            threading.Thread(target=self._announce, args=[settings, started], daemon=True, name="announce").start()
            self._watch(server)
            return self._stop()
        finally:
            if server is not None:
                embedded.forget_dead(settings.DATA_DIR)  # a part that had to be killed uses it no longer

    def _prepare(self, *, demo: bool) -> int:
        """Migrate, and fill with demo data where asked; the end is passed on here too."""
        child = self._spawn([sys.executable, "-c", PREPARE, *(["demo"] if demo else [])])
        while child.poll() is None:
            if self.ended.wait(0.05):
                child.terminate()
                child.wait()
        return child.returncode

    def _start(self, name: str) -> None:
        self.children[name] = self._spawn([sys.executable, "-m", "rapport", *self.parts[name]])

    def _spawn(self, command: list[str]) -> subprocess.Popen:
        environ = {**os.environ, lifeline.VARIABLE: str(self.lifeline_read)}
        # A session of its own: Ctrl+C reaches this process alone, which then ends the parts in order.
        return subprocess.Popen(command, env=environ, pass_fds=[self.lifeline_read], start_new_session=True)

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
        """Say where it runs as soon as it answers; a slow machine takes its time."""
        if not _wait_for(self.address, self.ended, ANSWER_S):
            if not self.ended.is_set():
                sys.stderr.write(f"rapport: nothing answers at {self.address} yet; `rapport doctor` may know why\n")
            if not _wait_for(self.address, self.ended, float("inf")):
                return
        lines = [f"Rapport is running at {self.address} (started in {time.monotonic() - started:.1f} s)"]
        sign_in = settings.DATA_DIR / "demo-sign-in.txt"
        if sign_in.exists():
            lines.append(f"Demo sign-in: {sign_in.read_text().strip()}")
        sys.stdout.write("\n".join([*lines, "Stop it with Ctrl+C.", ""]))
        sys.stdout.flush()


def _take(data_dir: Path) -> TextIO | None:
    """Reserve a data folder until this process ends; None where another `rapport up` has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "up.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _wait_for(address: str, ended: threading.Event, seconds: float) -> bool:
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
