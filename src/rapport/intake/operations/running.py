"""Working on imports batch after batch: by the worker's loop, or by a command until the end.

A batch is read outside of any transaction, then stored with its rows and the new position in one. A process holds an
import by a lease that each batch renews; when it is killed, another takes over at the position after LEASE_S seconds.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, transaction

from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.candidates.drafts import CandidateDraft, DraftOutcome
from rapport.candidates.operations import bulk_create_candidates
from rapport.intake import import_files, queries, resume_drafts
from rapport.intake.activities import IMPORT_FAILED, IMPORT_FINISHED
from rapport.intake.archives import Loader
from rapport.intake.document import Refusal
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import creating, undoing
from rapport.intake.row_drafts import RowProblem, build_draft, leave_out_shared
from rapport.intake.sandbox import Outcome, SandboxPool
from rapport.intake.table_files import Record
from rapport.intake.table_inspection import format_from, read_rows
from rapport.lib import clock
from rapport.lib.actors import COMMAND, Actor
from rapport.lib.copying import copy_rows
from rapport.lib.errors import NotAllowed, RapportError

logger = logging.getLogger(__name__)

CSV_BATCH = 1000
RESUME_BATCH = 12
NOT_STORED = "The database refused this row; nothing of it was stored."
State = ImportRow.State


@dataclass(slots=True)
class Piece:
    """One row on its way: a draft to be stored, or the row it has become already (failed, skipped, waiting)."""

    row: ImportRow
    draft: CandidateDraft | None = None
    content: bytes = b""


@dataclass(slots=True)
class Source:
    """An open file, read up to `position`; `close` lets go of it."""

    position: int
    pieces: Iterator[Piece]
    close: Callable[[], None]


_sources: dict[UUID, Source] = {}
_pool: list[SandboxPool] = []


def work(*, token: str) -> int:
    """Do one batch of the import that waits longest; returns how many rows, 0 when there was nothing to do."""
    import_id = queries.claim(token)
    if import_id is None:
        _let_go()
        return 0
    return _work_on(import_id, token)


def finish_with(*, import_id: UUID, token: str, progress: Callable[[Import], None] = lambda _: None) -> Import:
    """Work on one import until it has ended or somebody else has taken it; for commands."""
    try:
        while True:
            _work_on(import_id, token)
            item = Import.objects.get(id=import_id)
            progress(item)
            if not item.is_working or item.lease_token != token:
                return item
    finally:
        _let_go()


def import_resume_files(
    *,
    actor: Actor,
    name: str,
    files: Iterable[tuple[str, Loader]],
    options: Mapping[str, Any],
    token: str,
    progress: Callable[[Import], None] = lambda _: None,
) -> Import:
    """Import résumés from where they are, without a copy of the whole: what `rapport import resumes` does.

    Run it again after an interruption: files that are in the pool already are recognised by their content.
    """
    item = creating.new_resume_import(actor, name, options)
    queries.lease(item, token)
    item.save(force_insert=True)
    creating.record_start(actor, item)
    _sources[item.id] = Source(0, _read_resumes(item, files), lambda: None)
    return finish_with(import_id=item.id, token=token, progress=progress)


def _work_on(import_id: UUID, token: str) -> int:
    item = Import.objects.select_related("created_by").get(id=import_id)
    try:
        if item.state == Import.State.UNDOING:
            return undoing.undo_batch(item, token, actor_of(item))
        return _store_batch(item, token)
    except DatabaseError:
        _forget(import_id)  # the loop tries again from the position that is stored
        raise
    except (Refusal, RapportError) as problem:
        _stop(import_id, token, str(problem))
    except Exception:
        logger.exception("import failed import_id=%s position=%s", import_id, item.position)
        _stop(
            import_id, token, "Something went wrong here. It is logged; continue the import, or ask an administrator."
        )
    return 1


def actor_of(item: Import) -> Actor:
    """In whose name an import runs: whoever made it, with the rights they have now."""
    user: User | None = item.created_by
    if user is None:
        return COMMAND
    if not user.is_active:
        raise NotAllowed(f"{user} has no account any more. Upload the file yourself.")
    return user.actor


def _store_batch(item: Import, token: str) -> int:
    source = _open(item)
    size = CSV_BATCH if item.kind == Import.Kind.CSV else RESUME_BATCH
    pieces = list(islice(source.pieces, size))
    if item.kind == Import.Kind.RESUMES:
        _recognise_same_files(pieces)
    kept: list[str] = []
    try:
        with transaction.atomic():
            mine = queries.lock_mine(item.id, token, Import.State.RUNNING)
            if mine is None or mine.position != source.position:
                _forget(item.id)
                return 0
            _store(mine, pieces, kept)
            mine.position += len(pieces)
            queries.lease(mine, token)
            if len(pieces) < size:
                _finish(mine)
            mine.save()
    except BaseException:
        _forget(item.id)
        for name in kept:
            import_files.delete(name)
        raise
    source.position += len(pieces)
    if len(pieces) < size:
        _forget(item.id)
    return len(pieces)


def _store(item: Import, pieces: Sequence[Piece], kept: list[str]) -> None:
    """Store the drafts of a batch and its rows; `kept` gets the names of files stored for rows that wait."""
    for piece in pieces:
        if piece.row.state == State.WAITING:
            piece.row.storage_name = import_files.store_bytes(piece.content)
            kept.append(piece.row.storage_name)
    drafted = [piece for piece in pieces if piece.draft is not None]
    drafts = [piece.draft for piece in drafted if piece.draft is not None]
    if item.kind == Import.Kind.CSV:
        checked = leave_out_shared(drafts)
        drafts = [draft for draft, _ in checked]
        for piece, (_, said) in zip(drafted, checked, strict=True):
            piece.row.message, piece.row.needs_look = said, bool(said)
    for piece, outcome in zip(drafted, store_drafts(actor_of(item), drafts, item.id), strict=True):
        note_outcome(piece.row, outcome)
    rows = [piece.row for piece in pieces]
    copy_rows(rows)
    count_rows(item, rows)


def store_drafts(actor: Actor, drafts: Sequence[CandidateDraft], import_id: UUID) -> list[DraftOutcome]:
    """Store drafts; when the database refuses them, find the ones that it refuses and store the others."""
    if not drafts:
        return []
    try:
        return bulk_create_candidates(actor=actor, drafts=drafts, import_id=import_id)
    except (DataError, IntegrityError, ValueError):
        if len(drafts) == 1:
            logger.exception("row refused by the database import_id=%s", import_id)
            return [DraftOutcome("refused", problems=(NOT_STORED,))]
    middle = len(drafts) // 2
    return store_drafts(actor, drafts[:middle], import_id) + store_drafts(actor, drafts[middle:], import_id)


def note_outcome(row: ImportRow, outcome: DraftOutcome) -> None:
    """Write on a row what became of its draft."""
    if outcome.result == "refused":
        row.state, row.message = State.FAILED, " ".join(outcome.problems)[:1000]
        return
    row.state = State.CREATED if outcome.result == "created" else State.ATTACHED
    row.candidate_id = outcome.candidate_id
    row.message = " ".join(filter(None, (row.message, *outcome.problems)))[:1000]
    row.needs_look = row.needs_look or bool(outcome.problems)
    row.added = added_as_json(outcome) if outcome.added else None


def added_as_json(outcome: DraftOutcome) -> dict[str, Any]:
    """The additions that are not empty, ids as text."""
    found = {noun: value for noun, value in asdict(outcome.added).items() if value}
    return {noun: value if noun == "filled" else [str(key) for key in value] for noun, value in found.items()}


def count_rows(item: Import, rows: Sequence[ImportRow]) -> None:
    for state in (State.CREATED, State.ATTACHED, State.SKIPPED, State.FAILED):
        name = f"{state.value}_count"
        setattr(item, name, getattr(item, name) + sum(row.state == state for row in rows))


def _finish(item: Import) -> None:
    item.state, item.finished_at = Import.State.DONE, clock.now()
    item.row_count = item.position
    record(IMPORT_FINISHED, actor=actor_of(item), subjects={"import": item.id}, data=counts(item))


def counts(item: Import) -> dict[str, int]:
    return {name: getattr(item, f"{name}_count") for name in ("created", "attached", "skipped", "failed")}


@transaction.atomic
def _stop(import_id: UUID, token: str, error: str) -> None:
    item = Import.objects.select_for_update().filter(id=import_id, lease_token=token).first()
    if item is not None and item.is_working:
        item.state, item.error, item.finished_at = Import.State.FAILED, error[:500], clock.now()
        item.save(update_fields=["state", "error", "finished_at"])
        data = {**counts(item), "error": item.error}
        record(IMPORT_FAILED, actor=COMMAND, subjects={"import": item.id}, data=data)
    _forget(import_id)


# ---- sources ----------------------------------------------------------------------------------------------------------


def _open(item: Import) -> Source:
    source = _sources.get(item.id)
    if source is not None and source.position == item.position:
        return source
    _forget(item.id)
    if not item.storage_name:
        raise Refusal("interrupted", "The command was interrupted. Run it again: what is in the pool is recognised.")
    file = import_files.open_stored(item.storage_name)
    if item.kind == Import.Kind.CSV:
        pieces = _read_csv(item, file)
    else:
        pieces = _read_resumes(item, islice(import_files.list_resumes(file), item.position, None))
    _sources[item.id] = Source(item.position, pieces, file.close)
    return _sources[item.id]


def _forget(import_id: UUID) -> None:
    source = _sources.pop(import_id, None)
    if source is not None:
        close = getattr(source.pieces, "close", None)
        if close:
            close()
        source.close()


def _let_go() -> None:
    """Nothing to do: let go of open files and of the processes that read résumés."""
    for import_id in list(_sources):
        _forget(import_id)
    while _pool:
        _pool.pop().close()


def _read_csv(item: Import, file: BinaryIO) -> Iterator[Piece]:
    for record_ in read_rows(file, format_from(item.format), skip=item.position):
        yield _drafted(item, record_)


def _drafted(item: Import, read: Record) -> Piece:
    row = ImportRow(source_import_id=item.id, number=read.number, state=State.FAILED, message=read.problem)
    if read.problem:
        return Piece(row)
    try:
        return Piece(row, build_draft(read.cells, item.mapping, item.options))
    except RowProblem as problem:
        row.message = str(problem)[:1000]
        return Piece(row)


def _read_resumes(item: Import, files: Iterable[tuple[str, Loader]]) -> Iterator[Piece]:
    """Parse files side by side in processes of their own, in the order of the files."""
    if not _pool:
        _pool.append(SandboxPool())
    names: dict[str, str] = {}
    contents: dict[str, bytes] = {}

    def numbered() -> Iterator[tuple[str, Loader]]:
        for number, (name, load) in enumerate(files, start=item.position + 1):
            names[str(number)] = name
            yield str(number), partial(_load_and_keep, contents, str(number), load)

    for outcome in _pool[0].parse_many(numbered()):
        yield _as_piece(item, outcome, names.pop(outcome.name), contents.pop(outcome.name, b""))


def _load_and_keep(contents: dict[str, bytes], number: str, load: Loader) -> bytes:
    contents[number] = load()
    return contents[number]


def _as_piece(item: Import, outcome: Outcome, name: str, content: bytes) -> Piece:
    row = ImportRow(
        source_import_id=item.id, number=int(outcome.name), name=name[-255:], state=State.FAILED,
        sha256=hashlib.sha256(content).hexdigest() if content else "",
    )  # fmt: skip
    if outcome.resume is None:
        row.message, row.sha256 = outcome.message[:1000], ""
        return Piece(row)
    said = resume_drafts.doubts(outcome.resume)
    row.needs_look, row.message = bool(said), " ".join(said)
    if item.options.get("review") or not resume_drafts.has_content(outcome.resume):
        row.state, row.needs_look = State.WAITING, True
        row.message = row.message or "Read with confidence."
        row.parsed = clean_json(outcome.resume)
        return Piece(row, content=content)
    draft = resume_drafts.build_draft(outcome.resume, file_name=name, content=content, options=item.options)
    return Piece(row, draft, content)


def clean_json(value: Any) -> Any:
    """JSON without the NUL characters that PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.replace("\0", " ")
    if isinstance(value, dict):
        return {clean_json(key): clean_json(inner) for key, inner in value.items()}
    return [clean_json(inner) for inner in value] if isinstance(value, list) else value


def _recognise_same_files(pieces: Sequence[Piece]) -> None:
    """Skip files that are in the pool already, that wait to be looked at, or that came twice in this batch."""
    there = queries.find_same_files([piece.row.sha256 for piece in pieces if piece.row.sha256])
    seen: set[str] = set()
    for piece in pieces:
        row = piece.row
        if not row.sha256:
            continue
        state, candidate_id = there.get(row.sha256, ("", None))
        if candidate_id or state or row.sha256 in seen:
            row.state, row.needs_look, row.parsed, piece.draft = State.SKIPPED, False, None, None
            row.candidate_id = candidate_id
            row.message = (
                "This very file waits to be looked at already." if state else "This very file was imported before."
            )
        seen.add(row.sha256)
