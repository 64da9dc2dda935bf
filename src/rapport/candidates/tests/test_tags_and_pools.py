from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.activity.sentences import tell
from rapport.candidates import operations, queries, tasks
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate, CandidateTag, PoolMember, Source, Tag
from rapport.candidates.operations import tag_deleting
from rapport.candidates.tests.factories import CandidateFactory, PoolFactory, TagFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_many_are_tagged_in_a_constant_number_of_statements(rita: User) -> None:
    people = CandidateFactory.create_batch(40)
    tag = TagFactory(name="four days")
    ids = [person.id for person in people]

    with CaptureQueriesContext(connection) as few:
        assert operations.tag_candidates(actor=rita.actor, candidate_ids=ids[:2], tag_id=tag.id) == sorted(ids[:2])
    with CaptureQueriesContext(connection) as many:
        assert operations.tag_candidates(actor=rita.actor, candidate_ids=[*ids, uuid4()], tag_id=tag.id) == sorted(
            ids[2:]
        )

    assert len(few) == len(many)
    assert CandidateTag.objects.count() == 40
    activity = Activity.objects.filter(verb="tag.added").first()
    assert activity.data == {"tag": "four days", "reason": ""}
    assert activity.find_subject_id("tag") == tag.id
    assert Activity.objects.filter(verb="tag.added").count() == 40


@pytest.mark.parametrize(("name", "there"), [("İstanbul", "Istanbul"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("STRASSE", "straße")])
def test_names_are_compared_as_the_database_does(rita: User, name: str, there: str) -> None:
    TagFactory(name=there)
    draft = CandidateDraft(full_name="Carl Candidate", source=name, tags=(name, "four days"))
    for _ in range(2):
        (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
        carl = Candidate.objects.get(id=outcome.candidate_id)
        assert (outcome.result, carl.source.name, carl.tag_rows.count()) == ("created", name, 2)
        assert operations.create_tag(actor=rita.actor, name=name).id in carl.tag_rows.values_list("tag_id", flat=True)
    assert Source.objects.count() == 1


def test_untagging_says_who_had_it(rita: User) -> None:
    carl, dora = CandidateFactory(), CandidateFactory()
    tag = TagFactory()
    operations.tag_candidates(actor=rita.actor, candidate_ids=[carl.id], tag_id=tag.id)
    assert operations.untag_candidates(actor=rita.actor, candidate_ids=[carl.id, dora.id], tag_id=tag.id) == [carl.id]
    assert Activity.objects.filter(verb="tag.removed").count() == 1


def test_a_tag_has_one_spelling(rita: User) -> None:
    first = operations.create_tag(actor=rita.actor, name=" Four  days ")
    assert operations.create_tag(actor=rita.actor, name="four DAYS").id == first.id
    assert Tag.objects.get().name == "Four days"
    other = operations.create_tag(actor=rita.actor, name="speaks")
    with pytest.raises(Conflict):
        operations.rename_tag(actor=rita.actor, tag_id=other.id, name="FOUR DAYS")
    with pytest.raises(InvalidInput):
        operations.create_tag(actor=rita.actor, name="  ")


def test_renaming_and_deleting_a_tag_is_recorded_for_everybody_who_has_it(rita: User) -> None:
    carl, tag = CandidateFactory(), TagFactory(name="old", owner=rita)
    operations.tag_candidates(actor=rita.actor, candidate_ids=[carl.id], tag_id=tag.id)

    operations.rename_tag(actor=rita.actor, tag_id=tag.id, name="new")
    assert operations.delete_tag(actor=rita.actor, tag_id=tag.id) == 1

    subjects = [(row.verb, sorted(row.subjects)) for row in Activity.objects.order_by("id")]
    assert subjects == [
        ("tag.added", ["candidate", "tag"]),
        ("tag.renamed", ["tag"]),
        ("tag.renamed", ["candidate"]),
        ("tag.removed", ["candidate"]),
        ("tag.deleted", ["tag"]),
    ]


def test_an_interviewer_may_not_tag(ines: User) -> None:
    with pytest.raises(NotAllowed):
        operations.tag_candidates(actor=ines.actor, candidate_ids=[CandidateFactory().id], tag_id=TagFactory().id)
    assert not CandidateTag.objects.exists()


def test_a_pool_takes_people_in_and_out(rita: User) -> None:
    people = CandidateFactory.create_batch(3)
    ids = [person.id for person in people]
    pool = operations.create_pool(actor=rita.actor, name="Data, Berlin", description="For spring")

    added = operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids, reason="Met at the fair")
    again = operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids)
    assert (added, again) == (sorted(ids), [])
    assert queries.get_pool(rita.actor, pool.id).member_count == 3
    assert PoolMember.objects.filter(reason="Met at the fair", added_by=rita).count() == 3

    assert operations.remove_from_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids[:1]) == ids[:1]
    page = queries.list_members(rita.actor, pool.id, limit=1)
    assert len(page.rows) == 1
    rest = queries.list_members(rita.actor, pool.id, cursor=page.next_cursor)
    assert {row.id for row, _ in page.rows + rest.rows} == set(ids[1:])
    assert rest.next_cursor == ""


def test_two_pools_cannot_have_one_name(rita: User) -> None:
    PoolFactory(name="Data")
    with pytest.raises(Conflict, match="There is already a pool named data"):
        operations.create_pool(actor=rita.actor, name="data")


def test_a_pool_put_away_leaves_the_list_and_comes_back(rita: User) -> None:
    pool = PoolFactory()
    operations.archive_pool(actor=rita.actor, pool_id=pool.id)
    assert list(queries.list_pools(rita.actor)) == []
    operations.archive_pool(actor=rita.actor, pool_id=pool.id, archived=False)
    assert list(queries.list_pools(rita.actor)) == [pool]


def test_why_somebody_was_tagged_and_put_into_a_pool_is_on_the_record(rita: User) -> None:
    carl, tag, pool = CandidateFactory(), TagFactory(name="speaks"), PoolFactory(name="Speakers")
    operations.tag_candidates(actor=rita.actor, candidate_ids=[carl.id], tag_id=tag.id, reason=" Talk in  May ")
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=[carl.id], reason="Asked to come again")
    for _ in range(2):
        operations.explain_member(actor=rita.actor, pool_id=pool.id, candidate_id=carl.id, reason="Prefers autumn")
    told = [tell(row) for row in Activity.objects.order_by("id")]
    assert told == [
        "added the tag speaks: Talk in May",
        "added to the pool Speakers: Asked to come again",
        "noted why in the pool Speakers: Prefers autumn",
    ]
    assert PoolMember.objects.get().reason == "Prefers autumn"


def test_only_somebody_in_the_pool_can_be_explained_and_only_by_who_tags(rita: User, ines: User) -> None:
    carl, pool = CandidateFactory(), PoolFactory()
    with pytest.raises(NotFound):
        operations.explain_member(actor=rita.actor, pool_id=pool.id, candidate_id=carl.id, reason="x")
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=[carl.id], reason="why")
    with pytest.raises(NotAllowed):
        operations.explain_member(actor=ines.actor, pool_id=pool.id, candidate_id=carl.id, reason="x")
    assert PoolMember.objects.get().reason == "why"


def test_who_was_taken_out_comes_back_with_why_and_since_when(rita: User) -> None:
    people, pool = CandidateFactory.create_batch(2), PoolFactory()
    ids = sorted(person.id for person in people)
    operations.add_to_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids, reason="Fair")
    before = list(PoolMember.objects.order_by("candidate_id").values())
    kept = queries.list_memberships(rita.actor, pool.id, ids)
    operations.remove_from_pool(actor=rita.actor, pool_id=pool.id, candidate_ids=ids)
    assert operations.put_back_in_pool(actor=rita.actor, pool_id=pool.id, members=kept) == ids
    assert list(PoolMember.objects.order_by("candidate_id").values()) == before
    assert operations.put_back_in_pool(actor=rita.actor, pool_id=pool.id, members=kept) == []


def test_a_pool_can_be_handed_over(rita: User, hugo: User) -> None:
    pool = operations.create_pool(actor=rita.actor, name="Data")
    operations.save_pool(actor=rita.actor, pool_id=pool.id, name="Data", owner_id=hugo.id)
    pool.refresh_from_db()
    assert pool.owner == hugo
    with pytest.raises(InvalidInput):
        operations.save_pool(actor=rita.actor, pool_id=pool.id, name="Data", owner_id=uuid4())
    operations.save_pool(actor=rita.actor, pool_id=pool.id, name="Data, Berlin")
    pool.refresh_from_db()
    assert (pool.owner, pool.name) == (hugo, "Data, Berlin")


def test_where_tags_are_only_chosen_nobody_makes_one_by_typing(rita: User, ada: User, settings) -> None:
    settings.FREE_TAGS = False
    there = TagFactory(name="four days")
    assert operations.create_tag(actor=rita.actor, name="Four days") == there
    with pytest.raises(NotAllowed, match="There is no tag named three days"):
        operations.create_tag(actor=rita.actor, name="three days")
    draft = CandidateDraft(full_name="Carl Candidate", tags=("FOUR DAYS", "three days"))
    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
    assert outcome.problems == ("There is no tag named three days, and only those who manage tags may make one.",)
    assert list(CandidateTag.objects.values_list("tag_id", flat=True)) == [there.id]
    with pytest.raises(InvalidInput) as refused:
        operations.create_candidate(actor=rita.actor, draft=draft)
    assert refused.value.fields == {
        "tags": "There is no tag named three days. Choose one that there is, or ask an administrator."
    }
    operations.create_tag(actor=ada.actor, name="three days")
    operations.create_candidate(actor=rita.actor, draft=draft)
    assert (Tag.objects.count(), CandidateTag.objects.count()) == (2, 3)


def test_tags_that_came_with_somebody_are_on_the_record(rita: User) -> None:
    draft = CandidateDraft(full_name="Carl Candidate", tags=("four days",))
    operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
    operations.create_candidate(actor=rita.actor, draft=draft)
    assert [row.data["tags"] for row in Activity.objects.filter(verb="candidate.created")] == [["four days"]] * 2
    assert Tag.objects.get().owner == rita


def test_when_a_tag_was_last_used_is_kept_to_the_hour(rita: User) -> None:
    people, tag = CandidateFactory.create_batch(3), TagFactory()
    uses = []
    for minute, person in zip((0, 30, 90), people, strict=True):
        with time_machine.travel("2026-11-26T10:00:00Z", tick=False) as traveller:
            traveller.shift(minute * 60)
            operations.tag_candidates(actor=rita.actor, candidate_ids=[person.id], tag_id=tag.id)
        tag.refresh_from_db()
        uses.append(f"{tag.last_used_at:%H:%M}")
    assert uses == ["10:00", "10:00", "11:30"]


def test_a_tag_of_very_many_is_deleted_by_the_worker(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_deleting, "BATCH", 2)
    asked = []
    monkeypatch.setattr(tag_deleting, "enqueue", lambda name, **values: asked.append((name, values)))
    tag, people = TagFactory(name="old", owner=rita), CandidateFactory.create_batch(5)
    operations.tag_candidates(actor=rita.actor, candidate_ids=[person.id for person in people], tag_id=tag.id)

    assert operations.delete_tag(actor=rita.actor, tag_id=tag.id) is None
    ids = {"tag_id": tag.id, "into_id": None, "user_id": rita.id}
    assert (asked, CandidateTag.objects.count()) == ([("candidates.go_on_deleting_tag", ids)], 3)
    assert Tag.objects.filter(id=tag.id).exists()
    assert tag_deleting.go_on_deleting(**ids) == 3
    assert not CandidateTag.objects.exists()
    assert not Tag.objects.exists()
    told = Activity.objects.filter(verb__in=["tag.removed", "tag.deleted"]).order_by("id")
    assert [row.verb for row in told] == ["tag.removed"] * 5 + ["tag.deleted"]
    assert {row.actor_id for row in told} == {rita.id}
    tasks.go_on_deleting_tag(tag_id=str(tag.id), into_id=None, user_id=str(rita.id))
    assert Activity.objects.filter(verb="tag.deleted").count() == 1


def test_a_batch_of_a_tag_is_a_batch_however_it_is_planned(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_deleting, "BATCH", 2)
    tag, people = TagFactory(owner=rita), CandidateFactory.create_batch(5)
    operations.tag_candidates(actor=rita.actor, candidate_ids=[person.id for person in people], tag_id=tag.id)
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "material", "memoize"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("UPDATE pg_class SET relpages = 100, reltuples = 0 WHERE relname = 'candidates_candidatetag'")
    operations.delete_tag(actor=rita.actor, tag_id=tag.id)
    assert CandidateTag.objects.count() == 3


def test_merging_a_tag_ends_its_deleting(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_deleting, "BATCH", 2)
    tag, into, people = TagFactory(owner=rita), TagFactory(), CandidateFactory.create_batch(3)
    operations.tag_candidates(actor=rita.actor, candidate_ids=[person.id for person in people], tag_id=tag.id)
    operations.delete_tag(actor=rita.actor, tag_id=tag.id)
    operations.merge_tags(actor=rita.actor, tag_id=tag.id, into_id=into.id)

    assert tag_deleting.go_on_deleting(tag_id=tag.id, into_id=None, user_id=rita.id) == 0
    assert Tag.objects.get(id=tag.id).merged_into_id == into.id
    assert CandidateTag.objects.get().tag_id == into.id
