"""Pages of jobs over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.jobs import queries
from rapport.jobs.models import Job, JobSkill
from rapport.jobs.tests.factories import DepartmentFactory, JobFactory
from rapport.skills.models import Skill
from rapport.skills.operations import find_or_create_skills

pytestmark = pytest.mark.django_db


def count_statements(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def test_the_list_takes_as_many_statements_for_20_jobs_as_for_2(rita, sign_in) -> None:
    client = sign_in(rita)
    for _ in range(2):
        JobFactory(department=DepartmentFactory(), owner=rita)
    client.get(reverse("jobs:list"))
    few = count_statements(client, reverse("jobs:list"))
    for _ in range(18):
        JobFactory(department=DepartmentFactory(), owner=rita)
    assert count_statements(client, reverse("jobs:list")) == few
    assert few <= 15


def test_the_list_narrows_by_state_title_department_and_mine(rita, sign_in) -> None:
    data = DepartmentFactory(name="Data")
    JobFactory(title="Data engineer", department=data, team=[rita])
    JobFactory(title="Engine driver")
    JobFactory(title="Old job", state=Job.State.CLOSED)
    client = sign_in(rita)

    def titles(query: str) -> list[str]:
        rows = client.get(reverse("jobs:list") + query).context["rows"]
        return sorted(row["job"].title for row in rows)

    assert titles("") == ["Data engineer", "Engine driver"]
    assert titles("?state=closed") == ["Old job"]
    assert titles("?q=data engi") == ["Data engineer"]
    assert titles(f"?department={data.id}") == ["Data engineer"]
    assert titles("?mine=1") == ["Data engineer"]
    assert titles("?state=all") == ["Data engineer", "Engine driver", "Old job"]
    assert titles("?department=nonsense&before=nonsense") == ["Data engineer", "Engine driver"]


def test_hiring_managers_see_their_jobs_only(hugo, omar, emma, sign_in) -> None:
    job = JobFactory(title="Data engineer", team=[hugo])
    rows = sign_in(hugo).get(reverse("jobs:list")).context["rows"]
    assert [row["job"] for row in rows] == [job]
    assert sign_in(omar).get(reverse("jobs:list")).context["rows"] == []
    assert sign_in(emma).get(reverse("jobs:list")).status_code == 403


@pytest.mark.parametrize("url_name", ["jobs:posting", "jobs:process", "jobs:team", "jobs:detail"])
def test_pages_of_a_job_one_may_not_know_of_are_not_found(url_name, hugo, omar, emma, sign_in) -> None:
    job = JobFactory(team=[hugo])
    url = reverse(url_name, args=[job.id])
    assert sign_in(hugo).get(url).status_code in (200, 302)
    assert sign_in(omar).get(url).status_code == 404
    assert sign_in(emma).get(url).status_code == 404


def test_creating_a_job_leads_to_its_posting(rita, sign_in) -> None:
    details = {
        "title": "Nurse", "workplace": "on_site", "headcount": "3", "pay_currency": "EUR", "pay_period": "year"
    }  # fmt: skip
    response = sign_in(rita).post(reverse("jobs:create"), details)
    job = Job.objects.get()
    assert response.headers["Location"] == reverse("jobs:posting", args=[job.id])
    assert (job.title, job.headcount, job.state) == ("Nurse", 3, "draft")


def test_a_job_without_a_title_comes_back_with_422(rita, sign_in) -> None:
    response = sign_in(rita).post(reverse("jobs:create"), {"headcount": "0"})
    assert response.status_code == 422
    assert "title" in response.context["form"].errors
    assert not Job.objects.exists()


def test_an_interviewer_reads_the_posting_but_may_not_save_it(ines, sign_in) -> None:
    job = JobFactory(title="Engineer", team=[ines])
    client = sign_in(ines)
    assert b"<textarea" not in client.get(reverse("jobs:posting", args=[job.id])).content
    details = {"title": "Mine", "workplace": "hybrid", "headcount": "1", "pay_currency": "EUR", "pay_period": "year"}
    assert client.post(reverse("jobs:posting", args=[job.id]), details).status_code == 403
    job.refresh_from_db()
    assert job.title == "Engineer"


def test_saving_an_older_version_is_a_conflict(rita, sign_in) -> None:
    job = JobFactory(title="Engineer", version=4)
    details = {
        "title": "Other", "workplace": "hybrid", "headcount": "1", "pay_currency": "EUR", "pay_period": "year",
        "version": "3",
    }  # fmt: skip
    assert sign_in(rita).post(reverse("jobs:posting", args=[job.id]), details).status_code == 409


def test_skills_are_saved_from_the_page(rita, sign_in) -> None:
    job = JobFactory()
    skill = Skill.objects.get(id=find_or_create_skills(["Python"])["Python"])
    url = reverse("jobs:skills", args=[job.id])
    data = {"skill": [str(skill.id)], f"need-{skill.id}": "nice", f"weight-{skill.id}": "7"}
    response = sign_in(rita).post(url, data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert b"Python" in response.content
    assert [(row.skill, row.need, row.weight) for row in JobSkill.objects.all()] == [(skill, "nice", 7)]
    assert sign_in(rita).post(url, {"skill": "nonsense"}).status_code == 422


def test_the_state_is_changed_and_leads_back_to_a_page_of_ours_only(rita, sign_in) -> None:
    job = JobFactory()
    url = reverse("jobs:state", args=[job.id])
    response = sign_in(rita).post(url, {"state": "paused", "next": "https://evil.example/"})
    assert response.headers["Location"] == queries.first_page_url(job.id)
    job.refresh_from_db()
    assert job.state == "paused"


def test_the_team_page_saves_roles_and_the_confidential_switch(rita, hugo, sign_in) -> None:
    job = JobFactory(team=[rita])
    client = sign_in(rita)
    client.post(reverse("jobs:team", args=[job.id]), {f"role-{rita.id}": "recruiter", f"role-{hugo.id}": "interviewer"})
    assert set(job.team_rows.values_list("user_id", "team_role")) == {(rita.id, "recruiter"), (hugo.id, "interviewer")}
    client.post(reverse("jobs:confidential", args=[job.id]), {"is_confidential": "on"})
    job.refresh_from_db()
    assert job.is_confidential


def test_leaving_the_team_of_a_confidential_job_leads_to_the_list(rita, hugo, sign_in) -> None:
    job = JobFactory(is_confidential=True, team=[rita])
    response = sign_in(rita).post(reverse("jobs:team", args=[job.id]), {f"role-{hugo.id}": "hiring_manager"})
    assert response.headers["Location"] == reverse("jobs:list")


def test_stages_are_moved_up_and_changed_on_the_process_page(rita, sign_in) -> None:
    job = JobFactory()
    second = job.stages.get(name="Interview")
    client = sign_in(rita)
    client.post(reverse("jobs:stages_reorder", args=[job.id]), {"move": str(second.id), "to": "up"})
    assert list(job.stages.order_by("position").values_list("name", flat=True)) == ["Interview", "Applied"]
    url = reverse("jobs:stage", args=[second.id])
    data = {f"{second.id}-name": "Talk", f"{second.id}-kind": "screen", f"{second.id}-promised_days": "4"}
    assert client.post(url, data).status_code == 302
    second.refresh_from_db()
    assert (second.name, second.kind, second.promised_days) == ("Talk", "screen", 4)
    assert client.post(url, {**data, f"{second.id}-name": "Applied"}).status_code == 422


def test_processes_are_kept_in_the_settings(rita, hugo, sign_in) -> None:
    client = sign_in(rita)
    data = {
        "name": "Short", "stages-TOTAL_FORMS": "2", "stages-INITIAL_FORMS": "0", "stages-0-name": "Talk",
        "stages-0-kind": "screen", "stages-0-promised_days": "3", "stages-1-name": "", "stages-1-kind": "interview",
    }  # fmt: skip
    assert client.post(reverse("jobs:template_create"), data).status_code == 302
    assert b"Short" in client.get(reverse("jobs:templates")).content
    assert sign_in(hugo).get(reverse("jobs:templates")).status_code == 403
