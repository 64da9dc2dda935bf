"""Following, telling and reading. A notice belongs to its user alone: every operation is about the actor's own."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string

from rapport.accounts.models import User
from rapport.accounts.queries import names_of
from rapport.activity.listing import listed
from rapport.activity.models import Activity
from rapport.activity.sentences import tell
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.encryption import encrypt
from rapport.lib.errors import InvalidInput, NotAllowed, NotFound, PermanentFailure, TemporaryFailure
from rapport.lib.ids import new_id
from rapport.lib.journal import Journal
from rapport.lib.queue import enqueue
from rapport.notifications import chat, queries, subjects
from rapport.notifications.digest_rules import is_due
from rapport.notifications.models import ChatChannel, DigestChoice, Follow, Notification

TEXT_LIMIT = 400
IN_A_DIGEST = 30
IN_A_POST, MOST_WAITING = 15, 1000


@transaction.atomic
def follow(*, actor: Actor, kind: str, subject_id: UUID) -> None:
    """Follow a subject; following it already does nothing. The caller has shown that the actor may see it."""
    Follow.objects.bulk_create(
        [Follow(user_id=_user_id(actor), subject_kind=kind, subject_id=subject_id)], ignore_conflicts=True
    )


@transaction.atomic
def unfollow(*, actor: Actor, subject_id: UUID) -> None:
    Follow.objects.filter(user_id=_user_id(actor), subject_id=subject_id).delete()


@transaction.atomic
def mark_read(*, actor: Actor, notification_ids: Sequence[UUID] | None = None) -> int:
    """Mark some of one's notices as read, or all of them; returns how many were unread."""
    unread = Notification.objects.filter(user_id=_user_id(actor), read_at=None)
    if notification_ids is not None:
        unread = unread.filter(id__in=notification_ids)
    return unread.update(read_at=clock.now())


@transaction.atomic
def choose_digest(*, actor: Actor, every: str) -> None:
    """Set how often unread notices come by mail."""
    if every not in DigestChoice.Every.values:
        raise InvalidInput({"every": f"There is no such choice as {every!r}."})
    DigestChoice.objects.update_or_create(user_id=_user_id(actor), defaults={"every": every})


@transaction.atomic
def notify(*, activities: Sequence[Activity]) -> int:
    """Tell everyone who follows or watches a subject of these activities; safe to repeat. Returns how many notices.

    Nobody is told of what they did themselves, of what happened before they followed, or of what they may not see.
    """
    audience = _audience(activities)
    if not audience:
        return 0
    labels = subjects.find_labels(activities)
    names = names_of(activity.actor_id for activity in activities if activity.actor_kind == "user")
    notices = [
        Notification(
            id=new_id(), user_id=user_id, activity_id=activity.id, verb=activity.verb,
            text=_text(activity, labels.get(activity.id), names)[:TEXT_LIMIT],
            url=labels[activity.id].url if activity.id in labels else "", happened_at=activity.occurred_at,
        )
        for activity in activities
        for user_id in sorted(audience.get(activity.id, ()))
    ]  # fmt: skip
    Notification.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)
    for user_id in queries.list_with_chat({notice.user_id for notice in notices}):
        enqueue("notifications.post", once=f"post-{user_id}", user_id=user_id)
    return len(notices)


def choose_chat(*, actor: Actor, url: str) -> None:
    """Post the actor's notices to a chat from now on; an empty address ends it. Raises InvalidInput ("url")."""
    user_id, url = _user_id(actor), url.strip()
    if not url:
        ChatChannel.objects.filter(user_id=user_id).delete()
        return
    host, newest = chat.check_url(url, settings.CHAT_HOSTS), Notification.objects.filter(user_id=user_id)
    values = {
        "url_token": encrypt(url), "host": host, "failing_since": None, "last_error": "", "updated_at": clock.now(),
        "posted_until": newest.order_by("-id").values_list("id", flat=True).first(),
    }  # fmt: skip
    ChatChannel.objects.update_or_create(user_id=user_id, defaults=values)


def try_chat(*, actor: Actor) -> None:
    """Post a trial to the actor's chat. Raises NotFound without one, TemporaryFailure and PermanentFailure."""
    channel = queries.find_chat(actor)
    if channel is None:
        raise NotFound("No chat is set up.")
    lines = [(f"This is where {settings.SITE_NAME} tells you what is new.", settings.BASE_URL)]
    try:
        chat.post(channel.url, chat.body_of(lines), settings.CHAT_HOSTS)
    except (TemporaryFailure, PermanentFailure) as failure:
        _note_failure(channel.user_id, str(failure))
        raise
    _note_success(channel.user_id)


def post_news(*, user_id: UUID) -> int:
    """Post what is new to a user's chat; returns how many notices. Raises TemporaryFailure when it may work later.

    They are marked before they are posted, and the mark is taken back when that fails: after a crash in between they are
    missed in the chat rather than told twice.
    """
    with transaction.atomic():
        found = ChatChannel.objects.select_for_update(of=("self",)).filter(user_id=user_id, user__is_active=True)
        channel = found.first()
        if channel is None:
            return 0
        before, news = channel.posted_until, Notification.objects.filter(user_id=user_id).order_by("id")
        waiting = list((news.filter(id__gt=before) if before else news)[: MOST_WAITING + 1])
        if not waiting:
            return 0
        channel.posted_until = waiting[-1].id
        channel.save(update_fields=["posted_until"])
    shown = waiting[:IN_A_POST]
    lines = [(row.text, f"{settings.BASE_URL}{row.url}" if row.url else "") for row in shown]
    try:
        chat.post(channel.url, chat.body_of(lines, len(waiting) - len(shown)), settings.CHAT_HOSTS)
    except (TemporaryFailure, PermanentFailure) as failure:
        mine = ChatChannel.objects.filter(user_id=user_id, posted_until=channel.posted_until)
        mine.update(posted_until=before)
        _note_failure(user_id, str(failure))
        if isinstance(failure, TemporaryFailure):
            raise
        return 0
    _note_success(user_id)
    return len(waiting)


def _note_failure(user_id: UUID, problem: str) -> None:
    ChatChannel.objects.filter(user_id=user_id).update(
        last_error=problem[:300], failing_since=Coalesce("failing_since", Value(clock.now()))
    )


def _note_success(user_id: UUID) -> None:
    ChatChannel.objects.filter(user_id=user_id).update(last_error="", failing_since=None)


def send_digest(*, user_id: UUID, now: datetime) -> bool:
    """Mail a user what they have not read since the last digest, when one is due; says whether a mail went out.

    The notices are marked before sending: after a crash in between a digest is missed rather than sent twice. Without a
    mail server of Rapport's own nothing is marked: they wait until there is one.
    """
    if not settings.HAS_MAIL_SERVER:
        return False
    with transaction.atomic():
        user = User.objects.filter(id=user_id, is_active=True).first()
        choice, _ = DigestChoice.objects.get_or_create(user_id=user_id)
        choice = DigestChoice.objects.select_for_update().get(user_id=user_id)
        if user is None or not is_due(choice.every, choice.sent_at, now, user.zone):
            return False
        unread = queries.visible_notices(user.actor).filter(read_at=None, digested_at=None)
        notices = list(unread.order_by("-id")[:IN_A_DIGEST])
        count = unread.update(digested_at=now)
        if not notices:
            return False
        choice.sent_at = now
        choice.save(update_fields=["sent_at"])
    _send_mail(user, notices, count)
    return True


def _send_mail(user: User, notices: list[Notification], count: int) -> None:
    context = {
        "user": user, "notices": notices, "count": count, "more": count - len(notices), "base_url": settings.BASE_URL,
        "organisation": settings.SITE_NAME,
    }  # fmt: skip
    subject = f"{count} new in {settings.SITE_NAME}: {notices[0].text}"
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:120],
        body=render_to_string("notifications/mail/digest.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("notifications/mail/digest.html", context), "text/html")
    mail.send()


def _audience(activities: Sequence[Activity]) -> dict[UUID, set[UUID]]:
    """Who is told of which activity."""
    following = queries.list_followers(
        {UUID(key) for activity in activities for key in listed(activity.subjects).values()}
    )
    audience = subjects.find_watchers(activities)
    for activity in activities:
        for key in listed(activity.subjects).values():
            audience.setdefault(activity.id, set()).update(
                user_id for user_id, since in following.get(UUID(key), ()) if since <= activity.occurred_at
            )
    everyone = set().union(*audience.values()) if audience else set()
    if not everyone:
        return {}
    active = set(User.objects.filter(id__in=everyone, is_active=True).values_list("id", flat=True))
    screened = subjects.find_screened(activities, active)
    return {
        activity.id: {
            user_id
            for user_id in audience.get(activity.id, set()) & active
            if user_id != activity.actor_id and (activity.id, user_id) not in screened
        }
        for activity in activities
    }


def _text(activity: Activity, label: subjects.Label | None, names: dict[UUID, str]) -> str:
    """ "Amara Nwosu: Rita Lindqvist put the candidate up for Cook", or "Amara Nwosu answered"."""
    notice = activity.declared.notice
    if notice and label:
        return f"{label.text} {notice(activity.data)}"
    sentence = tell(activity)
    if activity.actor_id in names:
        sentence = f"{names[activity.actor_id]} {sentence}"
    return f"{label.text}: {sentence}" if label else sentence


def _user_id(actor: Actor) -> UUID:
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("Only a signed-in user has notifications.")
    return actor.id


MOVED = frozenset((Follow._meta.label_lower,))


def move_follows(*, journal: Journal, from_id: UUID, to_id: UUID) -> None:
    """Who follows one subject follows the other from now on: a part of a merge, inside its transaction."""
    already = set(Follow.objects.filter(subject_id=to_id).values_list("user_id", flat=True))
    theirs = list(Follow.objects.filter(subject_id=from_id))
    journal.remove(row for row in theirs if row.user_id in already)
    journal.change([row for row in theirs if row.user_id not in already], subject_id=to_id)
