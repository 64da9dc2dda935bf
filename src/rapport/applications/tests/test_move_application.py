"""Moving applications: what changes, what is recorded, who may, and two people at once."""

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection

from rapport.activity.models import Activity
from rapport.applications import operations
from rapport.applications.models import Application, Promise
from rapport.applications.tests.factories import ApplicationFactory, PromiseFactory
from rapport.jobs.models import Stage
from rapport.jobs.tests.factories import JobFactory, StageFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def stage_named(job, name: str) -> Stage:
    return Stage.objects.get(job=job, name=name)


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_moving_records_both_stages_and_keeps_the_promise(rita) -> None:
    application = ApplicationFactory()
    PromiseFactory(application=application, hear_by_on=date(2026, 11, 27))
    interview = stage_named(application.job, "Interview")

    operations.move_application(
        actor=rita.actor, application_id=application.id, to_stage_id=interview.id, reason="Good call"
    )

    application.refresh_from_db()
    assert application.stage == interview
    assert application.stage_entered_at == MONDAY
    moved, kept = Activity.objects.order_by("id")
    assert (moved.verb, kept.verb) == ("application.moved", "promise.kept")
    assert moved.subjects == {
        "application": str(application.id),
        "candidate": str(application.candidate_id),
        "job": str(application.job_id),
    }
    assert moved.data == {
        "job_title": application.job.title,
        "from_stage": "Applied",
        "from_stage_id": str(stage_named(application.job, "Applied").id),
        "to_stage": "Interview",
        "to_stage_id": str(interview.id),
        "reason": "Good call",
    }
    assert Promise.objects.get().state == Promise.State.KEPT


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_the_stage_entered_makes_its_own_promise(rita) -> None:
    application = ApplicationFactory()
    offer = StageFactory(job=application.job, name="Offer", kind="offer", position=2, promised_days=3)
    operations.move_application(actor=rita.actor, application_id=application.id, to_stage_id=offer.id)
    assert Promise.objects.get().hear_by_on == date(2026, 11, 26)
    assert verbs() == ["application.moved", "promise.made"]


@pytest.mark.django_db
def test_moving_to_the_present_stage_does_nothing(rita) -> None:
    application = ApplicationFactory()
    operations.move_application(actor=rita.actor, application_id=application.id, to_stage_id=application.stage_id)
    assert verbs() == []


@pytest.mark.django_db
def test_a_stage_of_another_job_is_refused(rita) -> None:
    application = ApplicationFactory()
    with pytest.raises(InvalidInput) as caught:
        operations.move_application(
            actor=rita.actor, application_id=application.id, to_stage_id=JobFactory().stages.all()[1].id
        )
    assert list(caught.value.fields) == ["to_stage"]
    assert verbs() == []


@pytest.mark.django_db
def test_an_ended_application_is_not_moved(rita) -> None:
    application = ApplicationFactory(state=Application.State.REJECTED, ended_at=MONDAY)
    with pytest.raises(Conflict):
        operations.move_application(
            actor=rita.actor, application_id=application.id, to_stage_id=stage_named(application.job, "Interview").id
        )


@pytest.mark.django_db
def test_the_hiring_manager_of_the_job_may_move(hugo) -> None:
    application = ApplicationFactory(job=JobFactory(team=[hugo]))
    interview = stage_named(application.job, "Interview")
    operations.move_application(actor=hugo.actor, application_id=application.id, to_stage_id=interview.id)
    application.refresh_from_db()
    assert application.stage == interview


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "on_team", "error"),
    [("omar", False, NotFound), ("ines", True, NotAllowed), ("ines", False, NotFound), ("emma", False, NotFound)],
)
def test_others_may_not(request, name, on_team, error) -> None:
    user = request.getfixturevalue(name)
    application = ApplicationFactory(job=JobFactory(team=[user] if on_team else []))
    with pytest.raises(error):
        operations.move_application(
            actor=user.actor, application_id=application.id, to_stage_id=stage_named(application.job, "Interview").id
        )
    application.refresh_from_db()
    assert application.stage.name == "Applied"
    assert verbs() == []


@pytest.mark.django_db
def test_who_saw_an_older_board_is_told_who_moved_it_and_where(rita, ada) -> None:
    application = ApplicationFactory()
    applied, interview = application.stage, stage_named(application.job, "Interview")
    offer = StageFactory(job=application.job, name="Offer", kind="offer", position=2)
    operations.move_application(
        actor=rita.actor, application_id=application.id, to_stage_id=interview.id, from_stage_id=applied.id
    )
    with pytest.raises(Conflict, match=r"^Rita Example moved Carl Candidate \d+ to Interview meanwhile\."):
        operations.move_application(
            actor=ada.actor, application_id=application.id, to_stage_id=offer.id, from_stage_id=applied.id
        )
    application.refresh_from_db()
    assert application.stage == interview


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_moves_and_the_other_is_told(rita, ada) -> None:
    application = ApplicationFactory()
    applied, interview = application.stage, stage_named(application.job, "Interview")
    offer = StageFactory(job=application.job, name="Offer", kind="offer", position=2)
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def move(user, stage) -> None:
        barrier.wait()
        try:
            operations.move_application(
                actor=user.actor, application_id=application.id, to_stage_id=stage.id, from_stage_id=applied.id
            )
            outcomes.append("moved")
        except Conflict as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=each) for each in ((rita, interview), (ada, offer))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    application.refresh_from_db()
    winner = "Rita Example" if application.stage == interview else "Ada Example"
    assert sorted(outcome == "moved" for outcome in outcomes) == [False, True]
    assert any(text.startswith(f"{winner} moved {application.candidate}") for text in outcomes)
    assert Activity.objects.filter(subjects__application=str(application.id)).count() == 1
