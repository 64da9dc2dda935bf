"""What an open board asks every second, so that colleagues see each other's moves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.applications import operations
from rapport.applications.tests.factories import ApplicationFactory
from rapport.jobs.tests.factories import JobFactory

pytestmark = pytest.mark.django_db


def ask(client, job):
    return client.get(reverse("applications:board_state", args=[job.id]))


def test_it_changes_with_a_move_and_only_then(rita, sign_in) -> None:
    client, job = sign_in(rita), JobFactory()
    application, elsewhere = ApplicationFactory(job=job), ApplicationFactory()
    before = ask(client, job)
    assert before["Content-Type"] == "text/plain"
    assert before["Cache-Control"] == "no-store"
    to = job.stages.get(name="Interview")
    operations.move_application(
        actor=rita.actor, application_id=elsewhere.id, to_stage_id=elsewhere.job.stages.get(name="Interview").id
    )
    assert ask(client, job).content == before.content
    operations.move_application(actor=rita.actor, application_id=application.id, to_stage_id=to.id)
    after = ask(client, job)
    assert after.content != before.content
    assert ask(client, job).content == after.content
    page = client.get(reverse("applications:board", args=[job.id])).content.decode()
    assert f'data-board-state="{after.content.decode()}"' in page


def test_who_may_not_see_the_job_is_told_nothing(omar, ines, sign_in) -> None:
    job = JobFactory(is_confidential=True)
    for user in (omar, ines):
        assert ask(sign_in(user), job).status_code == 404


def test_asking_is_cheap(rita, sign_in) -> None:
    client, job = sign_in(rita), JobFactory()
    ask(client, job)
    with CaptureQueriesContext(connection) as queries:
        ask(client, job)
    assert len(queries) <= 5
