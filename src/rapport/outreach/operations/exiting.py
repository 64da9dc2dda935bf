"""Taking people out of sequences, and putting sequences off for those who are away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from rapport.accounts.capabilities import require
from rapport.activity.operations import Happening, record_many
from rapport.jobs.models import Job
from rapport.lib import clock
from rapport.lib.actors import SYSTEM, Actor
from rapport.mail.models import Message, ReplyIntent
from rapport.mail.operations.pacing import Unsent, give_back
from rapport.outreach import ledger, queries
from rapport.outreach.activities import ENROLLMENT_POSTPONED
from rapport.outreach.conditions import who_has
from rapport.outreach.ending import (
    ANSWERED,
    APPLIED,
    ARRIVED,
    IN_TOUCH,
    INTERESTED,
    EndedEnrollment,
    end_unsettled,
    stop_words,
)
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.permissions import ENROLL
from rapport.outreach.plans import hours_of
from rapport.outreach.schedule import NeverOpen, morning_after
from rapport.outreach.subjects import subjects_of


@transaction.atomic
def exit_enrollments(*, actor: Actor, enrollment_ids: Collection[UUID], reason: str = "by_hand", note: str = "") -> int:
    """Stop these enrollments; those that have ended, or that the actor may not see, stay as they are. Returns how many.

    What has not left the house is not sent any more. Records enrollment.exited for each.
    """
    require(actor, ENROLL)
    rows = Enrollment.objects.filter(id__in=list(enrollment_ids), sequence__in=queries.visible_sequences(actor))
    return _end(rows, reason, note, actor)


@transaction.atomic
def exit_for_candidates(
    *,
    actor: Actor,
    candidate_ids: Collection[UUID],
    reason: str,
    note: str = "",
    except_candidates: Collection[UUID] = (),
) -> int:
    """Stop all sequences of these candidates. Records enrollment.exited for each; doing it twice is harmless."""
    require(actor, ENROLL)
    wanted = set(candidate_ids) - set(except_candidates)
    return _end(Enrollment.objects.filter(candidate_id__in=wanted), reason, note, actor)


@transaction.atomic
def exit_applied(*, people: Mapping[UUID | None, Collection[UUID]]) -> int:
    """Stop the sequences that do not go on when somebody applies; `people` are candidates by the job they applied for.

    Of a confidential job only its own sequences say so: the reason of another must not tell of a job that its readers may
    not see. Records enrollment.exited for each.
    """
    confidential = Job.objects.filter(id__in=[key for key in people if key], is_confidential=True)
    hidden = set(confidential.values_list("id", flat=True))
    groups = []
    for job_id, candidate_ids in people.items():
        rows = Enrollment.objects.filter(candidate_id__in=list(candidate_ids), sequence__goes_on_when_applied=False)
        own = rows.filter(sequence__job=job_id) if job_id in hidden else rows
        groups += [(own, "applied", APPLIED), (rows, "in_touch", IN_TOUCH)]
    return _end_each(groups, SYSTEM)


@transaction.atomic
def exit_at_click(*, enrollment_ids: Collection[UUID]) -> int:
    """Stop those of these enrollments whose sequence is there to have a link followed. Records enrollment.exited."""
    rows = Enrollment.objects.filter(id__in=list(enrollment_ids), sequence__goal=Sequence.Goal.CLICK)
    return _end(rows, "goal", ARRIVED, SYSTEM)


@transaction.atomic
def judge_answers(*, enrollment_ids: Collection[UUID]) -> int:
    """Where interest is the goal: who is interested by what they wrote in the thread is there, whoever was and is not is not.

    Returns how many enrollments end by this; of those that an answer has ended before, only the reason changes. Records
    enrollment.exited for each that ends.
    """
    rows = Enrollment.objects.select_for_update(of=("self",)).filter(
        id__in=list(enrollment_ids), sequence__goal=Sequence.Goal.INTERESTED
    )
    answers = Message.objects.filter(thread_id=OuterRef("thread_id"), direction=Message.Direction.IN)
    is_interested = Exists(answers.filter(intent__kind=ReplyIntent.Kind.INTERESTED))
    found = list(rows.annotate(is_interested=is_interested).order_by("id").values_list("id", "is_interested"))
    there = [key for key, is_there in found if is_there]
    count = _end(Enrollment.objects.filter(id__in=there), "interested", INTERESTED, SYSTEM)
    exited = Enrollment.objects.filter(id__in=[key for key, _ in found], state=Enrollment.State.EXITED)
    exited.filter(id__in=there, exit_reason="replied").update(exit_reason="interested", exit_note=INTERESTED)
    exited.filter(exit_reason="interested").exclude(id__in=there).update(exit_reason="replied", exit_note=ANSWERED)
    return count


@transaction.atomic
def exit_tagged(*, candidate_ids: Collection[UUID]) -> int:
    """Stop the sequences that end with a tag which these people have by now. Records enrollment.exited for each."""
    going = Enrollment.objects.filter(candidate_id__in=list(candidate_ids), state=Enrollment.State.ACTIVE)
    watched = going.filter(sequence__stop_tag__isnull=False)
    rows = list(watched.values_list("id", "candidate_id", "sequence__stop_tag", "sequence__stop_tag__name"))
    has = who_has({tag_id for _, _, tag_id, _ in rows}, {candidate_id for _, candidate_id, _, _ in rows})
    ended: dict[str, list[UUID]] = defaultdict(list)
    for key, candidate_id, tag_id, name in rows:
        if (candidate_id, tag_id) in has:
            ended[name].append(key)
    return _end_each([(going.filter(id__in=keys), "tagged", stop_words(name)) for name, keys in ended.items()], SYSTEM)


@transaction.atomic
def postpone_for_absence(*, candidate_id: UUID, returns_on: date, note: str) -> int:
    """Put all sequences of somebody off until the day after they return; returns how many were moved.

    Only ever later, never earlier, and no further than a year. Records enrollment.postponed for each that moved.
    """
    now = clock.now()
    rows = Enrollment.objects.select_for_update(of=("self",)).select_related("sequence__job", "candidate")
    moved = []
    for row in rows.filter(candidate_id=candidate_id, state=Enrollment.State.ACTIVE, next_due_at__isnull=False):
        try:
            due = morning_after(returns_on, hours_of(row.sequence, row.candidate.time_zone, now))
        except NeverOpen:
            continue
        if row.next_due_at and row.next_due_at < due and (due - now).days <= 365:
            moved.append((row, due))
    ledger.postpone([(row.id, due, note) for row, due in moved])
    record_many(
        ENROLLMENT_POSTPONED,
        actor=SYSTEM,
        happenings=[
            Happening(
                subjects_of(row.sequence, candidate_id, row.id),
                {"sequence": row.sequence.name, "until": f"{due.day} {due:%B %Y}", "why": "they are away"},
            )
            for row, due in moved
        ],
    )
    return len(moved)


def _end(rows: QuerySet[Enrollment], reason: str, note: str, actor: Actor) -> int:
    return _end_each([(rows, reason, note)], actor)


def _end_each(groups: Iterable[tuple[QuerySet[Enrollment], str, str]], actor: Actor) -> int:
    """End those that are still active, for their reason and note, one group after another; returns how many."""
    now, count = clock.now(), 0
    unsent: list[Unsent] = []
    for rows, reason, note in groups:
        by_sequence = defaultdict(list)
        for row in rows.filter(state=Enrollment.State.ACTIVE).select_related("sequence__job"):
            by_sequence[row.sequence].append(EndedEnrollment(row.id, row.candidate_id, reason, note))
        for sequence, ended in by_sequence.items():
            gone, claimed = end_unsettled(sequence, ended, now, actor=actor)
            count += len(gone)
            unsent += claimed
    give_back(unsent)
    return count
