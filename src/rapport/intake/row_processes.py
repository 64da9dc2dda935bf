"""Reading the rows of large CSV files in processes of their own, while the process that asked stores those before.

Taking names, numbers and places apart costs as much as storing them. A process gets one batch at a time through a pipe
and ends when the other end is closed, also by a SIGKILL; when it dies, its batch is read here. They know no database.
"""

import gc
import io
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import cycle
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

from rapport.candidates.contact_rules import Contact
from rapport.candidates.drafts import CandidateDraft, EducationDraft, SkillDraft
from rapport.candidates.name_rules import PersonName
from rapport.candidates.preparing import Prepared
from rapport.intake.row_reading import ReadRow, read_batch
from rapport.intake.table_files import Record
from rapport.lib.children import environment
from rapport.lib.folders import data_folder
from rapport.lib.places import Place

logger = logging.getLogger(__name__)

# Beyond three, the process that stores is what one waits for.
MOST_PROCESSES = 3
Question = tuple[Sequence[Record], Sequence[str], Mapping[str, Any], date]


class RowProcesses:
    """As many processes as there are cores to spare, started at once; `close` ends them."""

    def __init__(self, size: int | None = None) -> None:
        count = size or max(1, min(MOST_PROCESSES, (os.cpu_count() or 1) - 1))
        self._members = [_Member() for _ in range(count)]

    def read(
        self, batches: Iterator[list[Record]], mapping: Sequence[str], options: Mapping[str, Any], today: date
    ) -> Iterator[list[ReadRow]]:
        """Read batches in their order; each process works ahead on one while the caller stores what it was given."""
        waiting: deque[_Member] = deque()
        idle = cycle(self._members)
        for _ in self._members:
            _ask(waiting, next(idle), batches, mapping, options, today)
        while waiting:
            member = waiting.popleft()
            rows = member.answer()
            _ask(waiting, member, batches, mapping, options, today)
            yield rows

    def close(self) -> None:
        for member in self._members:
            member.stop()


def _ask(
    waiting: "deque[_Member]",
    member: "_Member",
    batches: Iterator[list[Record]],
    mapping: Sequence[str],
    options: Mapping[str, Any],
    today: date,
) -> None:
    batch = next(batches, None)
    if batch is not None:
        member.ask((batch, mapping, options, today))
        waiting.append(member)


class _Member:
    def __init__(self) -> None:
        self._question: Question | None = None
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rapport.intake.row_processes", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Where the gazetteer lies prepared: without it each process reads it for a second.
                env={**environment(), "RAPPORT_DATA_DIR": str(data_folder())},
            )
        self._pipe = Connection(ours.detach())

    def ask(self, question: Question) -> None:
        self._question = question
        try:
            self._pipe.send_bytes(pack(question))
        except OSError:
            return  # it died; `answer` notices

    def answer(self) -> list[ReadRow]:
        question = self._question
        if question is None:
            raise RuntimeError("nothing was asked")
        try:
            rows: list[ReadRow] = unpack(self._pipe.recv_bytes())
        except (EOFError, OSError):
            logger.warning("row process died pid=%s", self._process.pid)
            self.stop()
            self._start()
            rows = read_batch(*question)
        self._question = None
        return rows

    def stop(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.wait()


def serve(pipe: Connection) -> None:
    """What such a process does: answer batches until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who asked; the pipe ends then
    gc.disable()  # nothing here makes cycles, and the tables of names and places are large
    while True:
        try:
            pipe.send_bytes(pack(read_batch(*unpack(pipe.recv_bytes()))))
        except (EOFError, OSError):
            return


def _reducer(kind: type) -> Any:
    pick = attrgetter(*kind.__slots__)  # type: ignore[attr-defined]  # dataclasses with slots
    return lambda item: (kind, pick(item))


def _tuple_reducer(kind: type) -> Any:
    return lambda item: (kind, tuple(item))


def _reduce_draft(draft: CandidateDraft) -> Any:
    """Without its contact points: they stand beside the draft as they were read."""
    values = list(_DRAFT_VALUES(draft))
    values[_CONTACTS] = ()
    return CandidateDraft, tuple(values)


_DRAFT_VALUES = attrgetter(*CandidateDraft.__slots__)
_CONTACTS = CandidateDraft.__slots__.index("contact_points")
# As calls of their classes these take a fifth of the time that they need by themselves.
_TRAVELLERS = (
    Record, ReadRow, Prepared, EducationDraft, SkillDraft, Place,
)  # fmt: skip
_REDUCERS: dict[type, Any] = {
    CandidateDraft: _reduce_draft,
    **{kind: _reducer(kind) for kind in _TRAVELLERS},
    **{kind: _tuple_reducer(kind) for kind in (PersonName, Contact)},
}


class _Pickler(pickle.Pickler):
    dispatch_table = _REDUCERS


def pack(value: Any) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpack(data: bytes) -> Any:
    """What `pack` made, in a process of ours: nothing from outside comes through these pipes unread."""
    return pickle.loads(data)  # noqa: S301


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
