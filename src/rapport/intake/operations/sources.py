"""Where an import's rows come from: an open CSV file or résumés, read from a position on, some ahead of what is stored."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from rapport.candidates.preparing import Prepared, prepare
from rapport.candidates.text_rules import without_nul
from rapport.intake import import_files, resume_drafts
from rapport.intake.archives import Loader
from rapport.intake.document import Refusal
from rapport.intake.models import Import, ImportRow
from rapport.intake.row_processes import RowProcesses
from rapport.intake.row_reading import ReadRow, read_batch
from rapport.intake.sandbox import Outcome, SandboxPool
from rapport.intake.table_files import Record
from rapport.intake.table_inspection import format_from, read_rows
from rapport.lib import clock

CSV_BATCH = 2000
# So many rows are worth a process of their own, which takes a second to start.
FOR_PROCESSES = 10_000
State = ImportRow.State


@dataclass(slots=True)
class NewRow:
    """The columns of a row that is not stored yet; an ImportRow would cost as much as storing it."""

    source_import_id: UUID
    number: int
    name: str = ""
    state: str = State.FAILED
    needs_look: bool = False
    candidate_id: UUID | None = None
    message: str = ""
    added: dict[str, Any] | None = None
    sha256: str = ""
    storage_name: str = ""
    parsed: dict[str, Any] | None = None


@dataclass(slots=True)
class Piece:
    """One row on its way: a person to be stored, or the row it has become already (failed, skipped, waiting)."""

    row: NewRow
    prepared: Prepared | None = None
    content: bytes = b""


@dataclass(slots=True)
class Source:
    """An open file, read up to `position`; `close` lets go of it."""

    position: int
    pieces: Iterator[Piece]
    close: Callable[[], None]
    _ahead: Future[list[Piece]] | None = None

    def take(self, size: int) -> list[Piece]:
        """The next pieces, fewer at the end."""
        ahead, self._ahead = self._ahead, None
        return ahead.result() if ahead else self._next(size)

    def read_ahead(self, size: int) -> None:
        """Begin to take the next ones in a thread, for a moment in which the database works and we wait for it."""
        self._ahead = _thread().submit(self._next, size)

    def end(self) -> None:
        """Read no further."""
        if self._ahead:
            wait([self._ahead])
        close = getattr(self.pieces, "close", None)
        if close:
            close()
        self.close()

    def _next(self, size: int) -> list[Piece]:
        return list(islice(self.pieces, size))


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="read-ahead")


_sources: dict[UUID, Source] = {}
_sandboxes: list[SandboxPool] = []
_readers: list[RowProcesses] = []


def open_source(item: Import) -> Source:
    """The source of an import at its position; raises Refusal when nothing of it is kept."""
    source = _sources.get(item.id)
    if source is not None and source.position == item.position:
        return source
    forget(item.id)
    if not item.storage_name:
        raise Refusal("interrupted", "The command was interrupted. Run it again: what is in the pool is recognised.")
    file = import_files.open_stored(item.storage_name)
    if item.kind == Import.Kind.CSV:
        pieces = _read_csv(item, file)
    else:
        pieces = _read_resumes(item, islice(import_files.list_resumes(file), item.position, None))
    _sources[item.id] = Source(item.position, pieces, file.close)
    return _sources[item.id]


def open_files(item: Import, files: Iterable[tuple[str, Loader]]) -> None:
    """Let an import of résumés read these files, which nothing keeps."""
    _sources[item.id] = Source(0, _read_resumes(item, files), lambda: None)


def forget(import_id: UUID) -> None:
    source = _sources.pop(import_id, None)
    if source is not None:
        source.end()
        while _readers:  # they may hold rows that nobody wants any more
            _readers.pop().close()


def let_go() -> None:
    """Nothing to do: let go of open files and of the processes that read them."""
    for import_id in list(_sources):
        forget(import_id)
    while _sandboxes:
        _sandboxes.pop().close()


def _read_csv(item: Import, file: BinaryIO) -> Iterator[Piece]:
    batches = _batches(read_rows(file, format_from(item.format), skip=item.position))
    for rows in _read_batches(item, batches):
        for row in rows:
            yield _read_piece(item, row)


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, CSV_BATCH)):
        yield batch


def _read_batches(item: Import, batches: Iterator[list[Record]]) -> Iterator[list[ReadRow]]:
    today = clock.today()
    if (item.row_count or 0) - item.position < FOR_PROCESSES:
        return (read_batch(batch, item.mapping, item.options, today) for batch in batches)
    if not _readers:
        _readers.append(RowProcesses())
    return _readers[0].read(batches, item.mapping, item.options, today)


def _read_piece(item: Import, read: ReadRow) -> Piece:
    if read.prepared is None:
        return Piece(NewRow(item.id, read.number, message=read.problem[:1000]))
    return Piece(NewRow(item.id, read.number, message=read.said, needs_look=bool(read.said)), read.prepared)


def _read_resumes(item: Import, files: Iterable[tuple[str, Loader]]) -> Iterator[Piece]:
    """Parse files side by side in processes of their own, in the order of the files."""
    if not _sandboxes:
        _sandboxes.append(SandboxPool())
    names: dict[str, str] = {}
    contents: dict[str, bytes] = {}

    def numbered() -> Iterator[tuple[str, Loader]]:
        for number, (name, load) in enumerate(files, start=item.position + 1):
            names[str(number)] = without_nul(name)  # a folder knows names that are no UTF-8
            yield str(number), partial(_load_and_keep, contents, str(number), load)

    for outcome in _sandboxes[0].parse_many(numbered()):
        yield _as_piece(item, outcome, names.pop(outcome.name), contents.pop(outcome.name, b""))


def _load_and_keep(contents: dict[str, bytes], number: str, load: Loader) -> bytes:
    contents[number] = load()
    return contents[number]


def _as_piece(item: Import, outcome: Outcome, name: str, content: bytes) -> Piece:
    row = NewRow(
        item.id,
        int(outcome.name),
        name[-255:],
        sha256=hashlib.sha256(content).hexdigest() if content else "",
    )
    if outcome.code == "picture" and b"%PDF-" in content[:1024]:
        row.state, row.needs_look, row.message = State.WAITING, True, resume_drafts.SCANNED
        row.parsed = resume_drafts.scan()
        return Piece(row, content=content)
    if outcome.resume is None:
        row.message, row.sha256 = outcome.message[:1000], ""
        return Piece(row)
    said = resume_drafts.doubts(outcome.resume)
    row.needs_look, row.message = bool(said), " ".join(said)
    if item.options.get("review") or not resume_drafts.has_content(outcome.resume):
        row.state, row.needs_look = State.WAITING, True
        row.message = row.message or "Read. Nothing is stored before you have looked."
        row.parsed = clean_json(outcome.resume)
        return Piece(row, content=content)
    draft = resume_drafts.build_draft(outcome.resume, file_name=name, content=content, options=item.options)
    return Piece(row, prepare(draft, clock.today()), content)


def clean_json(value: Any) -> Any:
    """JSON without the characters that PostgreSQL cannot keep."""
    if isinstance(value, str):
        return without_nul(value)
    if isinstance(value, dict):
        return {clean_json(key): clean_json(inner) for key, inner in value.items()}
    return [clean_json(inner) for inner in value] if isinstance(value, list) else value
