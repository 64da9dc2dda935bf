"""Who does something: a person, or the product itself."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is user, candidate, system, command or anonymous; `id` is the user's or candidate's; `role` is a user's.

    The product itself (kinds system and command) may do everything.
    """

    kind: str
    id: UUID | None = None
    role: str = ""
    name: str = ""

    @property
    def is_system(self) -> bool:
        return self.kind in ("system", "command")


SYSTEM = Actor(kind="system", name="Rapport")
COMMAND = Actor(kind="command", name="Command line")
