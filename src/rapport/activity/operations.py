"""Writing the record, keeping its partitions, and running the reactions to it."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from rapport.activity import followers
from rapport.activity.listing import listed
from rapport.activity.models import Activity, Cursor
from rapport.activity.partitions import monthly_bounds
from rapport.activity.registry import handlers_for
from rapport.activity.verbs import Verb
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.copy_text import NULL, cell
from rapport.lib.ids import id_at, new_ids
from rapport.lib.queue import enqueue

logger = logging.getLogger(__name__)

REACTIONS = "reactions"
MONTHS_AHEAD = 12
ENCODER = DjangoJSONEncoder()
NO_DATA: Mapping[str, Any] = {}

INSERT_ACTIVITIES = """
INSERT INTO activity_activity (id, occurred_at, verb, actor_kind, actor_id, subjects, data)
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::uuid[], %s::jsonb[], %s::jsonb[])
"""
COPY_ACTIVITIES = "COPY activity_activity (id, occurred_at, verb, actor_kind, actor_id, subjects, data) FROM STDIN"
COPY_SUBJECTS = "COPY activity_subject (subject_id, activity_id, kind) FROM STDIN"
COPY_FROM = 50
INSERT_SUBJECTS = """
INSERT INTO activity_subject (subject_id, activity_id, kind)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) ON CONFLICT DO NOTHING
"""


class Happening(NamedTuple):
    """One thing to record. Subjects are model instances or a mapping of kind to id."""

    subjects: Sequence[models.Model] | Mapping[str, UUID]
    data: Mapping[str, Any] = NO_DATA
    at: datetime | None = None


def record(
    verb: Verb,
    *,
    actor: Actor,
    subjects: Sequence[models.Model] | Mapping[str, UUID],
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> UUID:
    """Record one activity in the present transaction and return its id. See `record_many`."""
    return record_many(verb, actor=actor, happenings=[Happening(subjects, data or {}, at)])[0]


def record_many(verb: Verb, *, actor: Actor, happenings: Iterable[Happening]) -> list[UUID]:
    """Record any number of activities of one verb in two statements; returns their ids in order.

    Data keys must be declared by the verb (ValueError otherwise); values are made JSON (times, ids and dates as text).
    `at` dates a happening back, for imports and demo data.
    """
    # Ids and moments are written as text: the driver takes several times as long to do it, one by one.
    now, actor_id = str(clock.now()), str(actor.id) if actor.id else None
    happened = list(happenings)
    new = iter(new_ids(sum(happening.at is None for happening in happened)))
    ids = [id_at(happening.at) if happening.at else next(new) for happening in happened]
    rows: list[tuple[Any, ...]] = []
    pairs: dict[tuple[str, str], str] = {}
    data: Mapping[str, Any] | None = None
    data_json = "{}"
    for identifier, happening in zip(ids, happened, strict=True):
        key = str(identifier)
        named = {kind: str(subject) for kind, subject in _by_kind(happening.subjects).items()}
        if happening.data is not data:  # many often share one
            data = happening.data
            if unknown := set(data) - set(verb.data):
                raise ValueError(f"{verb.name} does not declare {sorted(unknown)}")
            data_json = ENCODER.encode(data) if data else "{}"
        at = str(happening.at) if happening.at else now
        rows.append((key, at, verb.name, actor.kind, actor_id, json_of_ids(named), data_json))
        for kind, subject in listed(named).items():
            pairs.setdefault((subject, key), kind)
    if rows:
        _insert(rows, [(*pair, kind) for pair, kind in pairs.items()])
    return ids


def _insert(rows: list[tuple[Any, ...]], pairs: list[tuple[str, str, str]]) -> None:
    """Two statements; by COPY where there are many rows, because the driver writes long arrays slowly."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if len(rows) >= COPY_FROM:
            # Ids, moments and words of ours have nothing to escape.
            activities = ["\t".join((*row[:4], row[4] or NULL, row[5], cell(row[6]))) + "\n" for row in rows]
            subjects = ["\t".join(pair) + "\n" for pair in pairs]
            for statement, lines in ((COPY_ACTIVITIES, activities), (COPY_SUBJECTS, subjects)):
                with cursor.copy(statement) as copy:
                    copy.write("".join(lines))
            return
        cursor.execute(INSERT_ACTIVITIES, [list(column) for column in zip(*rows, strict=True)])
        columns = [list(column) for column in zip(*pairs, strict=True)] if pairs else [[], [], []]
        cursor.execute(INSERT_SUBJECTS, columns)


def json_of_ids(subjects: Mapping[str, object]) -> str:
    """Subjects as they are stored.

    Kinds are our own words and ids have nothing to escape: no need for an encoder, which takes five times as long.
    """
    return "{" + ", ".join([f'"{kind}": "{key}"' for kind, key in subjects.items()]) + "}"


def _by_kind(subjects: Sequence[models.Model] | Mapping[str, UUID]) -> dict[str, UUID]:
    if isinstance(subjects, Mapping):
        return {kind: key for kind, key in subjects.items() if key}
    return {subject._meta.model_name or "": subject.pk for subject in subjects}


def ensure_partitions() -> list[str]:
    """Make the partitions for the coming months that are missing; returns the names of those made."""
    made = []
    with connection.cursor() as cursor:
        for table in ("activity_activity", "activity_subject"):
            for suffix, first, after in monthly_bounds(clock.now(), MONTHS_AHEAD):
                name = f"{table}_{suffix}"
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    cursor.execute(
                        f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{after}')"
                    )
                    made.append(name)
    return made


def react(limit: int = 500) -> int:
    """Run the reactions to what happened since the last call; returns how many activities were read.

    Only one process does so at a time: a second one finds the cursor locked and returns 0. A reaction that fails is
    rolled back alone and queued to be tried again; the others go on. What an import has told of another system's past
    is passed over: nobody hears today of an interview of last year.
    """
    with transaction.atomic():
        Cursor.objects.get_or_create(name=REACTIONS)
        cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=REACTIONS).first()
        if cursor is None:
            return 0
        activities, token = followers.read_after(cursor.token, limit)
        if not activities:
            return 0
        for name, handler, matching in handlers_for([row for row in activities if not row.is_history]):
            _call(name, handler, matching)
        cursor.token = token
        cursor.save(update_fields=["token", "moved_at"])
        return len(activities)


SHARE = """
INSERT INTO activity_subject (subject_id, activity_id, kind)
SELECT %(to)s, s.activity_id, s.kind FROM activity_subject s WHERE s.subject_id = %(from)s ON CONFLICT DO NOTHING
"""
UNSHARE = """
DELETE FROM activity_subject t USING activity_activity a
WHERE t.subject_id = %(to)s AND a.id = t.activity_id AND NOT (a.subjects @> jsonb_build_object(t.kind, %(to)s::text))
  AND EXISTS (SELECT 1 FROM activity_subject s WHERE s.subject_id = %(from)s AND s.activity_id = t.activity_id)
"""
REASSIGN = """
UPDATE activity_activity SET subjects = jsonb_set(subjects, ARRAY[%(kind)s], to_jsonb(%(to)s::text))
WHERE id = ANY(%(ids)s) AND subjects->>%(kind)s = %(from)s::text RETURNING id
"""
MOVE_SUBJECTS = """
WITH gone AS (DELETE FROM activity_subject WHERE subject_id = %(from)s AND activity_id = ANY(%(ids)s)
              RETURNING activity_id, kind)
INSERT INTO activity_subject (subject_id, activity_id, kind) SELECT %(to)s, activity_id, kind FROM gone ON CONFLICT DO NOTHING
"""


def share_history(*, from_id: UUID, to_id: UUID) -> None:
    """Let the timeline of one subject also show what happened to another. The record itself stays as it was written."""
    with connection.cursor() as cursor:
        cursor.execute(SHARE, {"from": from_id, "to": to_id})


def unshare_history(*, from_id: UUID, to_id: UUID) -> None:
    """Take back what share_history did: what does not name the subject itself leaves its timeline."""
    with connection.cursor() as cursor:
        cursor.execute(UNSHARE, {"from": from_id, "to": to_id})


def reassign(*, activity_ids: Sequence[UUID], kind: str, from_id: UUID, to_id: UUID) -> int:
    """Correct of whom activities are told: what was recorded for one was the other's. Returns how many were corrected.

    The only change of the record but for erasure, and itself recorded by whoever asks for it.
    """
    values: dict[str, Any] = {"ids": list(activity_ids), "kind": kind, "from": from_id, "to": to_id}
    with connection.cursor() as cursor:
        cursor.execute(REASSIGN, values)
        values["ids"] = [row[0] for row in cursor.fetchall()]
        cursor.execute(MOVE_SUBJECTS, values)
    return len(values["ids"])


@transaction.atomic
def follow_with(*, name: str, limit: int, handle: Callable[[list[Activity]], None]) -> int:
    """Hand the next activities to a named follower and move its cursor; returns how many, 0 while another process does it.

    A new follower begins with what happens from now on. The handler runs in the cursor's transaction.
    """
    Cursor.objects.get_or_create(name=name, defaults={"token": followers.newest_token()})
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=name).first()
    if cursor is None:
        return 0
    activities, token = followers.read_after(cursor.token, limit)
    if activities:
        handle(activities)
        cursor.token = token
        cursor.save(update_fields=["token", "moved_at"])
    return len(activities)


def skip_reactions() -> None:
    """Pass over all that is on record by now: what was loaded as history is nobody's news."""
    Cursor.objects.update_or_create(name=REACTIONS, defaults={"token": followers.newest_token()})


def skip_own() -> None:
    """Let every follower begin behind what the present transaction has written, for one that has locked the record."""
    token = followers.own_token()
    Cursor.objects.update(token=token)
    Cursor.objects.get_or_create(name=REACTIONS, defaults={"token": token})


def retry_reaction(*, reaction: str, activity_ids: Sequence[UUID]) -> None:
    """Run one failed reaction again for its activities."""
    activities = list(Activity.objects.filter(id__in=activity_ids).order_by("id"))
    for known, handler, matching in handlers_for(activities):
        if known == reaction:
            with transaction.atomic():
                handler(matching)


def _call(name: str, handler: Any, activities: list[Activity]) -> None:
    try:
        with transaction.atomic():
            handler(activities)
    except Exception:
        logger.exception("reaction failed reaction=%s activities=%d", name, len(activities))
        enqueue("activity.retry_reaction", reaction=name, activity_ids=[str(activity.id) for activity in activities])
