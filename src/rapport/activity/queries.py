"""Reading what happened to a subject."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection

from rapport.activity.followers import activity_from_row
from rapport.activity.models import Activity
from rapport.activity.verbs import all_verbs, names_in
from rapport.lib.ids import first_id_at

READ = """
SELECT a.id, a.xid::text, a.occurred_at, a.verb, a.actor_kind, a.actor_id, a.subjects, a.data
FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
WHERE s.subject_id = %(subject)s AND s.activity_id < %(before)s
  AND a.verb = ANY(%(verbs)s)
  AND NOT coalesce(a.subjects->>'job' = ANY(%(hidden)s), false)
ORDER BY s.activity_id DESC LIMIT %(limit)s
"""
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
    subject_id: UUID,
    *,
    groups: Sequence[str] = (),
    before: UUID | None = None,
    limit: int = 40,
    hidden_job_ids: Collection[UUID] = (),
) -> Timeline:
    """What happened to one subject, without what is quiet and without what belongs to jobs the reader may not see."""
    quiet = {verb.name for verb in all_verbs() if verb.quiet}
    verbs = names_in(groups) if groups else [verb.name for verb in all_verbs()]
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            {
                "subject": subject_id,
                "before": before or LAST_ID,
                "verbs": [name for name in verbs if name not in quiet],
                "hidden": [str(job_id) for job_id in hidden_job_ids],
                "limit": limit + 1,
            },
        )
        rows = [activity_from_row(row) for row in cursor.fetchall()]
    more = len(rows) > limit
    return Timeline(rows[:limit], rows[limit - 1].id if more else None)


def count_by_group(subject_id: UUID, hidden_job_ids: Collection[UUID] = ()) -> dict[str, int]:
    """How many shown activities a subject has in each group of the timeline."""
    groups = {verb.name: verb.group for verb in all_verbs() if not verb.quiet}
    sql = """SELECT a.verb, count(*) FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
        WHERE s.subject_id = %s AND NOT coalesce(a.subjects->>'job' = ANY(%s), false) GROUP BY a.verb"""
    counts: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [subject_id, [str(job_id) for job_id in hidden_job_ids]])
        for verb, count in cursor.fetchall():
            if verb in groups:
                counts[groups[verb]] = counts.get(groups[verb], 0) + count
    return counts


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
