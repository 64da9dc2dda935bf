"""Taking back an import, from its last row up to its first, batch after batch."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.activity.operations import record
from rapport.candidates.drafts import Additions
from rapport.candidates.operations import discard_candidates, take_back_additions
from rapport.intake import page_pictures, queries
from rapport.intake.activities import IMPORT_UNDONE
from rapport.intake.models import Import, ImportRow
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.collecting import without_cycles
from rapport.lib.copy_text import texts_array

BATCH = 1000
State = ImportRow.State
TakeBack = Callable[[Import, list[ImportRow], Actor], None]
_others: dict[str, TakeBack] = {}
UNDONE = """
UPDATE intake_importrow r SET state = given.state, message = given.message, needs_look = false
FROM unnest(%s::int[], %s::text[], %s::text[]) AS given(number, state, message)
WHERE r.source_import_id = %s AND r.number = given.number
"""


def take_back_with(kind: str, function: TakeBack) -> None:
    """Let a higher app take back the rows of a kind of import whose rows hold more than candidates.

    The function sets the state of each row, and its message for one that is kept; see `take_back_rows`.
    """
    _others[kind] = function


@without_cycles()
@transaction.atomic
def undo_batch(item: Import, token: str, actor: Actor) -> int:
    """Take back the next rows: returns how many. Records import.undone after the last."""
    mine = queries.lock_mine(item.id, token, Import.State.UNDOING)
    if mine is None:
        return 0
    rows = ImportRow.objects.filter(source_import_id=mine.id)
    if mine.undo_below is not None:
        rows = rows.filter(number__lt=mine.undo_below)
    batch = list(rows.defer("parsed").order_by("-number")[:BATCH])
    stored = [row for row in batch if row.state in (State.CREATED, State.ATTACHED)]
    take_back_rows(mine, stored, actor)
    columns = [texts_array(str(getattr(row, name)) for row in stored) for name in ("number", "state", "message")]
    with connection.cursor() as cursor:
        cursor.execute(UNDONE, [*columns, mine.id])
    mine.kept_count += sum(row.state == State.KEPT for row in stored)
    mine.undo_below = batch[-1].number if batch else 0
    queries.lease(mine, token)
    if len(batch) < BATCH:
        _finish(mine, actor)
    mine.save()
    return len(batch)


def take_back_rows(item: Import, rows: list[ImportRow], actor: Actor) -> None:
    """Take back what rows have stored and set their state: undone, or kept for people something happened to since."""
    if item.kind in _others:
        _others[item.kind](item, rows, actor)
        return
    attached = [row for row in rows if row.state == State.ATTACHED and row.candidate_id]
    additions = [(row.candidate_id, read_additions(row.added)) for row in attached if row.candidate_id]
    take_back_additions(actor=actor, additions=additions, import_id=item.id)
    created = [row.candidate_id for row in rows if row.state == State.CREATED and row.candidate_id]
    kept = discard_candidates(actor=actor, candidate_ids=created, import_id=item.id).kept
    for row in rows:
        why = kept.get(row.candidate_id, "") if row.state == State.CREATED and row.candidate_id else ""
        row.state, row.needs_look, row.message = (State.KEPT if why else State.UNDONE), False, why[:1000]


def read_additions(value: dict[str, Any] | None) -> Additions:
    """What `added_as_json` wrote."""
    found: dict[str, Any] = {}
    for noun, rows in (value or {}).items():
        found[noun] = rows if noun == "filled" else [UUID(key) for key in rows]
    return Additions(**found)


def _finish(item: Import, actor: Actor) -> None:
    item.state, item.finished_at = Import.State.UNDONE, clock.now()
    transaction.on_commit(lambda: page_pictures.forget_import(item.id))
    kept = item.kept_count
    data = {"removed": item.created_count - kept, "detached": item.attached_count, "kept": kept}
    record(IMPORT_UNDONE, actor=actor, subjects={"import": item.id}, data=data)
