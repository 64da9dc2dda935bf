"""Reading what happened to a subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from rapport.activity.followers import activity_from_row
from rapport.activity.hiding import hidden_from
from rapport.activity.models import Activity
from rapport.activity.verbs import all_verbs, names_in
from rapport.lib.actors import Actor
from rapport.lib.ids import first_id_at

# Several ids and not the newest alone: one that is committed late may be older than others that are there.
NEWEST = """
SELECT activity_id FROM activity_subject WHERE subject_id = %s AND activity_id >= %s ORDER BY activity_id DESC LIMIT 20
"""
LIVE_DAYS = 2
LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Newest first; `next_before` asks for the page that follows, None where there is none."""

    activities: list[Activity]
    next_before: UUID | None


def list_timeline(
    actor: Actor, subject_id: UUID, *, groups: Sequence[str] = (), before: UUID | None = None, limit: int = 40
) -> Timeline:
    """What happened to one subject, without what is quiet and without what the actor may not see; one statement."""
    quiet = {verb.name for verb in all_verbs() if verb.quiet}
    verbs = names_in(groups) if groups else [verb.name for verb in all_verbs()]
    shown = _happened_to(actor, subject_id).filter(verb__in=[name for name in verbs if name not in quiet])
    shown = shown.extra(
        where=["activity_subject.activity_id < %s"],
        params=[before or LAST_ID],
        order_by=["-activity_subject.activity_id"],
    )
    rows = list(shown.defer("xid")[: limit + 1])
    more = len(rows) > limit
    return Timeline(rows[:limit], rows[limit - 1].id if more else None)


def count_by_group(actor: Actor, subject_id: UUID) -> dict[str, int]:
    """How many shown activities a subject has in each group of the timeline."""
    groups = {verb.name: verb.group for verb in all_verbs() if not verb.quiet}
    counts: dict[str, int] = {}
    for verb, count in _happened_to(actor, subject_id).order_by().values_list("verb").annotate(Count("id")):
        if verb in groups:
            counts[groups[verb]] = counts.get(groups[verb], 0) + count
    return counts


def list_happened(actor: Actor, subject_id: UUID, verbs: Sequence[str]) -> list[Activity]:
    """All of these verbs that happened to a subject and that the actor may see, in no order."""
    return list(_happened_to(actor, subject_id).filter(verb__in=list(verbs)).defer("xid"))


def _happened_to(actor: Actor, subject_id: UUID) -> QuerySet[Activity]:
    """What stands on a subject's timeline for this actor; `activity_subject` is joined to it."""
    rows = Activity.objects.extra(
        tables=["activity_subject"],
        where=["activity_subject.subject_id = %s", "activity_activity.id = activity_subject.activity_id"],
        params=[subject_id],
    )
    hidden = hidden_from(actor)
    return rows if hidden is None else rows.exclude(hidden)


def fingerprint(subject_id: UUID, now: datetime) -> str:
    """A short text that changes whenever something happens to a subject: for pages that keep themselves fresh."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [subject_id, first_id_at(now - timedelta(days=LIVE_DAYS))])
        ids = b"".join(row[0].bytes for row in cursor.fetchall())
    return sha256(ids).hexdigest()[:16]


def list_happened_since(subject_id: UUID, first_id: UUID) -> list[Activity]:
    """All that happened to a subject from an activity id on (see ids.first_id_at), the oldest first."""
    sql = """SELECT a.id, a.xid::text, a.occurred_at, a.verb, a.actor_kind, a.actor_id, a.subjects, a.data
        FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
        WHERE s.subject_id = %s AND s.activity_id >= %s ORDER BY s.activity_id"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [subject_id, first_id])
        return [activity_from_row(row) for row in cursor.fetchall()]
