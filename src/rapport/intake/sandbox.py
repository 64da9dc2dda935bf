"""Files parsed in processes of their own, with limits of time and memory: one hostile file costs one row, never the batch.

`SandboxPool` keeps a few such processes and uses them again and again (starting one takes a quarter of a second, a résumé a twentieth). A
process that hangs is killed, one that died is replaced; the file it had gets an error that says so.
"""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from rapport.intake.document import Refusal
from rapport.intake.limits import MAX_FILE_BYTES, MEMORY_LIMIT_BYTES, TIME_LIMIT_S
from rapport.lib.children import environment, read_message, write_message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: `resume` (JSON Resume with text, evidence, confidence) or `code` and `message` of the refusal."""

    name: str
    resume: dict[str, Any] | None
    code: str = ""
    message: str = ""


class SandboxPool:
    """Worker processes behind `parse` and `parse_many`; use it as a context manager. Safe to call from several threads."""

    def __init__(
        self, size: int | None = None, timeout_s: float = TIME_LIMIT_S, command: tuple[str, ...] | None = None
    ) -> None:
        self.size = size or min(4, os.cpu_count() or 1)
        self.timeout_s = timeout_s
        self.command = command or (sys.executable, "-m", "rapport.intake.worker")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all = [_Worker(self.command) for _ in range(self.size)]
        for worker in self._all:
            self._idle.put(worker)

    def __enter__(self) -> "SandboxPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for worker in self._all:
            worker.stop()

    def parse(self, name: str, data: bytes) -> Outcome:
        """Parse one file; waits for a free process, then at most `timeout_s`."""
        if len(data) > MAX_FILE_BYTES:
            megabytes = MAX_FILE_BYTES // 1048576
            message = f"This file has {len(data) // 1048576} MB; up to {megabytes} MB are read."
            return Outcome(name, None, "too_large", message)
        try:
            return Outcome(name, self.ask({"do": "parse"}, data)["resume"])
        except Refusal as refusal:
            return Outcome(name, None, refusal.code, str(refusal))

    def ask(
        self, question: dict[str, Any], data: bytes, *, timeout_s: float = 0, wait_s: float | None = None
    ) -> dict[str, Any]:
        """What the worker answers to a question about a file (see `worker`).

        Waits for a free process, at most `wait_s` where that is given, then `timeout_s` for the answer. Raises Refusal:
        busy when no process became free, timeout, crashed, or what the worker has to say.
        """
        try:
            worker = self._idle.get(timeout=wait_s)
        except Empty:
            raise Refusal("busy", "Other files are being read just now. Try again in a moment.") from None
        limit_s = timeout_s or self.timeout_s
        try:
            return _checked(worker.ask(question, data, limit_s), worker, limit_s)
        finally:
            self._idle.put(worker)

    def let_idle_end(self) -> None:
        """End the processes that nobody uses just now; they start again when they are needed."""
        for _ in range(self.size):
            try:
                worker = self._idle.get_nowait()
            except Empty:
                return
            worker.stop()
            self._idle.put(worker)

    def parse_many(self, files: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[Outcome]:
        """Parse (name, loader) pairs side by side; outcomes come in the order of the files, memory stays flat."""
        waiting: deque[Future[Outcome]] = deque()
        with ThreadPoolExecutor(self.size) as executor:
            for name, load in files:
                waiting.append(executor.submit(self._load_and_parse, name, load))
                if len(waiting) >= 3 * self.size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _load_and_parse(self, name: str, load: Callable[[], bytes]) -> Outcome:
        try:
            data = load()
        except Refusal as refusal:
            return Outcome(name, None, refusal.code, str(refusal))
        except OSError as error:
            return Outcome(name, None, "unreadable", f"This file could not be opened: {error.strerror or error}.")
        return self.parse(name, data)


def parse_one(name: str, data: bytes) -> Outcome:
    """Parse a single file in a process started for it."""
    with SandboxPool(size=1) as pool:
        return pool.parse(name, data)


def _checked(answer: dict[str, Any] | None, worker: "_Worker", timeout_s: float) -> dict[str, Any]:
    """The answer of a worker. Raises Refusal for a process that died or was killed, and for what it could not read."""
    if answer is None and worker.was_killed:
        raise Refusal("timeout", f"Reading this file took longer than {timeout_s:g} seconds; it was given up.")
    if answer is None:
        memory = f" or needed more than {MEMORY_LIMIT_BYTES // 1048576} MB of memory"
        raise Refusal("crashed", f"Reading this file broke the reader{memory}; it is damaged or hostile.")
    error = answer.get("error")
    if error:
        raise Refusal(str(error["code"]), str(error["message"]))
    return answer


class _Worker:
    """One process, started when first needed and again after it died."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.was_killed = False

    def ask(self, question: dict[str, Any], data: bytes, timeout_s: float) -> dict[str, Any] | None:
        """The answer about a file, or None when the process died or had to be killed (`was_killed`)."""
        process = self._running()
        self.was_killed = False
        timer = threading.Timer(timeout_s, self._kill, (process,))
        timer.start()
        try:
            answer = _exchange(process, question, data)
        finally:
            timer.cancel()
        if answer is None or answer.get("error", {}).get("code") == "memory":
            self.stop()  # a process that ran out of memory starts afresh
        return answer

    def _running(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.process = subprocess.Popen(  # our own interpreter and module, no shell
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
            )
        return self.process

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        self.was_killed = True
        process.kill()

    def stop(self) -> None:
        if self.process is None:
            return
        process, self.process = self.process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _exchange(process: "subprocess.Popen[bytes]", question: dict[str, Any], data: bytes) -> dict[str, Any] | None:
    if process.stdin is None or process.stdout is None:
        return None
    try:
        write_message(process.stdin, json.dumps(question).encode())
        write_message(process.stdin, data)
        answer = read_message(process.stdout)
    except OSError:
        return None
    decoded = json.loads(answer) if answer is not None else None
    return decoded if isinstance(decoded, dict) else None


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return  # what was left in the buffer of a dead process cannot be written; nothing is lost
