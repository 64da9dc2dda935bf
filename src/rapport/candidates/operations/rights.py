"""What operations of this app ask before they write."""

from collections.abc import Collection
from uuid import UUID

from rapport.accounts.capabilities import Capability, require
from rapport.candidates import queries
from rapport.candidates.models import Candidate
from rapport.lib.actors import SYSTEM, Actor


def lock(actor: Actor, candidate_id: UUID, capability: Capability) -> Candidate:
    """Lock a candidate for a change that needs a capability: NotFound where it may not be seen, NotAllowed else."""
    candidate = queries.lock_candidate(actor, candidate_id)
    require(actor, capability)
    return candidate


def visible(actor: Actor, candidate_ids: Collection[UUID], capability: Capability) -> list[UUID]:
    """Those of the ids that the actor may change, in the order in which rows are locked everywhere (by id)."""
    require(actor, capability)
    return sorted(queries.list_visible_ids(actor, candidate_ids))


def held(actor: Actor, candidate_ids: Collection[UUID], capability: Capability) -> list[UUID]:
    """As `visible`, for what is put on people: locked, so that nobody is merged away meanwhile; see lock_visible_ids."""
    require(actor, capability)
    return queries.lock_visible_ids(actor, candidate_ids)


def user_id(actor: Actor) -> UUID | None:
    """The actor as a user, None for the product itself and for candidates."""
    return actor.id if actor.kind == "user" else None


def acting_user(user_id: UUID | None) -> Actor:
    """Who asked for something that the worker finishes: it is on the record as theirs."""
    return Actor(kind="user", id=user_id) if user_id else SYSTEM
