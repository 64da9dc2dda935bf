from uuid import uuid4

import pytest

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.candidates import operations
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def test_a_change_is_saved_and_recorded_with_before_and_after(rita: User) -> None:
    carl = CandidateFactory(title="Fitter")

    changed = operations.update_candidate(
        actor=rita.actor, candidate_id=carl.id, version=1, changes={"title": "Welder", "place": "Graz, Austria"}
    )

    assert (changed.title, changed.city, changed.country_code, changed.time_zone) == (
        "Welder",
        "Graz",
        "AT",
        "Europe/Vienna",
    )
    assert changed.version == 2
    activity = Activity.objects.get(verb="candidate.updated")
    assert activity.data == {
        "changed": ["place", "title"],
        "before": {"title": "Fitter", "place": ""},
        "after": {"title": "Welder", "place": "Graz, Austria"},
    }


def test_saving_the_same_again_changes_and_records_nothing(rita: User) -> None:
    carl = CandidateFactory(title="Fitter")
    operations.update_candidate(actor=rita.actor, candidate_id=carl.id, version=1, changes={"title": "Fitter"})
    carl.refresh_from_db()
    assert carl.version == 1
    assert not Activity.objects.exists()


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(rita: User) -> None:
    carl = CandidateFactory(full_name="Carl Candidate")
    operations.update_candidate(actor=rita.actor, candidate_id=carl.id, version=1, changes={"title": "Welder"})

    with pytest.raises(Conflict, match=r"Carl Candidate was changed by somebody else while you were editing\."):
        operations.update_candidate(actor=rita.actor, candidate_id=carl.id, version=1, changes={"title": "Baker"})
    carl.refresh_from_db()
    assert carl.title == "Welder"


def test_a_candidate_keeps_a_name(rita: User) -> None:
    carl = CandidateFactory()
    with pytest.raises(InvalidInput) as refusal:
        operations.update_candidate(actor=rita.actor, candidate_id=carl.id, version=1, changes={"full_name": " "})
    assert list(refusal.value.fields) == ["full_name"]


def test_who_may_not_see_finds_nobody(ines: User, rita: User) -> None:
    carl = CandidateFactory()
    with pytest.raises(NotFound):
        operations.update_candidate(actor=ines.actor, candidate_id=carl.id, version=1, changes={"title": "x"})
    with pytest.raises(NotFound):
        operations.update_candidate(actor=rita.actor, candidate_id=uuid4(), version=1, changes={"title": "x"})


def test_archiving_needs_a_reason_and_can_be_taken_back(rita: User) -> None:
    carl, dora = CandidateFactory(), CandidateFactory()
    with pytest.raises(InvalidInput):
        operations.archive_candidates(actor=rita.actor, candidate_ids=[carl.id], reason=" ")

    ids = [carl.id, dora.id, uuid4()]
    assert operations.archive_candidates(actor=rita.actor, candidate_ids=ids, reason="Left the field") == sorted(
        ids[:2]
    )
    assert operations.archive_candidates(actor=rita.actor, candidate_ids=ids, reason="Again") == []
    carl.refresh_from_db()
    assert carl.archive_reason == "Left the field"

    assert operations.unarchive_candidates(actor=rita.actor, candidate_ids=[carl.id]) == [carl.id]
    carl.refresh_from_db()
    assert (carl.archived_at, carl.archive_reason) == (None, "")
    assert Activity.objects.filter(verb="candidate.archived").count() == 2
    assert Activity.objects.filter(verb="candidate.unarchived").count() == 1


def test_an_interviewer_may_not_archive(ines: User) -> None:
    carl = CandidateFactory()
    with pytest.raises(NotAllowed):
        operations.archive_candidates(actor=ines.actor, candidate_ids=[carl.id], reason="x")
