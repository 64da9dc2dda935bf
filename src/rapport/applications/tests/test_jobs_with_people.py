"""What people in process mean for the list of jobs and for stages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.applications.tests.factories import MOMENT, ApplicationFactory
from rapport.jobs import queries, stage_operations
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.errors import Conflict

pytestmark = pytest.mark.django_db


def test_counts_by_kind_of_stage_stand_in_the_list(rita, sign_in) -> None:
    job = JobFactory()
    ApplicationFactory.create_batch(3, job=job)
    ApplicationFactory(job=job, state="hired", ended_at=MOMENT)
    ApplicationFactory(job=job, state="rejected", ended_at=MOMENT)
    ApplicationFactory(job=job, stage=job.stages.get(name="Interview"))
    row = sign_in(rita).get(reverse("jobs:list")).context["rows"][0]
    assert row["counts"] == [3, 0, 1, 0]
    assert (row["figures"].active_count, row["figures"].hired_count) == (4, 1)


def test_the_list_of_jobs_with_people_takes_a_constant_number_of_statements(rita, sign_in) -> None:
    client, url = sign_in(rita), reverse("jobs:list")

    def statements(jobs: int) -> int:
        for _ in range(jobs):
            ApplicationFactory(job=JobFactory(owner=rita))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    client.get(url)
    few = statements(2)
    assert statements(18) == few
    assert few <= 15


def test_a_stage_with_applications_stays(rita) -> None:
    application = ApplicationFactory()
    with pytest.raises(Conflict, match="Applications stand in Applied"):
        stage_operations.remove_stage(actor=rita.actor, stage_id=application.stage_id)
    assert [stage.name for stage in queries.list_stages(application.job_id)] == ["Applied", "Interview"]
