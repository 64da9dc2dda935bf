"""What the pages of templates show of apps above, which tell it here, so that mail need not know them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from rapport.lib.actors import Actor

Departments = Callable[[], list[str]]
_departments: list[Departments] = []


@dataclass(frozen=True, slots=True)
class Readers:
    """People a text can be tried on: some to choose from (id, name), and the values of merge fields for one of them.

    `values_of` raises NotFound for somebody the actor may not see.
    """

    listed: Callable[[Actor], list[tuple[UUID, str]]]
    values_of: Callable[[Actor, UUID], Mapping[str, str]]


_readers: list[Readers] = []


def add_readers(readers: Readers) -> None:
    """Let an app say who there is to read a text."""
    if readers not in _readers:
        _readers.append(readers)


def list_readers(actor: Actor) -> list[tuple[UUID, str]]:
    """Ids and names of people whom the actor may try a text on."""
    return [row for readers in _readers for row in readers.listed(actor)]


def values_of_reader(actor: Actor, reader_id: UUID) -> Mapping[str, str]:
    """The values of merge fields for one of them, "" for what is not known; {} where no app knows people."""
    for readers in _readers:
        return readers.values_of(actor, reader_id)
    return {}


def add_departments(listed: Departments) -> None:
    """Let an app say which departments there are."""
    if listed not in _departments:
        _departments.append(listed)


def list_departments() -> list[str]:
    """The names of all departments, in order."""
    return sorted({name for listed in _departments for name in listed()}, key=str.lower)
