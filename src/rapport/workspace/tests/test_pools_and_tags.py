import json
import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.models import CandidateTag, Pool, PoolMember, Tag
from rapport.candidates.tests.factories import CandidateFactory, PoolFactory, TagFactory
from rapport.lib import clock
from rapport.lib.actors import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_pool_is_made_filled_renamed_and_put_away(rita: User, sign_in) -> None:
    client = sign_in(rita)
    client.post("/pools/", {"name": "Data, Berlin", "description": "For spring"})
    pool = Pool.objects.get()
    people = CandidateFactory.create_batch(2)
    ids = [person.id for person in people]
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids, reason="Fair")
    page = client.get(f"/pools/{pool.id}/").content.decode()
    assert "2 people" in page
    assert people[0].full_name in page

    change = f"/pools/{pool.id}/change/"
    client.post(change, {"name": "Data, Potsdam"})
    client.post(f"/pools/{pool.id}/bulk/", {"do": "unpool", "pool": str(pool.id), "ids": [str(ids[0])]})
    client.post(change, {"do": "archive"})
    pool.refresh_from_db()
    assert (pool.name, pool.archived_at is None) == ("Data, Potsdam", False)
    assert list(PoolMember.objects.values_list("candidate_id", flat=True)) == [ids[1]]
    client.get("/pools/")  # shows the message, once
    assert "Data, Potsdam" not in client.get("/pools/").content.decode()
    assert "Data, Potsdam" in client.get("/pools/?archived=1").content.decode()


def test_the_same_name_again_is_told_beside_the_field(rita: User, sign_in) -> None:
    PoolFactory(name="Data")
    response = sign_in(rita).post("/pools/", {"name": "DATA"})
    assert response.status_code == 422
    assert "There is already a pool named DATA." in response.content.decode()
    assert Pool.objects.count() == 1


def test_lists_take_a_constant_number_of_statements(rita: User, sign_in) -> None:
    client = sign_in(rita)
    pool = PoolFactory.create_batch(2)[0]
    TagFactory.create_batch(2)
    operations.add_to_pool(
        actor=rita.actor, pool_id=pool.id, candidate_ids=[person.id for person in CandidateFactory.create_batch(2)]
    )
    pages = ("/pools/", "/tags/", "/tags/?show=alike", "/tags/?sort=people", f"/pools/{pool.id}/")
    few = {}
    for page in pages:
        client.get(page)
        with CaptureQueriesContext(connection) as statements:
            client.get(page)
        few[page] = len(statements)
    PoolFactory.create_batch(18)
    TagFactory.create_batch(18)
    operations.add_to_pool(
        actor=rita.actor, pool_id=pool.id, candidate_ids=[person.id for person in CandidateFactory.create_batch(18)]
    )
    for page in pages:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(page).status_code == 200
        assert len(statements) == few[page]


def test_pools_are_searched_and_paged(rita: User, sign_in) -> None:
    client = sign_in(rita)
    for number in range(55):
        PoolFactory(name=f"pool {number:02}", description="Rare birds" if number == 54 else "")

    def names(url: str) -> list[str]:
        return re.findall(r"pool \d\d(?=<)", client.get(url).content.decode())

    assert names("/pools/") == [f"pool {number:02}" for number in range(50)]
    assert names("/pools/?page=2") == [f"pool {number:02}" for number in range(50, 55)]
    assert names("/pools/?q=birds") == ["pool 54"]
    assert "No pool is called so." in client.get("/pools/?q=nothing").content.decode()


def test_ten_thousand_tags_are_shown_and_offered_in_parts(rita: User, sign_in) -> None:
    client = sign_in(rita)
    Tag.objects.bulk_create([Tag(name=f"word {number:05}") for number in range(10_000)])
    for page, most in (("/tags/", 13), ("/tags/?sort=people&page=200", 13), ("/tags/?show=alike", 13)):
        with CaptureQueriesContext(connection) as statements:
            shown = client.get(page).content.decode()
        assert len(statements) <= most
        assert len(shown) < 120_000
    assert "9,951–10,000" in client.get("/tags/?page=200").content.decode()
    options = client.get("/tags/options/?q=99").content.decode()
    assert (options.count("<li"), "word 00099" in options) == (12, True)


def test_a_tag_is_made_renamed_and_deleted(rita: User, sign_in) -> None:
    client = sign_in(rita)
    assert client.post("/tags/", {"name": "four days"}).status_code == 302
    tag = Tag.objects.get()
    page = f"/tags/{tag.id}/"
    client.post(page, {"name": "three days", "description": "Wants to work less", "owner": str(rita.id)})
    shown = client.get(page).content.decode()
    assert "three days" in shown
    assert "Wants to work less" in shown
    client.post(page, {"do": "delete"})
    assert not Tag.objects.exists()
    assert client.post("/tags/", {"name": " "}).status_code == 422


def test_a_rename_and_a_merge_can_be_taken_back_at_once(rita: User, sign_in) -> None:
    client = sign_in(rita)
    js, javascript = (operations.create_tag(actor=rita.actor, name=name) for name in ("js", "JavaScript"))
    carl = CandidateFactory()
    operations.tag_candidates(actor=rita.actor, candidate_ids=[carl.id], tag_id=js.id)

    response = client.post(f"/tags/{js.id}/", {"name": "jss", "owner": str(rita.id)})
    (message,) = get_messages(response.wsgi_request)
    client.post(message.extra_tags)
    js.refresh_from_db()
    assert js.name == "js"

    response = client.post(f"/tags/{js.id}/", {"do": "merge", "into": "javascript"})
    assert response.headers["Location"] == f"/tags/{javascript.id}/"
    message = list(get_messages(response.wsgi_request))[-1]
    assert list(carl.tag_rows.values_list("tag_id", flat=True)) == [javascript.id]
    assert "Take js apart" in client.get(f"/tags/{javascript.id}/").content.decode()
    assert "a spelling of" in client.get(f"/tags/{js.id}/").content.decode()
    client.post(message.extra_tags)
    assert list(carl.tag_rows.values_list("tag_id", flat=True)) == [js.id]
    assert client.post(message.extra_tags).status_code == 409


def test_what_a_merge_cannot_do_is_told_on_the_page(rita: User, sign_in) -> None:
    client = sign_in(rita)
    tag, other = (operations.create_tag(actor=rita.actor, name=name) for name in ("js", "JavaScript"))
    page = f"/tags/{tag.id}/"
    for values, status, told in (
        ({"do": "merge", "into": "no such"}, 422, "Choose the tag that stays from the list."),
        ({"do": "merge", "into": "js"}, 422, "Choose another tag than this one."),
        ({"name": "JAVASCRIPT"}, 409, "There is already a tag named JAVASCRIPT."),
        ({"name": "js", "owner": "nobody"}, 422, "Choose one from the list."),
        ({"name": "js", "owner": str(uuid4())}, 422, "Choose a colleague who works here."),
    ):
        response = client.post(page, values)
        assert (response.status_code, told in response.content.decode()) == (status, True), values
    assert set(Tag.objects.values_list("name", "merged_into")) == {("js", None), ("JavaScript", None)}
    assert other.id != tag.id


def test_tags_are_searched_sorted_and_paged(rita: User, sign_in) -> None:
    client = sign_in(rita)
    tags = [TagFactory(name=f"tag {number:03}") for number in range(60)]
    Tag.objects.filter(id=tags[59].id).update(last_used_at=clock.now(), description="Rare birds")
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[CandidateFactory().id], tag_id=tags[58].id)
    Tag.objects.filter(id=tags[58].id).update(last_used_at=None)

    def names(url: str) -> list[str]:
        return re.findall(r"tag \d{3}", re.sub(r"title=.*?>", "", client.get(url).content.decode()))

    assert names("/tags/") == [f"tag {number:03}" for number in range(50)]
    assert names("/tags/?page=2") == [f"tag {number:03}" for number in range(50, 60)]
    assert names("/tags/?page=99") == names("/tags/?page=2")
    assert names("/tags/?sort=people")[0] == "tag 058"
    assert names("/tags/?sort=used")[0] == "tag 059"
    assert names("/tags/?q=birds") == ["tag 059"]
    assert names("/tags/?show=mine") == []
    assert "1–50" in client.get("/tags/").content.decode()


def test_tags_that_look_like_one_word_are_shown_and_merged(rita: User, ada: User, sign_in) -> None:
    few, many = TagFactory(name="front-end"), TagFactory(name="Frontend")
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[CandidateFactory().id], tag_id=many.id)
    TagFactory(name="backend")
    assert 'class="count">1<' in sign_in(rita).get("/tags/").content.decode()
    assert "for administrators" in sign_in(rita).get("/tags/?show=alike").content.decode()
    page = sign_in(ada).get("/tags/?show=alike").content.decode()
    assert "Merge front-end into Frontend" in page
    assert "backend" not in page
    sign_in(ada).post(f"/tags/{few.id}/", {"do": "merge", "into_id": str(many.id)})
    few.refresh_from_db()
    assert few.merged_into == many
    assert "No two tags look like one word." in sign_in(ada).get("/tags/?show=alike").content.decode()


def test_whoever_does_not_keep_a_tag_cannot_change_it(rita: User, ada: User, sign_in) -> None:
    tag = operations.create_tag(actor=ada.actor, name="ours")
    client = sign_in(rita)
    assert "Ada Example keeps this tag" in client.get(f"/tags/{tag.id}/").content.decode()
    for values in ({"name": "mine"}, {"do": "delete"}, {"do": "merge", "into_id": str(TagFactory().id)}):
        assert client.post(f"/tags/{tag.id}/", values).status_code == 403
    tag.refresh_from_db()
    assert (tag.name, tag.merged_into) == ("ours", None)


def test_where_tags_are_only_chosen_the_pages_offer_no_new_one(rita: User, ada: User, sign_in, settings) -> None:
    settings.FREE_TAGS = False
    assert "Name of a new tag" not in sign_in(rita).get("/tags/").content.decode()
    assert sign_in(rita).post("/tags/", {"name": "new"}).status_code == 403
    assert "Name of a new tag" in sign_in(ada).get("/tags/").content.decode()
    carl = CandidateFactory()
    assert sign_in(rita).post(f"/candidates/{carl.id}/tags/", {"name": "new"}).status_code == 403
    assert not Tag.objects.exists()


def test_all_members_of_a_pool_are_tagged_and_it_can_be_taken_back(rita: User, sign_in) -> None:
    client, pool = sign_in(rita), PoolFactory()
    people = CandidateFactory.create_batch(60)
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=[person.id for person in people])
    CandidateFactory()
    bulk = f"/pools/{pool.id}/bulk/"
    values = {"do": "tag", "tag": "speaks", "tag_reason": "Asked at the fair", "all": "1"}
    response = client.post(bulk, values, headers={"HX-Request": "true"})
    toast = json.loads(response.headers["HX-Trigger"])["toast"]
    assert (response.status_code, toast["message"]) == (200, "60 people tagged speaks.")
    assert '<span id="pool-count" hx-swap-oob="true">60 people</span>' in response.content.decode()
    assert "hx-swap-oob" not in client.get(f"/pools/{pool.id}/").content.decode()
    assert CandidateTag.objects.count() == 60
    assert Activity.objects.filter(verb="tag.added", data__reason="Asked at the fair").count() == 60
    client.post(bulk, {"do": "untag", "tag": "SPEAKS", "ids": [str(people[0].id)]})
    assert CandidateTag.objects.count() == 59
    client.post(toast["undo"])
    assert not CandidateTag.objects.exists()
    assert client.post(bulk, {"do": "untag", "tag": "no such", "all": "1"}).status_code == 422


def test_why_somebody_is_in_a_pool_is_read_and_changed(rita: User, ines: User, sign_in) -> None:
    carl, pool = CandidateFactory(full_name="Carl Candidate"), PoolFactory()
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=[carl.id], reason="Fair")
    page = f"/pools/{pool.id}/members/{carl.id}/"
    assert "Why is Carl Candidate here?" in sign_in(rita).get(page).content.decode()
    assert sign_in(rita).post(page, {"reason": "Silver medal"}).status_code == 302
    assert "Silver medal" in sign_in(rita).get(f"/pools/{pool.id}/").content.decode()
    assert "Silver medal" in sign_in(rita).get(f"/candidates/{carl.id}/").content.decode()
    assert sign_in(ines).get(page).status_code == 403
    assert sign_in(rita).get(f"/pools/{pool.id}/members/{CandidateFactory().id}/").status_code == 404


def test_who_may_not_tag_may_look_or_not_even_that(ines: User, emma: User, sign_in) -> None:
    pool, tag = PoolFactory(), TagFactory()
    for page in ("/pools/", f"/pools/{pool.id}/", "/tags/", f"/tags/{tag.id}/", "/tags/?show=alike"):
        assert sign_in(ines).get(page).status_code == 200
        assert sign_in(emma).get(page).status_code == 403
    assert sign_in(ines).post("/pools/", {"name": "x"}).status_code == 403
    assert sign_in(ines).post(f"/tags/{tag.id}/", {"do": "delete"}).status_code == 403
    assert sign_in(ines).post(f"/pools/{pool.id}/change/", {"do": "archive"}).status_code == 403
    assert (Pool.objects.count(), Tag.objects.count()) == (1, 1)
    assert sign_in(ines).get(f"/tags/{uuid4()}/").status_code == 404
