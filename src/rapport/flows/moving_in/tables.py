"""Putting the tables of an export into the staging file, by their names in the plural or singular."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rapport.flows.moving_in.export_files import TABLES, Export, Member
from rapport.flows.moving_in.shape import JobEntry, PersonEntry
from rapport.flows.moving_in.staging import Staging
from rapport.flows.moving_in.values import first, flag, key

_PAGE = re.compile(r"(?:_?(?:page|part|chunk))?_?\d{1,6}$")
_SINGULAR = (("ies", "y"), ("addresses", "address"), ("statuses", "status"), ("histories", "history"))


@dataclass(frozen=True, slots=True)
class Table:
    """Which columns hold a row's own id and the id of what it belongs to; `numbered` rows have no id but an index."""

    key: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


class System(Protocol):
    """What there is for each system: staging its export, then reading jobs and people from a position on."""

    kind: str
    label: str
    job_kind: str  # the table of the jobs

    def stage(self, export: Export, staging: Staging) -> None: ...
    def jobs(self, staging: Staging, skip: int) -> Iterator[JobEntry]: ...
    def people(self, staging: Staging, skip: int) -> Iterator[PersonEntry]: ...
    def count(self, staging: Staging) -> tuple[int, int]: ...


Hook = Callable[[str, dict[str, Any], Member], bool]


def table_name(member: Member, tables: Mapping[str, Table], prefixes: tuple[str, ...] = ()) -> str:
    """The name of the table a file holds: "Greenhouse Candidates-2.json" is candidate; "" for none of these."""
    stem = member.stem
    for prefix in prefixes:
        stem = stem.removeprefix(prefix)
    for name in (stem, _PAGE.sub("", stem)):
        for candidate in (name, *_singulars(name)):
            if candidate in tables:
                return candidate
    return ""


def _singulars(name: str) -> list[str]:
    found = [name.removesuffix(plural) + one for plural, one in _SINGULAR if name.endswith(plural)]
    return [*found, name.removesuffix("s")]


def load(
    export: Export, staging: Staging, tables: Mapping[str, Table], *, name_of: Callable[[Member], str], hook: Hook
) -> None:
    """Stage every row of every known table; `hook` may change a row, or say that it is not wanted (False).

    Rows that the source marks as deleted are left out. What cannot be read is noted.
    """
    for member in export.members:
        name = name_of(member) if member.suffix in TABLES else ""
        if not name:
            if member.suffix in TABLES and member.suffix != ".txt":  # those are mostly somebody's résumé
                staging.unread.append(member.path)
            continue
        staging.files_read += 1
        for line in export.lines(member):
            if line.row is None:
                staging.complain(member.path, line.number, line.problem)
            elif not flag(line.row.get("_fivetran_deleted")) and hook(name, line.row, member):
                stage_row(staging, name, tables[name], line.row, member, line.number)


def stage_row(staging: Staging, name: str, table: Table, row: dict[str, Any], member: Member, number: int) -> None:
    own, parent = key(first(row, *table.key)), key(first(row, *table.parent))
    if table.key and not own:
        staging.complain(member.path, number, "This row has no id.")
        return
    if table.numbered and parent and all(name in row for name in table.numbered):
        own = "/".join((parent, *(str(row[name]) for name in table.numbered)))
    staging.add(name, row, key=own, parent=parent)
