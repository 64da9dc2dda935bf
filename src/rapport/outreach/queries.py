"""Reading sequences, who is in them, and what waits for a person."""

import re
from collections.abc import Collection
from collections.abc import Sequence as ListOf
from dataclasses import dataclass
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Q, QuerySet

from rapport.accounts.capabilities import require
from rapport.activity.hiding import names, once, subject_of
from rapport.candidates.models import Candidate
from rapport.candidates.permissions import visible_to
from rapport.jobs.models import Job
from rapport.jobs.queries import hidden_job_ids
from rapport.lib.actors import Actor
from rapport.lib.errors import NotFound
from rapport.outreach.models import Delivery, Enrollment, Sequence, Step
from rapport.outreach.permissions import EDIT, ENROLL, VIEW
from rapport.outreach.plans import present_versions

PAGE = 50
_FIELD = re.compile(r"\{\{\s*(\w+)[^}]*\}\}")
CAP = 10_000

FILTERS = {
    "active": "Going",
    "replied": "Answered",
    "finished": "Finished",
    "exited": "Stopped",
    "refused": "Refused",
    "goal": "At the goal",
    "held_out": "Held out",
}
ANSWERED = ["replied", "interested"]
GOAL_REASONS = {
    "reply": ANSWERED,
    "application": ["applied", "hired"],
    "click": ["goal"],
    "interested": ["interested"],
}
_CONDITIONS = {
    "active": "e.state = 'active'",
    "replied": "e.state = 'exited' AND e.exit_reason IN ('replied', 'interested')",
    "finished": "e.state = 'finished'",
    "exited": "e.state = 'exited' AND e.exit_reason NOT IN ('replied', 'interested', 'held_out')",
    "held_out": "e.state = 'exited' AND e.exit_reason = 'held_out'",
    "refused": "e.state = 'exited' AND e.exit_reason IN ('refused', 'bounced', 'no_address')",
    "goal": "e.state = 'exited' AND e.exit_reason = ANY(CASE s.goal "
    + " ".join(f"WHEN '{goal}' THEN '{{{','.join(reasons)}}}'::text[]" for goal, reasons in GOAL_REASONS.items())
    + " END)",
}
# Counting stops at CAP, so that a sequence of a million people costs no more than one of ten thousand.
COUNTS = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM (SELECT 1 FROM outreach_enrollment e WHERE e.sequence_id = s.id AND {condition} LIMIT {CAP}) c)"
    for condition in _CONDITIONS.values()
)
COUNT_ALL = f"{COUNTS}, s.id FROM outreach_sequence s WHERE s.id = ANY(%s)"
WAITING = """
SELECT e.sequence_id, d.state, count(*) FROM outreach_enrollment e JOIN outreach_delivery d ON d.id = e.delivery_id
WHERE e.delivery_id IS NOT NULL AND d.state IN ('planned', 'unclear') AND e.next_due_at IS NULL
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """A sequence with its step count and how many people are where; counts are capped."""

    sequence: Sequence
    step_count: int
    counts: dict[str, int]
    unclear: int
    planned: int


@dataclass(frozen=True, slots=True)
class EnrollmentPage:
    """Newest first; `next_before` asks for the page that follows, None where there is none."""

    rows: list[Enrollment]
    next_before: UUID | None


def visible_sequences(actor: Actor) -> QuerySet[Sequence]:
    """Those an actor may know of: a sequence for a confidential job is its hiring team's."""
    if VIEW.scope_for(actor) is None:
        return Sequence.objects.none()
    return Sequence.objects.filter(Q(job=None) | Q(job__in=Job.objects.visible_to(actor)))


def hides_sequences(actor: Actor) -> Q | None:
    """What is about sequences for jobs that the actor may not see, or about somebody's way through one."""
    hidden = hidden_sequence_ids(actor)
    if not hidden:
        return None
    enrollments = Enrollment.objects.filter(id=subject_of("enrollment"), sequence_id__in=hidden)
    return names("sequence", hidden) | Q(Exists(enrollments))


@once
def hidden_sequence_ids(actor: Actor) -> list[UUID]:
    """Those for jobs that the actor may not see; whether they may see sequences at all is another question."""
    jobs = hidden_job_ids(actor)
    found = Sequence.objects.filter(job_id__in=jobs).order_by()
    return list(found.values_list("id", flat=True)) if jobs else []


def list_sequences(actor: Actor, *, archived: bool = False) -> list[SequenceRow]:
    """All sequences by name with their counts, in four statements."""
    require(actor, VIEW)
    rows = visible_sequences(actor).select_related("mailbox", "owner", "job")
    rows = rows.filter(state="archived") if archived else rows.exclude(state="archived")
    return _with_counts(list(rows))


def list_startable(actor: Actor) -> list[Sequence]:
    """Active sequences, into which people can be enrolled."""
    require(actor, ENROLL)
    rows = visible_sequences(actor).filter(state=Sequence.State.ACTIVE)
    return list(rows.select_related("mailbox", "job"))


def get_sequence(actor: Actor, sequence_id: UUID) -> Sequence:
    require(actor, VIEW)
    found = visible_sequences(actor).select_related(
        "mailbox", "mailbox__owner", "owner", "job", "job__department", "stop_tag__merged_into"
    )
    sequence = found.filter(id=sequence_id).first()
    if sequence is None:
        raise NotFound("There is no such sequence.")
    return sequence


def get_row(actor: Actor, sequence_id: UUID) -> SequenceRow:
    """A sequence with its counts."""
    return _with_counts([get_sequence(actor, sequence_id)])[0]


def lock_sequence(actor: Actor, sequence_id: UUID) -> Sequence:
    """The row, locked, of a sequence that the actor may change."""
    require(actor, EDIT)
    sequence = visible_sequences(actor).select_for_update(of=("self",)).filter(id=sequence_id).first()
    if sequence is None:
        raise NotFound("There is no such sequence.")
    return sequence


def hold_sequence(actor: Actor, sequence_id: UUID) -> None:
    """Keep a sequence and its steps as they are until the transaction ends; others may hold it too. NotFound without one."""
    get_sequence(actor, sequence_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM outreach_sequence WHERE id = %s FOR SHARE", [sequence_id])


def list_steps(sequence: Sequence) -> list[Step]:
    """The steps in order, each with `texts`, the present versions of its variants, and `used`, all letters it ever had.

    `shown_subject` is that of the first, with fields in words. A wait has no texts. Three statements.
    """
    rows = Step.objects.filter(sequence=sequence, retired_at=None).order_by("position").prefetch_related("variants")
    steps = list(rows.select_related("only_if_tag__merged_into"))
    versions = present_versions(step.id for step in steps if step.kind != Step.Kind.WAIT)
    for step in steps:
        texts = versions.get(step.id, [])
        used = {version.letter for version in texts} | {variant.letter for variant in step.variants.all()}
        subject = in_words(texts[0].subject) if texts else ""
        vars(step).update(texts=texts, used="".join(sorted(used)), shown_subject=subject)
    return steps


def get_step(actor: Actor, sequence_id: UUID, step_id: UUID) -> Step:
    """A present step of a sequence that the actor may see."""
    require(actor, VIEW)
    steps = Step.objects.filter(sequence_id=sequence_id, sequence__in=visible_sequences(actor), retired_at=None)
    step = steps.filter(id=step_id).select_related("only_if_tag__merged_into").first()
    if step is None:
        raise NotFound("There is no such step in this sequence.")
    return step


def in_words(subject: str) -> str:
    """A subject with its fields in words: "Hello ‹first name›"."""
    return _FIELD.sub(lambda field: f"‹{field[1].replace('_', ' ')}›", subject)


def list_enrollments(
    actor: Actor, sequence_id: UUID, *, show: str = "active", before: UUID | None = None, limit: int = PAGE
) -> EnrollmentPage:
    """One page of a sequence's enrollments with candidate and step; `show` is a key of FILTERS."""
    require(actor, VIEW)
    state = show if show in ("active", "finished") else "exited"
    of_this = Enrollment.objects.filter(sequence_id=sequence_id, sequence__in=visible_sequences(actor), state=state)
    rows = of_this.select_related("candidate", "step")
    if show == "replied":
        rows = rows.filter(exit_reason__in=ANSWERED)
    elif show == "refused":
        rows = rows.filter(exit_reason__in=["refused", "bounced", "no_address"])
    elif show == "exited":
        rows = rows.exclude(exit_reason__in=[*ANSWERED, "held_out"])
    elif show == "held_out":
        rows = rows.filter(exit_reason="held_out")
    elif show == "goal":
        at_goal = [Q(sequence__goal=goal, exit_reason__in=reasons) for goal, reasons in GOAL_REASONS.items()]
        rows = rows.filter(reduce(or_, at_goal))
    if before:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: limit + 1])
    more = len(found) > limit
    return EnrollmentPage(found[:limit], found[limit - 1].id if more else None)


def list_waiting(
    actor: Actor, state: str, *, sequence_id: UUID | None = None, delivery_id: UUID | None = None, limit: int = 100
) -> list[tuple[Delivery, Enrollment]]:
    """Deliveries that wait for a person (planned or unclear), oldest first, with candidate, sequence, version and step."""
    require(actor, VIEW)
    in_hand = Enrollment.objects.filter(delivery_id__isnull=False, next_due_at=None).order_by("delivery_id")
    in_hand = in_hand.filter(sequence__in=visible_sequences(actor))
    if sequence_id:
        in_hand = in_hand.filter(sequence_id=sequence_id)
    if delivery_id:
        in_hand = in_hand.filter(delivery_id=delivery_id)
    ids = in_hand.values("delivery_id")
    rows = Delivery.objects.filter(id__in=ids, state=state).select_related(
        "enrollment", "enrollment__candidate", "enrollment__sequence", "version", "step", "mailbox"
    )
    return [(row, row.enrollment) for row in rows.order_by("id")[:limit]]


def count_unapproved(actor: Actor, delivery_ids: Collection[UUID]) -> int:
    """How many of these mails still wait for a person's approval."""
    require(actor, VIEW)
    in_hand = Enrollment.objects.filter(delivery_id__in=list(delivery_ids), sequence__in=visible_sequences(actor))
    waiting = in_hand.filter(next_due_at=None, state="active")
    return Delivery.objects.filter(id__in=waiting.values("delivery_id"), state=Delivery.State.PLANNED).count()


def lock_enrollment(actor: Actor, enrollment_id: UUID) -> Enrollment:
    """An enrollment with its sequence, locked for change."""
    require(actor, ENROLL)
    rows = Enrollment.objects.select_for_update(of=("self",)).filter(sequence__in=visible_sequences(actor))
    enrollment = rows.select_related("sequence", "candidate").filter(id=enrollment_id).first()
    if enrollment is None:
        raise NotFound("There is no such enrollment.")
    return enrollment


def lock_in_hand(actor: Actor, delivery_id: UUID) -> tuple[Delivery, Enrollment]:
    """A delivery that is the one in hand, and its enrollment, both locked."""
    require(actor, ENROLL)
    found = Enrollment.objects.filter(delivery_id=delivery_id).values_list("id", flat=True).first()
    if found is None:
        raise NotFound("This mail does not wait for anybody any more.")
    enrollment = lock_enrollment(actor, found)
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None or enrollment.delivery_id != delivery_id:
        raise NotFound("This mail does not wait for anybody any more.")
    return delivery, enrollment


def _with_counts(sequences: ListOf[Sequence]) -> list[SequenceRow]:
    ids = [sequence.id for sequence in sequences]
    waiting: dict[UUID, dict[str, int]] = {}
    counts: dict[UUID, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ALL, [ids])
        for *numbers, key in cursor.fetchall():
            counts[key] = dict(zip(_CONDITIONS, numbers, strict=True))
        cursor.execute(WAITING)
        for key, state, number in cursor.fetchall():
            waiting.setdefault(key, {})[state] = number
    steps: dict[UUID, int] = {}
    for key in Step.objects.filter(sequence_id__in=ids, retired_at=None).values_list("sequence_id", flat=True):
        steps[key] = steps.get(key, 0) + 1
    return [
        SequenceRow(
            row, steps.get(row.id, 0), counts[row.id], waiting.get(row.id, {}).get("unclear", 0),
            waiting.get(row.id, {}).get("planned", 0),
        )
        for row in sequences
    ]  # fmt: skip


def _visible(actor: Actor) -> QuerySet[Candidate]:
    return Candidate.objects.filter(visible_to(actor))
