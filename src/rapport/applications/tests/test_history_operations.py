"""Applications of another system: brought in at their own times, gone on with, taken back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications import history_operations as history
from rapport.applications.history_operations import PastApplication, PastMove
from rapport.applications.models import Application, Promise
from rapport.applications.operations import move_application
from rapport.applications.queries import lock_applications
from rapport.applications.tests.factories import ApplicationFactory, CandidateFactory
from rapport.jobs.models import Job
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import COMMAND
from rapport.lib.errors import NotAllowed

pytestmark = pytest.mark.django_db
START = datetime(2024, 1, 8, 10, 0, tzinfo=UTC)
IMPORT = uuid4()


def past(job: Job, **values) -> PastApplication:
    first, second = job.stages.order_by("position")
    moves = (PastMove(START + timedelta(days=2), second),)
    return PastApplication(
        **{"candidate_id": CandidateFactory().id, "job": job, "first_stage": first, "stage": second, "state": "active",
           "applied_at": START, "moves": moves, **values}
    )  # fmt: skip


def bring_in(*items: PastApplication) -> list[history.Stored]:
    return history.bring_in_applications(actor=COMMAND, past=items, import_id=IMPORT)


def told() -> list[tuple[str, datetime]]:
    return list(Activity.objects.order_by("occurred_at").values_list("verb", "occurred_at"))


def test_an_application_has_its_past_and_no_promise() -> None:
    reason = history.find_or_add_reason(actor=COMMAND, side="rejected", name="No Latin")
    Activity.objects.all().delete()
    ended = START + timedelta(days=5)
    (stored,) = bring_in(past(JobFactory(), state="rejected", reason=reason, note="sorry", ended_at=ended))
    row = Application.objects.get(id=stored.application_id)
    assert (stored.is_new, row.state, row.archive_reason, row.archive_note) == (True, "rejected", reason, "sorry")
    assert (row.applied_at, row.stage_entered_at, row.ended_at) == (START, START + timedelta(days=2), ended)
    assert told() == [
        ("application.created", START), ("application.moved", START + timedelta(days=2)), ("application.archived", ended),
    ]  # fmt: skip
    assert all(activity.is_history for activity in Activity.objects.all())
    assert Promise.objects.count() == 0
    assert history.find_or_add_reason(actor=COMMAND, side="rejected", name="no  LATIN") == reason


def test_who_has_an_application_for_the_job_keeps_it() -> None:
    there = ApplicationFactory()
    (stored,) = bring_in(past(there.job, candidate_id=there.candidate_id))
    assert (stored.application_id, stored.is_new) == (there.id, False)
    there.refresh_from_db()
    assert there.stage.position == 0
    assert told() == []


def test_a_newer_export_goes_on_and_is_put_back() -> None:
    job = JobFactory()
    item = past(job, moves=())
    (stored,) = bring_in(item)
    row = lock_applications(COMMAND, [stored.application_id])[0]
    hired = past(job, candidate_id=item.candidate_id, state="hired", ended_at=START + timedelta(days=9))
    before = history.go_on_with_application(actor=COMMAND, application=row, past=hired, since=None, import_id=uuid4())
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("hired", START + timedelta(days=9))
    assert told()[-1] == ("application.hired", START + timedelta(days=9))
    history.put_back_application(actor=COMMAND, application=row, before=before, import_id=uuid4())
    row.refresh_from_db()
    assert (row.state, row.ended_at, row.stage_entered_at) == ("active", None, START)


def test_what_was_touched_since_is_not_taken_back(rita: User) -> None:
    job = JobFactory()
    untouched, touched = bring_in(past(job, moves=()), past(job, moves=()))
    to_stage = job.stages.order_by("position")[0]
    move_application(actor=rita.actor, application_id=touched.application_id, to_stage_id=to_stage.id)
    ids = [untouched.application_id, touched.application_id]
    assert history.take_back_applications(actor=COMMAND, application_ids=ids, import_id=IMPORT) == {
        touched.application_id
    }
    assert list(Application.objects.values_list("id", flat=True)) == [touched.application_id]


@pytest.mark.parametrize("name", ["ines", "emma"])
def test_others_may_not(name: str, request: pytest.FixtureRequest) -> None:
    actor = request.getfixturevalue(name).actor
    with pytest.raises(NotAllowed):
        history.bring_in_applications(actor=actor, past=[past(JobFactory())], import_id=IMPORT)
    with pytest.raises(NotAllowed):
        history.take_back_applications(actor=actor, application_ids=[], import_id=IMPORT)
    assert Application.objects.count() == 0
