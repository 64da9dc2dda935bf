"""Sequences know who applied from the record of applications, also of people who were merged."""

import pytest

from rapport.applications.models import Application
from rapport.applications.operations import archive_application, create_application
from rapport.applications.tests.factories import ReasonFactory
from rapport.hygiene.operations import merge_candidates, undo_merge
from rapport.jobs.tests.factories import JobFactory
from rapport.outreach.conditions import who_applied
from rapport.outreach.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_who_was_turned_down_has_applied_and_so_has_whoever_they_are_merged_into(rita) -> None:
    job, other = JobFactory(), JobFactory()
    anna, anna_again, ben = (make_person(name) for name in ("Anna Example", "Anna Example", "Ben Example"))
    everybody = [anna.id, anna_again.id, ben.id]
    create_application(actor=rita.actor, candidate_id=anna.id, job_id=job.id)
    reason = ReasonFactory()
    archive_application(actor=rita.actor, application_id=Application.objects.get().id, reason_id=reason.id)
    assert (who_applied(job.id, everybody), who_applied(other.id, everybody)) == ({anna.id}, set())
    merge = merge_candidates(actor=rita.actor, survivor_id=anna_again.id, other_id=anna.id)
    assert anna_again.id in who_applied(job.id, everybody)
    undo_merge(actor=rita.actor, merge_id=merge.id)
    assert who_applied(job.id, everybody) == who_applied(None, everybody) == {anna.id}
