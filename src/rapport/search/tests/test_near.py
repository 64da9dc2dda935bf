"""People like somebody, jobs for somebody, and people known from before."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.models import ArchiveReason
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates.models import Candidate, Consent, Pool, PoolMember
from rapport.jobs.models import JobSkill
from rapport.lib import clock
from rapport.lib.ids import new_id
from rapport.search import queries
from rapport.search.near import jobs_for, people_like
from rapport.search.operations import rediscover
from rapport.search.tests.factories import make_candidate, make_job, make_skill
from rapport.skills.models import Skill

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def ada(index_everybody: Callable[[], None]) -> Candidate:
    ada = make_candidate(
        "Ada Both", skills=("Python", "Airflow"), sentence="Kept Airflow going.", title="Data engineer"
    )
    make_candidate("Ben Like", skills=("Python", "Airflow"), sentence="Ran Airflow.", title="Senior data engineer")
    make_candidate("Cleo Half", skills=("Python",), sentence="Wrote Python.", title="Developer")
    make_candidate("Ada Cook", skills=("Cooking",), sentence="Cooked.", title="Cook")
    index_everybody()
    return ada


def test_people_like_somebody_share_skills_and_title(rita: User, ada: Candidate) -> None:
    found = people_like(rita.actor, ada.id)
    assert [row.candidate.full_name for row in found] == ["Ben Like", "Cleo Half"]
    assert (set(found[0].shared), found[1].shared) == ({"Apache Airflow", "Python"}, ("Python",))
    assert found[0].score > found[1].score > 0


def test_jobs_for_somebody_have_the_score_of_the_job_s_page(rita: User, ada: Candidate) -> None:
    fitting = make_job("Data engineer", must=("Python", "Airflow"), state="open", description="Keeps Airflow going.")
    make_job("Cook", must=("Cooking",), state="open")
    make_job("Closed", must=("Python",), state="closed")
    taken = make_job("Developer", must=("Python",), state="open")
    ApplicationFactory(job=taken, candidate=ada)
    rows = jobs_for(rita.actor, ada.id)
    assert [row.job.title for row in rows] == ["Data engineer"]
    page = queries.fits_for_job(rita.actor, fitting.id)
    assert rows[0].fit == next(row.fit for row in page.rows if row.candidate.id == ada.id)
    assert rows[0].found == ("Python", "Apache Airflow")


def test_the_profile_s_part_names_both_and_is_a_page_without_scripts(
    sign_in: SignIn, rita: User, ada: Candidate
) -> None:
    make_job("Data engineer", must=("Python",), state="open")
    client = sign_in(rita)
    part = client.get(f"/candidates/{ada.id}/near/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div class="near" id="near">')
    assert "Ben Like" in part
    assert "Data engineer" in part
    page = client.get(f"/candidates/{ada.id}/near/")
    assert page.status_code == 200
    assert "<html" in page.content.decode()
    assert client.get(f"/candidates/{uuid4()}/near/").status_code == 404
    assert f"/candidates/{ada.id}/near/" in client.get(f"/candidates/{ada.id}/").content.decode()


def test_statements_do_not_grow_with_jobs(rita: User, ada: Candidate) -> None:
    make_job("Engineer", must=("Python",), state="open")
    jobs_for(rita.actor, ada.id)
    with CaptureQueriesContext(connection) as few:
        jobs_for(rita.actor, ada.id)
    for number in range(15):
        make_job(f"Engineer {number}", must=("Python",), state="open")
    with CaptureQueriesContext(connection) as many:
        assert len(jobs_for(rita.actor, ada.id)) == 5
    assert len(many) == len(few)


def test_people_known_before_come_with_outcome_consent_and_contact(
    index_everybody: Callable[[], None], sign_in: SignIn, rita: User
) -> None:
    old = make_job("Old job", must=("Python",))
    finalist = make_candidate("Fin Alist", skills=("Python",), title="Developer")
    ApplicationFactory(
        job=old, candidate=finalist, state="rejected", ended_at=clock.now(),
        archive_reason=ArchiveReason.objects.create(name="Another was closer", side="rejected"),
    )  # fmt: skip
    pooled = make_candidate("Poo Led", skills=("Python",), title="Developer")
    pool = Pool.objects.create(name="Spring")
    PoolMember.objects.create(pool=pool, candidate=pooled, added_at=clock.now())
    Consent.objects.create(candidate=pooled, purpose="recruiting", given_at=clock.now())
    make_candidate("New Comer", skills=("Python",), title="Developer")
    job = make_job("Developer", must=("Python",), state="open")
    index_everybody()
    page = sign_in(rita).get(f"/jobs/{job.id}/fits/", {"known": "1"})
    rows = {row.candidate.full_name: row.before for row in page.context["found"].rows}
    assert set(rows) == {"Fin Alist", "Poo Led"}
    assert (rows["Fin Alist"].application.job, rows["Fin Alist"].has_consent) == (old, False)
    assert (rows["Poo Led"].pools, rows["Poo Led"].has_consent) == (("Spring",), True)
    html = page.content.decode()
    assert "Another was closer" in html
    assert "Pool Spring" in html
    assert "Agreed to be contacted" in html
    assert "New Comer" not in html


def test_a_secret_job_s_outcome_stays_secret(index_everybody: Callable[[], None], rita: User) -> None:
    secret = make_job("Secret", is_confidential=True)
    somebody = make_candidate("Som Body", skills=("Python",))
    ApplicationFactory(job=secret, candidate=somebody)
    PoolMember.objects.create(pool=Pool.objects.create(name="Spring"), candidate=somebody, added_at=clock.now())
    job = make_job("Developer", must=("Python",))
    index_everybody()
    (row,) = queries.fits_for_job(rita.actor, job.id, known=True).rows
    assert row.before is not None
    assert row.before.application is None


def test_opening_a_job_tells_once_how_many_are_known(index_everybody: Callable[[], None]) -> None:
    job = make_job("Developer", must=("Python",), state="open")
    ApplicationFactory(
        candidate=make_candidate("Fin Alist", skills=("Python",), title="Developer"), job=make_job("Old")
    )
    index_everybody()
    opened = new_id()
    assert rediscover(job_id=job.id, opened_id=opened) == 1
    rediscover(job_id=job.id, opened_id=opened)
    told = Activity.objects.filter(verb="job.rediscovered")
    assert [row.data["count"] for row in told] == [1]
    assert rediscover(job_id=uuid4(), opened_id=opened) == 0


def test_a_skill_newer_than_the_people_counts_by_its_words(index_everybody: Callable[[], None], rita: User) -> None:
    dried = make_candidate("Dora", sentence="Ran freeze drying for vaccines.", title="Operator")
    make_candidate("Emil", sentence="Drove a truck.", title="Operator")
    job = make_job("Operator")
    skill = make_skill("Freeze drying of vaccines")
    Skill.objects.filter(id=skill.id).update(
        source=Skill.Source.RECRUITER, name="Freeze drying", normal="freeze drying"
    )
    JobSkill.objects.create(job=job, skill=skill, need="must", weight=5, position=0)
    index_everybody()
    rows = queries.fits_for_job(rita.actor, job.id).rows
    assert next(row.candidate for row in rows) == dried
    (line,) = rows[0].fit.parts[0].evidence
    assert (line.label, line.note) == ("Freeze drying", "its words are in what they have done")
    assert 0 < line.points < line.of
