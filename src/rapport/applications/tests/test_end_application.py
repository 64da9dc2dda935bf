"""Ending applications, taking them up again, hiring."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from rapport.activity.models import Activity
from rapport.applications import operations
from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.applications.tests.factories import ApplicationFactory, PromiseFactory, ReasonFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


@time_machine.travel(MONDAY, tick=False)
def test_a_rejection_keeps_its_reason_and_leaves_the_promise_open(rita) -> None:
    application = ApplicationFactory()
    PromiseFactory(application=application)
    reason = ReasonFactory(name="Other skills")
    operations.archive_application(
        actor=rita.actor, application_id=application.id, reason_id=reason.id, note=" Great talk "
    )
    application.refresh_from_db()
    assert (application.state, application.archive_reason, application.archive_note, application.ended_at) == (
        "rejected",
        reason,
        "Great talk",
        MONDAY,
    )
    assert Promise.objects.get().state == Promise.State.OPEN
    archived = Activity.objects.get()
    assert (archived.verb, archived.data["state"], archived.data["reason"], archived.data["note"]) == (
        "application.archived",
        "rejected",
        "Other skills",
        "Great talk",
    )


def test_a_withdrawal_releases_the_promise(rita) -> None:
    application = PromiseFactory().application
    reason = ReasonFactory(side=ArchiveReason.Side.WITHDRAWN)
    operations.archive_application(actor=rita.actor, application_id=application.id, reason_id=reason.id)
    assert Promise.objects.get().state == Promise.State.RELEASED
    assert verbs() == ["application.archived", "promise.released"]


def test_ending_it_twice_is_harmless_and_otherwise_a_conflict(rita) -> None:
    application, reason = ApplicationFactory(), ReasonFactory()
    for _ in range(2):
        operations.archive_application(actor=rita.actor, application_id=application.id, reason_id=reason.id)
    withdrawn = ReasonFactory(side=ArchiveReason.Side.WITHDRAWN)
    with pytest.raises(Conflict, match="is rejected"):
        operations.archive_application(actor=rita.actor, application_id=application.id, reason_id=withdrawn.id)
    assert verbs() == ["application.archived"]


@time_machine.travel(MONDAY, tick=False)
def test_taking_it_up_again_undoes_the_ending(rita) -> None:
    application = ApplicationFactory()
    reason = ReasonFactory(side=ArchiveReason.Side.WITHDRAWN)
    operations.archive_application(actor=rita.actor, application_id=application.id, reason_id=reason.id, note="x")
    for _ in range(2):
        operations.reopen_applications(actor=rita.actor, application_ids=[application.id])
    application.refresh_from_db()
    assert (application.state, application.archive_reason, application.archive_note, application.ended_at) == (
        "active",
        None,
        "",
        None,
    )
    assert Promise.objects.get().hear_by_on == date(2026, 11, 30)
    assert verbs() == ["application.archived", "application.reopened", "promise.made"]


def test_hiring_keeps_the_promise_and_can_be_undone(rita) -> None:
    application = PromiseFactory().application
    for _ in range(2):
        operations.hire_application(actor=rita.actor, application_id=application.id)
    application.refresh_from_db()
    assert application.state == "hired"
    assert Promise.objects.get().state == Promise.State.KEPT
    operations.reopen_applications(actor=rita.actor, application_ids=[application.id])
    assert verbs() == ["promise.kept", "application.hired", "application.reopened", "promise.made"]


@pytest.mark.parametrize(
    ("name", "on_team", "error"), [("omar", False, NotFound), ("ines", True, NotAllowed), ("emma", False, NotFound)]
)
def test_others_may_not_end_hire_or_reopen(request, name, on_team, error) -> None:
    user = request.getfixturevalue(name)
    application = ApplicationFactory(job=JobFactory(team=[user] if on_team else []))
    reason = ReasonFactory()
    for call in (
        lambda: operations.archive_application(actor=user.actor, application_id=application.id, reason_id=reason.id),
        lambda: operations.archive_applications(
            actor=user.actor, application_ids=[application.id], reason_id=reason.id
        ),
        lambda: operations.hire_application(actor=user.actor, application_id=application.id),
        lambda: operations.reopen_applications(actor=user.actor, application_ids=[application.id]),
    ):
        with pytest.raises(error):
            call()
    application.refresh_from_db()
    assert application.state == "active"
    assert verbs() == []


def test_many_end_at_once_and_the_undo_takes_all_up_again(rita) -> None:
    job = JobFactory()
    rows = ApplicationFactory.create_batch(3, job=job)
    ended = ApplicationFactory(job=job, state="rejected", ended_at=MONDAY)
    ids = [row.id for row in [*rows, ended]]
    done = operations.archive_applications(actor=rita.actor, application_ids=ids, reason_id=ReasonFactory().id)
    assert (len(done.changed), done.left_count) == (3, 1)
    assert Application.objects.filter(state="rejected").count() == 4
    operations.reopen_applications(actor=rita.actor, application_ids=[row.id for row in done.changed])
    assert Application.objects.filter(state="active").count() == 3
    assert verbs() == ["application.archived"] * 3 + ["application.reopened"] * 3 + ["promise.made"] * 3


def test_many_move_at_once_those_of_another_job_are_refused(rita) -> None:
    job = JobFactory()
    rows = ApplicationFactory.create_batch(2, job=job)
    there = ApplicationFactory(job=job, stage=job.stages.get(name="Interview"))
    ids = [row.id for row in [*rows, there]]
    interview = job.stages.get(name="Interview")
    done = operations.move_applications(actor=rita.actor, application_ids=ids, to_stage_id=interview.id)
    assert (len(done.changed), done.left_count) == (2, 1)
    with pytest.raises(InvalidInput):
        operations.move_applications(
            actor=rita.actor, application_ids=[*ids, ApplicationFactory().id], to_stage_id=interview.id
        )
    assert verbs() == ["application.moved"] * 2


def test_an_application_is_given_to_a_colleague(rita, hugo) -> None:
    application = ApplicationFactory()
    for _ in range(2):
        operations.assign_application(actor=rita.actor, application_id=application.id, owner_id=hugo.id)
    assert Activity.objects.get().data["owner_name"] == "Hugo Example"


def test_reasons_come_with_the_product_and_administrators_change_them(ada, rita) -> None:
    assert ArchiveReason.objects.filter(side="rejected", name="Another candidate fits better").exists()
    reason = operations.save_archive_reason(actor=ada.actor, name="Moved away", side="withdrawn")
    operations.save_archive_reason(
        actor=ada.actor, name="Moved away", side="withdrawn", is_active=False, reason_id=reason.id
    )
    with pytest.raises(Conflict):
        operations.save_archive_reason(actor=ada.actor, name="moved AWAY", side="withdrawn")
    with pytest.raises(NotAllowed):
        operations.save_archive_reason(actor=rita.actor, name="Mine", side="rejected")


def test_fit_scores_are_stored_without_a_record(rita) -> None:
    application = ApplicationFactory()
    assert (
        operations.set_fit_scores(actor=rita.actor, job_id=application.job_id, scores={application.candidate_id: 77})
        == 1
    )
    application.refresh_from_db()
    assert application.fit_score == 77
    assert verbs() == []
