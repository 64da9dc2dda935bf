"""Who finds whom, through every door: recruiters all, teams their own people, employees nobody."""

from collections.abc import Callable

import pytest
from django.test import Client

from rapport.accounts.models import User
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.models import Candidate
from rapport.jobs.models import Job
from rapport.lib.errors import NotAllowed, NotFound
from rapport.search import queries
from rapport.search.tests.factories import SegmentFactory, make_candidate, make_job

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def pool(index_everybody: Callable[[], None], hugo: User, ines: User, omar: User) -> dict[str, Candidate | Job]:
    """Ada is up for Hugo's and Ines's job, Ben for Omar's, Cleo for a confidential job of Omar's, Dev for none."""
    ada, ben, cleo, dev = (
        make_candidate(f"{name} Pythonist", title="Developer") for name in ("Ada", "Ben", "Cleo", "Dev")
    )
    seen = make_job("Grid developer", must=("Python",), team=[hugo, ines])
    other = make_job("Meter developer", team=[omar])
    secret = make_job("Head of everything", team=[omar], is_confidential=True)
    for candidate, job in ((ada, seen), (ben, other), (cleo, secret)):
        ApplicationFactory(candidate=candidate, job=job)
    index_everybody()
    return {"ada": ada, "ben": ben, "cleo": cleo, "dev": dev, "seen": seen, "other": other, "secret": secret}


def found(user: User, text: str = "pythonist") -> set[str]:
    ids = set(queries.search_candidates(user.actor, text).ids)
    assert ids == set(queries.list_matching_ids(user.actor, text))
    assert len(ids) == queries.count_matching(user.actor, text)
    return {name.split()[0] for name in Candidate.objects.filter(id__in=ids).values_list("full_name", flat=True)}


def test_roles_find_whom_they_may_see(pool, rita: User, ada: User, hugo: User, ines: User, omar: User) -> None:
    everybody = {"Ada", "Ben", "Cleo", "Dev"}
    assert found(rita) == found(ada) == everybody
    assert found(hugo) == found(ines) == {"Ada"}
    assert found(omar) == {"Ben", "Cleo"}


def test_employee_may_not_search(pool, emma: User) -> None:
    for call in (queries.search_candidates, queries.list_matching_ids, queries.count_matching):
        with pytest.raises(NotAllowed):
            call(emma.actor, "pythonist")
    assert queries.search_quick(emma.actor, "ada").candidates == []


def test_stage_of_a_confidential_job_is_found_by_its_team_only(pool, rita: User, omar: User) -> None:
    text = 'job:"Head of everything"'
    assert found(rita, text) == set()
    assert found(omar, text) == {"Cleo"}
    assert found(rita, "stage:applied") == {"Ada", "Ben"}
    assert found(rita, "has:application") == {"Ada", "Ben"}


def test_hiring_manager_cannot_ask_for_the_stages_of_other_teams(pool, hugo: User) -> None:
    ApplicationFactory(candidate=pool["ada"], job=pool["other"])
    assert found(hugo, "stage:applied") == {"Ada"}
    assert found(hugo, 'job:"Meter developer"') == set()
    assert found(hugo, "job:grid*") == {"Ada"}
    assert "stage" not in queries.search_candidates(hugo.actor, "", facets=True).facets


def test_palette_shows_only_people_and_jobs_one_may_see(
    pool, sign_in: SignIn, rita: User, hugo: User, emma: User
) -> None:
    def shown(user: User, text: str) -> str:
        response = sign_in(user).get("/search/quick", {"q": text}, headers={"HX-Request": "true"})
        assert response.status_code == 200
        return response.content.decode()

    assert "Ben Pythonist" in shown(rita, "ben py")
    assert "Meter developer" in shown(rita, "meter")
    assert "Head of everything" not in shown(rita, "head")
    assert "Ben Pythonist" not in shown(hugo, "ben")
    assert "Ada Pythonist" in shown(hugo, "ada")
    assert "Meter developer" not in shown(hugo, "meter")
    assert shown(emma, "ada").strip() == ""


def test_fits_stay_within_the_team_and_its_jobs(pool, sign_in: SignIn, rita: User, hugo: User, omar: User) -> None:
    def names(user: User) -> set[str]:
        rows = queries.fits_for_job(user.actor, pool["seen"].id).rows
        return {row.candidate.full_name.split()[0] for row in rows}

    assert names(rita) == {"Ada", "Ben", "Cleo", "Dev"}
    assert names(hugo) == {"Ada"}
    with pytest.raises(NotFound):
        queries.fits_for_job(omar.actor, pool["seen"].id)
    with pytest.raises(NotFound):
        queries.fits_for_job(rita.actor, pool["secret"].id)
    assert queries.fit_of(hugo.actor, pool["seen"].id, pool["ben"].id) is None
    assert sign_in(omar).get(f"/jobs/{pool['seen'].id}/fits/").status_code == 404
    assert sign_in(hugo).get(f"/jobs/{pool['seen'].id}/fits/").status_code == 200


def test_relation_through_a_confidential_job_is_no_reason_that_others_read(pool, rita: User) -> None:
    fit = queries.fit_of(rita.actor, pool["seen"].id, pool["cleo"].id)
    assert fit is not None
    recency = next(part for part in fit.parts if part.name == "recency")
    assert "applied" not in recency.evidence[0].note


def test_shared_segment_counts_only_whom_the_reader_may_see(pool, sign_in: SignIn, rita: User, hugo: User) -> None:
    SegmentFactory(name="Pythonists", query="pythonist", owner=rita, is_shared=True)
    SegmentFactory(name="Private", query="pythonist", owner=rita)
    assert found(hugo, "segment:Pythonists") == {"Ada"}
    page = sign_in(hugo).get("/segments/").content.decode()
    assert "Pythonists" in page
    assert "Private" not in page
    problems = queries.search_candidates(hugo.actor, "python segment:Private").problems
    assert [(problem.column, problem.length) for problem in problems] == [(16, 7)]


def test_employee_and_stranger_are_kept_out_of_the_pages(pool, sign_in: SignIn, client: Client, emma: User) -> None:
    for url in ("/segments/", "/search/help/"):
        assert sign_in(emma).get(url).status_code == 403
        assert client.get(url).status_code == 302
    assert sign_in(emma).get(f"/jobs/{pool['seen'].id}/fits/").status_code == 404
