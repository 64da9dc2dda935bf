"""A CSV import that stores nothing: what would happen, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from rapport.accounts.capabilities import require
from rapport.candidates.queries import find_by_contact_points
from rapport.intake import queries
from rapport.intake.column_guesses import FIELDS
from rapport.intake.document import Refusal
from rapport.intake.models import MappingProfile
from rapport.intake.operations.creating import check_mapping, clean_options
from rapport.intake.permissions import IMPORT
from rapport.intake.row_reading import read_batch
from rapport.intake.table_files import Record
from rapport.intake.table_inspection import inspect, read_rows
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput

BATCH = 1000
MOST_LISTED = 1000


@dataclass(slots=True)
class Trial:
    """Counts so far; `seen` are hashes of the contact points of rows that came before."""

    rows: int = 0
    created: int = 0
    attached: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    failed_count: int = 0
    warned: list[dict[str, Any]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


def apply_named(columns: Sequence[str], mapping: Sequence[str], named: Mapping[str, str]) -> list[str]:
    """The guessed mapping with columns named by a person (any case). Raises InvalidInput for an unknown one."""
    places = {column.casefold(): place for place, column in enumerate(columns)}
    found = list(mapping)
    for column, name in named.items():
        if column.casefold() not in places:
            raise InvalidInput({"map": f"The file has no column {column!r}. Its columns: {', '.join(columns)}."})
        if name and name not in FIELDS:
            raise InvalidInput({"map": f"There is no field {name!r}. Fields: {', '.join(FIELDS)}."})
        found[places[column.casefold()]] = name
    return found


def try_csv(
    *,
    actor: Actor,
    file: BinaryIO,
    named: Mapping[str, str],
    options: Mapping[str, Any],
    profile: MappingProfile | None = None,
) -> dict[str, Any]:
    """Read a whole file as an import would and say what would become of it; nothing is stored.

    Returns rows, would_create, would_attach, failed, mapping, and the first 1,000 failed rows and warnings.
    """
    require(actor, IMPORT)
    try:
        found = inspect(file)
    except Refusal as refusal:
        raise InvalidInput({"file": str(refusal)}) from refusal
    guessed, _ = queries.fill_in_columns(actor, found.columns, found.mapping, profile)
    mapping = apply_named(found.columns, guessed, named)
    check_mapping(mapping, len(found.columns))
    trial, shared = Trial(), clean_options(options)
    rows = read_rows(file, found.form)
    while batch := list(islice(rows, BATCH)):
        _try_batch(trial, batch, mapping, shared)
    return {
        "rows": trial.rows,
        "would_create": trial.created,
        "would_attach": trial.attached,
        "failed": trial.failed_count,
        "mapping": dict(zip(found.columns, mapping, strict=True)),
        "failed_rows": trial.failed,
        "warnings": trial.warned,
    }


def _try_batch(trial: Trial, batch: Sequence[Record], mapping: Sequence[str], options: Mapping[str, Any]) -> None:
    read = read_batch(batch, mapping, options, clock.today())
    trial.rows += len(read)
    people = []
    for row in read:
        if row.prepared is None:
            trial.failed_count += 1
            _list(trial.failed, row.number, row.problem)
            continue
        people.append(row.prepared)
        if warnings := " ".join(filter(None, (row.said, *row.prepared.problems))):
            _list(trial.warned, row.number, warnings)
    owners = find_by_contact_points(key for person in people for key in person.identities())
    for person in people:
        keys = list(person.identities())
        is_there = any(key in owners or hash(key) in trial.seen for key in keys)
        trial.seen.update(hash(key) for key in keys)
        trial.attached += is_there
        trial.created += not is_there


def _list(rows: list[dict[str, Any]], number: int, message: str) -> None:
    if len(rows) < MOST_LISTED:
        rows.append({"row": number, "message": message})
