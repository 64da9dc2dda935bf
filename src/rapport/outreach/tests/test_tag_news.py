"""Who keeps a sequence hears when a tag it goes by is merged or deleted; once, and nobody else."""

import pytest

from rapport.activity.models import Activity
from rapport.activity.operations import react
from rapport.candidates import operations as candidates
from rapport.candidates.tests.factories import TagFactory
from rapport.jobs.models import HiringTeamMember
from rapport.jobs.operations import update_job
from rapport.jobs.tests.factories import JobFactory
from rapport.lib.actors import SYSTEM
from rapport.notifications.models import Notification
from rapport.outreach import operations, reactions
from rapport.outreach.models import Sequence
from rapport.outreach.tests.test_tag_uses import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rosa(make_user):
    return make_user("Rosa", "recruiter")


def told(user) -> list[str]:
    while react():
        pass
    return list(Notification.objects.filter(user=user).order_by("id").values_list("text", flat=True))


def again(verb: str) -> None:
    """The reaction runs a second time, as after a crash."""
    handler = {"tag.merged": reactions.tell_of_merged_tags, "tag.deleted": reactions.tell_of_deleted_tags}[verb]
    for activity in Activity.objects.filter(verb=verb):
        if activity.find_subject_id("tag"):
            handler(activity)


def test_the_owner_hears_of_a_merge_once(rita, rosa):
    tag, into = TagFactory(name="speaks", owner=rosa), TagFactory(name="speaker", owner=rosa)
    sequence = write(rita, tag)
    write(rita, into, "By the other")
    Sequence.objects.filter(id=write(rita, tag, "Old").id).update(state="archived")
    candidates.merge_tags(actor=rosa.actor, tag_id=tag.id, into_id=into.id)
    said = "Nurture: Rosa Example merged the tag speaks, by which the sequence Nurture goes, into speaker"
    assert told(rita) == [said]
    again("tag.merged")
    assert (told(rita), told(rosa)) == ([said], [])
    assert Notification.objects.get().url == f"/sequences/{sequence.id}/"
    candidates.unmerge_tag(actor=rosa.actor, tag_id=tag.id)
    candidates.merge_tags(actor=rosa.actor, tag_id=tag.id, into_id=into.id)
    assert told(rita) == [said, said]


def test_the_owner_hears_of_a_deleted_tag_once_until_the_sequence_is_changed(rita, rosa):
    tag, into = TagFactory(name="speaks", owner=rosa), TagFactory(name="speaker", owner=rosa)
    sequence = write(rita, tag)
    candidates.merge_tags(actor=rosa.actor, tag_id=tag.id, into_id=into.id)
    (merged,) = told(rita)
    candidates.delete_tag(actor=rosa.actor, tag_id=into.id)  # takes along what was merged into it
    follows = (
        "The tag speaks, which ended it, was deleted: no tag ends it any more. "
        "Step 2 was for those who have the tag speaks, which was deleted: nobody gets it now."
    )
    (_, gone) = told(rita)
    assert gone.startswith(
        f"Nurture: Rosa Example deleted the tag speaks, by which the sequence Nurture went. {follows}"
    )
    again("tag.deleted")
    candidates.delete_tag(actor=rosa.actor, tag_id=TagFactory(owner=rosa).id)
    assert told(rita) == [merged, gone]
    anew = TagFactory(name="speaks", owner=rosa)
    draft = operations.SequenceDraft(name="Nurture", stop_tag_id=anew.id)
    operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=[])
    candidates.delete_tag(actor=rosa.actor, tag_id=anew.id)
    assert len(told(rita)) == 3
    assert told(rosa) == []


def test_who_did_it_themselves_and_who_may_not_see_the_job_hear_nothing(rita, rosa):
    job = JobFactory(team=[rita])
    tag, into = TagFactory(name="speaks", owner=rita), TagFactory(name="speaker", owner=rita)
    hers, secret = write(rosa, tag, "Hers"), write(rosa, tag, "Secret")
    Sequence.objects.filter(id=secret.id).update(job=job)
    write(rita, tag, "Mine")
    update_job(actor=rita.actor, job_id=job.id, is_confidential=True)
    assert not HiringTeamMember.objects.filter(user=rosa).exists()
    candidates.merge_tags(actor=rita.actor, tag_id=tag.id, into_id=into.id)
    assert [text.partition(":")[0] for text in told(rosa)] == [hers.name]
    assert told(rita) == []
    recorded = Activity.objects.filter(verb="sequence.tag_merged")
    assert sorted(row.data["name"] for row in recorded) == ["Hers", "Mine", "Secret"]
    assert operations.tell_of_deleted_tags(actor=SYSTEM) == 0
