"""Working on imports batch after batch: by the worker's loop, or by a command until the end.

A batch is read outside of any transaction, then stored with its rows and the new position in one. A process holds an
import by a lease that each batch renews; when it is killed, another takes over at the position after LEASE_S seconds.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, transaction

from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.candidates.drafts import Additions, DraftOutcome
from rapport.candidates.operations import store_prepared
from rapport.candidates.preparing import Prepared
from rapport.candidates.queries import resolve_merged
from rapport.intake import import_files, queries
from rapport.intake.activities import IMPORT_FAILED, IMPORT_FINISHED
from rapport.intake.archives import Loader
from rapport.intake.document import Refusal
from rapport.intake.models import Import, ImportRow
from rapport.intake.operations import creating, sources, undoing
from rapport.intake.operations.sources import NewRow, Piece
from rapport.lib import clock
from rapport.lib.actors import COMMAND, Actor
from rapport.lib.collecting import without_cycles
from rapport.lib.copying import Table, copy_lines
from rapport.lib.errors import NotAllowed, RapportError
from rapport.lib.planning import analyze_outgrown

logger = logging.getLogger(__name__)

RESUME_BATCH = 12
NOT_STORED = "The database refused this row; nothing of it was stored."
State = ImportRow.State
ROWS = Table(ImportRow)
LOOKED_UP = {"candidates_candidate": ["id"], "candidates_contactpoint": ["kind", "normal"]}
_VALUES = attrgetter(*ROWS.attributes)


def work(*, token: str) -> int:
    """Do one batch of the import that waits longest; returns how many rows, 0 when there was nothing to do."""
    import_id = queries.claim(token)
    if import_id is None:
        sources.let_go()
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
        sources.let_go()


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
    sources.open_files(item, files)
    return finish_with(import_id=item.id, token=token, progress=progress)


def _work_on(import_id: UUID, token: str) -> int:
    item = Import.objects.select_related("created_by").get(id=import_id)
    try:
        if item.state == Import.State.UNDOING:
            return undoing.undo_batch(item, token, actor_of(item))
        return _store_batch(item, token)
    except DatabaseError:
        sources.forget(import_id)  # the loop tries again from the position that is stored
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


@without_cycles()
def _store_batch(item: Import, token: str) -> int:
    source = sources.open_source(item)
    size = sources.CSV_BATCH if item.kind == Import.Kind.CSV else RESUME_BATCH
    pieces = source.take(size)
    if item.kind == Import.Kind.RESUMES:
        _recognise_same_files(pieces)
    kept: list[str] = []
    try:
        with transaction.atomic():
            mine = queries.lock_mine(item.id, token, Import.State.RUNNING)
            if mine is None or mine.position != source.position:
                sources.forget(item.id)
                return 0
            _store(mine, pieces, kept)
            mine.position += len(pieces)
            queries.lease(mine, token)
            if len(pieces) < size:
                _finish(mine)
            mine.save()
            if item.kind == Import.Kind.CSV and len(pieces) == size:
                source.read_ahead(size)  # foreign keys are checked at the end of the transaction
    except BaseException:
        sources.forget(item.id)
        for name in kept:
            import_files.delete(name)
        raise
    source.position += len(pieces)
    if len(pieces) < size:
        sources.forget(item.id)
    elif item.kind == Import.Kind.CSV:
        analyze_outgrown(LOOKED_UP, rows=mine.created_count)
    return len(pieces)


def _store(item: Import, pieces: Sequence[Piece], kept: list[str]) -> None:
    """Store the drafts of a batch and its rows; `kept` gets the names of files stored for rows that wait."""
    for piece in pieces:
        if piece.row.state == State.WAITING:
            piece.row.storage_name = import_files.store_bytes(piece.content)
            kept.append(piece.row.storage_name)
    people = [(piece.row, piece.prepared) for piece in pieces if piece.prepared is not None]
    outcomes = store_people(actor_of(item), [prepared for _, prepared in people], item.id, whose(item, len(people)))
    for (row, _), outcome in zip(people, outcomes, strict=True):
        note_outcome(row, outcome)
    rows = [piece.row for piece in pieces]
    store_rows(rows)
    count_rows(item, rows)


def whose(item: Import, count: int) -> list[UUID | None]:
    """The person whose résumés these are, where that is known; merged meanwhile, who they became."""
    key = item.options.get("candidate_id")
    return [resolve_merged([UUID(key)])[UUID(key)]] * count if key else []


def store_rows(rows: Sequence[NewRow]) -> None:
    """Insert the rows of a batch."""
    copy_lines(ROWS, (ROWS.line_of(_VALUES(row)) for row in rows))


def store_people(
    actor: Actor, prepared: Sequence[Prepared], import_id: UUID, candidate_ids: Sequence[UUID | None] = ()
) -> list[DraftOutcome]:
    """Store people; when the database refuses them, find the ones that it refuses and store the others.

    `candidate_ids` says whose each is, where that is known.
    """
    if not prepared:
        return []
    try:
        return store_prepared(actor=actor, prepared=prepared, import_id=import_id, candidate_ids=candidate_ids)
    except (DataError, IntegrityError, ValueError):
        if len(prepared) == 1:
            logger.exception("row refused by the database import_id=%s", import_id)
            return [DraftOutcome("refused", problems=(NOT_STORED,))]
    middle = len(prepared) // 2
    first, second = candidate_ids[:middle], candidate_ids[middle:]
    return store_people(actor, prepared[:middle], import_id, first) + store_people(
        actor, prepared[middle:], import_id, second
    )


def note_outcome(row: ImportRow | NewRow, outcome: DraftOutcome) -> None:
    """Write on a row what became of its draft."""
    if outcome.result == "refused":
        row.state, row.message = State.FAILED, " ".join(outcome.problems)[:1000]
        return
    is_new = outcome.result == "created"
    row.state = State.CREATED if is_new else State.ATTACHED
    row.candidate_id = outcome.candidate_id
    row.added = None if is_new or not outcome.added else added_as_json(outcome)
    if outcome.problems:
        row.message = " ".join(filter(None, (row.message, *outcome.problems)))[:1000]
        row.needs_look = True


def added_as_json(outcome: DraftOutcome) -> dict[str, Any]:
    """The additions that are not empty, ids as text."""
    found = {noun: value for noun in Additions.__slots__ if (value := getattr(outcome.added, noun))}
    return {noun: value if noun == "filled" else [str(key) for key in value] for noun, value in found.items()}


def count_rows(item: Import, rows: Sequence[NewRow]) -> None:
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
    sources.forget(import_id)


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
            row.state, row.needs_look, row.parsed, piece.prepared = State.SKIPPED, False, None, None
            row.candidate_id = candidate_id
            row.message = (
                "This very file waits to be looked at already." if state else "This very file was imported before."
            )
        seen.add(row.sha256)
