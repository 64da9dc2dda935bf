"""Bringing in an export from batch to batch, going on after an interruption, and trying it without writing anything."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.permissions import EDIT
from rapport.candidates.text_rules import one_line
from rapport.flows.moving_in.export_files import Export
from rapport.flows.moving_in.greenhouse import Greenhouse
from rapport.flows.moving_in.job_writing import store_jobs
from rapport.flows.moving_in.lever import Lever
from rapport.flows.moving_in.opencats import OpenCats
from rapport.flows.moving_in.person_writing import store_people
from rapport.flows.moving_in.run import Run, rows_with_problems
from rapport.flows.moving_in.shape import KINDS, JobEntry, PersonEntry
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.tables import System
from rapport.intake.activities import IMPORT_FAILED, IMPORT_FINISHED
from rapport.intake.models import Import
from rapport.intake.operations.creating import record_start
from rapport.intake.operations.running import count_rows, counts, store_rows
from rapport.intake.operations.sources import NewRow
from rapport.intake.permissions import MOVE_IN
from rapport.intake.queries import LEASE_S, find_unfinished_move, lease, lock_mine
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.collecting import without_cycles
from rapport.lib.errors import Conflict, InvalidInput

logger = logging.getLogger(__name__)
SYSTEMS: dict[str, Callable[..., System]] = {"greenhouse": Greenhouse, "lever": Lever, "opencats": OpenCats}
BATCH = 500
MOST_FILES = 24  # in a batch: reading a résumé takes a second at worst
MOST_LISTED = 1000
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What became of an export, or would: counts by kind, and the first rows with a problem.

    `item` is the import, None for a dry run; `unread` are files that hold no table of the system.
    """

    item: Import | None
    counts: dict[str, dict[str, int]]
    problems: list[dict[str, Any]]
    file_problems: list[dict[str, Any]]
    file_problem_count: int
    unread: list[str]
    resumed_at: int = 0


def bring_in(
    *,
    actor: Actor,
    system: str,
    path: Path,
    dry_run: bool = False,
    with_private: bool = False,
    progress: Progress = lambda *_: None,
) -> Report:
    """Bring in what another system has exported: a folder, a ZIP or a file.

    Run it again with a newer export: what has changed is changed, the rest is left. Run it again after an interruption: it
    goes on where it stopped. Every batch is one transaction. With `dry_run` nothing is written, not even the import.

    Records import.started and import.finished; what happened elsewhere is recorded at its own time. Raises NotAllowed
    without intake.move_in, InvalidInput naming `path` for what is no export of this system, Conflict while another
    process works on the same export.
    """
    require(actor, MOVE_IN)
    require(actor, EDIT)
    with Export(path) as export, Staging() as staging:
        reader = SYSTEMS[system](with_private=with_private)
        reader.stage(export, staging)
        total = sum(reader.count(staging))
        if not staging.files_read or not total:
            raise InvalidInput({"path": _no_export(reader, path, staging)})
        item = None if dry_run else _begin(actor, reader, export, path, total, with_private)
        start = item.position if item else 0
        run = Run(system=reader, actor=actor, export=export, staging=staging, item=item)
        with closing(run):
            problems = _work(run, reader, staging, item, total, progress)
        found = item.counts if item else {kind: dict(own) for kind, own in run.counts.items()}
        return Report(
            item, {kind: found.get(kind, {}) for kind in KINDS}, problems, staging.problems, staging.problem_count,
            staging.unread, start,
        )  # fmt: skip


def _no_export(reader: System, path: Path, staging: Staging) -> str:
    if staging.problems:
        first = staging.problems[0]
        return f"Nothing of {path.name} can be read as an export of {reader.label}: {first['file']}: {first['message']}"
    return f"{path.name} is no export of {reader.label}: no file in it has the name of one of its tables."


@transaction.atomic
def _begin(actor: Actor, reader: System, export: Export, path: Path, total: int, with_private: bool) -> Import:
    """A new import, or the one of this very export that was interrupted; leased to this process."""
    token = f"command-{secrets.token_hex(8)}"
    mark = f"{export.mark}{'+private' if with_private else ''}"
    now = clock.now()
    open_one = find_unfinished_move(reader.kind, mark)
    if open_one is not None:
        item = Import.objects.select_for_update().get(id=open_one.id)
        if item.state == Import.State.RUNNING and item.leased_until and item.leased_until > now:
            raise Conflict(
                f"Another process works on this very export, or was stopped less than {LEASE_S} seconds ago. Wait a minute."
            )
        item.state, item.error, item.finished_at, item.row_count = Import.State.RUNNING, "", None, total
        lease(item, token)
        item.save()
        return item
    item = Import(
        kind=reader.kind,
        state=Import.State.RUNNING,
        name=one_line(path.resolve().name, 255) or reader.label,
        created_by_id=actor.id if actor.kind == "user" else None,
        created_at=now,
        started_at=now,
        size_bytes=sum(member.size for member in export.members),
        format={"columns": ["Entry"]},
        options={"export": mark},
        row_count=total,
    )
    lease(item, token)
    item.save(force_insert=True)
    record_start(actor, item)
    return item


Batch = list[JobEntry] | list[PersonEntry]


def _batches(reader: System, staging: Staging, skip: int) -> Iterator[Batch]:
    """Entries from a position on: the jobs first, then the people, fewer at once where they have files."""
    jobs, _ = reader.count(staging)
    own = reader.jobs(staging, min(skip, jobs))
    while found := list(islice(own, BATCH)):
        yield found
    batch: list[PersonEntry] = []
    files = 0
    for person in reader.people(staging, max(0, skip - jobs)):
        batch.append(person)
        files += sum(file.is_there for file in person.files)
        if len(batch) >= BATCH or files >= MOST_FILES:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch


def _work(
    run: Run, reader: System, staging: Staging, item: Import | None, total: int, progress: Progress
) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = []
    done = item.position if item else 0
    try:
        for batch in _batches(reader, staging, done):
            rows = _store(run, item, batch, done) if item else _rows(run, batch, done)
            done += len(batch)
            problems += islice(rows_with_problems(rows), MOST_LISTED - len(problems))
            progress(done, total)
        if item:
            _finish(run.actor, item)
    except (Exception, KeyboardInterrupt) as error:
        if item:
            _stop(run.actor, item, error)
        raise
    return problems


def _rows(run: Run, batch: Batch, done: int) -> list[NewRow]:
    if isinstance(batch[0], JobEntry):
        return store_jobs(run, [entry for entry in batch if isinstance(entry, JobEntry)], done + 1)
    return store_people(run, [entry for entry in batch if isinstance(entry, PersonEntry)], done + 1)


def _store(run: Run, item: Import, batch: Batch, done: int) -> list[NewRow]:
    """Store a batch; when the database refuses it, find the entries that it refuses and store the others."""
    try:
        return _store_batch(run, item, batch, done)
    except (DataError, IntegrityError, ValueError):
        if len(batch) == 1:
            logger.exception("entry refused import_id=%s position=%s", item.id, done)
            return _store_batch(run, item, batch, done, is_refused=True)
    middle = len(batch) // 2
    return _store(run, item, batch[:middle], done) + _store(run, item, batch[middle:], done + middle)


def _store_batch(run: Run, item: Import, batch: Batch, done: int, *, is_refused: bool = False) -> list[NewRow]:
    """One batch with its rows, counts and the new position in one transaction."""
    before = {kind: Counter(own) for kind, own in run.counts.items()}
    try:
        with without_cycles(), transaction.atomic():
            mine = lock_mine(item.id, item.lease_token, Import.State.RUNNING)
            if mine is None or mine.position != done:
                raise Conflict("This import was cancelled, or another process has taken it over.")
            rows = [run.refuse(batch[0], done + 1)] if is_refused else _rows(run, batch, done)
            store_rows(rows)
            count_rows(mine, rows)
            mine.position += len(rows)
            mine.counts = _added_up(mine.counts, run.counts, before)
            lease(mine, item.lease_token)
            mine.save()
    except BaseException:
        run.counts = before
        run.forget_batch()
        raise
    item.position, item.counts = mine.position, mine.counts
    return rows


def _added_up(
    stored: dict[str, dict[str, int]], now: dict[str, Counter[str]], before: dict[str, Counter[str]]
) -> dict[str, dict[str, int]]:
    """What is stored and what this batch has added."""
    found = {kind: dict(own) for kind, own in stored.items()}
    for kind, own in now.items():
        for what, number in (own - before.get(kind, Counter())).items():
            found.setdefault(kind, {})[what] = found.get(kind, {}).get(what, 0) + number
    return found


@transaction.atomic
def _finish(actor: Actor, item: Import) -> None:
    mine = lock_mine(item.id, item.lease_token, Import.State.RUNNING)
    if mine is None:
        raise Conflict("This import was cancelled, or another process has taken it over.")
    mine.state, mine.finished_at, mine.row_count = Import.State.DONE, clock.now(), mine.position
    mine.save(update_fields=["state", "finished_at", "row_count"])
    record(IMPORT_FINISHED, actor=actor, subjects={"import": mine.id}, data=counts(mine))
    item.refresh_from_db()


@transaction.atomic
def _stop(actor: Actor, item: Import, error: BaseException) -> None:
    """Note why it stopped, if it is still this process's; the same command goes on with it."""
    mine = lock_mine(item.id, item.lease_token, Import.State.RUNNING)
    if mine is None:
        return
    if isinstance(error, KeyboardInterrupt):
        why = "Somebody stopped the command."
    else:
        logger.exception("import failed import_id=%s position=%s", item.id, mine.position)
        why = str(error) if isinstance(error, Conflict) else "Something went wrong here; it is logged."
    mine.state, mine.finished_at = Import.State.FAILED, clock.now()
    mine.error = f"{why} Run the command again: it goes on where it stopped."[:500]
    mine.save(update_fields=["state", "error", "finished_at"])
    record(IMPORT_FAILED, actor=actor, subjects={"import": mine.id}, data={**counts(mine), "error": mine.error})
