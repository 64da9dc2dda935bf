"""Steps that only some get, and what ends a sequence for somebody: their tags and applications, the links they followed."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import connection

from rapport.candidates.models import CandidateTag
from rapport.candidates.tag_queries import meanings_of
from rapport.outreach.ending import ARRIVED, EndedEnrollment, stop_words
from rapport.outreach.ledger import DueRow
from rapport.outreach.models import Sequence, Step
from rapport.outreach.plans import Plan, PlannedStep

# By a person: what mail filters fetch counts for nobody, nor does what nobody can tell apart from them.
FOLLOWED = """
SELECT DISTINCT d.enrollment_id FROM outreach_delivery d JOIN mail_deliveryevent happened ON happened.message_id = d.id
WHERE d.enrollment_id = ANY(%s::uuid[]) AND happened.kind = 'clicked' AND happened.verdict = 'human'
"""
# From the record, which knows those of before and from elsewhere too, and follows people who are merged. One that an import
# brought and took back was none.
APPLIED = """
SELECT s.subject_id FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id
WHERE s.subject_id = ANY(%s::uuid[]) AND s.kind = 'candidate'
  AND a.verb IN ('application.created', 'application.removed') AND {jobs}
GROUP BY s.subject_id, a.subjects->>'application' HAVING bool_and(a.verb = 'application.created')
"""
FOR_JOB = "a.subjects->>'job' = %s"
# Who reads that a step was passed over must not learn of a job that they may not see.
FOR_ANY_JOB = "NOT (a.subjects->>'job' = ANY(SELECT j.id::text FROM jobs_job j WHERE j.is_confidential))"


def list_passed_over(plan: Plan, rows: Iterable[DueRow]) -> dict[UUID, PlannedStep]:
    """Who is due for a step that is for others only, by the enrollment; four statements at most, none without such steps.

    Looked at once, before a mail is planned or tried: one that a colleague has approved goes out.
    """
    asked = {step.id: step for step in plan.steps if step.only_if}
    mine = [row for row in rows if row.step_id in asked and not row.delivery_id and not row.tries] if asked else []
    unmet = list_unmet(plan.sequence, asked.values(), {row.id: row.candidate_id for row in mine})
    return {row.id: asked[row.step_id] for row in mine if row.step_id in unmet[row.id]}


def list_unmet(sequence: Sequence, steps: Collection[PlannedStep], people: dict[UUID, UUID]) -> dict[UUID, set[UUID]]:
    """The steps that would not be for each of these people as things are; `people` are candidates by their enrollment."""
    wanted = {step.only_if for step in steps}
    followed = _followed(people) if wanted & {Step.OnlyIf.CLICKED, Step.OnlyIf.NOT_CLICKED} else set()
    is_about_applying = wanted & {Step.OnlyIf.APPLIED, Step.OnlyIf.NOT_APPLIED}
    applied = who_applied(sequence.job_id, set(people.values())) if is_about_applying else set()
    tagged = who_has({step.only_if_tag_id for step in steps if step.only_if_tag_id}, set(people.values()))
    unmet: dict[UUID, set[UUID]] = {}
    for enrollment_id, candidate_id in people.items():
        did = {"has_followed": enrollment_id in followed, "has_applied": candidate_id in applied}
        unmet[enrollment_id] = {
            step.id for step in steps if not _is_for(step, has_tag=(candidate_id, step.only_if_tag_id) in tagged, **did)
        }
    return unmet


def _is_for(step: PlannedStep, *, has_followed: bool, has_tag: bool, has_applied: bool) -> bool:
    match step.only_if:
        case Step.OnlyIf.CLICKED:
            return has_followed
        case Step.OnlyIf.NOT_CLICKED:
            return not has_followed
        case Step.OnlyIf.TAGGED:
            return has_tag
        case Step.OnlyIf.NOT_TAGGED:
            return not has_tag
        case Step.OnlyIf.APPLIED:
            return has_applied
        case Step.OnlyIf.NOT_APPLIED:
            return not has_applied
    return True


def _followed(enrollment_ids: Iterable[UUID]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED, [list(enrollment_ids)])
        return {row[0] for row in cursor.fetchall()}


def who_applied(job_id: UUID | None, candidate_ids: Collection[UUID]) -> set[UUID]:
    """Who of these people is or was ever considered for the job; None means for any that is not confidential."""
    if not candidate_ids:
        return set()
    statement = APPLIED.format(jobs=FOR_JOB if job_id else FOR_ANY_JOB)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(candidate_ids), *([str(job_id)] if job_id else [])])
        return {row[0] for row in cursor.fetchall()}


def who_has(tag_ids: Collection[UUID], candidate_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(candidate, tag) of those who have one of these tags, or what it was merged into; no statement without tags."""
    if not tag_ids or not candidate_ids:
        return set()
    meanings = meanings_of(tag_ids)
    rows = CandidateTag.objects.filter(
        candidate_id__in=candidate_ids, tag_id__in={key for own in meanings.values() for key in own}
    )
    has = set(rows.values_list("candidate_id", "tag_id"))
    return {
        (candidate_id, tag_id)
        for tag_id, own in meanings.items()
        for candidate_id in candidate_ids
        if any((candidate_id, key) in has for key in own)
    }


def list_over(plan: Plan, people: Mapping[UUID, UUID]) -> dict[UUID, EndedEnrollment]:
    """Those of these enrollments that have nothing to come: who has the tag that ends the sequence, or followed a link where
    it is there for that. `people` are candidates by their enrollment; no statement without such a tag or goal."""
    stopped = list_stopped(plan.sequence, set(people.values()))
    arrived = _followed(people) if plan.sequence.goal == Sequence.Goal.CLICK else set()
    over = {key: EndedEnrollment(key, people[key], "goal", ARRIVED) for key in arrived}
    tagged = ((key, candidate_id) for key, candidate_id in people.items() if candidate_id in stopped)
    return over | {key: EndedEnrollment(key, who, "tagged", stopped[who]) for key, who in tagged}


def list_stopped(sequence: Sequence, candidate_ids: Collection[UUID]) -> dict[UUID, str]:
    """Who of these people has the tag that ends the sequence, with a sentence; no statement without such a tag."""
    tag = sequence.stop_tag
    has = who_has([tag.id], candidate_ids) if tag else set()
    return {candidate_id: stop_words(str(tag)) for candidate_id, _ in has}
