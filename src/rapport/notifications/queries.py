"""Reading one's own notices and who follows what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from rapport.activity.hiding import hidden_from
from rapport.activity.models import Activity
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.notifications.models import ChatChannel, DigestChoice, Follow, Notification

PAGE = 40
COUNT_CAP = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `next_before` asks for older ones."""

    notices: list[Notification]
    next_before: UUID | None


def list_notices(actor: Actor, *, before: UUID | None = None, unread_only: bool = False, limit: int = PAGE) -> Page:
    """The actor's own notices."""
    notices = visible_notices(actor)
    if before:
        notices = notices.filter(id__lt=before)
    if unread_only:
        notices = notices.filter(read_at=None)
    rows = list(notices.order_by("-id")[: limit + 1])
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def visible_notices(actor: Actor) -> QuerySet[Notification]:
    """The actor's own, but for those of what has become none of their business since they were told."""
    own = Notification.objects.filter(user_id=_own(actor))
    hidden = hidden_from(actor)
    if hidden is None:
        return own
    return own.exclude(Exists(Activity.objects.filter(hidden, id=OuterRef("activity_id"))))


def count_unread(actor: Actor) -> int:
    """How many of the actor's notices are unread, up to 100."""
    count = _count(Notification.objects.filter(user_id=_own(actor)))
    # Pages ask every few seconds, and mostly there is nothing to hide.
    return count if not count or hidden_from(actor) is None else _count(visible_notices(actor))


def _count(notices: QuerySet[Notification]) -> int:
    return len(notices.filter(read_at=None).values("id")[:COUNT_CAP])


def newest_unread(actor: Actor) -> Notification | None:
    return visible_notices(actor).filter(read_at=None).order_by("-id").first()


def is_following(actor: Actor, subject_id: UUID) -> bool:
    return Follow.objects.filter(user_id=_own(actor), subject_id=subject_id).exists()


def list_followers(subject_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """(user id, since when) by subject, in one statement."""
    found: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for follow in Follow.objects.filter(subject_id__in=subject_ids):
        found.setdefault(follow.subject_id, []).append((follow.user_id, follow.created_at))
    return found


def list_with_chat(user_ids: Collection[UUID]) -> list[UUID]:
    """Those of the users whose notices go to a chat; no statement without users."""
    rows = ChatChannel.objects.filter(user_id__in=user_ids) if user_ids else ChatChannel.objects.none()
    return list(rows.values_list("user_id", flat=True))


def find_chat(actor: Actor) -> ChatChannel | None:
    return ChatChannel.objects.filter(user_id=_own(actor)).first()


def digest_choice(actor: Actor) -> str:
    choice = DigestChoice.objects.filter(user_id=_own(actor)).first()
    return choice.every if choice else DigestChoice.Every.DAY


def list_users_with_news() -> list[UUID]:
    """Users who have unread notices that no digest has carried yet."""
    waiting = Notification.objects.filter(read_at=None, digested_at=None)
    return list(waiting.order_by().values_list("user_id", flat=True).distinct())


def get_notice(actor: Actor, notice_id: UUID) -> Notification:
    notice = visible_notices(actor).filter(id=notice_id).first()
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice


def _own(actor: Actor) -> UUID:
    """Whose notices they are; nobody's for who is not signed in."""
    return actor.id or UUID(int=0)
