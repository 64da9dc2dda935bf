"""Creating and changing jobs: what is stored and recorded, who may, and what is refused."""

import pytest

from rapport.activity.models import Activity
from rapport.jobs import operations, queries
from rapport.jobs.models import Department, HiringTeamMember, Job, JobSkill, Stage
from rapport.jobs.operations import WantedSkill
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.skills.models import Skill

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("verb", flat=True))


def make_skill(name: str) -> Skill:
    return Skill.objects.get_or_create(normal=name.lower(), defaults={"name": name})[0]


def test_a_new_job_is_a_draft_with_stages_a_place_and_its_maker_on_the_team(rita) -> None:
    job = operations.create_job(
        actor=rita.actor, title="  Data engineer ", department="Data", place="Berlin or remote in Germany", headcount=2
    )
    job.refresh_from_db()
    assert (job.title, job.state, job.owner, job.headcount) == ("Data engineer", "draft", rita, 2)
    assert (job.city, job.country_code, round(job.latitude or 0, 1)) == ("Berlin", "DE", 52.5)
    assert str(job.department) == "Data"
    names = [stage.name for stage in queries.list_stages(job.id)]
    assert names == ["Applied", "Phone call", "Technical interview", "Team meeting", "Offer"]
    assert [(row.user, row.team_role) for row in queries.list_team(job.id)] == [(rita, "recruiter")]
    created = Activity.objects.get()
    assert (created.verb, created.data, created.subjects) == (
        "job.created",
        {"job_title": "Data engineer"},
        {"job": str(job.id)},
    )


@pytest.mark.parametrize("name", ["hugo", "ines", "emma"])
def test_only_recruiters_and_administrators_create_jobs(request, name) -> None:
    with pytest.raises(NotAllowed):
        operations.create_job(actor=request.getfixturevalue(name).actor, title="Nurse")
    assert not Job.objects.exists()


def test_bad_details_are_told_by_field_and_nothing_is_stored(rita) -> None:
    with pytest.raises(InvalidInput) as caught:
        operations.create_job(
            actor=rita.actor, title=" ", workplace="moon", headcount=0, pay_min=9, pay_max=3, pay_currency="€"
        )
    assert sorted(caught.value.fields) == ["headcount", "pay_currency", "pay_max", "title", "workplace"]
    assert not Job.objects.exists()
    assert verbs() == []


def test_departments_are_found_in_any_case(rita) -> None:
    operations.create_job(actor=rita.actor, title="One", department="Data")
    operations.create_job(actor=rita.actor, title="Two", department="data")
    assert [department.name for department in Department.objects.all()] == ["Data"]


def test_an_update_records_the_names_of_what_changed_once(rita) -> None:
    job = JobFactory(title="Engineer")
    updated = operations.update_job(actor=rita.actor, job_id=job.id, version=1, title="Engineer", place="Graz")
    assert (updated.version, updated.city) == (2, "Graz")
    operations.update_job(actor=rita.actor, job_id=job.id, version=2, place="Graz")
    changed = Activity.objects.get()
    assert changed.data == {"job_title": "Engineer", "changed": ["place"], "is_confidential": False}


def test_who_saw_an_older_version_overwrites_nothing(rita) -> None:
    job = JobFactory(title="Engineer")
    operations.update_job(actor=rita.actor, job_id=job.id, version=1, title="Senior engineer")
    with pytest.raises(Conflict):
        operations.update_job(actor=rita.actor, job_id=job.id, version=1, title="Junior engineer")
    job.refresh_from_db()
    assert job.title == "Senior engineer"


@pytest.mark.parametrize(
    ("name", "on_team", "error"), [("hugo", False, NotFound), ("ines", True, NotAllowed), ("emma", False, NotFound)]
)
def test_who_may_not_change_a_job(request, name, on_team, error) -> None:
    user = request.getfixturevalue(name)
    job = JobFactory(title="Engineer", team=[user] if on_team else [])
    with pytest.raises(error):
        operations.update_job(actor=user.actor, job_id=job.id, title="Mine")
    job.refresh_from_db()
    assert job.title == "Engineer"


def test_states_follow_their_rules_and_are_recorded(rita) -> None:
    job = operations.create_job(actor=rita.actor, title="Engineer")
    with pytest.raises(Conflict, match="Engineer is a draft"):
        operations.change_state(actor=rita.actor, job_id=job.id, state="paused")
    opened = operations.change_state(actor=rita.actor, job_id=job.id, state="open")
    first = opened.opened_at
    operations.change_state(actor=rita.actor, job_id=job.id, state="open")
    closed = operations.change_state(actor=rita.actor, job_id=job.id, state="closed")
    assert closed.closed_at is not None
    again = operations.change_state(actor=rita.actor, job_id=job.id, state="open")
    assert (again.opened_at, again.closed_at) == (first, None)
    assert verbs() == ["job.created", "job.opened", "job.closed", "job.opened"]


def test_the_team_is_replaced_and_both_ways_recorded(rita, hugo, ines) -> None:
    job = JobFactory(team=[hugo])
    operations.set_team(actor=rita.actor, job_id=job.id, members={rita.id: "recruiter", ines.id: "interviewer"})
    assert {row.user_id: row.team_role for row in queries.list_team(job.id)} == {
        rita.id: "recruiter",
        ines.id: "interviewer",
    }
    data = Activity.objects.get().data
    assert data["added_ids"] == sorted([str(rita.id), str(ines.id)])
    assert data["removed_ids"] == [str(hugo.id)]
    operations.set_team(actor=rita.actor, job_id=job.id, members={rita.id: "recruiter", ines.id: "interviewer"})
    assert verbs() == ["job.team_changed"]


def test_a_confidential_job_keeps_somebody_who_sees_it(rita) -> None:
    job = JobFactory(team=[rita])
    operations.update_job(actor=rita.actor, job_id=job.id, is_confidential=True)
    with pytest.raises(InvalidInput):
        operations.set_team(actor=rita.actor, job_id=job.id, members={})
    assert HiringTeamMember.objects.count() == 1


def test_confidential_jobs_are_unknown_to_outsiders_administrators_too(rita, ada, hugo) -> None:
    job = JobFactory(is_confidential=True, team=[hugo])
    assert queries.get_job(hugo.actor, job.id) == job
    for outsider in (rita, ada):
        with pytest.raises(NotFound):
            queries.get_job(outsider.actor, job.id)
        assert queries.hidden_job_ids(outsider.actor) == {job.id}
    assert queries.hidden_job_ids(hugo.actor) == set()


def test_skills_keep_their_order_and_weights(rita) -> None:
    job = JobFactory()
    python, sql, go = (make_skill(name) for name in ("Python", "SQL", "Go"))
    wanted = [WantedSkill(sql.id, "must", 9), WantedSkill(python.id, "must", 4), WantedSkill(go.id, "nice", 1)]
    operations.set_skills(actor=rita.actor, job_id=job.id, skills=wanted)
    operations.set_skills(actor=rita.actor, job_id=job.id, skills=wanted)
    rows = [(row.skill.name, row.need, row.weight) for row in queries.list_skills(job.id)]
    assert rows == [("SQL", "must", 9), ("Python", "must", 4), ("Go", "nice", 1)]
    assert Activity.objects.get().data == {"job_title": job.title, "must": ["SQL", "Python"], "nice": ["Go"]}


@pytest.mark.parametrize(("need", "weight"), [("must", 0), ("must", 11), ("maybe", 5)])
def test_impossible_weights_and_needs_are_refused(rita, need, weight) -> None:
    job = JobFactory()
    with pytest.raises(InvalidInput):
        operations.set_skills(actor=rita.actor, job_id=job.id, skills=[WantedSkill(make_skill("Go").id, need, weight)])
    assert not JobSkill.objects.exists()


def test_skills_are_suggested_from_the_description_without_those_wanted(db) -> None:
    python, sql = make_skill("Python"), make_skill("SQL")
    text = "You write Python and SQL all day, and Python again."
    assert queries.suggest_skills(text) == [python, sql]
    assert queries.suggest_skills(text, except_ids={python.id}) == [sql]


def test_stages_of_a_job_stand_in_their_order(rita) -> None:
    job = JobFactory()
    assert [stage.position for stage in Stage.objects.filter(job=job)] == [0, 1]
