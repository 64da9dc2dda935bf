from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.candidates import operations
from rapport.candidates.tests.factories import CandidateFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib import clock
from rapport.lib.ids import new_id
from rapport.notifications.models import Notification

pytestmark = pytest.mark.django_db


def test_what_waits_is_shown_and_ticked_off(rita: User, sign_in) -> None:
    carl = CandidateFactory(full_name="Carl Candidate")
    JobFactory(state="open", title="Data engineer")
    task = operations.add_task(
        actor=rita.actor, candidate_id=carl.id, text="Call Carl", due_on=clock.today() - timedelta(days=3)
    )
    client = sign_in(rita)
    page = client.get("/").content.decode()
    assert "Call Carl" in page
    assert "was due" in page
    assert "Data engineer" in page
    client.post(f"/candidates/{carl.id}/tasks/{task.id}/")
    assert "Call Carl" not in client.get("/").content.decode()


def test_every_role_has_a_first_page(rita: User, hugo: User, ines: User, emma: User, ada: User, sign_in) -> None:
    for user in (rita, hugo, ines, emma, ada):
        assert sign_in(user).get("/").status_code == 200
    assert Client().get("/").status_code == 302


def test_news_say_when_it_happened(rita: User, sign_in) -> None:
    Notification.objects.create(
        user=rita,
        activity_id=new_id(),
        verb="message.received",
        text="Carl Candidate answered",
        happened_at=clock.now() - timedelta(hours=3),
    )
    page = sign_in(rita).get("/").content.decode()
    assert "Carl Candidate answered" in page
    assert "3 h ago" in page


def test_a_new_installation_says_how_to_begin(rita: User, emma: User, sign_in) -> None:
    assert "The pool is empty" in sign_in(rita).get("/").content.decode()
    assert "The pool is empty" not in sign_in(emma).get("/").content.decode()


def test_the_first_page_takes_a_constant_number_of_statements(rita: User, sign_in) -> None:
    client = sign_in(rita)

    def add(count: int) -> None:
        for person in CandidateFactory.create_batch(count):
            operations.add_task(actor=rita.actor, candidate_id=person.id, text="Call")

    add(2)
    client.get("/")
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    add(18)
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few)
    assert len(many) <= 15
