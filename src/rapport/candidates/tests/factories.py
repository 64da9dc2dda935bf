"""The smallest valid rows."""

import factory

from rapport.candidates import contact_rules
from rapport.candidates.models import Candidate, ContactPoint, Pool, Tag
from rapport.lib import clock


class CandidateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Candidate

    full_name = factory.Sequence(lambda number: f"Carl Example {number}")
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)
    last_activity_at = factory.LazyFunction(clock.now)


class ContactPointFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContactPoint

    candidate = factory.SubFactory(CandidateFactory)
    kind = "email"
    value = factory.Sequence(lambda number: f"carl{number}@example.org")
    normal = factory.LazyAttribute(lambda row: contact_rules.read_contact(row.kind, row.value, "DE").normal)
    created_at = factory.LazyFunction(clock.now)


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda number: f"tag {number}")


class PoolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pool

    name = factory.Sequence(lambda number: f"Pool {number}")
