"""The smallest valid rows of this app."""

from datetime import UTC, datetime

import factory

from rapport.applications.models import Application, ArchiveReason, Promise
from rapport.candidates.models import Candidate
from rapport.jobs.models import Stage
from rapport.jobs.tests.factories import JobFactory

MOMENT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class CandidateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Candidate

    full_name = factory.Sequence(lambda number: f"Carl Candidate {number}")
    title = "Data engineer"
    organisation = "Kranich Mobil"
    created_at = MOMENT
    updated_at = MOMENT


class ReasonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ArchiveReason

    name = factory.Sequence(lambda number: f"Reason {number}")
    side = ArchiveReason.Side.REJECTED


class ApplicationFactory(factory.django.DjangoModelFactory):
    """Active, in the first stage of its job."""

    class Meta:
        model = Application

    candidate = factory.SubFactory(CandidateFactory)
    job = factory.SubFactory(JobFactory)
    stage = factory.LazyAttribute(lambda row: Stage.objects.filter(job=row.job).order_by("position").first())
    applied_at = MOMENT
    stage_entered_at = MOMENT


class PromiseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Promise

    application = factory.SubFactory(ApplicationFactory)
    hear_by_on = MOMENT.date()
    made_at = MOMENT
