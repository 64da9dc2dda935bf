"""Stopping an import, going on with it, taking it back, and forgetting its files."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.permissions import EDIT
from rapport.intake import import_files, page_pictures, queries
from rapport.intake.activities import IMPORT_CANCELLED
from rapport.intake.models import Import, ImportRow
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict

KEPT_DAYS = 30


@transaction.atomic
def cancel_import(*, actor: Actor, import_id: UUID) -> Import:
    """Stop an import after the batch it is at; what is stored stays and can be taken back. Doing it twice is harmless.

    Records import.cancelled. Raises Conflict when it has ended.
    """
    item = queries.lock_import(actor, import_id)
    if item.state == Import.State.CANCELLED:
        return item
    if not item.is_waiting_for_person and item.state != Import.State.RUNNING:
        raise Conflict("This import has ended. Take it back instead.")
    item.state, item.finished_at = Import.State.CANCELLED, clock.now()
    item.save(update_fields=["state", "finished_at"])
    data = {name: getattr(item, f"{name}_count") for name in ("created", "attached", "skipped", "failed")}
    record(IMPORT_CANCELLED, actor=actor, subjects={"import": item.id}, data=data)
    return item


@transaction.atomic
def resume_import(*, actor: Actor, import_id: UUID) -> Import:
    """Go on with a stopped import where it stopped. Raises Conflict when it did not stop or its file is gone."""
    item = queries.lock_import(actor, import_id)
    require(actor, EDIT)
    if item.is_working:
        return item
    if item.state not in (Import.State.FAILED, Import.State.CANCELLED) or not item.started_at:
        raise Conflict("This import did not stop in the middle.")
    if not item.storage_name and item.undo_below is None:
        raise Conflict("The file of this import is not kept any more. Upload it again: nobody is stored twice.")
    item.state = Import.State.UNDOING if item.undo_below is not None else Import.State.RUNNING
    item.error, item.finished_at, item.leased_until = "", None, None
    item.save(update_fields=["state", "error", "finished_at", "leased_until"])
    return item


@transaction.atomic
def undo_import(*, actor: Actor, import_id: UUID) -> Import:
    """Let the worker take back what an import has stored: its candidates go, what it added to others is removed.

    People something else has happened to since are kept and listed. Records import.undone at the end. Raises Conflict
    while it runs or when there is nothing to take back.
    """
    item = queries.lock_import(actor, import_id)
    require(actor, EDIT)
    if item.state in (Import.State.UNDOING, Import.State.UNDONE):
        return item
    if not item.can_be_undone:
        raise Conflict("Cancel this import first." if item.is_working else "There is nothing to take back.")
    item.state, item.finished_at, item.leased_until, item.undo_below, item.error = (
        Import.State.UNDOING,
        None,
        None,
        None,
        "",
    )
    item.save(update_fields=["state", "finished_at", "leased_until", "undo_below", "error"])
    return item


def purge_files() -> int:
    """Delete the uploads of imports that ended over 30 days ago; returns how many. Résumés that wait stay.

    Drawn pages that are a day old go too.
    """
    purged = 0
    for item in queries.list_purgeable(clock.now() - timedelta(days=KEPT_DAYS)):
        import_files.delete(item.storage_name)
        Import.objects.filter(id=item.id).update(storage_name="")
        ImportRow.objects.filter(source_import_id=item.id, state=ImportRow.State.FAILED).update(parsed=None)
        purged += 1
    page_pictures.sweep()
    return purged


def forget_pages(*, candidate_id: UUID) -> None:
    """Throw away what is drawn of the files that imports have brought of a candidate."""
    for row in ImportRow.objects.filter(candidate_id=candidate_id).only("source_import_id", "number"):
        page_pictures.forget(row)
