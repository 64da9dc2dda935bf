"""What can be done with people whom an audit names: put them away, or into a pool for somebody to take up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from rapport.candidates import operations
from rapport.candidates.models import Pool
from rapport.candidates.queries import names_of
from rapport.hygiene.audits.registry import Change, Choice, Done, Fix
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict, InvalidInput


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def preview(outcome: str, actor: Actor, ids: Sequence[UUID], value: str) -> list[Change]:
    """The same for everybody: `outcome` may name {value}."""
    names = names_of(actor, ids)
    return [Change(key, names[key], "", outcome.format(value=value)) for key in ids if key in names]


def ARCHIVE(reason: str) -> Fix:  # noqa: N802 - reads like the other fixes
    def apply(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
        done = operations.archive_candidates(actor=actor, candidate_ids=ids, reason=value or reason)
        return Done(done, f"{people(len(done))} archived", {"ids": list(done)})

    def take_back(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
        return operations.unarchive_candidates(actor=actor, candidate_ids=undo["ids"], archived_until=done_at)

    choice = Choice("Why", "Stands on each profile.", lambda _: reason)
    sentence = "They leave the lists and the search. Their history stays, and anybody may take them back."
    return Fix("archive", "Archive", sentence, partial(preview, "archived: {value}"), apply, take_back, choice)


def to_pool(name: str) -> Fix:
    def apply(actor: Actor, ids: Sequence[UUID], value: str) -> Done:
        pool = _find_or_make(actor, value or name)
        done = operations.add_to_pool(actor=actor, pool_id=pool.id, candidate_ids=ids, reason="Found by an audit")
        undo = {"ids": list(done), "pool_id": pool.id}
        return Done(done, f"{people(len(done))} added to the pool {pool.name}", undo)

    def take_back(actor: Actor, undo: Mapping[str, Any], done_at: datetime) -> Sequence[UUID]:
        return operations.remove_from_pool(actor=actor, pool_id=undo["pool_id"], candidate_ids=undo["ids"])

    choice = Choice("Pool", "It is made where there is none of this name.", lambda _: name)
    sentence = "They go into a pool, from which a sequence or a colleague can write to them. They stay on this list until then."
    return Fix("pool", "Add to a pool", sentence, partial(preview, "in the pool {value}"), apply, take_back, choice)


def _find_or_make(actor: Actor, name: str) -> Pool:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput({"value": "Name the pool."})
    for _ in range(2):
        found = Pool.objects.filter(name__iexact=name).first()
        if found:
            return found
        try:
            return operations.create_pool(actor=actor, name=name)
        except Conflict:
            continue
    raise Conflict(f"The pool {name} was changed just now. Try again.")
