"""The smallest valid rows of this app."""

from collections.abc import Iterable
from datetime import UTC, datetime

import factory

from rapport.accounts.models import User
from rapport.jobs.models import Department, HiringTeamMember, Job, Stage

CREATED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda number: f"Department {number}")


class JobFactory(factory.django.DjangoModelFactory):
    """An open job with two stages, Applied (5 days promised) and Interview (no promise)."""

    class Meta:
        model = Job
        skip_postgeneration_save = True

    title = factory.Sequence(lambda number: f"Engineer {number}")
    state = Job.State.OPEN
    opened_at = CREATED
    created_at = CREATED
    updated_at = CREATED

    @factory.post_generation
    def stages(self, create: bool, extracted: object, **kwargs: object) -> None:
        if extracted is None:
            StageFactory(job=self, name="Applied", kind="applied", position=0, promised_days=5)
            StageFactory(job=self, name="Interview", kind="interview", position=1)

    @factory.post_generation
    def team(self, create: bool, extracted: Iterable[User] | None, **kwargs: object) -> None:
        for user in extracted or ():
            role = user.role if user.role in HiringTeamMember.TeamRole.values else "recruiter"
            HiringTeamMember.objects.create(job=self, user=user, team_role=role)


class StageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Stage

    job = factory.SubFactory(JobFactory, stages=False)
    name = factory.Sequence(lambda number: f"Stage {number}")
    kind = Stage.Kind.INTERVIEW
    position = factory.Sequence(lambda number: number)
