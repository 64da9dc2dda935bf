"""Stages of a job and processes to start from."""

import pytest

from rapport.activity.models import Activity
from rapport.jobs import operations, queries, stage_operations
from rapport.jobs.models import StageTemplate
from rapport.jobs.tests.factories import JobFactory, StageFactory
from rapport.lib.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def names(job) -> list[str]:
    return [stage.name for stage in queries.list_stages(job.id)]


def test_a_stage_is_added_before_the_offer(rita) -> None:
    job = JobFactory()
    StageFactory(job=job, name="Offer", kind="offer", position=2)
    stage_operations.add_stage(actor=rita.actor, job_id=job.id, name="Trial day", promised_days=3)
    assert names(job) == ["Applied", "Interview", "Trial day", "Offer"]
    assert [stage.position for stage in queries.list_stages(job.id)] == [0, 1, 2, 3]
    added = Activity.objects.get()
    assert (added.verb, added.data) == ("stage.added", {"job_title": job.title, "stage": "Trial day"})


def test_two_stages_of_one_name_are_refused_in_any_case(rita) -> None:
    job = JobFactory()
    with pytest.raises(Conflict, match="There is already a stage named APPLIED"):
        stage_operations.add_stage(actor=rita.actor, job_id=job.id, name="APPLIED")
    assert names(job) == ["Applied", "Interview"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "X", "kind": "dance"}, "kind"),
        ({"name": "X", "promised_days": 0}, "promised_days"),
    ],
)
def test_bad_stages_name_the_field(rita, values, field) -> None:
    with pytest.raises(InvalidInput) as caught:
        stage_operations.add_stage(actor=rita.actor, job_id=JobFactory().id, **values)
    assert list(caught.value.fields) == [field]


def test_changing_a_stage_records_what_changed(rita) -> None:
    stage = JobFactory().stages.get(name="Applied")
    values = {"name": "Applied", "kind": "applied", "candidate_text": "We read it.", "promised_days": 3}
    stage_operations.change_stage(actor=rita.actor, stage_id=stage.id, **values)
    stage_operations.change_stage(actor=rita.actor, stage_id=stage.id, **values)
    assert Activity.objects.get().data["changed"] == ["candidate_text", "promised_days"]


def test_stages_are_reordered_as_a_whole(rita) -> None:
    job = JobFactory()
    first, second = queries.list_stages(job.id)
    stage_operations.reorder_stages(actor=rita.actor, job_id=job.id, stage_ids=[second.id, first.id])
    assert names(job) == ["Interview", "Applied"]
    with pytest.raises(Conflict):
        stage_operations.reorder_stages(actor=rita.actor, job_id=job.id, stage_ids=[first.id])
    assert names(job) == ["Interview", "Applied"]


def test_an_empty_stage_is_removed_and_the_rest_moves_up(rita) -> None:
    job = JobFactory()
    stage_operations.remove_stage(actor=rita.actor, stage_id=job.stages.get(name="Applied").id)
    assert [(stage.name, stage.position) for stage in queries.list_stages(job.id)] == [("Interview", 0)]
    with pytest.raises(Conflict, match="at least one stage"):
        stage_operations.remove_stage(actor=rita.actor, stage_id=job.stages.get().id)


def test_hiring_managers_change_the_process_of_their_own_job_only(hugo, omar, ines) -> None:
    job = JobFactory(team=[hugo, ines])
    stage_operations.add_stage(actor=hugo.actor, job_id=job.id, name="Trial day")
    with pytest.raises(NotFound):
        stage_operations.add_stage(actor=omar.actor, job_id=job.id, name="Mine")
    with pytest.raises(NotAllowed):
        stage_operations.add_stage(actor=ines.actor, job_id=job.id, name="Mine")
    assert names(job) == ["Applied", "Interview", "Trial day"]


def test_a_new_default_process_takes_the_place_of_the_old_one(rita) -> None:
    drafts = [{"name": "Only one", "kind": "screen", "candidate_text": "", "promised_days": None}]
    saved = stage_operations.save_template(actor=rita.actor, name="Short", stages=drafts, is_default=True)
    assert list(StageTemplate.objects.filter(is_default=True)) == [saved]
    assert names(operations.create_job(actor=rita.actor, title="Cook")) == ["Only one"]
    stage_operations.remove_template(actor=rita.actor, template_id=saved.id)
    assert names(operations.create_job(actor=rita.actor, title="Cook"))[0] == "Applied"


def test_a_process_needs_a_name_and_stages_of_different_names(rita) -> None:
    draft = {"name": "Talk", "kind": "screen", "candidate_text": "", "promised_days": None}
    for name, stages, field in (("", [draft], "name"), ("A", [], "stages"), ("A", [draft, draft], "stages")):
        with pytest.raises(InvalidInput) as caught:
            stage_operations.save_template(actor=rita.actor, name=name, stages=stages)
        assert list(caught.value.fields) == [field]
