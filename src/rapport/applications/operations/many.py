"""Many applications at once: how many, what became of them, and the record of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rapport.activity.operations import Happening, record_many
from rapport.activity.verbs import Verb
from rapport.applications import queries
from rapport.applications.models import Application
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound

MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk operation did: the applications changed, and how many of those asked for were left as they are.

    `from_stages` says of moved ones where they stood before.
    """

    changed: list[Application]
    left_count: int
    from_stages: Mapping[UUID, UUID] = field(default_factory=dict)


def check_size(ids: Sequence[UUID]) -> None:
    """Raise InvalidInput for more than one transaction should lock."""
    if len(ids) > MOST_AT_ONCE:
        raise InvalidInput({"ids": f"Choose {MOST_AT_ONCE:,} at most at once."})


def lock_many(actor: Actor, application_ids: Sequence[UUID]) -> list[Application]:
    """Those of the applications that the actor may see, locked. Raises NotFound for none, InvalidInput for too many."""
    check_size(application_ids)
    applications = queries.lock_applications(actor, application_ids)
    if not applications:
        raise NotFound(queries.NO_APPLICATION)
    return applications


def stage_data(application: Application) -> dict[str, Any]:
    """The stage that an ending left, as the record keeps it."""
    return {"from_stage": application.stage.name, "from_stage_id": application.stage_id}


def record_applications(
    verb: Verb, actor: Actor, applications: Sequence[Application], data: Callable[[Application], dict[str, Any]]
) -> None:
    """Record a verb for applications that have their job at hand; `data` makes the rest of an application's data."""
    happenings = [
        Happening(
            {"application": row.id, "candidate": row.candidate_id, "job": row.job_id},
            {"job_title": row.job.title, **data(row)},
        )
        for row in applications
    ]
    record_many(verb, actor=actor, happenings=happenings)
