"""Whom hiring managers and interviewers see, and what stays hidden of confidential jobs."""

import pytest

from rapport.activity.queries import list_timeline
from rapport.applications import operations
from rapport.applications.models import Application
from rapport.applications.tests.factories import ApplicationFactory, CandidateFactory
from rapport.candidates.models import Candidate
from rapport.candidates.permissions import visible_to
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM

pytestmark = pytest.mark.django_db


def test_teams_see_the_people_considered_for_their_jobs(hugo, ines, omar, emma, rita) -> None:
    CandidateFactory(full_name="Not Considered")
    candidate = ApplicationFactory(job=JobFactory(team=[hugo, ines])).candidate
    seen = {user.full_name: set(Candidate.objects.filter(visible_to(user.actor))) for user in (hugo, ines, omar, emma)}
    assert seen == {
        "Hugo Example": {candidate}, "Ines Example": {candidate}, "Omar Example": set(), "Emma Example": set()
    }  # fmt: skip
    assert Candidate.objects.filter(visible_to(rita.actor)).count() == 2


def test_applications_of_confidential_jobs_are_their_teams_alone(hugo, rita, ada) -> None:
    secret = ApplicationFactory(job=JobFactory(is_confidential=True, team=[hugo]))
    assert list(Application.objects.visible_to(hugo.actor)) == [secret]
    for outsider in (rita, ada):
        assert not Application.objects.visible_to(outsider.actor).exists()
    assert list(Application.objects.visible_to(SYSTEM)) == [secret]


def test_the_candidates_timeline_hides_what_happened_on_confidential_jobs(hugo, rita) -> None:
    candidate = CandidateFactory()
    secret = JobFactory(is_confidential=True, team=[hugo])
    ApplicationFactory(candidate=candidate, job=JobFactory(team=[hugo]))
    operations.create_application(actor=hugo.actor, candidate_id=candidate.id, job_id=secret.id)

    def shown(user) -> list[str]:
        timeline = list_timeline(user.actor, candidate.id)
        return [activity.verb for activity in timeline.activities]

    assert shown(hugo) == ["application.created"]
    assert shown(rita) == []
