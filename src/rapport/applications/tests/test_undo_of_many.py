"""One Undo takes a whole move or ending of many back; what was changed since stays, and the message says so."""

import json

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from rapport.activity.models import Activity
from rapport.applications import operations
from rapport.applications.models import Application
from rapport.applications.tests.factories import ApplicationFactory, ReasonFactory
from rapport.jobs.tests.factories import JobFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def told(response) -> dict:
    return json.loads(response["HX-Trigger"])["toast"]


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def job():
    return JobFactory()


def move_all(client, job, rows):
    data = {"ids": [row.id for row in rows], "to_stage": job.stages.get(name="Interview").id}
    return client.post(reverse("applications:move_many", args=[job.id]), data, headers=HTMX)


def test_a_move_of_70_is_taken_back_to_where_each_came_from(rita, sign_in, job) -> None:
    client, offer = sign_in(rita), job.stages.create(name="Offer", kind="offer", position=2)
    rows = [*ApplicationFactory.create_batch(69, job=job), ApplicationFactory(job=job, stage=offer)]
    undo = told(move_all(client, job, rows))["undo"]
    assert Application.objects.filter(stage__name="Interview").count() == 70
    response = client.post(undo, headers=HTMX)
    assert (response.status_code, said(response)) == (204, ["70 people back where they were."])
    assert Application.objects.filter(stage__name="Applied").count() == 69
    assert Application.objects.get(stage=offer) == rows[-1]
    assert Activity.objects.filter(verb="application.moved").count() == 140


def test_who_was_moved_since_stays_and_is_counted(rita, ada, sign_in, job) -> None:
    client, offer = sign_in(rita), job.stages.create(name="Offer", kind="offer", position=2)
    first, second, third = ApplicationFactory.create_batch(3, job=job)
    undo = told(move_all(client, job, [first, second, third]))["undo"]
    operations.move_application(actor=ada.actor, application_id=second.id, to_stage_id=offer.id)
    # Away and back again is a change, too.
    operations.move_application(actor=ada.actor, application_id=third.id, to_stage_id=offer.id)
    operations.move_application(
        actor=ada.actor, application_id=third.id, to_stage_id=job.stages.get(name="Interview").id
    )
    response = client.post(undo, headers=HTMX)
    assert said(response) == [f"{first.candidate} back where they were; 2 changed since and left as they are."]
    stages = [Application.objects.get(id=row.id).stage.name for row in (first, second, third)]
    assert stages == ["Applied", "Offer", "Interview"]


def test_undo_works_once_and_for_its_owner_only(rita, ada, hugo, sign_in, job) -> None:
    client, rows = sign_in(rita), ApplicationFactory.create_batch(2, job=job)
    undo = told(move_all(client, job, rows))["undo"]
    assert sign_in(ada).post(undo, headers=HTMX).status_code == 409
    assert Application.objects.filter(stage__name="Interview").count() == 2
    assert client.post(undo, headers=HTMX).status_code == 204
    again = client.post(undo, headers=HTMX)
    assert again.status_code == 409
    assert "cannot be taken back any more" in told(again)["message"]
    assert Application.objects.filter(stage__name="Applied").count() == 2


def test_undo_of_one_list_is_gone_for_every_other_and_is_not_used_up(rita, sign_in, job) -> None:
    client, rows = sign_in(rita), ApplicationFactory.create_batch(2, job=job)
    undo = told(move_all(client, job, rows))["undo"]
    word = undo.rstrip("/").rsplit("/", 1)[-1]
    for elsewhere in (
        reverse("applications:undo", args=[JobFactory().id, word]),
        reverse("workspace:candidates_undo", args=[word]),
    ):
        assert client.post(elsewhere, headers=HTMX).status_code == 409
    assert client.post(undo, headers=HTMX).status_code == 204
    assert Application.objects.filter(stage__name="Applied").count() == 2


def test_without_the_right_nothing_goes_back(rita, sign_in, job) -> None:
    client, rows = sign_in(rita), ApplicationFactory.create_batch(2, job=job)
    undo = told(move_all(client, job, rows))["undo"]
    rita.role = "employee"
    rita.save()
    assert client.post(undo, headers=HTMX).status_code in (403, 404)
    assert Application.objects.filter(stage__name="Interview").count() == 2


def test_a_rejection_of_many_is_taken_back_but_for_who_ended_again(rita, ada, sign_in, job) -> None:
    client, reason = sign_in(rita), ReasonFactory(side="rejected")
    rows = ApplicationFactory.create_batch(61, job=job)
    data = {"ids": [row.id for row in rows], "reason": reason.id, "note": ""}
    undo = told(client.post(reverse("applications:archive", args=[job.id]), data, headers=HTMX))["undo"]
    operations.reopen_applications(actor=ada.actor, application_ids=[rows[0].id])
    operations.hire_application(actor=ada.actor, application_id=rows[0].id)
    assert said(client.post(undo, headers=HTMX)) == [
        "60 people in process again; 1 changed since and left as they are."
    ]
    assert Application.objects.filter(state="active").count() == 60
    assert Application.objects.get(state="hired") == rows[0]


def test_undo_of_one_card_does_not_take_back_a_colleagues_move(rita, ada, sign_in, job) -> None:
    client, offer = sign_in(rita), job.stages.create(name="Offer", kind="offer", position=2)
    application = ApplicationFactory(job=job)
    url = reverse("applications:move", args=[application.id])
    undo = told(client.post(url, {"to_stage": job.stages.get(name="Interview").id}, headers=HTMX))["undo"]
    operations.move_application(actor=ada.actor, application_id=application.id, to_stage_id=offer.id)
    response = client.post(undo, headers=HTMX)
    assert response.status_code == 409
    assert told(response)["message"].startswith(f"Ada Example moved {application.candidate} to Offer meanwhile.")
    application.refresh_from_db()
    assert application.stage == offer


def test_undo_of_a_hire_pressed_again_leaves_a_later_rejection(rita, ada, sign_in, job) -> None:
    client, application, reason = sign_in(rita), ApplicationFactory(job=job), ReasonFactory()
    undo = told(client.post(reverse("applications:hire", args=[application.id]), headers=HTMX))["undo"]
    client.post(undo, headers=HTMX)
    application.refresh_from_db()
    assert application.state == Application.State.ACTIVE
    operations.archive_application(actor=ada.actor, application_id=application.id, reason_id=reason.id)
    assert client.post(undo, headers=HTMX).status_code == 409
    application.refresh_from_db()
    assert application.state == Application.State.REJECTED
