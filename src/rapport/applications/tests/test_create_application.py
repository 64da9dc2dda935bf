"""Considering candidates for a job, one and many."""

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.activity.models import Activity
from rapport.applications import operations
from rapport.applications.models import Application, Promise
from rapport.applications.tests.factories import ApplicationFactory, CandidateFactory
from rapport.jobs.models import Job
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_a_candidate_starts_in_the_first_stage_with_its_promise(rita) -> None:
    candidate, job = CandidateFactory(), JobFactory()
    application = operations.create_application(
        actor=rita.actor, candidate_id=candidate.id, job_id=job.id, origin="referred", fit_score=81
    )
    assert (application.stage.name, application.owner_id, application.fit_score) == ("Applied", rita.id, 81)
    assert Promise.objects.get().hear_by_on == date(2026, 11, 30)
    assert verbs() == ["application.created", "promise.made"]
    created = Activity.objects.earliest("id")
    assert created.data["origin"] == "referred"
    assert created.subjects == {
        "application": str(application.id), "candidate": str(candidate.id), "job": str(job.id)
    }  # fmt: skip


@pytest.mark.django_db
def test_repeating_it_returns_the_same_application_and_records_nothing(rita) -> None:
    candidate, job = CandidateFactory(), JobFactory()
    first = operations.create_application(actor=rita.actor, candidate_id=candidate.id, job_id=job.id)
    second = operations.create_application(actor=rita.actor, candidate_id=candidate.id, job_id=job.id)
    assert first == second
    assert verbs() == ["application.created", "promise.made"]


@pytest.mark.django_db
def test_who_was_rejected_before_is_taken_up_again_not_made_twice(rita) -> None:
    application = ApplicationFactory(state="rejected", ended_at=MONDAY)
    with pytest.raises(Conflict, match="take it up again"):
        operations.create_application(
            actor=rita.actor, candidate_id=application.candidate_id, job_id=application.job_id
        )


@pytest.mark.django_db
def test_closed_jobs_and_archived_candidates_are_refused(rita) -> None:
    with pytest.raises(Conflict, match="is closed"):
        operations.create_application(
            actor=rita.actor, candidate_id=CandidateFactory().id, job_id=JobFactory(state=Job.State.CLOSED).id
        )
    with pytest.raises(Conflict, match="is archived"):
        operations.create_application(
            actor=rita.actor, candidate_id=CandidateFactory(archived_at=MONDAY).id, job_id=JobFactory().id
        )


@pytest.mark.django_db
def test_a_stage_of_another_job_is_refused(rita) -> None:
    with pytest.raises(InvalidInput):
        operations.create_application(
            actor=rita.actor,
            candidate_id=CandidateFactory().id,
            job_id=JobFactory().id,
            stage_id=JobFactory().stages.all()[0].id,
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "error"), [("omar", NotFound), ("emma", NotFound), ("ines", NotAllowed)])
def test_who_may_not_add_candidates(request, name, error) -> None:
    user = request.getfixturevalue(name)
    job = JobFactory(team=[user] if error is NotAllowed else [])
    with pytest.raises(error):
        operations.create_application(actor=user.actor, candidate_id=CandidateFactory().id, job_id=job.id)
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_hiring_managers_add_only_people_they_know(hugo) -> None:
    known = ApplicationFactory(job=JobFactory(team=[hugo])).candidate
    job = JobFactory(team=[hugo])
    operations.create_application(actor=hugo.actor, candidate_id=known.id, job_id=job.id)
    with pytest.raises(NotFound):
        operations.create_application(actor=hugo.actor, candidate_id=CandidateFactory().id, job_id=job.id)


@pytest.mark.django_db
def test_many_are_added_in_a_constant_number_of_statements(rita) -> None:
    job = JobFactory()
    before = ApplicationFactory(job=job)

    def add(count: int) -> int:
        ids = [CandidateFactory().id for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            done = operations.create_applications(
                actor=rita.actor, job_id=job.id, candidate_ids=[*ids, before.candidate_id]
            )
        assert (len(done.changed), done.left_count) == (count, 1)
        return len(queries)

    assert add(2) == add(20)
    assert Application.objects.filter(job=job).count() == 23
    assert Promise.objects.count() == 22
    assert verbs().count("application.created") == 22


@pytest.mark.django_db
def test_more_than_a_thousand_at_once_are_refused(rita) -> None:
    ids = [CandidateFactory.build().id for _ in range(1001)]
    with pytest.raises(InvalidInput):
        operations.create_applications(actor=rita.actor, job_id=JobFactory().id, candidate_ids=ids)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_application(rita, ada) -> None:
    candidate, job = CandidateFactory(), JobFactory()
    barrier = threading.Barrier(2)
    made: list[object] = []

    def create(user) -> None:
        barrier.wait()
        try:
            made.append(operations.create_application(actor=user.actor, candidate_id=candidate.id, job_id=job.id).id)
        finally:
            connection.close()

    threads = [threading.Thread(target=create, args=[user]) for user in (rita, ada)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made) == 2
    assert Activity.objects.filter(subjects__candidate=str(candidate.id)).count() == 2
