"""The smallest valid rows of this app, and a candidate with something to find."""

from typing import Any

import factory

from rapport.candidates.models import Candidate, CandidateSkill, Experience
from rapport.candidates.tests.factories import CandidateFactory
from rapport.jobs.models import Job, JobSkill
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.search.models import Segment
from rapport.skills.models import Skill
from rapport.skills.operations import find_or_create_skills


class SegmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda number: f"Segment {number}")
    query = "python"
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)


def make_skill(name: str) -> Skill:
    return Skill.objects.get(id=find_or_create_skills([name])[name])


def make_candidate(name: str, *, skills: tuple[str, ...] = (), sentence: str = "", **more: Any) -> Candidate:
    """A candidate with skills of three years each, and a job told in a sentence, which is their evidence."""
    candidate = CandidateFactory(full_name=name, **more)
    if sentence:
        Experience.objects.create(candidate=candidate, title=candidate.title, text=sentence, is_current=True)
    for skill in skills:
        CandidateSkill.objects.create(candidate=candidate, skill=make_skill(skill), years=3, evidence=sentence)
    return candidate


def make_job(title: str, *, must: tuple[str, ...] = (), nice: tuple[str, ...] = (), **more: Any) -> Job:
    job = JobFactory(title=title, **more)
    for need, names in (("must", must), ("nice", nice)):
        for position, name in enumerate(names):
            JobSkill.objects.create(job=job, skill=make_skill(name), need=need, weight=5, position=position)
    return job
