import json

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.accounts.models import User
from rapport.candidates import operations
from rapport.candidates.models import Candidate, CandidateTag, PoolMember
from rapport.candidates.operations import archive_candidates, unarchive_candidates
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory, PoolFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.errors import TemporaryFailure
from rapport.search.facets import FacetValue
from rapport.search.language import Problem
from rapport.search.queries import Found
from rapport.workspace import candidate_list

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
LIST = "/candidates/"
BULK = "/candidates/bulk/"


@pytest.fixture(autouse=True)
def without_index(monkeypatch):
    """As on a new installation: there is no index to ask."""

    def refuse(*_args, **_options):
        raise TemporaryFailure("The search index is being built.")

    monkeypatch.setattr(candidate_list, "search_candidates", refuse)
    monkeypatch.setattr(candidate_list, "list_matching_ids", refuse)


def test_the_number_of_statements_does_not_depend_on_the_rows(rita: User, sign_in) -> None:
    client = sign_in(rita)
    for person in CandidateFactory.create_batch(2):
        ContactPointFactory(candidate=person)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for person in CandidateFactory.create_batch(18, owner=rita):
        ContactPointFactory(candidate=person)
    with CaptureQueriesContext(connection) as many:
        response = client.get(LIST)
    assert len(response.context["listing"].rows) == 20
    assert len(many) == len(few)
    assert len(many) <= 15


def test_without_an_index_everybody_is_listed_page_by_page(rita: User, sign_in) -> None:
    people = CandidateFactory.create_batch(120)
    Candidate.objects.filter(id=people[0].id).update(last_activity_at=None)
    client, url, seen = sign_in(rita), LIST, []
    while url:
        response = client.get(url, headers=HTMX)
        seen += [row.id for row in response.context["listing"].rows]
        url = response.context["next_url"]
    assert sorted(seen) == sorted(person.id for person in people)
    assert seen[-1] == people[0].id
    assert "<html" not in response.content.decode()


def test_without_an_index_a_query_says_so_instead_of_showing_everybody(rita: User, sign_in) -> None:
    CandidateFactory(full_name="Carl Candidate")
    page = sign_in(rita).get(f"{LIST}?q=python").content.decode()
    assert "The search is being prepared" in page
    assert "Carl Candidate" not in page


def test_the_index_is_asked_and_its_order_facets_and_problems_are_shown(rita: User, sign_in, monkeypatch) -> None:
    carl, dora = CandidateFactory(full_name="Carl"), CandidateFactory(full_name="Dora")
    facet = FacetValue("Python", "Python", 2, False, "skill:Python")
    found = Found("x", ids=[dora.id, carl.id], total=2, facets={"skill": [facet]}, sort="relevance", took_ms=3.0)
    asked = {}

    def answer(actor, text, **options):
        asked.update(options, text=text)
        return found

    monkeypatch.setattr(candidate_list, "search_candidates", answer)
    response = sign_in(rita).get(f"{LIST}?q=x&sort=name&cursor=abc")
    assert (asked["text"], asked["sort"], asked["cursor"]) == ("x", "name", "abc")
    assert [row.candidate.full_name for row in response.context["listing"].rows] == ["Dora", "Carl"]
    assert "?q=skill%3APython" in response.content.decode()

    monkeypatch.setattr(
        candidate_list, "search_candidates", lambda *_, **__: Found("(", problems=[Problem("A word is missing.", 2, 1)])
    )
    page = sign_in(rita).get(f"{LIST}?q=(").content.decode()
    assert "Character 2: A word is missing." in page
    assert "Nothing was searched yet" in page
    assert "people match" not in page


def test_a_new_installation_offers_ways_to_begin(rita: User, sign_in) -> None:
    page = sign_in(rita).get(LIST).content.decode()
    assert "The pool is empty" in page
    assert reverse("candidates:create") in page


def test_each_role_sees_the_list_as_it_may(rita: User, hugo: User, emma: User, sign_in) -> None:
    CandidateFactory(full_name="Carl Candidate")
    assert "Carl Candidate" in sign_in(rita).get(LIST).content.decode()
    assert "Carl Candidate" not in sign_in(hugo).get(LIST).content.decode()
    assert sign_in(emma).get(LIST).status_code == 403


def test_many_are_tagged_and_the_tag_can_be_taken_back(rita: User, sign_in) -> None:
    people = CandidateFactory.create_batch(3)
    client = sign_in(rita)
    values = {"do": "tag", "tag": "four days", "ids": [str(person.id) for person in people]}
    response = client.post(BULK, values, headers=HTMX)
    assert response.status_code == 200
    assert '"message": "3 people tagged four days."' in response["HX-Trigger"]
    assert CandidateTag.objects.count() == 3

    undo = json.loads(response["HX-Trigger"])["toast"]["undo"]
    assert client.post(undo, headers=HTMX).status_code == 204
    assert not CandidateTag.objects.exists()


def test_everybody_who_matches_can_be_chosen(rita: User, sign_in, monkeypatch) -> None:
    people = CandidateFactory.create_batch(4)
    monkeypatch.setattr(candidate_list, "list_matching_ids", lambda *_, **__: [person.id for person in people[:3]])
    pool = PoolFactory()
    values = {"do": "pool", "pool": str(pool.id), "all": "1", "ids": [str(people[3].id)]}
    assert sign_in(rita).post(f"{BULK}?q=x", values).status_code == 302
    assert set(PoolMember.objects.values_list("candidate_id", flat=True)) == {person.id for person in people[:3]}


def test_nobody_is_taken_for_a_match_while_there_is_no_index_to_ask(rita: User, sign_in) -> None:
    CandidateFactory.create_batch(3)
    client, values = sign_in(rita), {"do": "archive", "archive_reason": "Left", "all": "1"}
    assert client.post(f"{BULK}?q=title:cook", values).status_code == 503
    assert not Candidate.objects.filter(archived_at__isnull=False).exists()
    assert client.post(BULK, values).status_code == 302  # without a query everybody is meant
    assert Candidate.objects.filter(archived_at__isnull=False).count() == 3


def test_many_are_archived_with_a_reason_and_considered_for_a_job(rita: User, sign_in) -> None:
    carl, dora = CandidateFactory.create_batch(2)
    job = JobFactory(state="open")
    client = sign_in(rita)
    assert client.post(BULK, {"do": "archive", "ids": [str(carl.id)]}, headers=HTMX).status_code == 422
    values = {"do": "archive", "archive_reason": "Left", "ids": [str(carl.id)]}
    assert client.post(BULK, values, headers=HTMX).status_code == 200
    assert client.post(BULK, {"do": "job", "job": str(job.id), "ids": [str(dora.id)]}).status_code == 302
    carl.refresh_from_db()
    assert carl.archive_reason == "Left"
    assert dora.applications.get().job_id == job.id


@pytest.mark.parametrize(
    "values",
    [{}, {"do": "nonsense", "ids": "x"}, {"do": "tag", "tag": "x"}, {"do": "tag", "tag": "x", "ids": "nonsense"}],
)
def test_bad_bulk_input_is_told(rita: User, sign_in, values: dict) -> None:
    assert sign_in(rita).post(BULK, values, headers=HTMX).status_code == 422


def test_who_may_not_tag_tags_nobody(ines: User, sign_in) -> None:
    carl = CandidateFactory()
    values = {"do": "tag", "tag": "x", "ids": [str(carl.id)]}
    assert sign_in(ines).post(BULK, values, headers=HTMX).status_code == 403
    assert not CandidateTag.objects.exists()


def test_a_user_keeps_the_columns_chosen(rita: User, ada: User, sign_in) -> None:
    CandidateFactory()
    values = {"columns": ["email", "nonsense", "created"], "next": LIST}
    assert sign_in(rita).post("/candidates/columns/", values).status_code == 302
    assert [column.key for column in candidate_list.chosen_columns(rita.actor)] == ["email", "created"]
    assert [column.key for column in candidate_list.chosen_columns(ada.actor)] == list(candidate_list.STANDARD)
    assert ">E-mail</th>" in sign_in(rita).get(LIST).content.decode()


def test_columns_stay_in_the_order_they_were_put_into(rita: User, sign_in) -> None:
    CandidateFactory()
    client = sign_in(rita)
    client.post("/candidates/columns/", {"columns": ["owner", "now", "owner", "email"], "next": LIST})
    assert [column.key for column in candidate_list.chosen_columns(rita.actor)] == ["owner", "now", "email"]
    offered = [column.key for column, _ in client.get(LIST).context["all_columns"]]
    assert offered[:3] == ["owner", "now", "email"]
    assert sorted(offered) == sorted(candidate_list.BY_KEY)
    client.post("/candidates/columns/", {"columns": ["owner"], "usual": "1"})
    assert [column.key for column in candidate_list.chosen_columns(rita.actor)] == list(candidate_list.STANDARD)


def test_archived_people_leave_the_list(rita: User, sign_in) -> None:
    carl = CandidateFactory(full_name="Carl Candidate")
    CandidateFactory()
    operations.archive_candidates(actor=rita.actor, candidate_ids=[carl.id], reason="Left")
    assert "Carl Candidate" not in sign_in(rita).get(LIST).content.decode()


def test_undo_takes_back_a_tag_an_archiving_and_a_pool_of_many(rita: User, sign_in) -> None:
    people, pool, client = CandidateFactory.create_batch(75), PoolFactory(), sign_in(rita)
    ids = [str(person.id) for person in people]

    def do(**values: str) -> str:
        response = client.post(BULK, {**values, "ids": ids}, headers=HTMX)
        return json.loads(response["HX-Trigger"])["toast"]["undo"]

    tag = do(do="tag", tag="four days")
    CandidateTag.objects.filter(candidate=people[0]).delete()
    response = client.post(tag, headers=HTMX)
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Tag taken off 74 people; 1 changed since and left as they are."
    ]
    assert not CandidateTag.objects.exists()
    assert client.post(do(do="pool", pool=str(pool.id)), headers=HTMX).status_code == 204
    assert not PoolMember.objects.exists()
    archive = do(do="archive", archive_reason="Left")
    unarchive_candidates(actor=rita.actor, candidate_ids=[people[0].id])
    archive_candidates(actor=rita.actor, candidate_ids=[people[0].id], reason="Asked for it")
    assert client.post(archive, headers=HTMX).status_code == 204
    assert list(Candidate.objects.exclude(archived_at=None).values_list("archive_reason", flat=True)) == [
        "Asked for it"
    ]
    assert client.post(archive, headers=HTMX).status_code == 409


def test_an_undo_that_fails_may_be_asked_for_again(rita: User, sign_in, monkeypatch) -> None:
    person, client = CandidateFactory(), sign_in(rita)
    response = client.post(BULK, {"do": "tag", "tag": "four days", "ids": [str(person.id)]}, headers=HTMX)
    address = json.loads(response["HX-Trigger"])["toast"]["undo"]
    with monkeypatch.context() as broken:
        broken.setattr(operations, "untag_candidates", lambda **_: 1 / 0)
        assert client.post(address, headers=HTMX).status_code == 500
    assert client.post(address, headers=HTMX).status_code == 204
    assert not CandidateTag.objects.exists()
