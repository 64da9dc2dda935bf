"""Who has an application in hand, and how well its candidate fits."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from rapport.accounts.capabilities import require
from rapport.accounts.models import User
from rapport.applications import queries
from rapport.applications.activities import APPLICATION_ASSIGNED
from rapport.applications.models import Application
from rapport.applications.operations.many import record_applications
from rapport.applications.permissions import MOVE
from rapport.jobs.queries import get_job
from rapport.lib.actors import Actor
from rapport.lib.errors import InvalidInput


@transaction.atomic
def assign_application(*, actor: Actor, application_id: UUID, owner_id: UUID) -> Application:
    """Give an application to a colleague. Records application.assigned; the present owner stays silently.

    Raises NotFound, NotAllowed without applications.move, InvalidInput for an unknown user.
    """
    application = queries.lock_application(actor, application_id)
    require(actor, MOVE, application.job)
    if application.owner_id == owner_id:
        return application
    owner = User.objects.filter(id=owner_id, is_active=True).first()
    if owner is None:
        raise InvalidInput({"owner": "This colleague is not here any more. Choose another."})
    application.owner = owner
    application.save(update_fields=["owner"])
    record_applications(
        APPLICATION_ASSIGNED, actor, [application], lambda row: {"owner_id": owner.id, "owner_name": str(owner)}
    )
    return application


@transaction.atomic
def set_fit_scores(*, actor: Actor, job_id: UUID, scores: Mapping[UUID, int]) -> int:
    """Store the fit (0 to 100) of candidates already considered for a job; a figure, not an event: nothing is recorded.

    Returns how many applications carry a new score. Raises NotFound for the job.
    """
    job = get_job(actor, job_id)
    rows = list(Application.objects.filter(job=job, candidate_id__in=scores).order_by("id"))
    changed = [row for row in rows if row.fit_score != scores[row.candidate_id]]
    for row in changed:
        row.fit_score = scores[row.candidate_id]
    Application.objects.bulk_update(changed, ["fit_score"], batch_size=500)
    return len(changed)
