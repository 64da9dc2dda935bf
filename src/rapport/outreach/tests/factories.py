"""The smallest valid rows."""

from datetime import time
from typing import Any

import factory

from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory
from rapport.lib import clock
from rapport.mail.models import Mailbox
from rapport.outreach.models import Enrollment, Sequence, Step, StepVersion, Variant

OFFICE = {"days": [0, 1, 2, 3, 4], "from_time": time(9), "until_time": time(17)}
ALWAYS = {"days": [0, 1, 2, 3, 4, 5, 6], "from_time": time(0), "until_time": time(23, 59, 59, 999999)}


class MailboxFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Mailbox

    address = factory.Sequence(lambda number: f"rita{number}@example.org")
    display_name = "Rita Muster"
    smtp_host = "127.0.0.1"
    smtp_security = "plain"
    daily_cap = 1_000_000
    pace_per_minute = 1_000_000
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)


class SequenceFactory(factory.django.DjangoModelFactory):
    """Active, with hours that are always open, in UTC."""

    class Meta:
        model = Sequence

    name = factory.Sequence(lambda number: f"Sequence {number}")
    state = "active"
    mailbox = factory.SubFactory(MailboxFactory)
    time_zone = "UTC"
    days = ALWAYS["days"]
    from_time = ALWAYS["from_time"]
    until_time = ALWAYS["until_time"]
    cap_count = 50
    created_at = factory.LazyFunction(clock.now)
    updated_at = factory.LazyFunction(clock.now)


def make_step(
    sequence: Sequence, position: int = 1, *, kind: str = "auto", wait_count: int = 0, subject: str = "Hello {{ first_name }}",
    body: str = "Hi {{ first_name }},\n\nshall we talk?", **fields: Any,
) -> Step:  # fmt: skip
    step = Step.objects.create(sequence=sequence, position=position, kind=kind, wait_count=wait_count, **fields)
    StepVersion.objects.create(step=step, number=1, subject=subject, body=body, created_at=clock.now())
    return step


def make_variant(step: Step, letter: str, subject: str, body: str = "Hi {{ first_name }},\n\nshall we talk?", at=None):
    """A variant beside the first, compared from then on; returns the step."""
    at = at or clock.now()
    number = step.versions.count() + 1
    StepVersion.objects.create(step=step, number=number, letter=letter, subject=subject, body=body, created_at=at)
    for each in {"A", letter}:
        Variant.objects.get_or_create(step=step, letter=each, defaults={"created_at": at})
    step.compared_since = at
    step.save(update_fields=["compared_since"])
    return step


def make_person(name: str = "Carl Example", address: str = "", **fields):
    person = CandidateFactory(full_name=name, **fields)
    if address != "none":
        extra = {"value": address, "normal": address.lower()} if address else {}
        ContactPointFactory(candidate=person, is_primary=True, **extra)
    return person


class EnrollmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Enrollment

    sequence = factory.SubFactory(SequenceFactory)
    candidate = factory.SubFactory(CandidateFactory)
    next_due_at = factory.LazyFunction(clock.now)
    enrolled_at = factory.LazyFunction(clock.now)
