"""What the activities and mails of a sequence are about."""

from uuid import UUID

from rapport.outreach.models import Sequence


def subjects_of(sequence: Sequence, candidate_id: UUID, enrollment_id: UUID) -> dict[str, UUID]:
    """Of what happens to an enrollment."""
    about = {"candidate": candidate_id, "enrollment": enrollment_id, "sequence": sequence.id}
    return about | confidential_job_of(sequence)


def confidential_job_of(sequence: Sequence) -> dict[str, UUID]:
    """A confidential job stands among the subjects: what is about it is shown to its team only. Others cost a row for nothing."""
    job = sequence.job
    return {"job": job.id} if job and job.is_confidential else {}
