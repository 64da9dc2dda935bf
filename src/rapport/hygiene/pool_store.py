"""The records of a whole pool in a temporary file: in memory, a million of them would take gigabytes."""

import marshal
import os
from array import array
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from rapport.hygiene.person_records import Record

ID_BYTES = 16
WRITTEN_AT_ONCE = 1 << 20


class PoolStore(Sequence[Record]):
    """Records in their order, each read when it is asked for. The file has no name and goes when it is closed."""

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="rapport-linkage-", buffering=WRITTEN_AT_ONCE)  # noqa: SIM115 - closed by __exit__
        self._ends = array("q", (0,))
        self._flushed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, candidate_id: UUID, record: Record) -> None:
        row = candidate_id.bytes + marshal.dumps(record, 2)
        self._file.write(row)
        self._ends.append(self._ends[-1] + len(row))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: Any) -> Any:
        return marshal.loads(self._read(place)[ID_BYTES:])  # noqa: S302 - written by this process alone

    def __iter__(self) -> Iterator[Record]:
        for place in range(len(self)):
            yield self[place]

    def id_at(self, place: int) -> UUID:
        """Whose record it is."""
        return UUID(bytes=self._read(place)[:ID_BYTES])

    def _read(self, place: int) -> bytes:
        if not 0 <= place < len(self):
            raise IndexError(place)
        start, end = self._ends[place], self._ends[place + 1]
        if end > self._flushed:
            self._file.flush()
            self._flushed = self._ends[-1]
        return os.pread(self._file.fileno(), end - start, start)
