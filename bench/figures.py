"""What every measurement shares: the shape of a figure, times, and an installation to measure."""

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOME = Path(os.environ.get("RAPPORT_BENCH_DIR", "~/.cache/rapport-bench")).expanduser()
REAL_DATA = Path(os.environ.get("RAPPORT_REAL_DATA") or ROOT.parent / "shared" / "data")  # as in tests/real_data.py
RAPPORT = [sys.executable, "-m", "rapport"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `target` is a limit that `value` must keep on the right side of; `peer` is what it is compared with."""

    figure: str
    value: float
    unit: str
    target: float | None = None
    at_most: bool = True
    peer: str = ""
    peer_value: float | None = None
    n: int = 1
    note: str = ""

    @property
    def holds(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target

    def show(self) -> None:
        row = asdict(self)
        del row["at_most"]
        ordered = {
            "figure": row.pop("figure"), "value": round(row.pop("value"), 3), "unit": row.pop("unit"),
            "target": row.pop("target"), "holds": self.holds, **row, "machine": machine(),
        }  # fmt: skip
        sys.stdout.write(json.dumps(ordered) + "\n")
        sys.stdout.flush()


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so much lies (nearest rank): percentile(times, 0.95)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(share * len(ordered) + 0.5) - 1))]


def reference_seconds() -> float:
    """How long a fixed piece of work takes here and now: figures of two runs compare as multiples of theirs."""
    started = time.perf_counter()
    total = 0
    for number in range(10_000_000):
        total += number & 7
    return time.perf_counter() - started


def time_calls(call: Callable[[], Any], *, n: int, warm_up: int = 3) -> list[float]:
    """Milliseconds of each of n calls after some that are not counted."""
    for _ in range(warm_up):
        call()
    times = []
    for _ in range(n):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return times


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """A running product on a data folder of its own; made once for a number of people and kept outside the repository."""

    def __init__(self, people: int, name: str = "people") -> None:
        self.people = people
        self.folder = HOME / f"{name}-{people}"
        self.environ = {
            **os.environ, "RAPPORT_DATA_DIR": str(self.folder), "RAPPORT_LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        self.environ.pop("RAPPORT_DATABASE_URL", None)

    def prepare(self) -> "Installation":
        """Make the demo data unless they are there; older ones are brought to the present schema."""
        done = self.folder / "made"
        if not done.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self.run("migrate", "--verbosity", "0")
            self.run("demo", "--candidates", str(self.people))
            done.write_text("")
        else:
            self.run("migrate", "--verbosity", "0")
        return self

    def run(self, *arguments: str) -> str:
        """The standard output of a rapport command."""
        result = subprocess.run(
            [*RAPPORT, *arguments], env=self.environ, text=True, stdout=subprocess.PIPE, check=True, cwd=ROOT
        )
        return result.stdout

    @contextmanager
    def database(self):
        """Keep the embedded database running; gives a function that connects to it."""
        import psycopg

        from rapport.config import embedded

        folder = Path(self.environ["RAPPORT_DATA_DIR"])
        server = embedded.start(folder)
        try:
            yield lambda: psycopg.connect(
                host=embedded.socket_folder(folder), user="postgres", dbname=embedded.DATABASE
            )
        finally:
            server.cleanup()

    @contextmanager
    def serving(self, timeout_s: float = 900):
        """Run `rapport up`; gives the address once it answers."""
        port = free_port()
        environ = {**self.environ, "RAPPORT_BASE_URL": f"http://127.0.0.1:{port}"}
        process = subprocess.Popen(
            [*RAPPORT, "up", "--port", str(port)], env=environ, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", timeout_s)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(60)


def wait_for(address: str, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def empty_installation(module: str) -> Iterator[dict[str, str]]:
    """The environment of an empty installation in a temporary folder; `python -m MODULE hold` keeps its database running."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    folder.chmod(0o755)
    environ = {
        **os.environ,
        "RAPPORT_DATA_DIR": str(folder),
        "RAPPORT_LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
    }
    environ.pop("RAPPORT_DATABASE_URL", None)
    holder = subprocess.Popen(
        [sys.executable, "-m", module, "hold"], env=environ, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        subprocess.run([*RAPPORT, "migrate", "--verbosity", "0"], env=environ, cwd=ROOT, check=True)
        yield environ
    finally:
        holder.communicate()
        shutil.rmtree(folder, ignore_errors=True)
