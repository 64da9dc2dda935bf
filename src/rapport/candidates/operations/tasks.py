"""What colleagues have to do about a candidate."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID, uuid5

from django.db import transaction

from rapport.accounts.queries import get_user
from rapport.activity.operations import record
from rapport.candidates.activities import TASK_ADDED, TASK_DONE, TASK_REOPENED, TASK_WITHDRAWN
from rapport.candidates.models import Task
from rapport.candidates.operations.rights import lock, user_id
from rapport.candidates.permissions import NOTE
from rapport.candidates.queries import visible_tasks
from rapport.candidates.text_rules import one_line
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput, NotFound
from rapport.mail.queries import find_intent_kind

NOTHING_ELSE: Mapping[str, UUID] = MappingProxyType({})
REPLY_TASKS = {  # by the intent of a reply
    "interested": "They are interested: go on with them",
    "referral": "They name somebody else: write to that person",
    "question": "They ask something: answer it",
}


@transaction.atomic
def add_task(
    *,
    actor: Actor,
    candidate_id: UUID,
    text: str,
    due_on: date | None = None,
    assignee_id: UUID | None = None,
    about: Mapping[str, UUID] = NOTHING_ELSE,
) -> Task:
    """Add something to do, for the actor when nobody else is named. Records task.added.

    `about` are further subjects, such as the job that it comes from: who may not see them does not see the task.
    Raises NotFound, NotAllowed without candidates.note, InvalidInput for an empty text or an unknown assignee.
    """
    candidate = lock(actor, candidate_id, NOTE)
    text = one_line(text, 300)
    if not text:
        raise InvalidInput({"text": "Say what is to be done."})
    task = Task(
        candidate=candidate,
        text=text,
        due_on=due_on,
        subjects=_stored(about),
        assignee_id=_assignee(actor, assignee_id),
        created_at=clock.now(),
    )
    task.save(force_insert=True)
    data = {"text": text, "due_on": due_on}
    record(TASK_ADDED, actor=actor, subjects=_subjects(task), data=data)
    return task


@transaction.atomic
def keep_reply_task(
    *,
    actor: Actor,
    candidate_id: UUID,
    message_id: UUID,
    otherwise_id: UUID | None = None,
    about: Mapping[str, UUID] = NOTHING_ELSE,
) -> Task | None:
    """The one task that follows from what a reply is taken to want by now; none for most intents.

    For the candidate's owner, or who else answers. Its id comes from the message's, so that saying it twice makes one, and
    another intent changes it or takes it back. What was done already stays. `about` are the further subjects of the reply.
    Records task.added or task.withdrawn. Raises NotFound, NotAllowed without candidates.note.
    """
    candidate = lock(actor, candidate_id, NOTE)
    # Read under the lock: of two that follow a correction at once, the later one sees what holds.
    key, text = uuid5(message_id, "task"), REPLY_TASKS.get(find_intent_kind(message_id), "")
    task = Task.objects.select_for_update().filter(id=key).first()
    if task is not None and (task.done_at is not None or task.text == text):
        return task
    if task is not None:
        task.delete()
        gone = {kind: subject for kind, subject in _subjects(task).items() if kind != "task"}
        record(TASK_WITHDRAWN, actor=actor, subjects=gone, data={"text": task.text})
    if not text:
        return None
    task = Task(
        id=key, candidate=candidate, text=text, subjects=_stored(about),
        assignee_id=candidate.owner_id or otherwise_id, created_at=clock.now(),
    )  # fmt: skip
    task.save(force_insert=True)
    record(TASK_ADDED, actor=actor, subjects=_subjects(task), data={"text": text, "due_on": None})
    return task


def _stored(about: Mapping[str, UUID]) -> dict[str, str]:
    return {kind: str(key) for kind, key in about.items()}


def _subjects(task: Task) -> dict[str, UUID]:
    """Of a task's activities; whom it is about by now stands at the task itself."""
    about = {kind: UUID(key) for kind, key in task.subjects.items()}
    return {**about, "candidate": task.candidate_id, "task": task.id}


def _assignee(actor: Actor, assignee_id: UUID | None) -> UUID | None:
    if assignee_id is None or assignee_id == actor.id:
        return user_id(actor)
    try:
        return get_user(actor, assignee_id).id
    except NotFound as error:
        raise InvalidInput({"assignee": "Choose a colleague."}) from error


@transaction.atomic
def complete_task(*, actor: Actor, candidate_id: UUID, task_id: UUID) -> Task:
    """Tick a task off; ticking it twice does nothing. Records task.done."""
    return _set_done(actor, candidate_id, task_id, done=True)


@transaction.atomic
def reopen_task(*, actor: Actor, candidate_id: UUID, task_id: UUID) -> Task:
    """Take a tick back. Records task.reopened."""
    return _set_done(actor, candidate_id, task_id, done=False)


def _set_done(actor: Actor, candidate_id: UUID, task_id: UUID, *, done: bool) -> Task:
    candidate = lock(actor, candidate_id, NOTE)
    task = visible_tasks(actor).select_for_update().filter(candidate=candidate, id=task_id).first()
    if task is None:
        raise NotFound("This task is not there any more. Reload the page.")
    if (task.done_at is not None) == done:
        return task
    task.done_at = clock.now() if done else None
    task.save(update_fields=["done_at"])
    verb = TASK_DONE if done else TASK_REOPENED
    record(verb, actor=actor, subjects=_subjects(task), data={"text": task.text})
    return task
