"""Triage: giving conversations to colleagues, snoozing them, putting them aside, and taking all of it back.

Each operation takes any number of conversations, locks them in the order of their ids, leaves those alone that are so
already, and returns the changes, from which `restore` brings back what was. NotAllowed without mail.send; NotFound,
and nothing changed, when one of them is not in the actor's inbox.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.activity.verbs import Verb
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput
from rapport.mail import queries
from rapport.mail.activities import (
    CONVERSATION_ASSIGNED,
    CONVERSATION_DONE,
    CONVERSATION_REOPENED,
    CONVERSATION_SNOOZED,
    CONVERSATION_UNASSIGNED,
)
from rapport.mail.models import Conversation, Message
from rapport.mail.operations.conversations import lock_all, waiting_since
from rapport.mail.permissions import SEND
from rapport.mail.subjects import subjects_of_all

LONGEST_SNOOZE = timedelta(days=3 * 366)
FIELDS = ("assignee_id", "snoozed_until", "done_at")


@dataclass(frozen=True, slots=True)
class Change:
    """What a conversation was and what it became, of FIELDS."""

    id: UUID
    was: Mapping[str, Any]
    now: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": str(self.id), "was": _texts(self.was), "now": _texts(self.now)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Change":
        return cls(UUID(kept["id"]), _values(kept["was"]), _values(kept["now"]))


@transaction.atomic
def assign(*, actor: Actor, conversation_ids: Collection[UUID], assignee_id: UUID | None) -> list[Change]:
    """Give conversations to a colleague, or to nobody. Records conversation.assigned or conversation.unassigned.

    Raises InvalidInput for somebody who may not read mail with candidates.
    """
    rows = _lock(actor, conversation_ids)
    if assignee_id is None:
        return _change(actor, rows, CONVERSATION_UNASSIGNED, {}, lambda row: {"assignee_id": None})
    colleague = queries.colleagues(actor).filter(id=assignee_id).first()
    if colleague is None:
        raise InvalidInput({"assignee": "Choose a colleague who may read mail with candidates."})
    data = {"assignee_id": colleague.id, "assignee": str(colleague)}
    return _change(actor, rows, CONVERSATION_ASSIGNED, data, lambda row: {"assignee_id": colleague.id})


@transaction.atomic
def snooze(*, actor: Actor, conversation_ids: Collection[UUID], until: datetime) -> list[Change]:
    """Take conversations off the inbox until a moment; they come back by themselves, or when the person writes again.

    Records conversation.snoozed. Raises InvalidInput for a moment that is past, or more than three years off.
    """
    now = clock.now()
    if until <= now:
        raise InvalidInput({"until": "Choose a day that lies ahead."})
    if until > now + LONGEST_SNOOZE:
        raise InvalidInput({"until": "Choose a day within three years."})
    rows = [row for row in _lock(actor, conversation_ids) if row.done_at is None]
    data = {"until": until}
    return _change(actor, rows, CONVERSATION_SNOOZED, data, lambda row: {"snoozed_until": until})


@transaction.atomic
def mark_done(*, actor: Actor, conversation_ids: Collection[UUID]) -> list[Change]:
    """Put conversations aside: they need nothing any more. Records conversation.done."""
    rows = [row for row in _lock(actor, conversation_ids) if row.done_at is None]
    now = clock.now()
    waiting = Message.objects.waiting_for_answer().filter(thread_id__in=[row.id for row in rows])
    waiting.update(done_at=now, done_by_id=actor.id)
    return _change(actor, rows, CONVERSATION_DONE, {}, lambda row: {"done_at": now, "snoozed_until": None})


@transaction.atomic
def reopen(*, actor: Actor, conversation_ids: Collection[UUID]) -> list[Change]:
    """Put conversations back into the inbox, snoozed or done; replies that were put aside with them wait again.

    Records conversation.reopened.
    """
    rows = _lock(actor, conversation_ids)
    _wait_again(rows)
    return _change(actor, rows, CONVERSATION_REOPENED, {}, lambda row: {"done_at": None, "snoozed_until": None})


@transaction.atomic
def restore(*, actor: Actor, changes: Iterable[Change]) -> list[UUID]:
    """Take changes back; what somebody changed since stays as it is, and so does what has left the actor's inbox by them
    (it was in another's mailbox, and was given away). Returns which went back.

    Records conversation.reopened for what was put aside or snoozed.
    """
    require(actor, SEND)
    by_id = {change.id: change for change in changes}
    mine = list(queries.visible_conversations(actor).filter(id__in=by_id).values_list("id", flat=True))
    rows = [row for row in lock_all(mine) if _state(row) == dict(by_id[row.id].now)]
    _wait_again([row for row in rows if row.done_at is not None and by_id[row.id].was["done_at"] is None])
    returned = [row for row in rows if by_id[row.id].now["assignee_id"] == by_id[row.id].was["assignee_id"]]
    others = [row for row in rows if row not in returned]
    _change(actor, returned, CONVERSATION_REOPENED, {}, lambda row: by_id[row.id].was)
    _change(actor, others, CONVERSATION_UNASSIGNED, {}, lambda row: by_id[row.id].was)
    return [row.id for row in rows]


def _lock(actor: Actor, conversation_ids: Collection[UUID]) -> list[Conversation]:
    require(actor, SEND)
    ids = list(conversation_ids)
    if not ids:
        raise InvalidInput("Select a conversation first.")
    queries.check_visible(actor, ids)
    return lock_all(ids)


def _change(
    actor: Actor, rows: Sequence[Conversation], verb: Verb, data: Mapping[str, Any],
    wanted: Callable[[Conversation], Mapping[str, Any]],
) -> list[Change]:  # fmt: skip
    """Write what is wanted of each row and record it, leaving alone what is so already."""
    waiting, changes = waiting_since(row.id for row in rows), []
    for row in rows:
        was = _state(row)
        for name, value in wanted(row).items():
            setattr(row, name, value)
        if _state(row) == was:
            continue
        row.done_by_id = actor.id if row.done_at and actor.kind == "user" else None
        row.waiting_since = None if row.done_at else waiting.get(row.id)
        changes.append((row, Change(row.id, was, _state(row))))
    fields = ["assignee", "snoozed_until", "done_at", "done_by", "waiting_since"]
    Conversation.objects.bulk_update([row for row, _ in changes], fields)
    subjects = subjects_of_all([row.latest_reply for row, _ in changes])
    happenings = [
        Happening({**known, "conversation": row.id}, data) for (row, _), known in zip(changes, subjects, strict=True)
    ]
    record_many(verb, actor=actor, happenings=happenings)
    return [change for _, change in changes]


def _wait_again(rows: Sequence[Conversation]) -> None:
    """Replies that were put aside together with these conversations wait again; one statement for what was done at once."""
    together: dict[datetime, list[UUID]] = defaultdict(list)
    for row in rows:
        if row.done_at is not None:
            together[row.done_at].append(row.id)
    for moment, ids in together.items():
        aside = Message.objects.incoming().filter(thread_id__in=ids, kind=Message.Kind.REPLY, done_at=moment)
        aside.update(done_at=None, done_by_id=None)


def _state(row: Conversation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _texts(state: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in state.items()}


def _values(texts: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        name: None if text is None else UUID(text) if name == "assignee_id" else datetime.fromisoformat(text)
        for name, text in texts.items()
    }
