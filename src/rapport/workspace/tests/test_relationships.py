"""Pages of relationships, and what follows merges and upgrades."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.activity.models import Activity
from rapport.activity.operations import record
from rapport.applications.tests.factories import ApplicationFactory
from rapport.candidates import reactions, relationship_queries
from rapport.candidates.models import Candidate, CandidateTag, Relationship, Signal
from rapport.candidates.operations import recount_relationships
from rapport.candidates.operations.relationships import begin_relationships
from rapport.candidates.tests.factories import CandidateFactory
from rapport.hygiene.operations import merge_candidates, undo_merge
from rapport.jobs.models import HiringTeamMember
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_RECEIVED
from rapport.mail.models import Message
from rapport.outreach.tests.factories import MailboxFactory

pytestmark = pytest.mark.django_db
URL = "/relationships/"
HTMX = {"HX-Request": "true"}


def wrote(candidate: Candidate, days_ago: int = 1) -> None:
    at = clock.now() - timedelta(days=days_ago)
    record(MESSAGE_RECEIVED, actor=SYSTEM, subjects={"candidate": candidate.id}, data={"kind": "reply"}, at=at)


def in_touch(name: str, days_ago: int = 1) -> Candidate:
    candidate = CandidateFactory(full_name=name)
    wrote(candidate, days_ago)
    recount_relationships(candidate_ids=[candidate.id])
    return candidate


def names(response) -> list[str]:
    return [row.row.candidate.full_name for row in response.context["page"].rows]


def follow() -> None:
    reactions.follow_signals(list(Activity.objects.order_by("id")))


def test_a_recruiter_sees_three_lists(rita, sign_in) -> None:
    in_touch("Warm Example")
    in_touch("Cool Example", 100)
    client = sign_in(rita)
    assert names(client.get(URL)) == ["Warm Example", "Cool Example"]
    assert names(client.get(URL, {"show": "warming"})) == ["Warm Example"]
    assert names(client.get(URL, {"show": "cold"})) == ["Cool Example"]
    for nonsense in ("99", "nan_01930000-0000-7000-8000-00000000c0de", "1_x", "_"):
        assert names(client.get(URL, {"show": "other", "after": nonsense})) == ["Warm Example", "Cool Example"]


def test_who_sees_only_their_job_sees_only_its_people(hugo, omar, emma, sign_in) -> None:
    carl = in_touch("Carl Example")
    in_touch("Dora Example")
    application = ApplicationFactory(candidate=carl)
    HiringTeamMember.objects.create(job=application.job, user=hugo)
    assert names(sign_in(hugo).get(URL)) == ["Carl Example"]
    assert names(sign_in(omar).get(URL)) == []
    assert sign_in(emma).get(URL).status_code == 403


def test_the_number_of_statements_does_not_depend_on_the_rows(rita, sign_in) -> None:
    client = sign_in(rita)
    in_touch("First Example")
    in_touch("Second Example")
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL, {"show": "warming"})
    for number in range(18):
        in_touch(f"Further{number} Example")
    with CaptureQueriesContext(connection) as many:
        assert len(names(client.get(URL, {"show": "warming"}))) == 20
    assert len(many) == len(few)


def test_lists_have_pages(rita, sign_in) -> None:
    people = CandidateFactory.create_batch(103)
    for number, person in enumerate(people):
        wrote(person, number % 3)  # many are equally close
    recount_relationships(candidate_ids=[person.id for person in people])
    client = sign_in(rita)
    places = dict(Relationship.objects.values_list("candidate_id", "log2_points"))
    expected = sorted(places, key=lambda key: (places[key], key), reverse=True)
    found, url, pages = [], URL, []
    while url:
        response = client.get(url)
        found += [row.row.id for row in response.context["page"].rows]
        pages.append((response.context["page"].total, response.context["first_url"]))
        url = response.context["next_url"]
    assert found == expected
    assert pages == [(103, ""), (103, "/relationships/?show=close"), (103, "/relationships/?show=close")]


def test_counting_stops_at_the_cap(rita, sign_in, monkeypatch) -> None:
    monkeypatch.setattr(relationship_queries, "COUNT_CAP", 2)
    for name in ("First Example", "Second Example", "Third Example"):
        in_touch(name)
    response = sign_in(rita).get(URL)
    assert (response.context["page"].total, len(names(response))) == (2, 3)


def test_the_ticked_are_tagged(rita, hugo, sign_in) -> None:
    carl = in_touch("Carl Example")
    body = {"do": "tag", "tag": "Speaker", "ids": [str(carl.id)]}
    url = "/relationships/bulk/?show=warming"
    assert sign_in(hugo).post(url, body).status_code == 403
    response = sign_in(rita).post(url, body)
    assert (response.status_code, response["Location"]) == (302, "/relationships/?show=warming")
    assert [row.tag.name for row in CandidateTag.objects.filter(candidate=carl)] == ["Speaker"]
    assert sign_in(rita).post(url, {"do": "tag", "tag": "Speaker"}, headers=HTMX).status_code == 422
    assert sign_in(rita).post(url, body | {"ids": ["x"]}, headers=HTMX).status_code == 422


def test_a_profile_says_how_close_and_why(rita, sign_in) -> None:
    carl, stranger = in_touch("Carl Example", 90), CandidateFactory()
    page = sign_in(rita).get(f"/candidates/{carl.id}/").content.decode()
    assert "They wrote to us" in page
    assert '<span class="num">5.0</span>' in page
    assert "They have not written to us yet." in sign_in(rita).get(f"/candidates/{stranger.id}/").content.decode()


def test_a_merge_takes_the_relationship_along_and_taking_it_back_returns_it() -> None:
    carl, other = in_touch("Carl Example", 0), in_touch("Other Example", 1)
    merge = merge_candidates(actor=SYSTEM, survivor_id=carl.id, other_id=other.id)
    follow()
    assert set(Signal.objects.values_list("candidate_id", flat=True)) == {carl.id}
    assert Signal.objects.count() == 2
    assert list(Relationship.objects.values_list("candidate_id", flat=True)) == [carl.id]
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    follow()
    assert sorted(Signal.objects.values_list("candidate_id", flat=True)) == sorted([carl.id, other.id])
    assert Relationship.objects.count() == 2


def test_an_old_installation_begins_with_whom_it_lacks() -> None:
    carl, dora = CandidateFactory(), in_touch("Dora Example")
    wrote(carl)
    assert begin_relationships() == 0
    for person in (carl, dora):
        Message.objects.create(
            thread_id=person.id, direction="in", kind="reply", state="received", message_id=f"{person.id}@example.net",
            mailbox=MailboxFactory(), received_at=clock.now(), created_at=clock.now(), subjects={"candidate": str(person.id)},
        )  # fmt: skip
    assert (begin_relationships(), begin_relationships()) == (1, 0)
    assert set(Relationship.objects.values_list("candidate_id", flat=True)) == {carl.id, dora.id}


def test_who_may_not_read_mail_sees_how_close_but_not_why(hugo, sign_in) -> None:
    carl = in_touch("Carl Example")
    HiringTeamMember.objects.create(job=ApplicationFactory(candidate=carl).job, user=hugo)
    page = sign_in(hugo).get(f"/candidates/{carl.id}/").content.decode()
    assert "Warm" in page
    assert "They wrote to us" not in page
