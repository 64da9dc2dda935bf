"""Enrolling many at once: who is in, who is left out and why, what is recorded."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.activity.models import Activity
from rapport.candidates.operations import archive_candidates
from rapport.lib.errors import Conflict, NotAllowed
from rapport.mail.operations import suppress_address
from rapport.outreach import operations
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.tests.factories import SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def sequence():
    sequence = SequenceFactory(name="Platform")
    make_step(sequence, body='Hi {{ first_name }}, {{ title | "there" }}')
    return sequence


def enroll(rita, sequence, *people):
    return operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[row.id for row in people])


def test_everybody_is_in_once(rita, sequence):
    people = [make_person() for _ in range(5)]
    assert len(enroll(rita, sequence, *people, people[0]).ids) == 5
    again = enroll(rita, sequence, *people)
    assert again.ids == []
    assert again.reasons == [("Is in this sequence already.", 5)]
    assert Enrollment.objects.count() == Activity.objects.filter(verb="enrollment.created").count() == 5


def test_each_left_out_has_a_reason(rita, sequence):
    archived, suppressed, bounced = make_person(), make_person("Ann", "ann@example.org"), make_person()
    archive_candidates(actor=rita.actor, candidate_ids=[archived.id], reason="left")
    suppress_address(actor=rita.actor, address="ann@example.org", reason="unsubscribed")
    bounced.contact_points.update(status="bounced")
    before = make_person()
    enroll(rita, sequence, before)
    operations.exit_enrollments(
        actor=rita.actor, enrollment_ids=Enrollment.objects.filter(candidate=before).values_list("id", flat=True)
    )
    result = enroll(rita, sequence, archived, suppressed, bounced, before, make_person("Bo", "none"))
    assert result.ids == []
    assert [row.reason for row in result.excluded] == [
        "archived", "suppressed", "bounced", "was_in", "no_address",
    ]  # fmt: skip


def test_somebody_may_be_in_several_sequences_and_the_preview_says_so(rita, sequence):
    other = SequenceFactory(name="Other")
    make_step(other)
    busy, free = make_person(), make_person()
    enroll(rita, other, busy)
    preview = operations.preview_enrollment(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[busy.id, free.id])
    assert (preview.ids, preview.elsewhere) == ([busy.id, free.id], 1)
    assert enroll(rita, sequence, busy, free).ids == [busy.id, free.id]


def test_somebody_comes_again_when_the_sequence_says_so_and_not_before(rita, sequence):
    Sequence.objects.filter(id=sequence.id).update(again_after_days=30)
    person = make_person()
    for days, allowed in ((0, True), (29, False), (30, True), (59, False), (61, True)):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            result = enroll(rita, sequence, person)
            assert bool(result.ids) is allowed, days
            if allowed:
                operations.exit_enrollments(
                    actor=rita.actor,
                    enrollment_ids=Enrollment.objects.filter(state="active").values_list("id", flat=True),
                )
            else:
                assert result.reasons == [("Was in this sequence within the last 30 days.", 1)]


def test_consent_and_missing_values(rita):
    sequence = SequenceFactory(needs_consent=True)
    make_step(sequence)
    assert enroll(rita, sequence, make_person()).excluded[0].reason == "no_consent"
    strict = SequenceFactory()
    make_step(strict, body="You work as {{ title }}")
    (left_out,) = enroll(rita, strict, make_person(title="")).excluded
    assert left_out.text == "No value for title, and the text has no fallback."


def test_statements_do_not_grow_with_people(rita, sequence):
    def count(number: int) -> int:
        people = [make_person() for _ in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(enroll(rita, sequence, *people).ids) == number
        return len(captured)

    assert count(2) == count(60)


def test_a_sequence_that_does_not_send_takes_nobody(rita):
    sequence = SequenceFactory(state="draft")
    make_step(sequence)
    with pytest.raises(Conflict, match="is not active"):
        enroll(rita, sequence, make_person())


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_may_not(role, request, sequence):
    with pytest.raises(NotAllowed):
        enroll(request.getfixturevalue(role), sequence, make_person())
    assert not Enrollment.objects.exists()
