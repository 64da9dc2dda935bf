"""Looking for duplicates: of a few people who are new or changed, and in the whole pool.

The whole pool is read once, in batches; keys are stored in batches, too, so that no transaction lasts long. Compared are
people who share a key that at most KEY_LIMIT others have. What was decided before stays decided.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Coalesce

from rapport.accounts.capabilities import require
from rapport.candidates.models import Candidate
from rapport.hygiene.linkage import SURE, Weights
from rapport.hygiene.models import LinkageRun, MatchKey
from rapport.hygiene.operations.suggestions import Found, store_found
from rapport.hygiene.permissions import MERGE
from rapport.hygiene.person_records import Record
from rapport.hygiene.pool_keys import KEY_LIMIT, is_proved, keys_of, recall, remember
from rapport.hygiene.pool_pairs import Pairs, SharedKeys
from rapport.hygiene.pool_reading import ROW, next_ids, read_records
from rapport.hygiene.pool_store import PoolStore
from rapport.hygiene.reasons import explain
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.ids import array_of
from rapport.lib.queue import AWAY, enqueue

logger = logging.getLogger(__name__)
FIELDS = (
    "given", "family", "title", "place", "country", "career", "organisation", "education", "email", "phone", "link",
)  # fmt: skip
BATCH, COMPARED_AT_ONCE = 5000, 50_000
GIVEN_UP = timedelta(hours=2)
LEARNT_FROM = 8000  # pairs
SUGGESTED_FROM = 3.0  # bits: seven to one
MOST_OF_ONE = 20
NOTHING = UUID(int=0)
# Who is being deleted at this moment, or was since the record was read, gets no keys; who is being changed gets them then.
STORE_KEYS = """
WITH fresh AS MATERIALIZED (
    SELECT v.id, v.keys::bigint[] AS keys
    FROM unnest(%(ids)s::uuid[], string_to_array(%(keys)s, %(between)s)) AS v(id, keys)
    LEFT JOIN hygiene_matchkey known ON known.candidate_id = v.id
    WHERE known.keys IS DISTINCT FROM v.keys::bigint[]),
there AS MATERIALIZED (
    SELECT c.id FROM candidates_candidate c WHERE c.id IN (SELECT id FROM fresh) FOR KEY SHARE SKIP LOCKED)
INSERT INTO hygiene_matchkey (candidate_id, keys)
SELECT fresh.id, fresh.keys FROM fresh JOIN there ON there.id = fresh.id
ON CONFLICT (candidate_id) DO UPDATE SET keys = excluded.keys
"""
SHARING = """
SELECT wanted.key, found.candidate_id FROM unnest(%(keys)s::bigint[]) AS wanted(key)
CROSS JOIN LATERAL (
    SELECT m.candidate_id FROM hygiene_matchkey m WHERE m.keys @> ARRAY[wanted.key] LIMIT %(limit)s
) AS found
"""


def look_again(*, candidate_ids: Collection[UUID]) -> int:
    """Look for duplicates of people who are new or changed; returns how many are suggested. A constant number of statements."""
    wanted = list(dict.fromkeys(candidate_ids))
    with connection.cursor() as cursor:
        records = read_records(cursor, wanted)
        keys = {key: keys_of(record) for key, record in records.items()}
        _store_keys(keys)
        partners = _find_partners(cursor, keys)
        others = read_records(cursor, {one for some in partners.values() for one in some} - set(records))
    known = {**records, **others}
    weights = _known_weights()
    found: list[Found] = []
    likely = {tuple(sorted((key, other))) for key, some in partners.items() for other in some if other in known}
    for first, second in sorted(likely):
        judged = _compare(weights, known[first], known[second])
        if judged:
            found.append(Found(first, second, *judged))
    store_found(found, about=wanted)
    return len(found)


def _find_partners(cursor: Any, keys: dict[UUID, list[int]]) -> dict[UUID, set[UUID]]:
    """Who shares a key that few have, by candidate."""
    every = sorted({key for own in keys.values() for key in own})
    sharing: dict[int, list[UUID]] = defaultdict(list)
    cursor.execute(SHARING, {"keys": every, "limit": KEY_LIMIT + 1})
    for key, candidate_id in cursor.fetchall():
        sharing[key].append(candidate_id)
    return {
        candidate_id: {one for key in own if len(sharing[key]) <= KEY_LIMIT for one in sharing[key]} - {candidate_id}
        for candidate_id, own in keys.items()
    }


def _store_keys(keys: dict[UUID, list[int]]) -> None:
    """Both arrays as text, which the driver writes at once and not element by element."""
    texts = ROW.join(["{" + ",".join(map(str, own)) + "}" for own in keys.values()])
    with connection.cursor() as cursor:
        cursor.execute(STORE_KEYS, {"ids": array_of(keys), "keys": texts, "between": ROW})


def _compare(weights: Weights, a: Record, b: Record) -> tuple[float, bool, list[str]] | None:
    """(bits, whether it is sure, reasons) of two people who are likely one."""
    bits = weights.weigh(a, b, weights.levels(a, b))
    if bits < SUGGESTED_FROM:
        return None
    return round(min(bits, 60.0), 2), bits >= SURE and is_proved(a, b), explain(weights, a, b)


def _known_weights() -> Weights:
    """What the last linkage of the whole pool learnt."""
    last = (
        LinkageRun.objects.filter(state=LinkageRun.State.DONE)
        .order_by("-asked_at")
        .values_list("id", flat=True)
        .first()
    )
    return _read_weights(last)


@lru_cache(maxsize=2)
def _read_weights(run_id: UUID | None) -> Weights:
    run = LinkageRun.objects.filter(id=run_id).first() if run_id else None
    return recall(run.weights if run else None, run.total_count if run else 0, FIELDS)


@transaction.atomic
def ask_for_linkage(*, actor: Actor) -> LinkageRun:
    """Queue a linkage of the whole pool; while one waits or runs, that one is returned. Raises NotAllowed.

    One that has given no sign of life for long was killed, and stands in nobody's way.
    """
    require(actor, MERGE)
    going = LinkageRun.objects.filter(state__in=["waiting", "running"])
    silent = going.alias(heard_at=Coalesce("beat_at", "asked_at")).filter(heard_at__lt=clock.now() - GIVEN_UP)
    silent.update(state=LinkageRun.State.FAILED, finished_at=clock.now(), error="It was interrupted.")
    if run := going.first():
        return run
    run = LinkageRun(asked_at=clock.now(), started_by_id=actor.id if actor.kind == "user" else None)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        return LinkageRun.objects.filter(state__in=["waiting", "running"]).get()
    enqueue("hygiene.link_pool", run_id=run.id)
    return run


def run_linkage(*, run_id: UUID) -> LinkageRun:
    """Link the whole pool. A run that was killed begins again; what it had stored is stored again, once."""
    run = LinkageRun.objects.get(id=run_id)
    if run.state in (LinkageRun.State.DONE, LinkageRun.State.FAILED):
        return run
    _note(run, state=LinkageRun.State.RUNNING, phase="Reading", done_count=0)
    try:
        with PoolStore() as records:
            found, weights = _link_all(run, records)
            people = len(records)
    except AWAY:
        raise  # the database went away: it cannot be told now, and the task begins again
    except Exception as error:
        logger.exception("linkage failed run=%s", run.id)
        _note(
            run, state=LinkageRun.State.FAILED, finished_at=clock.now(), error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    _forget_stale(run)
    _note(
        run, state=LinkageRun.State.DONE, phase="", finished_at=clock.now(), done_count=people, total_count=people,
        found_count=found, weights=remember(weights),
    )  # fmt: skip
    return run


def _link_all(run: LinkageRun, records: PoolStore) -> tuple[int, Weights]:
    keys = _read_pool(run, records)
    _note(run, phase="Learning")
    pairs = keys.find_pairs()
    weights = Weights(records, population=len(records), fields=FIELDS)
    weights.learn(pairs.sample(LEARNT_FROM))
    _note(run, phase="Comparing", done_count=0, total_count=len(pairs))
    return _compare_all(run, records, weights, pairs), weights


def _read_pool(run: LinkageRun, records: PoolStore) -> SharedKeys:
    """Read everybody into `records`, store their keys, and return who shares which."""
    _note(run, total_count=Candidate.objects.filter(merged_into=None).count())
    shared = SharedKeys(KEY_LIMIT)
    after = NOTHING
    while True:
        with connection.cursor() as cursor:
            batch = next_ids(cursor, after, BATCH)
            if not batch:
                return shared
            found = read_records(cursor, batch)
        own = {key: keys_of(record) for key, record in found.items()}
        _store_keys(own)
        for key, record in found.items():
            shared.add(len(records), own[key])
            records.append(key, record)
        after = batch[-1]
        _note(run, done_count=len(records))


def _compare_all(run: LinkageRun, records: PoolStore, weights: Weights, pairs: Pairs) -> int:
    """Compare and store, in batches; returns how many are suggested. Nobody is suggested more than MOST_OF_ONE times."""
    count = done = 0
    suggested: Counter[int] = Counter()
    walk = iter(pairs)
    while some := list(islice(walk, COMPARED_AT_ONCE)):
        found = []
        for first, several in groupby(some, itemgetter(0)):
            record = records[first]
            for _, second in several:
                if suggested[first] < MOST_OF_ONE and suggested[second] < MOST_OF_ONE:
                    judged = _compare(weights, record, records[second])
                    if judged:
                        suggested.update((first, second))
                        found.append(Found(records.id_at(first), records.id_at(second), *judged))
        store_found(found)
        count += len(found)
        done += len(some)
        _note(run, done_count=done, found_count=count)
    return count


def _forget_stale(run: LinkageRun) -> None:
    """Keys of people who were merged or are gone."""
    MatchKey.objects.filter(candidate__merged_into__isnull=False).delete()


def _note(run: LinkageRun, **values: object) -> None:
    for name, value in {**values, "beat_at": clock.now()}.items():
        setattr(run, name, value)
    run.save(update_fields=[*values, "beat_at"])
