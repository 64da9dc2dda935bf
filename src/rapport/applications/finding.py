"""Finding people by name while adding them to a job: asked of the search index, which a higher app brings."""

from collections.abc import Callable

from rapport.candidates.models import Candidate
from rapport.lib.actors import Actor

# (actor, what was typed, how many) -> people the actor may see, best first; None while there is no index.
Finder = Callable[[Actor, str, int], list[Candidate] | None]

_finders: list[Finder] = []


def set_finder(finder: Finder) -> None:
    """Name the function that finds people by name quickly."""
    _finders[:] = [finder]


def find_by_name(actor: Actor, text: str, limit: int) -> list[Candidate] | None:
    """People by name, None where nobody can tell quickly."""
    return _finders[0](actor, text, limit) if _finders else None
