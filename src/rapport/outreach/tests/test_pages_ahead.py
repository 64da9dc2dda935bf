"""Pages that look ahead: the dry run, and whether somebody may be written to now."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from rapport.candidates.models import ContactPoint
from rapport.mail.models import Preference, Suppression
from rapport.outreach import operations
from rapport.outreach.tests.conftest import FRIDAY
from rapport.outreach.tests.factories import OFFICE, MailboxFactory, SequenceFactory, make_person, make_step

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


@pytest.fixture
def sequence(rita):
    sequence = SequenceFactory(mailbox=MailboxFactory(owner=rita), name="Platform", cap_count=2, **OFFICE)
    make_step(sequence)
    make_step(sequence, 2, wait_count=3)
    return sequence


def ask(client, person, sequence=None):
    page = client.get(
        reverse("outreach:may_write", args=[person.id]), {"sequence": sequence.id} if sequence else {}, follow=True
    )
    return page.context["answer"]


def test_yes_says_to_which_address(rita, sign_in, sequence):
    page = sign_in(rita).get(reverse("outreach:may_write", args=[make_person(address="carl@example.net").id]))
    assert "<b>Yes.</b> Nothing stands against a mail to carl@example.net." in page.text
    assert all(check.verdict.may_go for check in page.context["answer"].checks)


def test_not_yet_says_why_and_when_everything_allows_it(rita, sign_in, sequence):
    person = make_person(address="carl@example.net", time_zone="America/New_York")
    Preference.objects.create(address="carl@example.net", paused_until=FRIDAY + timedelta(days=1), updated_at=FRIDAY)
    answer = ask(sign_in(rita), person, sequence)
    assert (answer.verdict.reason, answer.earliest) == ("paused", datetime(2026, 11, 30, 14, tzinfo=UTC))
    assert [check.verdict.reason for check in answer.checks] == [
        "",
        "",
        "",
        "",
        "",
        "paused",
        "",
        "",
        "",
        "quiet_hours",
        "",
    ]
    page = sign_in(rita).get(reverse("outreach:may_write", args=[person.id]))
    assert "Not before Monday, 30 November 2026, 15:00." in page.text  # as Rita's clock in Berlin shows it


def test_no_names_what_stands_against_it_whatever_is_waited_for(rita, sign_in, sequence):
    person = make_person(address="carl@example.net")
    Suppression.objects.create(address="carl@example.net", reason="complaint", since=FRIDAY)
    answer = ask(sign_in(rita), person)
    assert (answer.verdict.reason, answer.earliest) == ("suppressed", None)
    ContactPoint.objects.all().delete()
    assert ask(sign_in(rita), person).verdict.text == "There is no e-mail address."


def test_the_rules_are_those_of_the_sequence(rita, sign_in, sequence):
    person = make_person(address="carl@example.net")
    strict = SequenceFactory(name="Strict", needs_consent=True, mailbox=MailboxFactory(state="paused"), **OFFICE)
    client = sign_in(rita)
    assert ask(client, person, sequence).verdict.may_go
    answer = ask(client, person, strict)
    assert (answer.verdict.reason, answer.busy) == ("no_consent", "The mailbox is paused.")


def test_sequences_under_way_are_named(rita, sign_in, sequence):
    person = make_person(address="carl@example.net")
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id])
    assert [row.sequence.name for row in ask(sign_in(rita), person).enrollments] == ["Platform"]


def test_the_dry_run_shows_days_and_reasons(rita, sign_in, sequence):
    people = [make_person(f"Carl{number}", f"p{number}@example.net") for number in range(120)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people])
    Suppression.objects.create(address="p7@example.net", reason="unsubscribed", since=FRIDAY)
    client, url = sign_in(rita), reverse("outreach:dry_run", args=[sequence.id])
    page = client.get(url)
    assert (len(page.context["rows"]), page.context["count"]) == (100, 119 * 3 + 1)
    assert len(client.get(url, {"page": "3"}).context["rows"]) == 58
    stopped = client.get(url, {"show": "stop", "page": "9" * 12}).context["rows"]
    assert [(name, event.text) for event, name, *_ in stopped] == [("Carl7", "They asked for no more mail.")]
    assert len(client.get(url, {"days": "90"}).context["days"]) == 90
    assert len(client.get(url, {"days": "-5", "show": "x", "page": "-1"}).context["days"]) == 14


def test_a_sequence_that_cannot_start_says_what_is_missing(rita, sign_in):
    page = sign_in(rita).get(reverse("outreach:dry_run", args=[SequenceFactory(state="draft", mailbox=None).id]))
    assert "Choose a mailbox and write at least one step" in page.text


def test_statements_do_not_grow_with_people(rita, sign_in, sequence, django_assert_max_num_queries):
    client = sign_in(rita)
    people = [make_person(f"Carl{number}", f"p{number}@example.net") for number in range(30)]
    operations.enroll(actor=rita.actor, sequence_id=sequence.id, candidate_ids=[person.id for person in people])
    client.get("/")
    for url in (reverse("outreach:dry_run", args=[sequence.id]), reverse("outreach:may_write", args=[people[0].id])):
        with django_assert_max_num_queries(22):
            assert client.get(url).status_code == 200


@pytest.mark.parametrize("role", ["hugo", "ines", "emma"])
def test_others_do_not_see_them(role, request, sign_in, sequence):
    client = sign_in(request.getfixturevalue(role))
    assert client.get(reverse("outreach:dry_run", args=[sequence.id])).status_code == 403
    assert client.get(reverse("outreach:may_write", args=[make_person().id])).status_code in (403, 404)


def test_what_does_not_exist_is_404(rita, sign_in, sequence):
    client = sign_in(rita)
    assert client.get(reverse("outreach:dry_run", args=[uuid4()])).status_code == 404
    assert client.get(reverse("outreach:may_write", args=[uuid4()])).status_code == 404
    page = client.get(reverse("outreach:may_write", args=[make_person().id]), {"sequence": str(uuid4())})
    assert page.status_code == 404
