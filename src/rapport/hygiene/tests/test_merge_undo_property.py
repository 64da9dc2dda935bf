"""Random histories of two people: merging them and taking it back gives the same rows of every table."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.accounts.models import Role, User
from rapport.activity.operations import record
from rapport.applications.models import Application, Promise
from rapport.applications.tests.factories import ApplicationFactory, PromiseFactory
from rapport.candidates.activities import NOTE_ADDED
from rapport.candidates.models import (
    Candidate,
    CandidateSkill,
    CandidateTag,
    Consent,
    Document,
    Education,
    Experience,
    Note,
    PoolMember,
    Task,
)
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory, PoolFactory, TagFactory
from rapport.hygiene.operations import merge_candidates, undo_merge
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.notifications.models import Follow
from rapport.outreach.models import Delivery, Enrollment, StepVersion
from rapport.outreach.tests.factories import EnrollmentFactory, SequenceFactory, make_step
from rapport.skills.models import Skill

NOW = clock.now()
number = itertools.count()
TOLD_ELSEWHERE = {"hygiene", "procrastinate", "activity", "contenttypes", "sessions", "account", "mfa", "auth"}


class World:
    """What both people may have in common."""

    def __init__(self) -> None:
        self.user = User.objects.create_user(email="rita@example.org", full_name="Rita Example", role=Role.RECRUITER)
        self.tags = TagFactory.create_batch(2)
        self.pools = PoolFactory.create_batch(2)
        self.jobs = JobFactory.create_batch(2)
        self.skills = [Skill.objects.create(name=f"Skill {place}", normal=f"skill {place}") for place in range(2)]
        self.sequences = SequenceFactory.create_batch(2)
        self.steps = {sequence.id: make_step(sequence) for sequence in self.sequences}


def add_email(world: World, person: Candidate, which: int) -> None:
    has_one = person.contact_points.filter(kind="email", is_primary=True).exists()
    ContactPointFactory(candidate=person, is_primary=not has_one and bool(which))


def add_shared_phone(world: World, person: Candidate, which: int) -> None:
    normal = f"+4930555010{which}"
    if not person.contact_points.filter(normal=normal).exists():
        ContactPointFactory(candidate=person, kind="phone", value=normal, normal=normal, is_shared=True)


def add_document(world: World, person: Candidate, which: int) -> None:
    values = {"file_name": "cv.pdf", "content_type": "application/pdf", "size_bytes": 5, "created_at": NOW, "text": "x"}
    Document.objects.get_or_create(candidate=person, sha256=f"{which}" * 64, defaults=values)


def add_experience(world: World, person: Candidate, which: int) -> None:
    Experience.objects.create(
        candidate=person, title=f"Engineer {which}", organisation="Kranich", start_on=date(2019, 3, 1)
    )
    Education.objects.create(candidate=person, school=f"School {which}")


def add_skill(world: World, person: Candidate, which: int) -> None:
    document = Document.objects.filter(candidate=person).first()
    CandidateSkill.objects.get_or_create(
        candidate=person, skill=world.skills[which], defaults={"document": document, "years": "2.5"}
    )


def add_links(world: World, person: Candidate, which: int) -> None:
    CandidateTag.objects.get_or_create(candidate=person, tag=world.tags[which])
    PoolMember.objects.get_or_create(
        candidate=person, pool=world.pools[which], defaults={"added_at": NOW, "added_by": world.user}
    )
    Follow.objects.get_or_create(subject_id=person.id, user=world.user, defaults={"subject_kind": "candidate"})


def add_words(world: World, person: Candidate, which: int) -> None:
    note = Note.objects.create(candidate=person, text=f"Note {which}", created_at=NOW, author=world.user)
    Task.objects.create(candidate=person, text="Call", created_at=NOW, assignee=world.user)
    Consent.objects.create(candidate=person, purpose="pool", given_at=NOW, expires_at=NOW + timedelta(days=365))
    record(NOTE_ADDED, actor=SYSTEM, subjects=[person, note])


def add_application(world: World, person: Candidate, which: int) -> None:
    if Application.objects.filter(candidate=person, job=world.jobs[which]).exists():
        return
    state = ("active", "rejected", "hired")[next(number) % 3]
    ended = None if state == "active" else NOW
    application = ApplicationFactory(candidate=person, job=world.jobs[which], state=state, ended_at=ended)
    PromiseFactory(application=application, hear_by_on=date(2026, 12, 1 + next(number) % 20))
    PromiseFactory(application=application, state=Promise.State.KEPT, closed_at=NOW)


def add_enrollment(world: World, person: Candidate, which: int) -> None:
    sequence = world.sequences[which]
    if Enrollment.objects.filter(candidate=person, sequence=sequence, state="active").exists():
        return
    step = world.steps[sequence.id]
    row = EnrollmentFactory(candidate=person, sequence=sequence, step=step, sent_count=next(number) % 3)
    if next(number) % 2:
        row.delivery_id = Delivery.objects.create(
            enrollment=row, step=step, attempt=1, version=StepVersion.objects.get(step=step), mailbox=sequence.mailbox,
            state="planned", message_id=f"{row.id}@example.org", address="carl@example.org", claimed_at=NOW,
        ).id  # fmt: skip
        row.save(update_fields=["delivery_id"])


def fill_fields(world: World, person: Candidate, which: int) -> None:
    values: dict[str, Any] = {
        "title": "Engineer", "organisation": "Kranich", "place": "Berlin", "city": "Berlin", "latitude": 52.52, "longitude": 13.4,
        "languages": ["de", "Español"], "years_experience": "4.5", "owner": world.user, "last_contact_at": NOW, "summary": "Ä\n'%s'",
    }  # fmt: skip
    Candidate.objects.filter(id=person.id).update(
        **dict(list(values.items())[which * 5 : which * 5 + 7] if which else values)
    )


DEEDS: list[Callable[[World, Candidate, int], None]] = [
    add_email, add_shared_phone, add_document, add_experience, add_skill, add_links, add_words, add_application,
    add_enrollment, fill_fields,
]  # fmt: skip
HISTORIES = st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from([0, 1]), st.sampled_from([0, 1])), max_size=14)


def all_rows() -> dict[str, list[tuple]]:
    """Every row of every table of the product, but for versions, which only ever go up."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in TOLD_ELSEWHERE or not model._meta.managed:
            continue
        table = model._meta.db_table
        columns = [field.column for field in model._meta.concrete_fields if field.column != "version"]
        names = ", ".join(f'"{name}"' for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT {names} FROM "{table}" AS t ORDER BY t::text')
            found[table] = sorted(map(str, cursor.fetchall()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.* FROM activity_subject s JOIN activity_activity a ON a.id = s.activity_id"
            " WHERE a.verb NOT LIKE 'candidate.%%' ORDER BY 1, 2"
        )
        found["activity_subject"] = list(map(str, cursor.fetchall()))
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """Each example begins with an empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES, turned=st.booleans())
def test_merge_then_undo_gives_back_the_same_rows(history: list, turned: bool) -> None:
    with rolled_back():
        world = World()
        people = [CandidateFactory(full_name="Carl Example"), CandidateFactory(full_name="Karl Example")]
        for deed, who, which in history:
            deed(world, people[who], which)
        survivor, other = reversed(people) if turned else people
        before = all_rows()
        merge = merge_candidates(actor=SYSTEM, survivor_id=survivor.id, other_id=other.id)
        connection.check_constraints()
        assert all_rows() != before
        undo_merge(actor=SYSTEM, merge_id=merge.id)
        connection.check_constraints()
        assert all_rows() == before


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.sampled_from([0, 1, 2]), st.sampled_from([0, 1])), max_size=18
    )
)
def test_two_merges_taken_back_in_reverse_give_back_the_same_rows(history: list) -> None:
    with rolled_back():
        world = World()
        people = CandidateFactory.create_batch(3)
        for deed, who, which in history:
            deed(world, people[who], which)
        first, second, third = people
        before = all_rows()
        one = merge_candidates(actor=SYSTEM, survivor_id=second.id, other_id=first.id)
        between = all_rows()
        two = merge_candidates(actor=SYSTEM, survivor_id=third.id, other_id=second.id)
        undo_merge(actor=SYSTEM, merge_id=two.id)
        assert all_rows() == between
        undo_merge(actor=SYSTEM, merge_id=one.id)
        assert all_rows() == before
