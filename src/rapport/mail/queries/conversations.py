"""Reading conversations: the lists of the inbox, and who may be given one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from rapport.accounts.capabilities import holds, require
from rapport.accounts.models import Role, User
from rapport.accounts.queries import names_of
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.lib.wording import first_words
from rapport.mail.models import Comment, Conversation, Message
from rapport.mail.permissions import SHARED_MAILBOXES, VIEW
from rapport.mail.queries.messages import in_hidden_thread

PAGE = 50
SUGGESTED = 8
COUNT_CAP = 1_000
SHOWS = ("all", "mine", "unassigned", "waiting", "snoozed", "done")


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: the moments its list is ordered by, and its id."""

    waiting_since: datetime | None
    at: datetime
    id: UUID


def visible_conversations(actor: Actor) -> QuerySet[Conversation]:
    """Those in the actor's own and in shared mailboxes, and those that were given to them; all for who sets mailboxes up."""
    rows = _readable(actor)
    if holds(actor, SHARED_MAILBOXES):
        return rows
    return rows.filter(Q(mailbox__owner_id=actor.id) | Q(mailbox__owner=None) | Q(assignee_id=actor.id))


def _readable(actor: Actor) -> QuerySet[Conversation]:
    """Those whose thread the actor may read; the id of a conversation is that of its thread."""
    require(actor, VIEW)
    hidden = in_hidden_thread(actor, "id")
    return Conversation.objects.all() if hidden is None else Conversation.objects.exclude(hidden)


def list_conversations(
    actor: Actor,
    *,
    show: str = "all",
    mailbox_id: UUID | None = None,
    words: str = "",
    after: Place | None = None,
    limit: int = PAGE,
) -> list[Conversation]:
    """A page of the inbox, with mailbox, latest reply and assignee; one more than `limit` tells that there is another.

    `show` is one of SHOWS, or for_me: those that wait and are nobody else's. Who waits comes first, the longest wait before all; the others by when anybody last wrote. Snoozed ones come by
    their return, done ones by when they were done, the latest first.
    """
    rows = _shown(actor, visible_conversations(actor), show, clock.now()).select_related(
        "mailbox", "latest_reply__intent", "assignee"
    )
    if mailbox_id:
        rows = rows.filter(mailbox_id=mailbox_id)
    for word in first_words(words):
        rows = rows.filter(
            Q(person_address__icontains=word)
            | Q(latest_reply__from_name__icontains=word)
            | Q(latest_reply__subject__icontains=word)
            | Q(latest_reply__preview__icontains=word)
        )
    return list(_in_order(rows, show, after)[: limit + 1])


def place_of(row: Conversation, show: str) -> Place:
    """Where a page ends with this row."""
    at = {"snoozed": row.snoozed_until, "done": row.done_at}.get(show) or row.last_at
    return Place(row.waiting_since, at, row.id)


def count_conversations(actor: Actor) -> Mapping[str, int]:
    """How many each list holds that asks for something, counted up to a cap."""
    now = clock.now()
    rows = visible_conversations(actor)
    return {show: _shown(actor, rows, show, now)[:COUNT_CAP].count() for show in ("mine", "unassigned", "waiting")}


def _shown(actor: Actor, rows: QuerySet[Conversation], show: str, now: datetime) -> QuerySet[Conversation]:
    if show == "done":
        return rows.filter(done_at__isnull=False)
    rows = rows.filter(done_at=None)
    if show == "snoozed":
        return rows.filter(snoozed_until__gt=now)
    rows = rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))
    narrower: Mapping[str, Q] = {
        "mine": Q(assignee_id=actor.id),
        "unassigned": Q(assignee=None),
        "waiting": Q(waiting_since__isnull=False),
        "for_me": Q(waiting_since__isnull=False) & (Q(assignee_id=actor.id) | Q(assignee=None)),
    }
    return rows.filter(narrower[show]) if show in narrower else rows


def _in_order(rows: QuerySet[Conversation], show: str, after: Place | None) -> QuerySet[Conversation]:
    if show == "done":
        rows = rows.order_by("-done_at", "-id")
        return rows.filter(Q(done_at__lt=after.at) | Q(done_at=after.at, id__lt=after.id)) if after else rows
    if show == "snoozed":
        rows = rows.order_by("snoozed_until", "id")
        return (
            rows.filter(Q(snoozed_until__gt=after.at) | Q(snoozed_until=after.at, id__gt=after.id)) if after else rows
        )
    rows = rows.order_by(F("waiting_since").asc(nulls_last=True), "-last_at", "-id")
    if after is None:
        return rows
    tied = Q(last_at__lt=after.at) | Q(last_at=after.at, id__lt=after.id)
    if after.waiting_since is None:
        return rows.filter(Q(waiting_since=None) & tied)
    later = Q(waiting_since__gt=after.waiting_since) | Q(waiting_since=None)
    return rows.filter(later | Q(waiting_since=after.waiting_since) & tied)


def find_conversation(actor: Actor, thread_id: UUID) -> Conversation | None:
    """The conversation of a thread for who reads the thread; None while nobody has answered us in it."""
    return _readable(actor).select_related("mailbox", "assignee", "latest_reply").filter(id=thread_id).first()


def list_comments(actor: Actor, conversation_id: UUID) -> list[Comment]:
    """What colleagues said about a conversation, oldest first; annotates `mentioned` with names."""
    require(actor, VIEW)
    return _with_names(Comment.objects.filter(conversation_id=conversation_id).order_by("created_at", "id"))


def comments_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Comment]:
    """Those on conversations that the actor may read, with their authors; annotates `mentioned` with names."""
    rows = Comment.objects.filter(id__in=list(ids), conversation__in=_readable(actor))
    return {row.id: row for row in _with_names(rows)}


def _with_names(rows: QuerySet[Comment]) -> list[Comment]:
    comments = list(rows.select_related("author"))
    names = names_of({key for row in comments for key in row.mentioned_ids})
    for row in comments:
        row.mentioned = [names[key] for key in row.mentioned_ids if key in names]  # type: ignore[attr-defined]  # annotated
    return comments


def who_answers(message_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """For replies, who has their conversation, or whose mailbox they came to; nobody's are left out."""
    rows = Message.objects.filter(id__in=list(message_ids)).values_list("id", "thread_id", "mailbox__owner_id")
    found = {key: (thread_id, owner_id) for key, thread_id, owner_id in rows}
    threads = Conversation.objects.filter(id__in={thread_id for thread_id, _ in found.values()})
    takers = dict(threads.values_list("id", "assignee_id"))
    return {key: who for key, (thread_id, owner_id) in found.items() if (who := takers.get(thread_id) or owner_id)}


def check_visible(actor: Actor, ids: Collection[UUID]) -> None:
    """Raises NotFound unless the actor may see each of these conversations."""
    if visible_conversations(actor).filter(id__in=ids).count() != len(set(ids)):
        raise NotFound("There is no such conversation in your inbox. Reload the page.")


def colleagues(actor: Actor) -> QuerySet[User]:
    """Who may read mail with candidates, and so can be given a conversation or be told of one."""
    require(actor, VIEW)
    roles = [role.value for role in Role if VIEW.scope_for(Actor(kind="user", role=role.value))]
    return User.objects.filter(is_active=True, role__in=roles)


def suggest_colleagues(actor: Actor, words: str) -> Sequence[User]:
    """The first colleagues whose name or address has all the words."""
    found = colleagues(actor)
    for word in first_words(words):
        found = found.filter(Q(full_name__icontains=word) | Q(email__icontains=word))
    return list(found.order_by("full_name", "id")[:SUGGESTED])
