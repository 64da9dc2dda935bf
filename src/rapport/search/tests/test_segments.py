"""Saved searches: keeping, changing, sharing and deleting them, and their page."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.search import operations, queries
from rapport.search.models import Segment
from rapport.search.tests.factories import SegmentFactory, make_candidate

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_saving_keeps_the_query_in_its_usual_form_and_is_recorded(rita: User) -> None:
    segment = operations.save_segment(actor=rita.actor, name="  My   people ", query="skills:python   AND years:5+")
    assert (segment.name, segment.query, segment.owner_id) == ("My people", "skill:python years:>=5", rita.id)
    activity = Activity.objects.get(verb="segment.saved")
    assert activity.data == {"name": "My people", "query": "skill:python years:>=5", "is_shared": False}
    assert activity.subject_id("segment") == segment.id


def test_name_is_unique_for_its_owner(rita: User, hugo: User) -> None:
    operations.save_segment(actor=rita.actor, name="Python", query="python")
    with pytest.raises(Conflict):
        operations.save_segment(actor=rita.actor, name="PYTHON", query="java")
    operations.save_segment(actor=hugo.actor, name="Python", query="java")
    assert Segment.objects.count() == 2
    assert queries.find_segment_query(hugo.actor, "python") == "java"


def test_broken_query_and_empty_name_are_refused(rita: User) -> None:
    with pytest.raises(InvalidInput) as broken:
        operations.save_segment(actor=rita.actor, name="Python", query='skill:"python')
    assert "character 7" in broken.value.fields["query"]
    with pytest.raises(InvalidInput):
        operations.save_segment(actor=rita.actor, name=" ", query="python")
    assert not Segment.objects.exists()


def test_only_recruiters_share(hugo: User, emma: User) -> None:
    with pytest.raises(NotAllowed):
        operations.save_segment(actor=hugo.actor, name="Mine", query="", is_shared=True)
    with pytest.raises(NotAllowed):
        operations.save_segment(actor=emma.actor, name="Mine", query="")
    assert not Segment.objects.exists()


def test_colleagues_see_shared_segments_but_do_not_change_them(rita: User, hugo: User) -> None:
    shared, private = SegmentFactory(owner=rita, is_shared=True), SegmentFactory(owner=rita)
    with pytest.raises(NotAllowed):
        operations.change_segment(actor=hugo.actor, segment_id=shared.id, name="Taken")
    with pytest.raises(NotFound):
        operations.change_segment(actor=hugo.actor, segment_id=private.id, name="Taken")
    with pytest.raises(NotAllowed):
        operations.delete_segment(actor=hugo.actor, segment_id=shared.id)
    assert Segment.objects.count() == 2
    assert not Activity.objects.filter(verb__startswith="segment.").exists()


def test_changing_twice_records_once(rita: User) -> None:
    segment = SegmentFactory(owner=rita, name="Old")
    for _ in range(2):
        operations.change_segment(actor=rita.actor, segment_id=segment.id, name="New", is_shared=True)
    segment.refresh_from_db()
    assert (segment.name, segment.is_shared) == ("New", True)
    assert Activity.objects.filter(verb="segment.changed").count() == 1


def test_deleting_touches_nobody(rita: User) -> None:
    make_candidate("Ada")
    segment = SegmentFactory(owner=rita)
    operations.delete_segment(actor=rita.actor, segment_id=segment.id)
    assert not Segment.objects.exists()
    assert Activity.objects.get(verb="segment.deleted").data["name"] == segment.name


def test_page_saves_shows_counts_and_says_what_is_wrong(index_everybody, sign_in: SignIn, rita: User) -> None:
    make_candidate("Ada Pythonist")
    index_everybody()
    client = sign_in(rita)
    assert client.post("/segments/", {"name": "Ps", "query": "pythonist"}).status_code == 302
    page = client.get("/segments/")
    assert page.context["rows"][0]["count"] == 1
    wrong = client.post("/segments/", {"name": "Broken", "query": "(python"})
    assert wrong.status_code == 422
    assert "not closed" in wrong.content.decode()
    taken = client.post("/segments/", {"name": "PS", "query": "python"}, headers={"HX-Request": "true"})
    assert taken.status_code == 422
    assert "You have a segment named PS already" in taken.content.decode()
    done = client.post("/segments/", {"name": "Others", "query": "java"}, headers={"HX-Request": "true"})
    assert (done.status_code, "Kept as Others." in done.headers["HX-Trigger"]) == (204, True)


def test_page_counts_again_later_while_there_is_no_index(index_folder, sign_in: SignIn, rita: User) -> None:
    SegmentFactory(owner=rita)
    page = sign_in(rita).get("/segments/")
    assert page.status_code == 200
    assert page.context["rows"][0]["problem"] == "Counted as soon as the search index is ready."


def test_segment_is_part_of_other_queries(index_everybody, rita: User) -> None:
    for name, title in (("Ada One", "Developer"), ("Ben Two", "Nurse")):
        make_candidate(name, title=title)
    index_everybody()
    SegmentFactory(owner=rita, name="Tech people", query="title:developer OR title:engineer")
    SegmentFactory(owner=rita, name="Loop", query="segment:loop")
    assert queries.count_matching(rita.actor, 'segment:"tech people"') == 1
    assert queries.count_matching(rita.actor, 'NOT segment:"Tech people"') == 1
    assert queries.count_matching(rita.actor, 'segment:"Tech people" ada') == 1
    assert queries.search_candidates(rita.actor, "segment:loop").problems[0].message.endswith("name each other.")
    found = queries.search_candidates(rita.actor, 'segment:"Tech people"')
    assert [chip.label for chip in found.chips] == ["segment: Tech people"]
    assert found.facets["country"] == []


def test_page_needs_as_many_statements_for_twenty_as_for_two(index_everybody, sign_in: SignIn, rita: User) -> None:
    client = sign_in(rita)
    SegmentFactory.create_batch(2, owner=rita)
    index_everybody()
    client.get("/segments/")  # the copy of the vocabulary is made once
    with CaptureQueriesContext(connection) as few:
        client.get("/segments/")
    SegmentFactory.create_batch(18, owner=rita)
    with CaptureQueriesContext(connection) as many:
        client.get("/segments/")
    assert len(many) == len(few)
