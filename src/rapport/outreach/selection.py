"""Who "all who match" are: a page above this app knows the query language and says so here."""

from collections.abc import Callable
from uuid import UUID

from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput

_resolvers: list[Callable[[Actor, str], list[UUID]]] = []


def set_resolver(resolver: Callable[[Actor, str], list[UUID]]) -> None:
    """Let a higher app turn a query of its list into the ids of all who match and whom the actor may see."""
    _resolvers[:] = [resolver]


def resolve(actor: Actor, query: str) -> list[UUID]:
    """The candidates a query means. Raises InvalidInput where nobody can tell."""
    if not _resolvers:
        raise InvalidInput("Select the people on the page; all of a query cannot be chosen here.")
    return _resolvers[0](actor, query)
