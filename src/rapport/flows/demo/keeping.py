"""What colleagues keep for themselves: saved searches, whom they follow, and the notices that came of it.

Nobody of the demo gets digests by mail: their addresses are reserved ones, and nothing of the demo may ever leave.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.applications.models import Application
from rapport.candidates.models import Candidate
from rapport.flows.demo.company import Company
from rapport.flows.demo.letters import SEGMENTS
from rapport.lib.actors import SYSTEM
from rapport.lib.ids import first_id_at
from rapport.mail.models import Message
from rapport.notifications.models import DigestChoice, Follow, Notification
from rapport.notifications.operations import notify
from rapport.search.activities import SEGMENT_GREW
from rapport.search.models import Segment, SegmentWatch
from rapport.search.operations import save_segment

NEWS_DAYS = 10
UNREAD_HOURS = 40
READ_AFTER = timedelta(hours=3)


def keep_searches(company: Company, now: datetime) -> None:
    """Segments of several colleagues, two of them shared."""
    for number, (name, title, query, is_shared) in enumerate(SEGMENTS):
        user = company.users[f"{name}@example.org"]
        segment = save_segment(actor=user.actor, name=title, query=query, is_shared=is_shared)
        at = now - timedelta(days=20 + 31 * number)
        Segment.objects.filter(id=segment.id).update(created_at=at, updated_at=at)


def watch_searches(company: Company, now: datetime) -> None:
    """Rita is told who is new among those of her first search, and has been; Mira watches hers."""
    shared = Segment.objects.filter(is_shared=True).order_by("-created_at")
    watched = [(segment, segment.owner) for segment in shared.select_related("owner") if segment.owner]
    for number, (segment, user) in enumerate(watched):
        watch = SegmentWatch(segment=segment, user=user, created_at=now - timedelta(days=18))
        if number == 0:
            watch.new_ids = list(_likely_members())
            watch.grew_at = now - timedelta(hours=5)
            data = {"count": len(watch.new_ids), "user_id": watch.user_id}
            record(SEGMENT_GREW, actor=SYSTEM, subjects=[segment], data=data, at=watch.grew_at)
        watch.save()


def _likely_members() -> QuerySet[Candidate, UUID]:
    """Some of those whom the first search finds, without an index to ask."""
    found = Candidate.objects.filter(
        skill_rows__skill__name="Python", city="Berlin", archived_at=None, merged_into=None
    )
    return found.order_by("-created_at", "id").values_list("id", flat=True)[:3]


def tell_notices(company: Company, now: datetime) -> None:
    """Colleagues follow a few people and jobs, and have heard what the last days brought them."""
    since = now - timedelta(days=NEWS_DAYS)
    DigestChoice.objects.bulk_create(
        [DigestChoice(user=user, every=DigestChoice.Every.NEVER) for user in company.users.values()],
        ignore_conflicts=True,
    )
    _follow(company, since)
    news = Activity.objects.filter(id__gte=first_id_at(since), occurred_at__gte=since).order_by("occurred_at", "id")
    notify(activities=[activity for activity in news if _is_news(activity)])
    read = Notification.objects.filter(happened_at__lt=now - timedelta(hours=UNREAD_HOURS))
    for notice in read:
        notice.read_at = notice.happened_at + READ_AFTER
    Notification.objects.bulk_update(read, ["read_at"], batch_size=500)


def _follow(company: Company, since: datetime) -> None:
    """Recruiters follow who has answered of late, hiring managers those on their boards."""
    rita, hugo = company.users["rita@example.org"], company.users["hugo@example.org"]
    answered = Message.objects.incoming().filter(kind="reply", received_at__gte=since).order_by("received_at")[:14]
    followed = [(rita.id, "candidate", row.subjects["candidate"]) for row in answered]
    for job, _ in company.jobs[:2]:
        followed += [(rita.id, "job", job.id), (hugo.id, "job", job.id)]
        active = Application.objects.filter(job=job, state="active").order_by("-stage_entered_at")[:6]
        followed += [(hugo.id, "candidate", row.candidate_id) for row in active]
    Follow.objects.bulk_create(
        [
            Follow(user_id=user, subject_kind=kind, subject_id=subject)
            for user, kind, subject in dict.fromkeys(followed)
        ],
        ignore_conflicts=True,
    )
    Follow.objects.update(created_at=since)


def _is_news(activity: Activity) -> bool:
    verb = activity.declared
    return verb.notify and (verb.notice is None or bool(verb.notice(activity.data)))
