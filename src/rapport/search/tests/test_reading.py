"""Candidates as profiles of the index."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates import operations
from rapport.candidates.drafts import (
    CandidateDraft,
    ConsentDraft,
    ContactPointDraft,
    DocumentDraft,
    EducationDraft,
    ExperienceDraft,
    SkillDraft,
)
from rapport.candidates.models import Candidate
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.search import reading
from rapport.search.fits import SkillFact
from rapport.search.profiles import Profile
from rapport.search.tests.factories import make_candidate

pytestmark = pytest.mark.django_db
GIVEN = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "Ada Lindqvist\nKept forty pipelines in Python. Python again.\n"
SPAN = (TEXT.index("Python"), TEXT.index("Python") + 6)


def read_profiles(ids: list[UUID]) -> list[Profile]:
    with connection.cursor() as cursor:
        return reading.read_profiles(cursor, ids)


def test_statements_are_as_many_for_twenty_as_for_two() -> None:
    people = [make_candidate(f"Person {number}", skills=("Python",), sentence="With Python.") for number in range(20)]
    with CaptureQueriesContext(connection) as few:
        assert len(read_profiles([one.id for one in people[:2]])) == 2
    with CaptureQueriesContext(connection) as many:
        assert len(read_profiles([one.id for one in people])) == 20
    assert len(few) == len(many) == 11


def test_profile_holds_all_that_is_searched() -> None:
    draft = CandidateDraft(
        full_name="Ada Lindqvist",
        title="Data engineer",
        organisation="Solwerk",
        place="Berlin, Germany",
        summary="Likes quiet nights.",
        years_experience=9,
        source="Referral",
        contact_points=(ContactPointDraft("email", "Ada@Example.org"), ContactPointDraft("phone", "+49 151 12345678")),
        experiences=(ExperienceDraft("Developer", "Hafenlicht", text="Kept forty pipelines."),),
        educations=(EducationDraft("University of Nordmark", "Diploma", "Physics"),),
        skills=(SkillDraft("Python", None, "Python", *SPAN, 0),),
        tags=("four days",),
        documents=(DocumentDraft("ada.txt", TEXT.encode(), text=TEXT),),
        consents=(ConsentDraft("pool", GIVEN, expires_at=datetime(2027, 1, 1, tzinfo=UTC)),),
        notes=("Asks good questions.",),
    )
    candidate = operations.create_candidate(actor=SYSTEM, draft=draft)
    profile = read_profiles([candidate.id])[0]

    assert profile.emails == ("ada@example.org",)
    assert profile.phones == ("+4915112345678",)
    assert profile.titles == ("Data engineer", "Developer")
    assert profile.companies == ("Solwerk", "Hafenlicht")
    assert profile.skills == ("Python",)
    assert (profile.city, profile.country, profile.country_code) == ("Berlin", "Germany", "DE")
    assert profile.tags == ("four days",)
    assert (profile.source, profile.years) == ("Referral", 9)
    assert (profile.consent, profile.consent_until) == ("valid", date(2027, 1, 1))
    assert profile.has == ("email", "note", "phone", "resume")
    for words in ("forty pipelines", "quiet nights", "good questions", "University of Nordmark"):
        assert words in profile.text
    assert "Nordmark" not in profile.work
    assert "questions" not in profile.work
    assert profile.person.skills == (SkillFact("Python", "Python", *SPAN, "ada.txt", None, 2),)


def test_those_who_are_gone_are_left_out() -> None:
    candidate = make_candidate("Ada")
    gone = candidate.id
    Candidate.objects.all().delete()
    assert read_profiles([gone]) == []


def test_closest_relation_counts_and_confidential_jobs_say_nothing(rita: User) -> None:
    ada = make_candidate("Ada")
    ApplicationFactory(candidate=ada, job=JobFactory(is_confidential=True), state="hired", ended_at=GIVEN)
    assert read_profiles([ada.id])[0].person.relation == ""
    ApplicationFactory(candidate=ada)
    assert read_profiles([ada.id])[0].person.relation == "applied"
    job = JobFactory()
    ApplicationFactory(candidate=ada, job=job, stage=job.stages.get(kind="interview"))
    assert read_profiles([ada.id])[0].person.relation == "interviewed"


def test_ranges_hold_everybody_once() -> None:
    ids = {make_candidate(f"Person {number}").id for number in range(11)}
    with connection.cursor() as cursor:
        found = [
            profile.candidate_id
            for after, until in reading.split_everybody(cursor, 3)
            for batch in reading.read_everybody(cursor, after, until, batch=2)
            for profile in batch
        ]
    assert sorted(found) == sorted(ids)
