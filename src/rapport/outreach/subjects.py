"""What the activities, mails and tasks of a sequence are about."""

from uuid import UUID

from rapport.outreach.models import Sequence


def subjects_of(sequence: Sequence, candidate_id: UUID, enrollment_id: UUID) -> dict[str, UUID]:
    """Of what happens to an enrollment."""
    return {"candidate": candidate_id, "enrollment": enrollment_id, **subjects_of_sequence(sequence)}


def subjects_of_sequence(sequence: Sequence) -> dict[str, UUID]:
    """Of what happens to a sequence: its job is always named, so that reading decides who may see it."""
    return {"sequence": sequence.id, **job_of(sequence)}


def job_of(sequence: Sequence) -> dict[str, UUID]:
    return {"job": sequence.job_id} if sequence.job_id else {}
