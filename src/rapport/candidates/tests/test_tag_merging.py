from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations, tag_queries
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate, CandidateTag, Tag, TagMove
from rapport.candidates.operations import tag_merging
from rapport.candidates.tests.factories import CandidateFactory, TagFactory
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed

pytestmark = pytest.mark.django_db


def having(tag: Tag) -> set[UUID]:
    return set(CandidateTag.objects.filter(tag=tag).values_list("candidate_id", flat=True))


def give(tag: Tag, *people: Candidate) -> None:
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[person.id for person in people], tag_id=tag.id)


def test_a_merge_gives_everybody_the_other_tag_and_can_be_taken_back(rita: User) -> None:
    a, b, c = CandidateFactory.create_batch(3)
    js, javascript = TagFactory(name="js", owner=rita), TagFactory(name="JavaScript")
    give(js, a, b)
    give(javascript, b, c)

    assert operations.merge_tags(actor=rita.actor, tag_id=js.id, into_id=javascript.id) == javascript
    assert (having(js), having(javascript)) == (set(), {a.id, b.id, c.id})
    told = Activity.objects.filter(verb="tag.merged")
    assert [sorted(row.subjects) for row in told.order_by("id")] == [["tag"], ["tag"], ["candidate"], ["candidate"]]
    assert {tuple(sorted(row.data.items())) for row in told} == {(("before", "js"), ("tag", "JavaScript"))}

    operations.unmerge_tag(actor=rita.actor, tag_id=js.id)
    assert (having(js), having(javascript)) == ({a.id, b.id}, {b.id, c.id})
    assert not TagMove.objects.exists()
    assert Activity.objects.filter(verb="tag.unmerged").count() == 4


def test_doing_it_twice_is_harmless(rita: User) -> None:
    person, one, other = CandidateFactory(), TagFactory(owner=rita), TagFactory()
    give(one, person)
    for _ in range(2):
        operations.merge_tags(actor=rita.actor, tag_id=one.id, into_id=other.id)
    assert Activity.objects.filter(verb="tag.merged").count() == 3
    for _ in range(2):
        operations.unmerge_tag(actor=rita.actor, tag_id=one.id)
    assert having(one) == {person.id}
    assert Activity.objects.filter(verb="tag.unmerged").count() == 3


def test_the_former_name_gives_the_other_tag(rita: User) -> None:
    js, javascript = TagFactory(name="js", owner=rita), TagFactory(name="JavaScript")
    typescript = TagFactory(name="TypeScript", owner=rita)
    operations.merge_tags(actor=rita.actor, tag_id=js.id, into_id=javascript.id)

    assert operations.create_tag(actor=rita.actor, name="JS") == javascript
    assert [tag.name for tag in tag_queries.list_tag_names(rita.actor, "js")] == ["JavaScript"]
    draft = CandidateDraft(full_name="Carl Candidate", tags=("Js",))
    (outcome,) = operations.bulk_create_candidates(actor=rita.actor, drafts=[draft])
    assert having(javascript) == {outcome.candidate_id}
    operations.tag_candidates(actor=rita.actor, candidate_ids=[CandidateFactory().id], tag_id=js.id)
    assert (len(having(javascript)), having(js)) == (2, set())
    with pytest.raises(Conflict, match="js is a spelling of JavaScript"):
        operations.rename_tag(actor=rita.actor, tag_id=typescript.id, name="js")


def test_who_lost_the_other_tag_since_gets_nothing_back(rita: User) -> None:
    a, b = CandidateFactory.create_batch(2)
    one, other = TagFactory(owner=rita), TagFactory()
    give(one, a, b)
    operations.merge_tags(actor=rita.actor, tag_id=one.id, into_id=other.id)
    operations.untag_candidates(actor=rita.actor, candidate_ids=[a.id], tag_id=other.id)
    operations.unmerge_tag(actor=rita.actor, tag_id=one.id)
    assert (having(one), having(other)) == ({b.id}, set())


def test_merges_that_build_on_one_another_come_apart_in_reverse(ada: User) -> None:
    person = CandidateFactory()
    first, second, third = TagFactory(name="first"), TagFactory(name="second"), TagFactory(name="third")
    give(first, person)
    operations.merge_tags(actor=ada.actor, tag_id=first.id, into_id=second.id)
    operations.merge_tags(actor=ada.actor, tag_id=second.id, into_id=third.id)
    assert operations.create_tag(actor=ada.actor, name="first") == third
    with pytest.raises(Conflict, match="second was itself merged since"):
        operations.unmerge_tag(actor=ada.actor, tag_id=first.id)
    operations.unmerge_tag(actor=ada.actor, tag_id=second.id)
    operations.unmerge_tag(actor=ada.actor, tag_id=first.id)
    assert (having(first), having(second), having(third)) == ({person.id}, set(), set())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    had=st.lists(st.sets(st.integers(0, 3)), min_size=4, max_size=4),
    order=st.permutations([0, 1, 2]),
)
def test_tags_merged_into_one_come_apart_in_any_order(db: None, had: list[set[int]], order: list[int]) -> None:
    """Four tags on four people, three merged into the last: taken apart in any order everybody has what they had."""
    tags, people = TagFactory.create_batch(4), CandidateFactory.create_batch(4)
    for tag, places in zip(tags, had, strict=True):
        give(tag, *(people[place] for place in places))
    before = [having(tag) for tag in tags]
    for tag in tags[:3]:
        operations.merge_tags(actor=SYSTEM, tag_id=tag.id, into_id=tags[3].id)
    assert having(tags[3]) == set().union(*before)
    for place in order:
        operations.unmerge_tag(actor=SYSTEM, tag_id=tags[place].id)
    assert [having(tag) for tag in tags] == before


def test_only_the_owner_and_those_who_manage_tags_change_it(
    rita: User, ada: User, hugo: User, make_user: Callable[..., User]
) -> None:
    other = make_user("Rob", "recruiter")
    tag, into = operations.create_tag(actor=rita.actor, name="mine"), TagFactory()
    for actor in (other.actor, hugo.actor):
        for refused in (
            lambda: operations.rename_tag(actor=actor, tag_id=tag.id, name="theirs"),  # noqa: B023
            lambda: operations.merge_tags(actor=actor, tag_id=tag.id, into_id=into.id),  # noqa: B023
            lambda: operations.delete_tag(actor=actor, tag_id=tag.id),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                refused()
    operations.rename_tag(actor=ada.actor, tag_id=tag.id, name="ours")
    operations.save_tag(actor=rita.actor, tag_id=tag.id, name="ours", description="Speaks", owner_id=other.id)
    operations.merge_tags(actor=other.actor, tag_id=tag.id, into_id=into.id)
    with pytest.raises(NotAllowed, match="kept by Rob Example"):
        operations.delete_tag(actor=rita.actor, tag_id=tag.id)
    assert Activity.objects.get(verb="tag.changed").data == {"tag": "ours", "changed": ["description", "owner"]}


def test_a_tag_cannot_be_merged_into_itself_or_into_one_that_is_gone(ada: User) -> None:
    one, other, third = TagFactory.create_batch(3)
    with pytest.raises(InvalidInput):
        operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=one.id)
    operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=other.id)
    with pytest.raises(Conflict, match="merged into another tag already"):
        operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=third.id)
    with pytest.raises(Conflict):
        operations.merge_tags(actor=ada.actor, tag_id=third.id, into_id=one.id)


def test_a_large_merge_is_finished_by_the_worker(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_merging, "BATCH", 2)
    people = CandidateFactory.create_batch(5)
    one, other = TagFactory(), TagFactory()
    give(one, *people)
    asked = []
    monkeypatch.setattr(tag_merging, "enqueue", lambda name, **values: asked.append((name, values)))

    operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=other.id)
    ids = {"tag_id": one.id, "into_id": other.id, "user_id": ada.id}
    assert (asked, len(having(one))) == ([("candidates.go_on_merging_tags", ids)], 3)
    assert tag_merging.go_on_merging(**ids) == 3
    assert (having(one), len(having(other)), tag_merging.go_on_merging(**ids)) == (set(), 5, 0)
    assert Activity.objects.filter(verb="tag.merged", actor_id=ada.id).count() == 7

    operations.unmerge_tag(actor=ada.actor, tag_id=one.id)
    assert (asked[1][0], len(having(one))) == ("candidates.go_on_unmerging_tags", 2)
    with pytest.raises(Conflict, match="still being taken apart"):
        operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=other.id)
    tag_merging.go_on_unmerging(**ids)
    assert (len(having(one)), having(other)) == (5, set())


def test_a_merge_takes_as_many_statements_for_twenty_as_for_two(ada: User) -> None:
    counts = []
    for size in (2, 20):
        one, other = TagFactory(), TagFactory()
        give(one, *CandidateFactory.create_batch(size))
        with CaptureQueriesContext(connection) as statements:
            operations.merge_tags(actor=ada.actor, tag_id=one.id, into_id=other.id)
        counts.append(len(statements))
    assert counts[0] == counts[1]
