"""Watching a segment: one notice for all who are new, only of whom the reader may see, and none for what was known."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.activity.operations import react, record
from rapport.applications.operations import create_application
from rapport.candidates import operations as candidates
from rapport.candidates.activities import CANDIDATE_TOUCHED
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import NotAllowed, NotFound
from rapport.notifications.models import Notification
from rapport.search import operations, watching
from rapport.search.folder import IndexFolder
from rapport.search.following import Follower
from rapport.search.models import Segment, SegmentWatch
from rapport.search.tests.factories import SegmentFactory, make_job
from rapport.search.watching import look_at_all, unwatch_segment, watch_segment

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[User], Client]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def follow(index_folder: IndexFolder) -> Iterator[Callable[[], None]]:
    """Call it to let the index take in what happened."""
    follower = Follower(index_folder)

    def catch_up() -> None:
        while follower.step():
            pass

    yield catch_up
    follower.close()


@pytest.fixture
def segment(rita: User) -> Segment:
    return SegmentFactory(owner=rita, name="Cooks", query="title:cook", is_shared=True)


def add(name: str, title: str = "Cook") -> Candidate:
    return candidates.create_candidate(actor=SYSTEM, draft=CandidateDraft(name, title=title))


def look(follow: Callable[[], None]) -> list[tuple[str, str]]:
    """Let the index follow, look, and tell: who has which notices by now."""
    follow()
    look_at_all()
    while react():
        pass
    return list(Notification.objects.order_by("id").values_list("user__full_name", "text"))


def test_one_notice_tells_of_all_who_are_new(follow, rita: User, hugo: User, segment: Segment) -> None:
    add("Ada")
    follow()
    watch = watch_segment(actor=rita.actor, segment_id=segment.id)
    assert len(watch.members) == 1
    assert look(follow) == []
    people = [add("Ben"), add("Cleo"), add("Dev", title="Nurse")]
    assert [text for _, text in look(follow)] == ["Cooks has 2 new people"]
    notice = Notification.objects.get()
    assert (notice.user_id, notice.url) == (rita.id, f"/segments/{segment.id}/")
    assert set(SegmentWatch.objects.get().new_ids) == {people[0].id, people[1].id}
    assert len(look(follow)) == 1  # nobody is told twice
    assert Activity.objects.filter(verb="segment.grew").count() == 1


def test_more_people_within_an_hour_wait_for_the_next_notice(follow, rita: User, segment: Segment) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        follow()
        watch_segment(actor=rita.actor, segment_id=segment.id)
        add("Ada")
        assert [text for _, text in look(follow)] == ["Cooks has 1 new person"]
        now.shift(timedelta(minutes=30))
        add("Ben")
        assert len(look(follow)) == 1
        now.shift(timedelta(minutes=20))
        add("Cleo")
        now.shift(timedelta(minutes=11))
        assert [text for _, text in look(follow)] == ["Cooks has 1 new person", "Cooks has 2 new people"]


def test_a_new_day_brings_new_members_without_anything_happening(follow, rita: User) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        ada = add("Ada")
        Candidate.objects.filter(id=ada.id).update(last_contact_at=NOON - timedelta(days=90))
        quiet = SegmentFactory(owner=rita, name="Quiet", query="last_contact:>90d")
        follow()
        watch_segment(actor=rita.actor, segment_id=quiet.id)
        assert look(follow) == []
        now.shift(timedelta(days=1))
        assert [text for _, text in look(follow)] == ["Quiet has 1 new person"]


def test_who_sees_a_team_only_hears_of_the_teams_people(follow, rita: User, hugo: User, segment: Segment) -> None:
    job = make_job("Canteen", team=[hugo])
    follow()
    for user in (rita, hugo):
        watch_segment(actor=user.actor, segment_id=segment.id)
    ada, _ben = add("Ada"), add("Ben")
    create_application(actor=rita.actor, candidate_id=ada.id, job_id=job.id)
    look(follow)
    told = dict(Notification.objects.filter(verb="segment.grew").values_list("user_id", "text"))
    assert told == {rita.id: "Cooks has 2 new people", hugo.id: "Cooks has 1 new person"}
    assert SegmentWatch.objects.get(user=hugo).new_ids == [ada.id]


def test_a_segment_shared_no_more_tells_nobody_else(follow, rita: User, hugo: User, segment: Segment) -> None:
    follow()
    watch_segment(actor=hugo.actor, segment_id=segment.id)
    operations.change_segment(actor=rita.actor, segment_id=segment.id, is_shared=False)
    ada, job = add("Ada"), make_job("Canteen", team=[hugo])
    create_application(actor=rita.actor, candidate_id=ada.id, job_id=job.id)
    look(follow)
    assert not Notification.objects.filter(verb="segment.grew").exists()
    with pytest.raises(NotFound):
        watch_segment(actor=hugo.actor, segment_id=segment.id)


def test_another_query_or_role_tells_of_nobody(follow, rita: User, segment: Segment) -> None:
    add("Nora", title="Nurse")
    follow()
    watch_segment(actor=rita.actor, segment_id=segment.id)
    operations.change_segment(actor=rita.actor, segment_id=segment.id, query="title:(cook OR nurse)")
    assert look(follow) == []
    assert len(SegmentWatch.objects.get().members) == 1
    add("Ada")
    assert len(look(follow)) == 1
    User.objects.filter(id=rita.id).update(role="administrator")
    add("Dora", title="Driver")
    assert len(look(follow)) == 1
    assert SegmentWatch.objects.get().basis.startswith("administrator")


def test_merging_two_members_is_no_arrival(follow, rita: User, segment: Segment) -> None:
    stays, goes = add("Ada Cook", title="Nurse"), add("Ada Cook")
    follow()
    watch_segment(actor=rita.actor, segment_id=segment.id)
    Candidate.objects.filter(id=goes.id).update(merged_into=stays)
    Candidate.objects.filter(id=stays.id).update(title="Cook")
    for person in (stays, goes):
        record(CANDIDATE_TOUCHED, actor=SYSTEM, subjects=[person])
    assert look(follow) == []


def test_who_leaves_and_returns_is_new_again(follow, rita: User, segment: Segment) -> None:
    ada = add("Ada")
    follow()
    watch_segment(actor=rita.actor, segment_id=segment.id)
    candidates.archive_candidates(actor=SYSTEM, candidate_ids=[ada.id], reason="Left")
    assert look(follow) == []
    candidates.unarchive_candidates(actor=SYSTEM, candidate_ids=[ada.id])
    assert len(look(follow)) == 1


def test_too_many_members_are_not_told_of_until_there_are_fewer(
    follow, rita: User, segment: Segment, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_MEMBERS", 2)
    people = [add("Ada"), add("Ben")]
    follow()
    watch_segment(actor=rita.actor, segment_id=segment.id)
    people.append(add("Cleo"))
    assert look(follow) == []
    assert SegmentWatch.objects.get().is_too_large
    assert "too many to tell who is new" in sign_in(rita).get(f"/segments/{segment.id}/").content.decode()
    candidates.archive_candidates(actor=SYSTEM, candidate_ids=[people[2].id], reason="Left")
    assert look(follow) == []
    assert not SegmentWatch.objects.get().is_too_large
    candidates.unarchive_candidates(actor=SYSTEM, candidate_ids=[people[2].id])
    candidates.archive_candidates(actor=SYSTEM, candidate_ids=[people[0].id], reason="Left")
    assert [text for _, text in look(follow)] == ["Cooks has 1 new person"]
    assert SegmentWatch.objects.get().new_ids == [people[2].id]


def test_a_look_without_anything_new_costs_two_statements(follow, rita: User, hugo: User) -> None:
    add("Ada")
    follow()
    for user in (rita, hugo):
        for segment in SegmentFactory.create_batch(5, owner=user, query="title:cook"):
            watch_segment(actor=user.actor, segment_id=segment.id)
    look(follow)
    look(follow)
    with CaptureQueriesContext(connection) as asked:
        assert look_at_all() == 0
    assert len(asked) == 2


def test_an_index_that_lags_is_no_base_for_comparing(follow, rita: User, segment: Segment) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        follow()
        watch_segment(actor=rita.actor, segment_id=segment.id)
        add("Ada")
        now.shift(timedelta(minutes=2))
        before = SegmentWatch.objects.get().seen_state
        assert look_at_all() == 0
        assert SegmentWatch.objects.get().seen_state == before
        assert len(look(follow)) == 1


def test_watching_twice_and_ending_twice_is_harmless(follow, rita: User, segment: Segment) -> None:
    follow()
    for _ in range(2):
        watch_segment(actor=rita.actor, segment_id=segment.id)
    assert SegmentWatch.objects.count() == 1
    for _ in range(2):
        unwatch_segment(actor=rita.actor, segment_id=segment.id)
    assert not SegmentWatch.objects.exists()
    recorded = Activity.objects.filter(verb__startswith="segment.").order_by("id")
    assert list(recorded.values_list("verb", flat=True)) == ["segment.watched", "segment.unwatched"]
    add("Ada")
    assert look(follow) == []


def test_watching_works_while_there_is_no_index(index_folder, rita: User, segment: Segment) -> None:
    watch_segment(actor=rita.actor, segment_id=segment.id)
    assert SegmentWatch.objects.get().members is None
    assert look_at_all() == 0


def test_who_may_not_see_a_segment_cannot_watch_it(
    index_folder, rita: User, hugo: User, emma: User, sign_in: SignIn, client: Client
) -> None:
    own = SegmentFactory(owner=rita)
    with pytest.raises(NotAllowed):
        watch_segment(actor=emma.actor, segment_id=own.id)
    with pytest.raises(NotAllowed):
        watch_segment(actor=SYSTEM, segment_id=own.id)
    url = f"/segments/{own.id}/watch/"
    assert sign_in(hugo).post(url).status_code == 404
    assert sign_in(emma).post(url).status_code == 403
    assert client.post(url).status_code == 302
    assert sign_in(rita).get(url).status_code == 405
    assert not SegmentWatch.objects.exists()


def test_the_page_shows_who_is_new_and_ends_the_watching(follow, rita: User, segment: Segment, sign_in) -> None:
    follow()
    client, page = sign_in(rita), f"/segments/{segment.id}/"
    assert "you are told when somebody new comes to match" in client.get(page).content.decode()
    assert client.post(f"{page}watch/", {"do": "watch"}).headers["Location"] == page
    assert "Nobody new since" in client.get(page).content.decode()
    add("Ada Lindqvist")
    look(follow)
    shown = client.get(page)
    assert [person.full_name for person in shown.context["shown"].new] == ["Ada Lindqvist"]
    assert shown.context["count"] == 1
    assert client.get("/segments/").context["rows"][0]["is_watched"]
    client.post(f"{page}watch/", {"do": "unwatch", "next": "/segments/"})
    assert not client.get("/segments/").context["rows"][0]["is_watched"]


def test_a_colleagues_segment_is_shown_without_its_form(follow, rita: User, hugo: User, segment, sign_in) -> None:
    follow()
    client, page = sign_in(hugo), f"/segments/{segment.id}/"
    shown = client.get(page).content.decode()
    assert "Title: cook" in shown
    assert 'name="query"' not in shown
    assert client.post(page, {"name": "Taken", "query": "x"}).status_code == 403
    segment.refresh_from_db()
    assert (segment.name, segment.query) == ("Cooks", "title:cook")
