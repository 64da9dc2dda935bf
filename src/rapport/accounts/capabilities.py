"""What a role may do. Each app declares its capabilities in permissions.py; operations and queries ask here.

A role holds a capability EVERYWHERE, or ON_TEAM: only for things whose hiring team the person belongs to.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from rapport.lib.actors import Actor
from rapport.lib.errors import NotAllowed

EVERYWHERE = "everywhere"
ON_TEAM = "on_team"

ADMINISTRATOR = "administrator"
RECRUITER = "recruiter"
HIRING_MANAGER = "hiring_manager"
INTERVIEWER = "interviewer"
EMPLOYEE = "employee"


class HasTeam(Protocol):
    """Something with a hiring team."""

    def has_member(self, user_id: UUID) -> bool: ...


@dataclass(frozen=True, slots=True)
class Capability:
    """`label` says it in words: "You may not <label>."."""

    name: str
    label: str
    roles: tuple[tuple[str, str], ...]

    def scope_for(self, actor: Actor) -> str | None:
        """EVERYWHERE, ON_TEAM or None. Administrators and the product itself hold everything."""
        if actor.is_system or actor.role == ADMINISTRATOR:
            return EVERYWHERE
        return dict(self.roles).get(actor.role)


_capabilities: dict[str, Capability] = {}


def declare(name: str, label: str, **roles: str) -> Capability:
    """Declare `app.verb` with the scope of each role: declare("jobs.edit", "edit jobs", recruiter=EVERYWHERE)."""
    if name in _capabilities:
        raise ValueError(f"{name} is declared twice")
    capability = Capability(name, label, tuple(sorted(roles.items())))
    _capabilities[name] = capability
    return capability


def all_capabilities() -> list[Capability]:
    return sorted(_capabilities.values(), key=lambda capability: capability.name)


def get_capability(name: str) -> Capability:
    return _capabilities[name]


def holds(actor: Actor, capability: Capability, thing: HasTeam | None = None) -> bool:
    """Whether the actor holds a capability: at all, when no thing is named; else for this thing."""
    scope = capability.scope_for(actor)
    if scope is None or scope == EVERYWHERE or thing is None:
        return scope is not None
    return actor.id is not None and thing.has_member(actor.id)


def require(actor: Actor, capability: Capability, thing: HasTeam | None = None) -> None:
    """Raise NotAllowed unless the actor holds the capability (for this thing)."""
    if not holds(actor, capability, thing):
        raise NotAllowed(f"You may not {capability.label}. Ask an administrator for the right to do so.")
