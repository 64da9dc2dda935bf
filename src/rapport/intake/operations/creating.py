"""From a file to an import that can run."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import record
from rapport.candidates.permissions import EDIT
from rapport.candidates.queries import get_candidate
from rapport.candidates.text_rules import one_line
from rapport.intake import import_files, queries
from rapport.intake.activities import IMPORT_STARTED
from rapport.intake.column_guesses import FIELDS, MANY
from rapport.intake.document import Refusal
from rapport.intake.models import Import
from rapport.intake.permissions import IMPORT
from rapport.intake.table_inspection import inspect
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput

MOST_TAGS = 20
LARGEST_TABLE_BYTES = 250_000_000


def create_csv_import(*, actor: Actor, name: str, file: BinaryIO) -> Import:
    """Keep a CSV file and find out what it is; the columns get a guessed meaning, which a person confirms.

    A saved mapping for the very same columns (in any order) comes before the guesses; its name stands in the format.

    Raises NotAllowed without intake.import, InvalidInput naming `file` when it is no table.
    """
    require(actor, IMPORT)
    if actor.kind == "user" and file.seek(0, 2) > LARGEST_TABLE_BYTES:
        limit = LARGEST_TABLE_BYTES // 1_000_000
        raise InvalidInput(
            {"file": f"This file is larger than {limit} MB. Use the command `rapport import candidates`."}
        )
    try:
        found = inspect(file)
    except Refusal as refusal:
        raise InvalidInput({"file": str(refusal)}) from refusal
    size = file.seek(0, 2)
    mapping, profile_name = queries.fill_in_columns(actor, found.columns, found.mapping)
    return Import.objects.create(
        kind=Import.Kind.CSV,
        state=Import.State.MAPPING,
        name=_shown_name(name),
        created_by_id=actor.id if actor.kind == "user" else None,
        created_at=clock.now(),
        storage_name=import_files.store(file),
        size_bytes=size,
        format={**found.form.as_json(), "columns": found.columns, "profile": profile_name},
        mapping=mapping,
        row_count=found.row_count,
    )


@transaction.atomic
def save_mapping(
    *, actor: Actor, import_id: UUID, mapping: Sequence[str], options: Mapping[str, Any] | None = None
) -> Import:
    """Say what each column holds, and what all rows share: options source, tags, owner_id.

    Raises InvalidInput naming `mapping` when no column holds a name or one field is given twice, Conflict when the
    import has started.
    """
    item = queries.lock_import(actor, import_id)
    if not item.is_waiting_for_person:
        raise Conflict("This import has started; its columns cannot be changed any more.")
    check_mapping(mapping, len(item.mapping))
    item.mapping, item.state = list(mapping), Import.State.PREVIEWING
    item.options = clean_options(options or {})
    item.save(update_fields=["mapping", "state", "options"])
    return item


def check_mapping(mapping: Sequence[str], columns: int) -> None:
    """Raises InvalidInput naming `mapping`."""
    unknown = sorted({name for name in mapping if name and name not in FIELDS})
    if unknown or len(mapping) != columns:
        wrong = f"There is no field {unknown[0]!r}." if unknown else "The file has other columns than were named."
        raise InvalidInput({"mapping": wrong})
    used = [name for name in mapping if name]
    twice = next((name for name in used if used.count(name) > 1 and name not in MANY), "")
    if twice:
        raise InvalidInput({"mapping": f"{FIELDS[twice]} is chosen for two columns. Choose one of them."})
    if not {"full_name", "given_name", "family_name"} & set(used):
        raise InvalidInput({"mapping": "Choose the column that holds the name: a full name, or given and family name."})


def clean_options(options: Mapping[str, Any]) -> dict[str, Any]:
    tags = [one_line(tag, 60) for tag in options.get("tags") or ()]
    owner = options.get("owner_id")
    return {
        "source": one_line(options.get("source") or "", 120),
        "tags": list(dict.fromkeys(filter(None, tags)))[:MOST_TAGS],
        "owner_id": str(owner) if owner else "",
        "review": bool(options.get("review")),
    }


@transaction.atomic
def start_import(*, actor: Actor, import_id: UUID, lease_token: str = "") -> Import:
    """Let the worker run a CSV import whose columns are mapped; starting it twice does nothing more.

    A command that runs it itself names its `lease_token`. Records import.started. Raises Conflict when it has ended.
    """
    item = queries.lock_import(actor, import_id)
    require(actor, EDIT)
    if item.state == Import.State.RUNNING:
        return item
    if item.state != Import.State.PREVIEWING:
        raise Conflict(
            "Say what the columns of this file hold first." if item.is_waiting_for_person else "It has ended."
        )
    item.state, item.started_at = Import.State.RUNNING, clock.now()
    if lease_token:
        queries.lease(item, lease_token)
    item.save(update_fields=["state", "started_at", "lease_token", "leased_until"])
    record_start(actor, item)
    return item


@transaction.atomic
def create_resume_import(
    *,
    actor: Actor,
    files: Sequence[tuple[str, BinaryIO]],
    options: Mapping[str, Any] | None = None,
    candidate_id: UUID | None = None,
) -> Import:
    """Take résumé files, or archives of them, for the worker to read; starts at once. Records import.started.

    options: source, tags, owner_id, and `review` to let a person look at each before it is saved. With
    `candidate_id` all of it is that person's, whatever name and addresses it holds. Raises NotAllowed without
    intake.import, NotFound for somebody the actor may not see, InvalidInput naming `files`.
    """
    require(actor, IMPORT)
    require(actor, EDIT)
    if not files:
        raise InvalidInput({"files": "Choose one or more résumés, or a ZIP file of them."})
    sizes = {name: file.seek(0, 2) for name, file in files}
    large = next((name for name, size in sizes.items() if size > settings.UPLOAD_LIMIT_BYTES), "")
    if large:
        limit = settings.UPLOAD_LIMIT_BYTES // 1_000_000
        raise InvalidInput({"files": f"{large} is larger than {limit} MB. Send a smaller file, or several."})
    item = new_resume_import(actor, files[0][0] if len(files) == 1 else f"{len(files)} files", options or {})
    if candidate_id:
        item.options["candidate_id"] = str(get_candidate(actor, candidate_id).id)
    item.storage_name = import_files.store_together(files)
    item.size_bytes = sum(sizes.values())
    item.save(force_insert=True)
    record_start(actor, item)
    return item


def new_resume_import(actor: Actor, name: str, options: Mapping[str, Any]) -> Import:
    """A running import of résumés, not yet stored."""
    now = clock.now()
    return Import(
        kind=Import.Kind.RESUMES,
        state=Import.State.RUNNING,
        name=_shown_name(name),
        created_by_id=actor.id if actor.kind == "user" else None,
        created_at=now,
        started_at=now,
        options=clean_options(options),
    )


def record_start(actor: Actor, item: Import) -> None:
    record(IMPORT_STARTED, actor=actor, subjects={"import": item.id}, data={"kind": item.kind, "name": item.name})


def _shown_name(name: str) -> str:
    return one_line(name.replace("\\", "/").rsplit("/", 1)[-1], 255) or "file"
