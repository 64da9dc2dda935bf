"""Looking for duplicates: of a few people who are new or changed, and in the whole pool.

The whole pool is read once, in batches; keys are stored in batches, too, so that no transaction lasts long. Compared are
people who share a key that at most KEY_LIMIT others have. What was decided before stays decided.
"""

import logging
import random
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import combinations, islice
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Coalesce

from rapport.accounts.capabilities import require
from rapport.hygiene.linkage import LEARNING_PAIRS, SURE, Weights
from rapport.hygiene.models import LinkageRun, MatchKey
from rapport.hygiene.operations.suggestions import Found, store_found
from rapport.hygiene.permissions import MERGE
from rapport.hygiene.person_records import Record
from rapport.hygiene.pool_keys import KEY_LIMIT, is_proved, keys_of, recall, remember
from rapport.hygiene.pool_reading import next_ids, read_records
from rapport.hygiene.reasons import explain
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.queue import enqueue

logger = logging.getLogger(__name__)
FIELDS = (
    "given", "family", "title", "place", "country", "career", "organisation", "education", "email", "phone", "link",
)  # fmt: skip
BATCH = 5000
GIVEN_UP = timedelta(hours=2)
SUGGESTED_FROM = 3.0  # bits: seven to one
MOST_OF_ONE = 20
NOTHING = UUID(int=0)
STORE_KEYS = """
INSERT INTO hygiene_matchkey (candidate_id, keys)
SELECT v.id, ARRAY(SELECT jsonb_array_elements_text(v.keys::jsonb)::bigint) FROM unnest(%s::uuid[], %s::text[]) AS v(id, keys)
ON CONFLICT (candidate_id) DO UPDATE SET keys = excluded.keys WHERE hygiene_matchkey.keys <> excluded.keys
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
    found: dict[tuple[UUID, UUID], Found] = {}
    for key, some in partners.items():
        for other in some:
            if other in known and other != key:
                pair = (min(key, other), max(key, other))
                if pair not in found:
                    suggestion = _compare(weights, pair, known)
                    if suggestion:
                        found[pair] = suggestion
    store_found(found.values(), about=wanted)
    return len(found)


def _find_partners(cursor: object, keys: dict[UUID, list[int]]) -> dict[UUID, set[UUID]]:
    """Who shares a key that few have, by candidate."""
    every = sorted({key for own in keys.values() for key in own})
    sharing: dict[int, list[UUID]] = defaultdict(list)
    cursor.execute(SHARING, {"keys": every, "limit": KEY_LIMIT + 1})  # type: ignore[attr-defined]
    for key, candidate_id in cursor.fetchall():  # type: ignore[attr-defined]
        sharing[key].append(candidate_id)
    return {
        candidate_id: {one for key in own if len(sharing[key]) <= KEY_LIMIT for one in sharing[key]} - {candidate_id}
        for candidate_id, own in keys.items()
    }


def _store_keys(keys: dict[UUID, list[int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STORE_KEYS, [list(keys), [str(own) for own in keys.values()]])


def _compare(weights: Weights, pair: tuple[UUID, UUID], known: dict[UUID, Record]) -> Found | None:
    a, b = known[pair[0]], known[pair[1]]
    bits = weights.score(a, b)
    if bits < SUGGESTED_FROM:
        return None
    return Found(*pair, round(min(bits, 60.0), 2), bits >= SURE and is_proved(a, b), explain(weights, a, b))


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
        ids, records, keys = _read_pool(run)
        pairs = list(_pairs(keys))
        weights = Weights(records, population=len(records), fields=FIELDS)
        sample = pairs if len(pairs) <= LEARNING_PAIRS else random.Random(7).sample(pairs, LEARNING_PAIRS)
        weights.learn(sample)
        _note(run, phase="Comparing", done_count=0, total_count=len(pairs))
        found = _compare_all(run, ids, records, weights, pairs)
    except Exception as error:
        logger.exception("linkage failed run=%s", run.id)
        _note(
            run, state=LinkageRun.State.FAILED, finished_at=clock.now(), error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    _forget_stale(run)
    _note(
        run, state=LinkageRun.State.DONE, phase="", finished_at=clock.now(), done_count=len(ids), total_count=len(ids),
        found_count=found, weights=remember(weights),
    )  # fmt: skip
    return run


def _read_pool(run: LinkageRun) -> tuple[list[UUID], list[Record], "list[array[int]]"]:
    from rapport.candidates.models import Candidate

    ids: list[UUID] = []
    records: list[Record] = []
    keys: list[array[int]] = []
    _note(run, total_count=Candidate.objects.filter(merged_into=None).count())
    after = NOTHING
    while True:
        with connection.cursor() as cursor:
            batch = next_ids(cursor, after, BATCH)
            if not batch:
                return ids, records, keys
            found = read_records(cursor, batch)
        own = {key: keys_of(record) for key, record in found.items()}
        _store_keys(own)
        for key, record in found.items():
            ids.append(key)
            records.append(record)
            keys.append(array("q", own[key]))
        after = batch[-1]
        _note(run, done_count=len(ids))


def _pairs(keys: "Sequence[array[int]]") -> Iterator[tuple[int, int]]:
    """Pairs that share a key which few have, each once: under the first key they share."""
    counts: dict[int, int] = defaultdict(int)
    for own in keys:
        for key in own:
            counts[key] += 1
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, own in enumerate(keys):
        useful = array("q", (key for key in own if 1 < counts[key] <= KEY_LIMIT))
        keys[place][:] = useful
        for key in useful:
            blocks[key].append(place)
    counts.clear()
    for key, block in blocks.items():
        for a, b in combinations(block, 2):
            if len(keys[a]) == 1 or len(keys[b]) == 1 or key == min(set(keys[a]).intersection(keys[b])):
                yield a, b


def _compare_all(
    run: LinkageRun, ids: Sequence[UUID], records: Sequence[Record], weights: Weights, pairs: Sequence[tuple[int, int]]
) -> int:
    """Compare and store, in batches; returns how many are suggested. Nobody is suggested more than MOST_OF_ONE times."""
    count = 0
    suggested: dict[int, int] = defaultdict(int)
    walk = iter(pairs)
    done = 0
    while some := list(islice(walk, 50_000)):
        found = []
        for a, b in some:
            bits = weights.score(records[a], records[b])
            if bits < SUGGESTED_FROM or suggested[a] >= MOST_OF_ONE or suggested[b] >= MOST_OF_ONE:
                continue
            suggested[a] += 1
            suggested[b] += 1
            reasons = explain(weights, records[a], records[b])
            is_sure = bits >= SURE and is_proved(records[a], records[b])
            found.append(Found(ids[a], ids[b], round(min(bits, 60.0), 2), is_sure, reasons))
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
