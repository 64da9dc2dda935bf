from datetime import UTC, date, datetime, timedelta

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.drafts import EducationDraft, ExperienceDraft
from rapport.candidates.models import CandidateSkill, Education, Experience
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db
GIVEN = datetime(2026, 3, 14, 9, tzinfo=UTC)


def test_consent_is_noted_and_withdrawn_once(rita: User) -> None:
    carl = CandidateFactory()
    consent = operations.give_consent(
        actor=rita.actor, candidate_id=carl.id, purpose="pool", given_at=GIVEN, expires_at=GIVEN + timedelta(days=365)
    )
    first = operations.withdraw_consent(actor=rita.actor, candidate_id=carl.id, consent_id=consent.id)
    second = operations.withdraw_consent(actor=rita.actor, candidate_id=carl.id, consent_id=consent.id)
    assert first.withdrawn_at == second.withdrawn_at
    assert [row.verb for row in Activity.objects.order_by("id")] == ["consent.given", "consent.withdrawn"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"purpose": "x"}, "purpose"), ({"basis": "x"}, "basis"), ({"expires_at": GIVEN}, "expires_at")],
)
def test_consent_that_makes_no_sense_is_refused(rita: User, changes: dict, field: str) -> None:
    given = {"purpose": "pool", "given_at": GIVEN} | changes
    with pytest.raises(InvalidInput) as refusal:
        operations.give_consent(actor=rita.actor, candidate_id=CandidateFactory().id, **given)
    assert list(refusal.value.fields) == [field]


def test_a_skill_is_added_confirmed_and_taken_away(rita: User) -> None:
    carl = CandidateFactory()
    row = operations.add_skill(actor=rita.actor, candidate_id=carl.id, name="Grid forecasting", years=4)
    again = operations.add_skill(actor=rita.actor, candidate_id=carl.id, name="grid forecasting")
    assert (again.skill_id, float(again.years), again.is_confirmed) == (row.skill_id, 4.0, True)

    operations.remove_skill(actor=rita.actor, candidate_id=carl.id, skill_id=row.skill_id)
    operations.remove_skill(actor=rita.actor, candidate_id=carl.id, skill_id=row.skill_id)
    assert not CandidateSkill.objects.exists()
    verbs = [row.verb for row in Activity.objects.order_by("id")]
    assert verbs == ["skill.added", "skill.added", "skill.removed"]


def test_jobs_and_schools_are_added_changed_and_removed(rita: User) -> None:
    carl = CandidateFactory()
    ids = {"actor": rita.actor, "candidate_id": carl.id}
    job = operations.save_experience(**ids, draft=ExperienceDraft("Fitter", "Pegel", start_on=date(2020, 1, 1)))
    operations.save_experience(**ids, draft=ExperienceDraft("Welder", "Pegel"), experience_id=job.id)
    assert list(Experience.objects.values_list("id", "title")) == [(job.id, "Welder")]
    school = operations.save_education(**ids, draft=EducationDraft("TU Graz", "MSc"))

    operations.remove_experience(**ids, experience_id=job.id)
    operations.remove_education(**ids, education_id=school.id)
    operations.remove_education(**ids, education_id=school.id)
    assert (Experience.objects.count(), Education.objects.count()) == (0, 0)
    changed = [row.data["changed"] for row in Activity.objects.order_by("id")]
    assert changed == [["experiences"], ["experiences"], ["educations"], ["experiences"], ["educations"]]


def test_a_job_of_somebody_else_is_not_found(rita: User) -> None:
    carl, dora = CandidateFactory(), CandidateFactory()
    job = operations.save_experience(actor=rita.actor, candidate_id=carl.id, draft=ExperienceDraft("Fitter"))
    with pytest.raises(NotFound):
        operations.save_experience(
            actor=rita.actor, candidate_id=dora.id, draft=ExperienceDraft("Baker"), experience_id=job.id
        )


def test_an_end_before_the_start_is_refused(rita: User) -> None:
    draft = ExperienceDraft("Fitter", start_on=date(2020, 1, 1), end_on=date(2019, 1, 1))
    with pytest.raises(InvalidInput) as refusal:
        operations.save_experience(actor=rita.actor, candidate_id=CandidateFactory().id, draft=draft)
    assert list(refusal.value.fields) == ["end_on"]
