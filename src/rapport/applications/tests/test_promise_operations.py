"""Promises: moved, kept, broken, and what is recorded."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from rapport.activity import operations as activities
from rapport.activity.models import Activity
from rapport.activity.verbs import get_verb
from rapport.applications import operations, promise_operations
from rapport.applications.models import Application, Promise
from rapport.applications.reactions import keep_promises
from rapport.applications.tests.factories import ApplicationFactory, PromiseFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


def states(application: Application) -> list[tuple[date, str]]:
    rows = Promise.objects.filter(application=application).order_by("made_at", "id")
    return list(rows.values_list("hear_by_on", "state"))


@time_machine.travel(MONDAY, tick=False)
def test_moving_a_promise_keeps_the_old_one_with_its_reason(rita) -> None:
    application = ApplicationFactory()
    PromiseFactory(application=application, hear_by_on=date(2026, 11, 24))
    promise_operations.move_promise(
        actor=rita.actor, application_id=application.id, hear_by_on=date(2026, 11, 27), reason="Team is away"
    )
    assert states(application) == [(date(2026, 11, 24), "moved"), (date(2026, 11, 27), "open")]
    moved = Activity.objects.get()
    assert moved.verb == "promise.moved"
    assert moved.data == {
        "job_title": application.job.title,
        "before_on": "2026-11-24",
        "hear_by_on": "2026-11-27",
        "reason": "Team is away",
    }


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize(
    ("day", "reason", "field"),
    [(date(2026, 11, 22), "Late", "hear_by_on"), (date(2026, 11, 30), " ", "reason")],
)
def test_a_past_day_or_a_missing_reason_is_refused(rita, day, reason, field) -> None:
    application = ApplicationFactory()
    PromiseFactory(application=application, hear_by_on=date(2026, 11, 24))
    with pytest.raises(InvalidInput) as caught:
        promise_operations.move_promise(actor=rita.actor, application_id=application.id, hear_by_on=day, reason=reason)
    assert list(caught.value.fields) == [field]
    assert states(application) == [(date(2026, 11, 24), "open")]


@time_machine.travel(MONDAY, tick=False)
def test_a_first_promise_needs_no_reason(rita) -> None:
    application = ApplicationFactory()
    promise_operations.move_promise(
        actor=rita.actor, application_id=application.id, hear_by_on=date(2026, 11, 27), reason=""
    )
    assert states(application) == [(date(2026, 11, 27), "open")]
    assert verbs() == ["promise.made"]


@pytest.mark.parametrize(("name", "on_team", "error"), [("omar", False, NotFound), ("ines", True, NotAllowed)])
def test_who_may_not_move_promises(request, name, on_team, error) -> None:
    user = request.getfixturevalue(name)
    application = ApplicationFactory(job=JobFactory(team=[user] if on_team else []))
    with pytest.raises(error):
        promise_operations.move_promise(
            actor=user.actor, application_id=application.id, hear_by_on=date(2099, 1, 5), reason="x"
        )


def test_telling_somebody_keeps_the_promise_once(rita) -> None:
    application = ApplicationFactory()
    PromiseFactory(application=application)
    promise_operations.keep_promise(actor=rita.actor, application_id=application.id)
    with pytest.raises(Conflict):
        promise_operations.keep_promise(actor=rita.actor, application_id=application.id)
    assert [state for _, state in states(application)] == ["kept"]
    assert verbs() == ["promise.kept"]


@time_machine.travel(MONDAY, tick=False)
def test_promises_break_the_day_after_their_last(monkeypatch) -> None:
    monkeypatch.setattr(promise_operations, "BATCH", 2)
    late = [PromiseFactory(hear_by_on=date(2026, 11, 20)).application for _ in range(5)]
    today = PromiseFactory(hear_by_on=date(2026, 11, 23)).application
    assert promise_operations.break_due_promises() == 5
    assert promise_operations.break_due_promises() == 0
    assert [states(application)[0][1] for application in late] == ["broken"] * 5
    assert states(today)[0][1] == "open"
    assert verbs() == ["promise.broken"] * 5


@time_machine.travel(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), tick=False)
def test_the_day_is_that_of_the_organisation_not_utc(settings) -> None:
    settings.DEFAULT_TIME_ZONE = "Europe/Berlin"
    PromiseFactory(hear_by_on=date(2026, 11, 23))
    assert promise_operations.break_due_promises() == 1


@time_machine.travel(datetime(2026, 12, 23, 9, 0, tzinfo=UTC), tick=False)
def test_public_holidays_of_the_jobs_country_do_not_count(rita) -> None:
    application = ApplicationFactory(job=JobFactory(country_code="DE"))
    interview = application.job.stages.get(name="Interview")
    interview.promised_days = 2
    interview.save()
    operations.move_application(actor=rita.actor, application_id=application.id, to_stage_id=interview.id)
    assert Promise.objects.get().hear_by_on == date(2026, 12, 28)


def test_an_unknown_country_has_no_holidays() -> None:
    assert date(2026, 12, 25) not in promise_operations.public_holidays("")
    assert date(2026, 12, 25) in promise_operations.public_holidays("DE")


def sent(subjects: dict, **data) -> Activity:
    identifier = activities.record(get_verb("message.sent"), actor=SYSTEM, subjects=subjects, data=data)
    return Activity.objects.get(id=identifier)


def test_a_message_that_went_out_keeps_the_promise_and_repeating_is_harmless() -> None:
    promise = PromiseFactory()
    activity = sent({"candidate": promise.application.candidate_id})
    keep_promises(activity)
    keep_promises(activity)
    assert verbs() == ["message.sent", "promise.kept"]
    assert Activity.objects.latest("id").data["how"] == "message"


def test_a_message_about_one_job_keeps_no_promise_of_another() -> None:
    first = PromiseFactory()
    second = PromiseFactory(application=ApplicationFactory(candidate=first.application.candidate))
    keep_promises(sent({"candidate": first.application.candidate_id, "job": first.application.job_id}))
    assert states(first.application)[0][1] == "kept"
    assert states(second.application)[0][1] == "open"


def test_a_mailing_to_many_keeps_nothing() -> None:
    promise = PromiseFactory()
    keep_promises(sent({"candidate": promise.application.candidate_id}, is_bulk=True))
    assert states(promise.application)[0][1] == "open"
