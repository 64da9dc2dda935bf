"""Keeping the index of this node up to date by following the record.

One process per node follows; it writes in small commits, each with the place in the record that it covers. A change is
read anew from the database, so doing one twice is harmless, and the order of changes does not matter.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO
from uuid import UUID

from django.db import connection

from rapport.activity.followers import read_after
from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.candidates.models import Candidate, CandidateTag, PoolMember
from rapport.lib.errors import Conflict, InvalidInput
from rapport.search.engine import Engine, Writer
from rapport.search.folder import FOLLOW, META, IndexFolder, read_cursor, write_cursor
from rapport.search.reading import read_profiles
from rapport.search.rebuilding import rebuild

logger = logging.getLogger(__name__)
READ = 2000  # activities looked at in one step
WRITTEN = 1000  # people read and written in one commit
NOT_INDEXED = ("enrollment.",)  # nothing of these is in the index
LATER = "later"  # the file of those still to be written: by a change that touches many, or by mail to many


class Follower:
    """The one writer of a node. `step` does one bounded piece of work; it may be killed at any moment."""

    def __init__(self, folder: IndexFolder) -> None:
        self.folder = folder
        self._lock: IO[str] | None = None
        self._index: Path | None = None
        self._engine: Engine | None = None
        self._writer: Writer | None = None
        self._later: list[UUID] = []

    def step(self) -> int:
        """Bring the index up to date by one piece; returns how many activities or people it dealt with."""
        if self._lock is None:
            self._lock = self.folder.try_lock(FOLLOW)
            if self._lock is None:
                return 0
        current = self.folder.find_current()
        if current is None:
            return self._build()
        if current != self._index:
            self._open(current)
        return self._follow() or self._catch_up()

    def close(self) -> None:
        """Let the index and its lock go."""
        self._release()
        if self._lock:
            self._lock.close()
            self._lock = None

    def _build(self) -> int:
        self._release()
        try:
            made = rebuild(self.folder)
        except Conflict:
            return 0  # somebody does it by hand
        logger.info("search index built people=%d seconds=%.1f", made.people, made.seconds)
        return 1

    def _open(self, index: Path) -> None:
        self._release()
        self._engine = Engine.open(index)
        self._writer = self._engine.writer()
        self._index = index
        self._later = _read_later(index)

    def _release(self) -> None:
        self._engine, self._writer, self._index, self._later = None, None, None, []

    def _follow(self) -> int:
        """Take in the next activities."""
        index, engine = self._index, self._engine
        if index is None or engine is None:
            return 0
        activities, token = self._read(index)
        if not activities:
            return 0
        engine.refresh()
        direct, patient = _split(activities)
        shared = (find_affected(activities, engine) | patient) - direct
        if shared:
            self._later += sorted(shared - set(self._later))
            _write_later(index, self._later)
        self._write(direct)
        write_cursor(index, token)
        return len(activities)

    def _read(self, index: Path) -> tuple[list[Activity], str]:
        """What happened since; an index whose place in the record is unknown is thrown away and built anew."""
        try:
            return read_after(read_cursor(index) or "?", READ)
        except InvalidInput:
            logger.warning("search index has lost its place index=%s", index.name)
            (index / META).unlink(missing_ok=True)
            return [], ""

    def _catch_up(self) -> int:
        """Write some of those who are touched by a change of something shared; new changes go first."""
        if not self._later or self._index is None:
            return 0
        some, self._later = self._later[:WRITTEN], self._later[WRITTEN:]
        self._write(some)
        if not self._later:
            _write_later(self._index, [])
        return len(some)

    def _write(self, candidate_ids: Collection[UUID]) -> None:
        """Read the people anew and put them in the place of their old entries; those who are gone are removed."""
        if self._writer is None or not candidate_ids:
            return
        for some in _batches(candidate_ids, WRITTEN):
            with connection.cursor() as cursor:
                found = read_profiles(cursor, some)
            self._writer.replace(found)
            self._writer.remove(set(some) - {profile.candidate_id for profile in found})
        self._writer.commit()


def _split(activities: Iterable[Activity]) -> tuple[set[UUID], set[UUID]]:
    """Candidates to be written at once, and those of whom only the last contact has moved, by mail to many."""
    direct: set[UUID] = set()
    patient: set[UUID] = set()
    for activity in activities:
        candidate_id = activity.find_subject_id("candidate")
        if candidate_id is None or activity.verb.startswith(NOT_INDEXED):
            continue
        is_bulk = activity.verb == "message.sent" and activity.data.get("is_bulk")
        (patient if is_bulk else direct).add(candidate_id)
    return direct, patient


def find_affected(activities: Iterable[Activity], engine: Engine) -> set[UUID]:
    """Candidates that show something shared that was changed: a tag's or stage's name, a job's title, an owner's name."""
    by_verb: dict[str, list[Activity]] = {}
    for activity in activities:
        by_verb.setdefault(activity.verb, []).append(activity)
    found: set[UUID] = set()
    for verb, (kind, list_ids) in SHARED.items():
        changed = {key for activity in by_verb.get(verb, ()) if (key := activity.find_subject_id(kind))}
        if changed:
            found.update(list_ids(changed))
    # Nobody has a deleted tag any more, but the index still shows it.
    for activity in by_verb.get("tag.deleted", ()):
        found.update(engine.list_having("tag", str(activity.data["tag"])))
    return found


def _tagged(tag_ids: set[UUID]) -> Iterable[UUID]:
    return CandidateTag.objects.filter(tag_id__in=tag_ids).values_list("candidate_id", flat=True)


def _in_pools(pool_ids: set[UUID]) -> Iterable[UUID]:
    return PoolMember.objects.filter(pool_id__in=pool_ids).values_list("candidate_id", flat=True)


def _owned_by(user_ids: set[UUID]) -> Iterable[UUID]:
    return Candidate.objects.filter(owner_id__in=user_ids).values_list("id", flat=True)


def _considered_for(job_ids: set[UUID]) -> Iterable[UUID]:
    return Application.objects.filter(job_id__in=job_ids).values_list("candidate_id", flat=True)


SHARED: dict[str, tuple[str, Callable[[set[UUID]], Iterable[UUID]]]] = {
    "tag.renamed": ("tag", _tagged),
    "pool.changed": ("pool", _in_pools),
    "pool.archived": ("pool", _in_pools),
    "user.changed": ("user", _owned_by),
    "job.changed": ("job", _considered_for),
    "stage.changed": ("job", _considered_for),
}


def _batches(candidate_ids: Collection[UUID], size: int) -> Iterator[list[UUID]]:
    ordered = sorted(candidate_ids)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _read_later(index: Path) -> list[UUID]:
    try:
        return [UUID(line) for line in (index / LATER).read_text().split()]
    except OSError:
        return []


def _write_later(index: Path, candidate_ids: Iterable[UUID]) -> None:
    (index / LATER).write_text("\n".join(map(str, candidate_ids)))
