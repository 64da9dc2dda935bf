"""The page of a job's best fits."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.applications.models import Application
from rapport.applications.tests.factories import ApplicationFactory
from rapport.jobs.models import Job, JobSkill
from rapport.search import queries
from rapport.search.job_fits import Weights
from rapport.search.tests.factories import make_candidate, make_job, make_skill
from rapport.skills.models import Relation, Skill

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def job(index_everybody: Callable[[], None]) -> Job:
    job = make_job("Data engineer", must=("Python", "SQL"), nice=("Docker",), description="Keeps pipelines in Python.")
    make_candidate(
        "Ada Both", skills=("Python", "SQL"), sentence="Kept forty pipelines in Python and SQL.", title="Data engineer"
    )
    make_candidate("Ben Python", skills=("Python",), sentence="Wrote Python at night.", title="Developer")
    make_candidate("Cleo Docker", skills=("Docker",), sentence="Packed all into Docker.", title="Developer")
    index_everybody()
    return job


def ranked(client: Client, job: Job, **query: object) -> list[str]:
    page = client.get(f"/jobs/{job.id}/fits/", query)
    assert page.status_code == 200
    return [row.candidate.full_name for row in page.context["found"].rows]


def test_best_stands_first_and_weights_change_the_order(sign_in: SignIn, rita: User, job: Job) -> None:
    client = sign_in(rita)
    assert ranked(client, job) == ["Ada Both", "Ben Python", "Cleo Docker"]
    skills = {row.skill.name: row.skill_id for row in JobSkill.objects.select_related("skill")}
    only_docker = {f"skill.{skills['Python']}": 0, f"skill.{skills['SQL']}": 0, "part.likeness": 0, "part.title": 0}
    assert ranked(client, job, **only_docker)[0] == "Cleo Docker"


def test_parts_add_up_to_the_score_and_cite_the_sentence(sign_in: SignIn, rita: User, job: Job) -> None:
    page = sign_in(rita).get(f"/jobs/{job.id}/fits/")
    fit = page.context["chosen"].fit
    assert round(sum(part.points for part in fit.parts), 1) == fit.score
    assert round(sum(part.of for part in fit.parts), 1) == 100
    for part in fit.parts:
        assert round(sum(line.points for line in part.evidence), 1) == part.points
    html = page.content.decode()
    assert "<q>Kept forty pipelines in <mark>Python</mark> and SQL.</q>" in html
    assert re.search(r"Docker</dt>\s*<dd>\s*Not found", html)


def test_a_related_skill_has_another_mark_than_one_that_was_found(
    index_everybody: Callable[[], None], sign_in: SignIn, rita: User, job: Job
) -> None:
    kubernetes = make_skill("Kubernetes")
    Relation.objects.create(skill=make_skill("Docker"), related=kubernetes, weight=0.8)
    dora = make_candidate("Dora Near", skills=("Kubernetes", "Python"), sentence="Ran Python on Kubernetes.")
    index_everybody()
    html = sign_in(rita).get(f"/jobs/{job.id}/fits/?candidate={dora.id}").content.decode()
    marks = {
        name: re.sub(r"\s+", " ", svg) for svg, name in re.findall(r"<dt>(<svg.*?</svg>)([^<]+)</dt>", html, re.DOTALL)
    }
    assert set(marks) == {"Python", "Docker"}
    assert marks["Python"] != marks["Docker"]


def test_nobody_is_left_out_until_somebody_asks_for_it(sign_in: SignIn, rita: User, job: Job) -> None:
    client = sign_in(rita)
    skills = {row.skill.name: row.skill_id for row in JobSkill.objects.select_related("skill")}
    assert len(ranked(client, job)) == 3
    assert ranked(client, job, **{f"required.{skills['Python']}": 1}) == ["Ada Both", "Ben Python"]
    assert ranked(client, job, **{f"required.{skills[name]}": 1 for name in ("Python", "SQL")}) == ["Ada Both"]
    page = client.get(f"/jobs/{job.id}/fits/", {f"required.{skills[name]}": 1 for name in ("SQL", "Docker")})
    assert "Take one of the ticks away." in page.content.decode()


def test_htmx_gets_the_list_or_the_reasons_alone(sign_in: SignIn, rita: User, job: Job) -> None:
    client = sign_in(rita)
    ben = next(row for row in queries.fits_for_job(rita.actor, job.id).rows if row.position == 2).candidate
    listing = client.get(f"/jobs/{job.id}/fits/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert listing.content.decode().strip().startswith('<div class="fits-results" id="results">')
    reasons = client.get(
        f"/jobs/{job.id}/fits/?candidate={ben.id}", headers={"HX-Request": "true", "HX-Target": "why"}
    ).content.decode()
    assert reasons.strip().startswith('<article class="why"')
    assert "Ben Python" in reasons
    assert "Ada Both" not in reasons


def test_statements_do_not_grow_with_the_people(index_everybody, sign_in: SignIn, rita: User, job: Job) -> None:
    client = sign_in(rita)
    client.get(f"/jobs/{job.id}/fits/")
    with CaptureQueriesContext(connection) as few:
        assert len(ranked(client, job)) == 3
    for number in range(17):
        make_candidate(f"Person {number}", skills=("Python",), sentence="Wrote Python.")
    index_everybody()
    with CaptureQueriesContext(connection) as many:
        assert len(ranked(client, job)) == 20
    assert len(many) == len(few)
    assert len(many) <= 20


def test_adding_puts_people_on_the_board_with_their_score(sign_in: SignIn, rita: User, job: Job) -> None:
    client = sign_in(rita)
    best = queries.fits_for_job(rita.actor, job.id).rows[0]
    for _ in range(2):
        response = client.post(
            f"/jobs/{job.id}/fits/add/", {"candidate": str(best.candidate.id)}, headers={"HX-Request": "true"}
        )
        assert response.status_code == 204
    application = Application.objects.get()
    assert (application.candidate_id, application.fit_score) == (best.candidate.id, round(best.fit.score))
    assert ranked(client, job) == ["Ben Python", "Cleo Docker"]
    assert ranked(client, job, considered="1") == ["Ada Both", "Ben Python", "Cleo Docker"]


def test_interviewer_may_look_but_not_add_or_save(sign_in: SignIn, ines: User, job: Job, index_everybody) -> None:
    job.team_rows.create(user=ines, team_role="interviewer")
    candidate = ApplicationFactory(job=job).candidate
    other = make_candidate("Dora")
    index_everybody()
    client = sign_in(ines)
    page = client.get(f"/jobs/{job.id}/fits/", {"considered": "1"})
    assert [row.candidate.id for row in page.context["found"].rows] == [candidate.id]
    assert "Save weights" not in page.content.decode()
    assert "/sequences/enroll" not in page.content.decode()
    assert client.post(f"/jobs/{job.id}/fits/add/", {"candidate": str(other.id)}).status_code == 403
    assert client.post(f"/jobs/{job.id}/fits/weights/", {}).status_code == 403
    assert Application.objects.count() == 1


def test_saved_weights_are_the_job_s(sign_in: SignIn, rita: User, job: Job) -> None:
    docker = JobSkill.objects.get(skill__name="Docker")
    response = sign_in(rita).post(f"/jobs/{job.id}/fits/weights/", {f"skill.{docker.skill_id}": "9"})
    assert response.status_code == 302
    assert dict(JobSkill.objects.values_list("skill__name", "weight")) == {"Python": 5, "SQL": 5, "Docker": 9}


def test_page_says_so_while_there_is_no_index(index_folder, sign_in: SignIn, rita: User) -> None:
    page = sign_in(rita).get(f"/jobs/{make_job('Engineer').id}/fits/")
    assert page.status_code == 200
    assert "index is being built" in page.content.decode()


def test_broken_ids_are_refused(sign_in: SignIn, rita: User, job: Job) -> None:
    assert sign_in(rita).post(f"/jobs/{job.id}/fits/add/", {"candidate": "x"}).status_code == 422


def test_weights_outside_their_range_are_passed_over() -> None:
    weights = Weights.from_query(
        {"part.title": "99", "part.nonsense": "3", "part.place": "-1", "skill.x": "4", "required.x": "1", "q": "1"}
    )
    assert (weights.parts, weights.skills, weights.required) == ({"title": 40}, {}, frozenset())


def test_same_input_gives_the_same_order(rita: User, job: Job) -> None:
    first, second = (queries.fits_for_job(rita.actor, job.id) for _ in range(2))
    assert [row.fit for row in first.rows] == [row.fit for row in second.rows]
    alone = queries.fit_of(rita.actor, job.id, first.rows[1].candidate.id)
    assert alone == first.rows[1].fit


def test_a_skill_of_an_imported_list_counts_where_the_text_of_the_work_has_its_words(
    rita: User, index_everybody: Callable[[], None]
) -> None:
    """Résumés are read with the starter, so nobody has such a skill as a row of their own."""
    Skill.objects.create(name="train falcons", normal="train falcon", source=Skill.Source.LAISER, category="O*NET")
    make_candidate("Fay Falconer", title="Keeper", sentence="I train falcons for airports.")
    make_candidate("Peter Pigeon", title="Keeper", sentence="I feed pigeons at the harbour.")
    job = make_job("Keeper", must=("train falcons",))
    index_everybody()
    fits = {row.candidate.full_name: row.fit for row in queries.fits_for_job(rita.actor, job.id).rows}
    musts = {name: next(part for part in fit.parts if part.name == "must") for name, fit in fits.items()}
    assert (musts["Fay Falconer"].points, musts["Fay Falconer"].of) == (36.8, 61.4)
    assert musts["Fay Falconer"].evidence[0].note == "its words are in what they have done"
    assert musts["Peter Pigeon"].points == 0
