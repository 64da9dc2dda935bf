"""Putting candidates into a sequence: any number at once, with a reason for each who is left out."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.candidates.queries import list_visible_ids, lock_visible_ids
from rapport.lib import clock
from rapport.lib.actors import Actor
from rapport.lib.errors import Conflict
from rapport.lib.ids import new_id
from rapport.mail.merge_fields import MissingValues
from rapport.outreach import queries
from rapport.outreach.activities import ENROLLMENT_CREATED, ENROLLMENT_HELD_OUT
from rapport.outreach.conditions import list_stopped
from rapport.outreach.facts import Known, read_known
from rapport.outreach.governor import lasting_refusal
from rapport.outreach.models import Sequence as OutreachSequence
from rapport.outreach.models import Step
from rapport.outreach.permissions import ENROLL
from rapport.outreach.plans import Plan, load_plan
from rapport.outreach.schedule import NeverOpen
from rapport.outreach.subjects import subjects_of
from rapport.outreach.variants import is_held_out

BATCH = 2000
INSERT = """
INSERT INTO outreach_enrollment (id, sequence_id, candidate_id, state, step_id, next_due_at, tries, waits_for, last_outcome,
  sent_count, exit_reason, exit_note, enrolled_by_id, enrolled_at, ended_at)
SELECT v.id, %(sequence)s, v.candidate, CASE WHEN v.held THEN 'exited' ELSE 'active' END,
  CASE WHEN NOT v.held THEN %(step)s::uuid END, CASE WHEN NOT v.held THEN v.due END, 0, '', '', 0,
  CASE WHEN v.held THEN 'held_out' ELSE '' END, CASE WHEN v.held THEN %(why)s ELSE '' END, %(by)s, %(now)s,
  CASE WHEN v.held THEN %(now)s::timestamptz END
FROM unnest(%(ids)s::uuid[], %(candidates)s::uuid[], %(due)s::timestamptz[], %(held)s::bool[]) AS v(id, candidate, due, held)
ON CONFLICT DO NOTHING RETURNING id, candidate_id
"""
BEFORE = """
SELECT DISTINCT ON (candidate_id) candidate_id, state, ended_at FROM outreach_enrollment
WHERE candidate_id = ANY(%s) AND sequence_id = %s ORDER BY candidate_id, state = 'active' DESC, ended_at DESC
"""
HELD_OUT = "They get nothing, by chance: what becomes of them shows what the mails bring."
ELSEWHERE = """
SELECT count(DISTINCT candidate_id) FROM outreach_enrollment
WHERE candidate_id = ANY(%s) AND state = 'active' AND NOT sequence_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Who is left out and why: a word for grouping, a sentence for people."""

    candidate_id: UUID
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class EnrollResult:
    """`ids` are the candidates who are (or would be) enrolled; `elsewhere` of them are in other sequences, too.

    `held_out` are those who get nothing, by chance; they are not in `ids`.
    """

    ids: list[UUID]
    excluded: list[Excluded]
    elsewhere: int = 0
    held_out: tuple[UUID, ...] = ()

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """How many are left out by each sentence, the most frequent first."""
        return Counter(row.text for row in self.excluded).most_common()


def enroll(*, actor: Actor, sequence_id: UUID, candidate_ids: Collection[UUID]) -> EnrollResult:
    """Put candidates into an active sequence; each batch of some thousands is one transaction.

    Left out with a reason: who is in this sequence or was in it too lately, who has the tag that ends it, who cannot be
    written to, and those for whom a field of the first message has neither value nor fallback. Doing it twice enrolls nobody twice. The sequence is neither
    changed nor put away during a batch, and nobody in it is merged away.
    Of the others so many as the sequence says are held out by chance. Records enrollment.created, or enrollment.held_out, for
    each. Raises NotAllowed, NotFound, Conflict when the sequence is not active.
    """
    require(actor, ENROLL)
    ids: list[UUID] = []
    excluded: list[Excluded] = []
    held_out: list[UUID] = []
    for part in _batches(candidate_ids) or [()]:
        with transaction.atomic():
            queries.hold_sequence(actor, sequence_id)
            lock_visible_ids(actor, part)
            result = _enroll_batch(actor, _plan(actor, sequence_id), part)
        ids += result.ids
        excluded += result.excluded
        held_out += result.held_out
    return EnrollResult(ids, excluded, held_out=tuple(held_out))


def preview_enrollment(*, actor: Actor, sequence_id: UUID, candidate_ids: Collection[UUID]) -> EnrollResult:
    """Who would be enrolled and who would be left out, without doing it."""
    plan = _plan(actor, sequence_id)
    ids: list[UUID] = []
    excluded: list[Excluded] = []
    for part in _batches(candidate_ids):
        known, left_out = _sort(actor, plan, part, clock.now())
        ids += known
        excluded += left_out
    held = tuple(key for key in ids if _is_held_out(plan, key))
    going = [key for key in ids if key not in set(held)]
    return EnrollResult(going, excluded, _count_elsewhere(actor, plan, going), held)


def _plan(actor: Actor, sequence_id: UUID) -> Plan:
    require(actor, ENROLL)
    sequence = queries.get_sequence(actor, sequence_id)
    plan = load_plan(sequence.id)
    if sequence.state != OutreachSequence.State.ACTIVE or plan is None or not plan.steps:
        raise Conflict(f"{sequence.name} is not active. Start it, then put people in.")
    return plan


def _batches(candidate_ids: Collection[UUID]) -> list[Sequence[UUID]]:
    ids = list(dict.fromkeys(candidate_ids))
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def _enroll_batch(actor: Actor, plan: Plan, candidate_ids: Sequence[UUID]) -> EnrollResult:
    now = clock.now()
    known, excluded = _sort(actor, plan, candidate_ids, now)
    due = _due_times(plan, known, now)
    parameters: dict[str, Any] = {
        "sequence": plan.sequence.id, "step": plan.steps[0].id, "now": now,
        "by": actor.id if actor.kind == "user" else None, "ids": [new_id() for _ in known], "candidates": list(known),
        "due": [due[key] for key in known], "held": [_is_held_out(plan, key) for key in known], "why": HELD_OUT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT, parameters)
        inserted = {candidate_id: key for key, candidate_id in cursor.fetchall()}
    held = {key for key in inserted if _is_held_out(plan, key)}
    data = {"sequence": plan.sequence.name}
    for verb, chosen in ((ENROLLMENT_CREATED, inserted.keys() - held), (ENROLLMENT_HELD_OUT, held)):
        happenings = [Happening(subjects_of(plan.sequence, key, inserted[key]), data) for key in known if key in chosen]
        record_many(verb, actor=actor, happenings=happenings)
    excluded += [_already(key) for key in known if key not in inserted]
    return EnrollResult(
        [key for key in known if key in inserted and key not in held], excluded,
        held_out=tuple(key for key in known if key in held),
    )  # fmt: skip


def _is_held_out(plan: Plan, candidate_id: UUID) -> bool:
    percent = plan.sequence.held_out_percent
    return percent > 0 and is_held_out(plan.sequence.id, candidate_id, percent)


def _sort(
    actor: Actor, plan: Plan, candidate_ids: Sequence[UUID], now: datetime
) -> tuple[dict[UUID, Known], list[Excluded]]:
    """Those who can be enrolled, in order, and the others."""
    visible = set(list_visible_ids(actor, candidate_ids))
    people = read_known(
        candidate_ids, now=now, cap_days=1, needs_consent=plan.sequence.needs_consent, with_exchanges=False
    )
    before = _before(plan, candidate_ids, now)
    stopped = list_stopped(plan.sequence, candidate_ids)
    fine: dict[UUID, Known] = {}
    excluded: list[Excluded] = []
    for key in candidate_ids:
        if key not in visible or key not in people:
            excluded.append(Excluded(key, "unknown", "There is no such candidate."))
        elif key in before:
            excluded.append(before[key])
        elif key in stopped:
            excluded.append(Excluded(key, "tagged", stopped[key]))
        elif why := _refusal(plan, people[key]):
            excluded.append(Excluded(key, *why))
        else:
            fine[key] = people[key]
    return fine, excluded


def _refusal(plan: Plan, known: Known) -> tuple[str, str] | None:
    verdict = lasting_refusal(known.facts, plan.sequence.needs_consent, plan.sequence.topic)
    if verdict:
        return verdict.reason, verdict.text
    first = plan.steps[0]
    missing = first.missing(plan.values_for(known.person)) if first.kind in Step.MAILS else []
    return ("missing_values", f"{MissingValues(dict.fromkeys(missing))}.") if missing else None


def _before(plan: Plan, candidate_ids: Sequence[UUID], now: datetime) -> dict[UUID, Excluded]:
    """Who is in the sequence, and who was in it and may not come again yet."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [list(candidate_ids), plan.sequence.id])
        rows = cursor.fetchall()
    after = timedelta(days=plan.sequence.again_after_days)
    return {
        candidate_id: _already(candidate_id) if state == "active" else _not_again(candidate_id, ended_at, after)
        for candidate_id, state, ended_at in rows
        if state == "active" or not after or ended_at + after > now
    }


def _already(candidate_id: UUID) -> Excluded:
    return Excluded(candidate_id, "already_in", "Is in this sequence already.")


def _not_again(candidate_id: UUID, ended_at: datetime, after: timedelta) -> Excluded:
    if not after:
        return Excluded(candidate_id, "was_in", "Was in this sequence before.")
    return Excluded(candidate_id, "was_in", f"Was in this sequence within the last {after.days} days.")


def _count_elsewhere(actor: Actor, plan: Plan, candidate_ids: Sequence[UUID]) -> int:
    """How many of them are in other sequences that the actor may know of."""
    left_out = [plan.sequence.id, *queries.hidden_sequence_ids(actor)]
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE, [list(candidate_ids), left_out])
        return int(cursor.fetchone()[0])


def _due_times(plan: Plan, known: dict[UUID, Known], now: datetime) -> dict[UUID, datetime]:
    """When the first step is due for each; the same moment is worked out once for each time zone."""
    by_zone: dict[str, datetime] = {}
    for person in known.values():
        if person.time_zone not in by_zone:
            try:
                by_zone[person.time_zone] = plan.due_from(plan.steps[0], now, person.time_zone)
            except NeverOpen as error:
                raise Conflict("The hours of this sequence leave no time to send. Change its days or hours.") from error
    return {key: by_zone[person.time_zone] for key, person in known.items()}
