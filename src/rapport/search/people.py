"""People by name for the pickers of lower apps."""

from rapport.candidates.models import Candidate
from rapport.candidates.permissions import visible_to
from rapport.lib.actors import Actor
from rapport.lib.errors import TemporaryFailure
from rapport.search.access import open_for


def find_people(actor: Actor, text: str, limit: int) -> list[Candidate] | None:
    """People by the beginning of a part of their name, best first; None while there is no index."""
    try:
        access = open_for(actor)
    except TemporaryFailure:
        return None
    ids = access.engine.quick(text, access.scope, limit=limit)
    found = Candidate.objects.active().filter(visible_to(actor)).in_bulk(ids)
    return [found[key] for key in ids if key in found]
