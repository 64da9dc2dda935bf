"""Capabilities over the pool, and whom an actor may see.

Recruiters see everyone. Others see a candidate only when another app vouches for it (applications: those considered
for a job on whose team the person is); such an app adds its rule with `add_view_rule`.
"""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q

from rapport.accounts.capabilities import EVERYWHERE, ON_TEAM, declare, holds
from rapport.lib.actors import Actor

VIEW = declare("candidates.view", "see candidates", recruiter=EVERYWHERE, hiring_manager=ON_TEAM, interviewer=ON_TEAM)
EDIT = declare("candidates.edit", "change candidates", recruiter=EVERYWHERE)
NOTE = declare("candidates.note", "write notes", recruiter=EVERYWHERE, hiring_manager=ON_TEAM, interviewer=ON_TEAM)
TAG = declare("candidates.tag", "tag candidates", recruiter=EVERYWHERE)
MANAGE_TAGS = declare("candidates.manage_tags", "change tags that others keep")
EXPORT = declare("candidates.export", "export candidates", recruiter=EVERYWHERE)


def may_change_tag(actor: Actor, owner_id: UUID | None) -> bool:
    """Whether a tag of this owner may be renamed, merged or deleted: by its owner, and by those who manage tags."""
    return holds(actor, MANAGE_TAGS) or (actor.id is not None and actor.id == owner_id and holds(actor, TAG))


_view_rules: list[Callable[[Actor], Q]] = []


def add_view_rule(rule: Callable[[Actor], Q]) -> None:
    """Let a higher app say which further candidates an actor may see, as a condition on Candidate."""
    _view_rules.append(rule)


def visible_to(actor: Actor) -> Q:
    """The condition on Candidate for what this actor may see; matches nothing where nothing is allowed."""
    scope = VIEW.scope_for(actor)
    if scope == EVERYWHERE:
        return Q(merged_into=None)
    nothing = Q(pk__in=[])
    if scope is None:
        return nothing
    allowed = nothing
    for rule in _view_rules:
        allowed |= rule(actor)
    return allowed & Q(merged_into=None)


def sees_everyone(actor: Actor) -> bool:
    """Whether rows about candidates need no further question: what belongs to merged people has moved to the one who stays."""
    return VIEW.scope_for(actor) == EVERYWHERE
