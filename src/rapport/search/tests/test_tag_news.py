"""Who keeps a segment hears when a tag that it names is merged or deleted."""

import pytest

from rapport.activity.models import Activity
from rapport.activity.operations import react
from rapport.candidates import operations as candidates
from rapport.candidates.tests.factories import TagFactory
from rapport.notifications.models import Notification
from rapport.search import reactions
from rapport.search.activities import SEGMENT_TAG_DELETED
from rapport.search.operations import save_segment
from rapport.search.tag_news import names_of_tags, tell_of_tag


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('tag:"Do not  hire" OR NOT (tag:speaks skill:Rust)', {"do not hire", "speaks"}),
        ('speaks "tag" pool:speaks', set()),
        ("tag:(", set()),
        ("", set()),
    ],
)
def test_the_tags_that_a_query_names(query, names):
    assert names_of_tags(query) == names


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "merged"])
def test_the_owner_of_a_segment_hears_of_its_tag_once(rita, make_user, is_deleted):
    rosa = make_user("Rosa", "recruiter")
    tag, into = TagFactory(name="speaks", owner=rosa), TagFactory(name="speaker", owner=rosa)
    segment = save_segment(actor=rita.actor, name="On stage", query="tag:Speaks years:>=5")
    save_segment(actor=rita.actor, name="Others", query="tag:speaker speaks")
    save_segment(actor=rosa.actor, name="Own", query="NOT tag:speaks")
    if is_deleted:
        candidates.delete_tag(actor=rosa.actor, tag_id=tag.id)
    else:
        candidates.merge_tags(actor=rosa.actor, tag_id=tag.id, into_id=into.id)
    while react():
        pass
    for activity in Activity.objects.filter(verb__in=["tag.merged", "tag.deleted"]):
        reactions.tell_of_tags(activity)
    while react():
        pass
    notice = Notification.objects.get()
    said = (
        "deleted the tag speaks, by which the segment On stage goes: nobody has it any more"
        if is_deleted
        else "merged the tag speaks, by which the segment On stage goes, into speaker"
    )
    assert (notice.user, notice.text) == (rita, f"On stage: Rosa Example {said}")
    assert str(segment.id) in notice.url


@pytest.mark.django_db
def test_segments_that_do_not_name_it_cost_nothing(rita, django_assert_max_num_queries):
    for number in range(5):
        save_segment(actor=rita.actor, name=f"Others {number}", query=f"tag:other{number}")
    with django_assert_max_num_queries(3):  # a savepoint, the segments, and its release
        assert tell_of_tag(SEGMENT_TAG_DELETED, actor=rita.actor, tag="speaks", activity_id=rita.id) == 0
