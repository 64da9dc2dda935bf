"""Merges, their undo and imports at the same moment, each in a connection of its own: nobody is lost."""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.applications.models import Application
from rapport.applications.operations import create_application, create_applications
from rapport.candidates import operations
from rapport.candidates.models import Candidate, CandidateTag, ContactPoint, PoolMember
from rapport.candidates.operations import merging as candidate_merging
from rapport.candidates.queries import resolve_merged
from rapport.candidates.tests.factories import CandidateFactory, ContactPointFactory, PoolFactory, TagFactory
from rapport.hygiene.models import Merge
from rapport.hygiene.operations import merge_candidates, undo_merge
from rapport.hygiene.operations import merging as hygiene_merging
from rapport.intake.models import ImportRow
from rapport.intake.operations import running
from rapport.intake.tests.conftest import files_folder, start_csv, work_until_done
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict, Moved
from rapport.outreach.models import Enrollment
from rapport.outreach.operations import enroll
from rapport.outreach.tests.factories import SequenceFactory, make_step

__all__ = ["files_folder"]
pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 20
Deed = Callable[[], object]


class Elsewhere(threading.Thread):
    """A deed in a thread and a connection of its own; `outcome` is what it returned or raised."""

    def __init__(self, deed: Deed) -> None:
        super().__init__(daemon=True)
        self.deed, self.pid, self.outcome = deed, threading.Event(), None
        self.backend = 0

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = cursor.fetchone()[0]
            self.pid.set()
            self.outcome = self.deed()
        except Exception as error:
            self.outcome = error
        finally:
            connection.close()

    def wait_until_locked_out(self) -> None:
        """Until it waits for a lock that somebody else holds."""
        assert self.pid.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees its first look again
                cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [self.backend])
                if cursor.fetchone() == ("Lock",):
                    return
            assert time.monotonic() < deadline, "it never waited"
            time.sleep(0.01)

    def finish(self) -> object:
        self.join(PATIENCE_S)
        assert not self.is_alive()
        return self.outcome


def all_at_once(*deeds: Deed) -> list[object]:
    threads = [Elsewhere(deed) for deed in deeds]
    for thread in threads:
        thread.start()
    return [thread.finish() for thread in threads]


@pytest.fixture
def seen_by_all(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets so many merges look at their people, all before the first of them locks anybody."""

    def wait_for(count: int) -> None:
        barrier, visible = threading.Barrier(count, timeout=PATIENCE_S), candidate_merging.visible

        def look(*args: Any) -> object:
            found = visible(*args)
            barrier.wait()
            return found

        monkeypatch.setattr(candidate_merging, "visible", look)

    return wait_for


def merging(survivor: Candidate, other: Candidate) -> Deed:
    return lambda: merge_candidates(actor=SYSTEM, survivor_id=survivor.id, other_id=other.id)


def people(count: int) -> list[Candidate]:
    """Each with an address of their own."""
    found = CandidateFactory.create_batch(count)
    for person in found:
        ContactPointFactory(candidate=person)
    return found


def holders() -> dict[UUID, int]:
    """How many addresses each candidate has."""
    owners = ContactPoint.objects.values_list("candidate_id", flat=True)
    return {key: list(owners).count(key) for key in set(owners)}


def test_of_two_merges_in_opposite_directions_one_holds_and_the_other_is_told(seen_by_all) -> None:
    one, other = people(2)
    seen_by_all(2)
    outcomes = all_at_once(merging(one, other), merging(other, one))
    [merge] = [found for found in outcomes if isinstance(found, Merge)]
    [told] = [found for found in outcomes if not isinstance(found, Merge)]
    assert isinstance(told, Moved)
    assert str(told) == "This candidate was merged into another one. Open that profile."
    assert (told.before, told.after) == (merge.other_id, merge.survivor_id)
    assert Merge.objects.count() == 1
    assert list(Candidate.objects.filter(merged_into=None).values_list("id", flat=True)) == [merge.survivor_id]
    assert holders() == {merge.survivor_id: 2}
    assert Activity.objects.filter(verb="candidate.merged").count() == 1


def test_the_same_merge_asked_for_twice_at_once_is_made_once(seen_by_all) -> None:
    one, other = people(2)
    seen_by_all(2)
    outcomes = all_at_once(merging(one, other), merging(one, other))
    assert outcomes == [Merge.objects.get(), Merge.objects.get()]
    assert holders() == {one.id: 2}
    assert Activity.objects.filter(verb="candidate.merged").count() == 1


def test_three_merges_in_a_ring_leave_one_person_standing(seen_by_all) -> None:
    ring = people(3)
    seen_by_all(3)
    outcomes = all_at_once(*(merging(one, other) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)))
    made = [found for found in outcomes if isinstance(found, Merge)]
    assert all(isinstance(found, Moved) for found in outcomes if found not in made)
    standing = set(Candidate.objects.filter(merged_into=None).values_list("id", flat=True))
    assert len(standing) == 3 - len(made)
    assert len(made) in (1, 2)
    assert set(resolve_merged(person.id for person in ring).values()) == standing
    assert set(holders()) == standing
    assert sum(holders().values()) == 3


def test_an_undo_that_waits_for_a_further_merge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = people(3)
    merge = merge_candidates(actor=SYSTEM, survivor_id=second.id, other_id=first.id)
    undo = Elsewhere(lambda: undo_merge(actor=SYSTEM, merge_id=merge.id))
    store = hygiene_merging._store

    def undone_meanwhile(*args: Any) -> None:
        undo.start()
        undo.wait_until_locked_out()
        store(*args)

    monkeypatch.setattr(hygiene_merging, "_store", undone_meanwhile)
    further = merge_candidates(actor=SYSTEM, survivor_id=third.id, other_id=second.id)
    refused = undo.finish()
    assert isinstance(refused, Conflict)
    assert str(refused).startswith(f"{second} was merged into {third} after this.")
    assert holders() == {third.id: 3}
    undo_merge(actor=SYSTEM, merge_id=further.id)
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    assert holders() == {first.id: 1, second.id: 1, third.id: 1}
    assert Candidate.objects.filter(merged_into=None).count() == 3


def test_a_further_merge_that_waits_for_an_undo_takes_who_is_there_then(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = people(3)
    merge = merge_candidates(actor=SYSTEM, survivor_id=second.id, other_id=first.id)
    further = Elsewhere(merging(third, second))
    put_back = hygiene_merging.put_back

    def merged_meanwhile(*args: Any) -> int:
        further.start()
        further.wait_until_locked_out()
        return put_back(*args)

    monkeypatch.setattr(hygiene_merging, "put_back", merged_meanwhile)
    undo_merge(actor=SYSTEM, merge_id=merge.id)
    assert isinstance(further.finish(), Merge)
    assert holders() == {first.id: 1, third.id: 2}
    assert set(Candidate.objects.filter(merged_into=None)) == {first, third}


def test_two_undos_at_once_take_it_back_once() -> None:
    first, second = people(2)
    merge = merge_candidates(actor=SYSTEM, survivor_id=second.id, other_id=first.id)
    outcomes = all_at_once(*2 * [lambda: undo_merge(actor=SYSTEM, merge_id=merge.id)])
    assert outcomes == [merge, merge]
    assert Activity.objects.filter(verb="candidate.unmerged").count() == 1
    assert holders() == {first.id: 1, second.id: 1}


TABLE = "name,email,title,phone\nCarl Example,carl@example.org,Chef,+44 7700 900123\n"


def test_a_row_whose_person_is_merged_between_the_look_and_the_lock_goes_to_the_survivor(
    rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rapport.candidates.operations import bulk

    carl, stays = CandidateFactory(full_name="Carl Example"), CandidateFactory(full_name="Karl Example")
    ContactPointFactory(candidate=carl, value="carl@example.org", normal="carl@example.org")
    look, merges = bulk.queries.find_by_contact_points, [merging(stays, carl)]

    def merged_meanwhile(keys: Any) -> object:
        found = look(keys)
        while merges:
            assert isinstance(all_at_once(merges.pop())[0], Merge)
        return found

    item = start_csv(rita, TABLE)
    monkeypatch.setattr(bulk.queries, "find_by_contact_points", merged_meanwhile)
    item = work_until_done(item)
    assert (item.state, item.created_count, item.attached_count, item.failed_count) == ("done", 0, 1, 0)
    assert ImportRow.objects.get().candidate_id == stays.id
    stays.refresh_from_db()
    carl.refresh_from_db()
    assert (stays.title, carl.title, carl.merged_into_id) == ("Chef", "", stays.id)
    assert holders() == {stays.id: 2}


def test_a_merge_that_waits_for_an_import_moves_what_it_brought(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    carl, stays = CandidateFactory(full_name="Carl Example"), CandidateFactory(full_name="Karl Example")
    ContactPointFactory(candidate=carl, value="carl@example.org", normal="carl@example.org")
    merge, count = Elsewhere(merging(stays, carl)), running.count_rows

    def merged_meanwhile(*args: Any) -> None:
        merge.start()
        merge.wait_until_locked_out()
        count(*args)

    item = start_csv(rita, TABLE)
    monkeypatch.setattr(running, "count_rows", merged_meanwhile)
    item = work_until_done(item)
    made = merge.finish()
    assert isinstance(made, Merge)
    assert (item.state, item.attached_count, item.failed_count) == ("done", 1, 0)
    stays.refresh_from_db()
    assert stays.title == "Chef"
    assert holders() == {stays.id: 2}
    undo_merge(actor=SYSTEM, merge_id=made.id)
    carl.refresh_from_db()
    stays.refresh_from_db()
    assert (carl.title, stays.title) == ("Chef", "")
    assert holders() == {carl.id: 2}


def tag(person: Candidate) -> list[UUID]:
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[person.id], tag_id=TagFactory().id)
    return list(CandidateTag.objects.values_list("candidate_id", flat=True))


def put_in_a_pool(person: Candidate) -> list[UUID]:
    operations.add_to_pool(actor=SYSTEM, candidate_ids=[person.id], pool_id=PoolFactory().id)
    return list(PoolMember.objects.values_list("candidate_id", flat=True))


def consider(person: Candidate) -> list[UUID]:
    create_applications(actor=SYSTEM, job_id=JobFactory().id, candidate_ids=[person.id])
    return list(Application.objects.values_list("candidate_id", flat=True))


def put_in_a_sequence(person: Candidate) -> list[UUID]:
    sequence = SequenceFactory()
    make_step(sequence)
    enroll(actor=SYSTEM, sequence_id=sequence.id, candidate_ids=[person.id])
    return list(Enrollment.objects.values_list("candidate_id", flat=True))


def merged_meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Deed, survivor: Candidate, other: Candidate) -> object:
    """What comes of a deed that begins before a merge has ended, and waits for it."""
    doing, store = Elsewhere(deed), hygiene_merging._store

    def store_and_wait(*args: Any) -> None:
        doing.start()
        doing.wait_until_locked_out()
        store(*args)

    monkeypatch.setattr(hygiene_merging, "_store", store_and_wait)
    merge_candidates(actor=SYSTEM, survivor_id=survivor.id, other_id=other.id)
    return doing.finish()


@pytest.mark.parametrize("deed", [tag, put_in_a_pool, consider])
def test_what_is_put_on_somebody_who_is_just_merged_goes_to_the_survivor(
    deed: Callable[[Candidate], list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    survivor, other = people(2)
    assert merged_meanwhile(monkeypatch, lambda: deed(other), survivor, other) == [survivor.id]


def test_nobody_who_is_just_merged_gets_into_a_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    survivor, other = people(2)
    assert merged_meanwhile(monkeypatch, lambda: put_in_a_sequence(other), survivor, other) == []


def test_one_application_for_somebody_who_is_just_merged_leads_to_the_survivor(monkeypatch: pytest.MonkeyPatch) -> None:
    survivor, other = people(2)
    job = JobFactory()
    told = merged_meanwhile(
        monkeypatch, lambda: create_application(actor=SYSTEM, job_id=job.id, candidate_id=other.id), survivor, other
    )
    assert isinstance(told, Moved)
    assert not Application.objects.exists()
