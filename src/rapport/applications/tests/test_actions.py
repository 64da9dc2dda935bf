"""What people do on boards and application pages, over HTTP."""

import json

import pytest
from django.urls import reverse

from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.applications.tests.factories import ApplicationFactory, CandidateFactory, PromiseFactory, ReasonFactory
from rapport.jobs.tests.factories import JobFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def told(response) -> dict:
    return json.loads(response.headers["HX-Trigger"])["toast"]


@pytest.fixture
def application():
    return ApplicationFactory(candidate__full_name="Amara Nwosu")


def test_a_moved_card_comes_back_with_an_undo(rita, sign_in, application) -> None:
    client, interview = sign_in(rita), application.job.stages.get(name="Interview")
    response = client.post(
        reverse("applications:move", args=[application.id]),
        {"to_stage": interview.id, "from_stage": application.stage_id},
        headers=HTMX,
    )
    assert response.status_code == 200
    assert f'id="a-{application.id}"'.encode() in response.content
    assert told(response)["message"] == "Amara Nwosu moved to Interview"
    assert client.post(told(response)["undo"], headers=HTMX).status_code == 200
    application.refresh_from_db()
    assert application.stage.name == "Applied"


def test_the_second_of_two_recruiters_is_told_with_409(rita, ada, sign_in, application) -> None:
    interview = application.job.stages.get(name="Interview")
    url, applied = reverse("applications:move", args=[application.id]), application.stage_id
    sign_in(rita).post(url, {"to_stage": interview.id, "from_stage": applied}, headers=HTMX)
    offer = application.job.stages.create(name="Offer", kind="offer", position=2)
    response = sign_in(ada).post(url, {"to_stage": offer.id, "from_stage": applied}, headers=HTMX)
    assert response.status_code == 409
    assert told(response)["message"].startswith("Rita Example moved Amara Nwosu to Interview meanwhile.")
    application.refresh_from_db()
    assert application.stage == interview


@pytest.mark.parametrize(
    ("name", "on_team", "status"), [("omar", False, 404), ("ines", True, 403), ("emma", False, 404)]
)
@pytest.mark.parametrize("action", ["move", "hire", "promise", "archive", "move_many", "add", "owner"])
def test_without_the_right_nothing_changes(request, sign_in, name, on_team, status, action) -> None:
    user = request.getfixturevalue(name)
    application = ApplicationFactory(job=JobFactory(team=[user] if on_team else []))
    job, interview = application.job, application.job.stages.get(name="Interview")
    urls = {
        "move": ("move", application.id, {"to_stage": interview.id}),
        "hire": ("hire", application.id, {}),
        "promise": ("promise", application.id, {"hear_by_on": "2099-01-05", "reason": "x"}),
        "archive": ("archive", job.id, {"ids": [application.id], "reason": ReasonFactory().id}),
        "move_many": ("move_many", job.id, {"ids": [application.id], "to_stage": interview.id}),
        "add": ("add", job.id, {"candidate": [CandidateFactory().id]}),
        "owner": ("assign", application.id, {"owner": user.id}),
    }
    url_name, key, data = urls[action]
    assert sign_in(user).post(reverse(f"applications:{url_name}", args=[key]), data).status_code == status
    application.refresh_from_db()
    assert (application.state, application.stage.name, application.owner) == ("active", "Applied", None)
    assert (Application.objects.count(), Promise.objects.count()) == (1, 0)


def test_nonsense_is_422_not_a_crash(rita, sign_in, application) -> None:
    client = sign_in(rita)
    for url_name, key, data in (
        ("move", application.id, {"to_stage": "nonsense"}),
        ("move", application.id, {}),
        ("move_many", application.job_id, {"ids": ["x"], "to_stage": application.stage_id}),
        ("archive", application.job_id, {"ids": [application.id], "reason": ""}),
        ("assign", application.id, {"owner": ""}),
        ("promise", application.id, {"hear_by_on": "someday"}),
        ("add", application.job_id, {}),
    ):
        assert client.post(reverse(f"applications:{url_name}", args=[key]), data).status_code == 422, url_name
    application.refresh_from_db()
    assert (application.state, application.stage.name) == ("active", "Applied")


def test_an_application_is_rejected_in_a_dialog_and_taken_back_by_undo(rita, sign_in, application) -> None:
    client = sign_in(rita)
    url = reverse("applications:archive", args=[application.job_id])
    shown = client.get(url, {"ids": application.id}, headers=HTMX).content.decode()
    assert "Amara Nwosu leaves the process" in shown
    assert "<dialog" in shown
    reason = ArchiveReason.objects.get(side="rejected", name="Too little experience")
    response = client.post(url, {"ids": application.id, "reason": reason.id, "note": "Later"}, headers=HTMX)
    assert (response.status_code, told(response)["message"]) == (204, "Amara Nwosu rejected.")
    assert json.loads(response.headers["HX-Trigger"])["board-changed"] == ""
    application.refresh_from_db()
    assert (application.state, application.archive_note) == ("rejected", "Later")
    assert client.post(told(response)["undo"], headers=HTMX).status_code == 204
    application.refresh_from_db()
    assert application.state == "active"


def test_several_are_moved_at_once(rita, sign_in) -> None:
    job = JobFactory()
    rows = ApplicationFactory.create_batch(3, job=job)
    data = {"ids": [row.id for row in rows], "to_stage": job.stages.get(name="Interview").id}
    response = sign_in(rita).post(reverse("applications:move_many", args=[job.id]), data, headers=HTMX)
    assert told(response)["message"] == "3 people moved to Interview."
    assert Application.objects.filter(stage__name="Interview").count() == 3


def test_people_are_added_to_a_job(rita, sign_in) -> None:
    job = JobFactory()
    people = [CandidateFactory(), CandidateFactory()]
    data = {"candidate": [person.id for person in people], "stage": job.stages.get(name="Interview").id}
    response = sign_in(rita).post(reverse("applications:add", args=[job.id]), data)
    assert response.headers["Location"] == reverse("applications:board", args=[job.id])
    assert set(Application.objects.values_list("candidate_id", "stage__name")) == {
        (person.id, "Interview") for person in people
    }


def test_hiring_from_the_application_page_leads_back_to_it(rita, sign_in, application) -> None:
    page = reverse("applications:detail", args=[application.id])
    client = sign_in(rita)
    response = client.post(reverse("applications:hire", args=[application.id]), {"next": page})
    assert response.headers["Location"] == page
    assert "Hired" in client.get(page).content.decode()


def test_the_page_shows_what_happened_and_moves_the_promise(rita, sign_in, application) -> None:
    PromiseFactory(application=application)
    client, page = sign_in(rita), reverse("applications:detail", args=[application.id])
    client.post(
        reverse("applications:promise", args=[application.id]),
        {"hear_by_on": "2099-01-05", "reason": "Team is away", "next": page},
    )
    client.post(
        reverse("applications:move", args=[application.id]),
        {"to_stage": application.job.stages.get(name="Interview").id, "next": page},
    )
    text = client.get(page).content.decode()
    assert f"moved the application for {application.job.title} from Applied to Interview" in text
    assert "Team is away" in text
    assert [promise.state for promise in Promise.objects.order_by("made_at")] == ["moved", "kept"]


def test_reasons_are_kept_in_the_settings_by_administrators(ada, rita, sign_in) -> None:
    url = reverse("applications:reasons")
    client = sign_in(ada)
    assert client.post(url, {"name": "Moved away", "side": "withdrawn"}).status_code == 302
    reason = ArchiveReason.objects.get(name="Moved away")
    client.post(reverse("applications:reason", args=[reason.id]), {"is_active": "0"})
    reason.refresh_from_db()
    assert not reason.is_active
    assert client.post(url, {"name": "Moved away", "side": "withdrawn"}).status_code == 422
    assert sign_in(rita).get(url).status_code == 403
