"""What waits for one person today: tasks, replies, promises, news of those they follow, and their open jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from rapport.accounts.capabilities import holds
from rapport.applications import permissions as applications_permissions
from rapport.applications.models import Promise
from rapport.applications.queries import list_due_promises
from rapport.candidates import permissions as candidates_permissions
from rapport.candidates import queries as candidates
from rapport.candidates.models import Task
from rapport.jobs import permissions as jobs_permissions
from rapport.jobs.models import Job
from rapport.jobs.queries import list_open_jobs
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.mail import permissions as mail_permissions
from rapport.mail.queries import list_conversations
from rapport.notifications.models import Notification
from rapport.notifications.queries import list_notices

SHOWN = 8
PROMISE_DAYS = 2  # today and the next two days


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind; `more` when there are more than are shown."""

    rows: Sequence[Any] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that waits for an answer, with the candidate it belongs to."""

    message: Any
    candidate_name: str
    candidate_id: UUID | None


@dataclass(frozen=True, slots=True)
class Today:
    """The first page. A section is None for those who may not see its kind at all."""

    on: date
    tasks: list[Task] = field(default_factory=list)
    replies: Section | None = None
    promises: list[Promise] | None = None
    news: list[Notification] = field(default_factory=list)
    jobs: list[Job] | None = None
    has_candidates: bool = True

    @property
    def nothing_waits(self) -> bool:
        return not (self.tasks or self.promises or (self.replies and self.replies.rows))


def read_today(actor: Actor) -> Today:
    """The first page of one person, in at most seven statements; today is that of the active time zone."""
    on = timezone.localtime(clock.now()).date()
    may_see = holds(actor, candidates_permissions.VIEW)
    promises = None
    if holds(actor, applications_permissions.VIEW):
        promises = list_due_promises(actor, until=on + timedelta(days=PROMISE_DAYS), limit=SHOWN)
    return Today(
        on=on,
        tasks=candidates.list_open_tasks(actor, limit=2 * SHOWN) if may_see else [],
        replies=_replies(actor) if holds(actor, mail_permissions.VIEW) else None,
        promises=promises,
        news=list_notices(actor, unread_only=True, limit=SHOWN).notices,
        jobs=list_open_jobs(actor, limit=SHOWN) if holds(actor, jobs_permissions.VIEW) else None,
        has_candidates=candidates.any_candidate(actor) if may_see else True,
    )


def _replies(actor: Actor) -> Section:
    waiting = list_conversations(actor, show="for_me", limit=SHOWN)
    messages = [row.latest_reply for row in waiting]
    shown = messages[:SHOWN]
    ids = {message.id: _candidate_id(message.subjects) for message in shown}
    names = candidates.names_of(actor, [key for key in ids.values() if key])
    rows = [
        Reply(message, names.get(key, "") if key else "", key) for message, key in zip(shown, ids.values(), strict=True)
    ]
    return Section(rows, len(messages) > SHOWN)


def _candidate_id(subjects: Mapping[str, str]) -> UUID | None:
    value = subjects.get("candidate")
    return UUID(value) if value else None
