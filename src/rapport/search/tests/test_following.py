"""The index follows the record: changes, deletions, and its own recovery."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from rapport.accounts.models import User
from rapport.activity.operations import record
from rapport.applications.operations import create_application
from rapport.candidates import operations
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import Candidate
from rapport.candidates.tests.factories import TagFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import TemporaryFailure
from rapport.mail.activities import MESSAGE_SENT
from rapport.search import following, queries
from rapport.search.folder import CURRENT, IndexFolder, write_cursor
from rapport.search.following import Follower

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def follower(index_folder: IndexFolder) -> Iterator[Follower]:
    follower = Follower(index_folder)
    yield follower
    follower.close()


def catch_up(follower: Follower) -> None:
    while follower.step():
        pass


def names(text: str = "") -> list[str]:
    ids = queries.search_candidates(SYSTEM, text).ids
    found = dict(Candidate.objects.filter(id__in=ids).values_list("id", "full_name"))
    return sorted(found.get(key, "gone") for key in ids)


def add(name: str, **more: object) -> Candidate:
    return operations.create_candidate(actor=SYSTEM, draft=CandidateDraft(name, **more))


def test_first_step_builds_the_index_and_later_ones_follow(follower: Follower) -> None:
    add("Ada Lindqvist", title="Engineer")
    with pytest.raises(TemporaryFailure):
        names()
    assert follower.step() == 1
    assert names("engineer") == ["Ada Lindqvist"]
    assert follower.step() == 0

    add("Ben Mueller", title="Engineer")
    assert follower.step() == 1
    assert names("engineer") == ["Ada Lindqvist", "Ben Mueller"]


def test_change_archive_and_return_are_followed(follower: Follower) -> None:
    ada = add("Ada Lindqvist", title="Engineer")
    catch_up(follower)
    tag = TagFactory(name="speaks")
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[ada.id], tag_id=tag.id)
    catch_up(follower)
    assert names("tag:speaks") == ["Ada Lindqvist"]

    operations.archive_candidates(actor=SYSTEM, candidate_ids=[ada.id], reason="asked")
    catch_up(follower)
    assert names() == []
    assert names("status:archived") == ["Ada Lindqvist"]

    operations.unarchive_candidates(actor=SYSTEM, candidate_ids=[ada.id])
    catch_up(follower)
    assert names() == ["Ada Lindqvist"]


def test_renamed_and_deleted_tag_is_followed_by_all_who_have_it(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "WRITTEN", 2)
    people = [add(f"Person {number}") for number in range(5)]
    tag = operations.create_tag(actor=SYSTEM, name="old name")
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[one.id for one in people], tag_id=tag.id)
    catch_up(follower)
    assert len(names('tag:"old name"')) == 5

    operations.rename_tag(actor=SYSTEM, tag_id=tag.id, name="new name")
    catch_up(follower)
    assert (len(names('tag:"new name"')), names('tag:"old name"')) == (5, [])

    operations.delete_tag(actor=SYSTEM, tag_id=tag.id)
    catch_up(follower)
    assert names('tag:"new name"') == []


def test_a_merged_tag_is_found_under_both_names_and_taken_apart_again(follower: Follower) -> None:
    ada, ben = add("Ada Lindqvist"), add("Ben Mueller")
    few, many = (operations.create_tag(actor=SYSTEM, name=name) for name in ("front-end", "Frontend"))
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[ada.id], tag_id=few.id)
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[ben.id], tag_id=many.id)
    catch_up(follower)
    assert (names("tag:front-end"), names("tag:frontend")) == (["Ada Lindqvist"], ["Ben Mueller"])

    operations.merge_tags(actor=SYSTEM, tag_id=few.id, into_id=many.id)
    catch_up(follower)
    everybody = ["Ada Lindqvist", "Ben Mueller"]
    assert (sorted(names("tag:front-end")), sorted(names("tag:frontend"))) == (everybody, everybody)

    operations.unmerge_tag(actor=SYSTEM, tag_id=few.id)
    catch_up(follower)
    assert (names("tag:front-end"), names("tag:frontend")) == (["Ada Lindqvist"], ["Ben Mueller"])


def test_the_level_of_a_title_is_followed(follower: Follower) -> None:
    ada = add("Ada Lindqvist")
    changes = {"title": "Sr. SWE II (m/w/d)"}
    operations.update_candidate(actor=SYSTEM, candidate_id=ada.id, version=1, changes=changes)
    Candidate.objects.filter(id=add("Ben Mueller").id).update(title="Head of Sales")  # not worked out yet
    catch_up(follower)
    assert (names("seniority:senior"), names("title:SWE"), names("seniority:head")) == (
        ["Ada Lindqvist"], ["Ada Lindqvist"], ["Ben Mueller"]
    )  # fmt: skip


def test_those_still_to_be_written_survive_a_killed_process(index_folder: IndexFolder, monkeypatch) -> None:
    monkeypatch.setattr(following, "WRITTEN", 2)
    first = Follower(index_folder)
    people = [add(f"Person {number}") for number in range(5)]
    tag = operations.create_tag(actor=SYSTEM, name="old name")
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[one.id for one in people], tag_id=tag.id)
    catch_up(first)
    Candidate.objects.update(title="Changed behind its back")
    first._later = [one.id for one in people]
    following._write_later(first._index, first._later)
    first.step()
    first.close()

    second = Follower(index_folder)
    catch_up(second)
    second.close()
    assert len(names('title:"behind its back"')) == 5


def test_candidate_that_is_gone_leaves_the_index(follower: Follower) -> None:
    ada = add("Ada Lindqvist")
    add("Ben Mueller")
    catch_up(follower)
    operations.discard_candidates(actor=SYSTEM, candidate_ids=[ada.id])
    catch_up(follower)
    assert names() == ["Ben Mueller"]


def test_only_one_process_writes(index_folder: IndexFolder, follower: Follower) -> None:
    add("Ada Lindqvist")
    catch_up(follower)
    other = Follower(index_folder)
    add("Ben Mueller")
    assert other.step() == 0
    assert follower.step() == 1
    follower.close()
    add("Cleo Brandt")
    assert other.step() == 1
    other.close()
    assert len(names()) == 3


@pytest.mark.parametrize("harm", ["folder", "pointer", "version", "place"])
def test_index_that_was_harmed_is_built_anew(follower: Follower, index_folder: IndexFolder, harm: str) -> None:
    add("Ada Lindqvist")
    catch_up(follower)
    index = index_folder.find_current()
    assert index is not None
    if harm == "folder":
        shutil.rmtree(index_folder.path)
    elif harm == "pointer":
        (index_folder.path / CURRENT).unlink()
    elif harm == "version":
        (index_folder.path / CURRENT).write_text(f"0-{index.name}")
    else:
        write_cursor(index, "nonsense")
        catch_up(follower)
    if harm != "place":
        with pytest.raises(TemporaryFailure):
            names()
    add("Ben Mueller")
    catch_up(follower)
    assert names() == ["Ada Lindqvist", "Ben Mueller"]
    assert index_folder.find_current() not in (None, index)
    assert [one for one in index_folder.path.iterdir() if one.is_dir()] == [index_folder.find_current()]


def test_rebuild_by_hand_changes_over_while_the_follower_runs(follower: Follower, index_folder: IndexFolder) -> None:
    from rapport.search.rebuilding import rebuild

    add("Ada Lindqvist")
    catch_up(follower)
    before = index_folder.find_current()
    assert names() == ["Ada Lindqvist"]
    assert rebuild(index_folder).people == 1
    assert names() == ["Ada Lindqvist"]
    add("Ben Mueller")
    catch_up(follower)
    assert names() == ["Ada Lindqvist", "Ben Mueller"]
    assert index_folder.find_current() != before


def test_new_application_gets_its_score_once_the_person_is_indexed(follower: Follower, rita: User) -> None:
    from rapport.applications.models import Application
    from rapport.search.operations import score_applications

    job = JobFactory(title="Engineer", created_at=datetime(2026, 11, 1, tzinfo=UTC))
    ada = add("Ada Lindqvist", title="Engineer")
    create_application(actor=SYSTEM, candidate_id=ada.id, job_id=job.id)
    assert score_applications(job_id=job.id, candidate_ids=[ada.id]) == 0
    catch_up(follower)
    assert score_applications(job_id=job.id, candidate_ids=[ada.id], attempt=2) == 1
    fit = queries.fit_of(rita.actor, job.id, ada.id)
    assert fit is not None
    assert Application.objects.get().fit_score == round(fit.score)
    assert score_applications(job_id=job.id, candidate_ids=[ada.id]) == 0


def test_processes_side_by_side_build_one_index(index_folder: IndexFolder, follower: Follower) -> None:
    from rapport.search.rebuilding import rebuild

    for number in range(7):
        add(f"Person {number}", title="Engineer")
    assert rebuild(index_folder, processes=3).people == 7
    assert len(names("engineer")) == 7
    add("Ben Mueller", title="Engineer")
    catch_up(follower)
    assert len(names("engineer")) == 8


def test_rebuild_waits_for_nobody_and_says_so(index_folder: IndexFolder) -> None:
    from rapport.lib.errors import Conflict
    from rapport.search.folder import REBUILD
    from rapport.search.rebuilding import rebuild

    with index_folder.locked(REBUILD) as is_ours:
        assert is_ours
        with pytest.raises(Conflict):
            rebuild(index_folder)


def test_mail_to_many_is_taken_in_after_what_people_did(follower: Follower) -> None:
    ada, ben = add("Ada Lindqvist", title="Engineer"), add("Ben Mueller", title="Engineer")
    catch_up(follower)
    operations.touch_by_bulk_mail(moments={ada.id: datetime.now(UTC)})
    record(MESSAGE_SENT, actor=SYSTEM, subjects={"candidate": ada.id}, data={"is_bulk": True})
    operations.archive_candidates(actor=SYSTEM, candidate_ids=[ben.id], reason="Asked for it")

    assert follower.step() == 2
    assert names("engineer") == ["Ada Lindqvist"]
    assert names("last_contact:<2d") == []
    assert follower.step() == 1
    assert names("last_contact:<2d") == ["Ada Lindqvist"]
    assert follower.step() == 0
