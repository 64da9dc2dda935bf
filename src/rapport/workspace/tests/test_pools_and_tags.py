import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.candidates import operations
from rapport.candidates.models import Pool, PoolMember, Tag
from rapport.candidates.tests.factories import CandidateFactory, PoolFactory, TagFactory

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
    client.post(change, {"do": "remove", "ids": [str(ids[0])]})
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
    pages = ("/pools/", "/tags/", f"/pools/{pool.id}/")
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


def test_a_tag_is_made_renamed_and_deleted(rita: User, sign_in) -> None:
    client = sign_in(rita)
    client.post("/tags/", {"name": "four days"})
    tag = Tag.objects.get()
    client.post(f"/tags/{tag.id}/", {"name": "three days"})
    assert "three days" in client.get("/tags/").content.decode()
    client.post(f"/tags/{tag.id}/", {"do": "delete"})
    assert not Tag.objects.exists()
    assert client.post("/tags/", {"name": " "}).status_code == 422


def test_who_may_not_tag_may_look_or_not_even_that(ines: User, emma: User, sign_in) -> None:
    pool, tag = PoolFactory(), TagFactory()
    for page in ("/pools/", f"/pools/{pool.id}/", "/tags/"):
        assert sign_in(ines).get(page).status_code == 200
        assert sign_in(emma).get(page).status_code == 403
    assert sign_in(ines).post("/pools/", {"name": "x"}).status_code == 403
    assert sign_in(ines).post(f"/tags/{tag.id}/", {"do": "delete"}).status_code == 403
    assert sign_in(ines).post(f"/pools/{pool.id}/change/", {"do": "archive"}).status_code == 403
    assert (Pool.objects.count(), Tag.objects.count()) == (1, 1)
