"""Memory of the web and worker processes, idle and at work."""

import subprocess
from collections.abc import Iterator

import psutil

from bench.figures import Figure, Installation
from bench.pages import Visitor


def measure(people: int) -> Iterator[Figure]:
    """Proportional set size (what a process alone costs) of web and worker after the start, and after 300 pages."""
    with Installation(people).prepare().serving() as (address, process):
        for figure, value in _by_part(process).items():
            yield Figure(f"memory.{figure}.idle", value, "MB", note=f"{people} people")
        visitor = Visitor(address)
        for _ in range(100):
            for path in ("/", "/candidates/", "/candidates/?q=python"):
                visitor.get(path)
        for figure, value in _by_part(process).items():
            yield Figure(f"memory.{figure}.work", value, "MB", note=f"{people} people, after 300 pages")


def _by_part(process: subprocess.Popen) -> dict[str, float]:
    parts = {"web": 0.0, "worker": 0.0}
    for child in psutil.Process(process.pid).children(recursive=True):
        words = child.cmdline()
        part = "web" if "serve" in words else "worker" if "worker" in words else _parent_part(child)
        if part:
            parts[part] += child.memory_full_info().pss / 1e6
    return parts


def _parent_part(child: psutil.Process) -> str:
    """Processes that web and worker started themselves belong to them."""
    for parent in child.parents():
        words = parent.cmdline()
        if "serve" in words:
            return "web"
        if "worker" in words and "rapport" in words:
            return "worker"
    return ""
