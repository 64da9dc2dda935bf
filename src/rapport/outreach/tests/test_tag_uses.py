"""Sequences that go by a tag: what its page says before it is merged or deleted, and what theirs says afterwards."""

import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.activity.operations import react
from rapport.candidates import operations as candidates
from rapport.candidates.models import Tag
from rapport.candidates.tests.factories import TagFactory
from rapport.jobs.tests.factories import JobFactory
from rapport.outreach import operations
from rapport.outreach.models import Sequence
from rapport.outreach.tag_uses import list_tag_uses
from rapport.outreach.tests.factories import SequenceFactory

pytestmark = pytest.mark.django_db


def write(rita, tag: Tag, name: str = "Nurture") -> Sequence:
    """A sequence that ends by a tag, and has a step for those with it and two for those without."""
    draft = operations.SequenceDraft(name=name, stop_tag_id=tag.id)
    steps = [
        operations.StepDraft(subject="Hello", body="Hi"),
        *(
            operations.StepDraft(subject=only_if, body=f"Hi {place}", only_if=only_if, only_if_tag_id=tag.id)
            for place, only_if in enumerate(("tagged", "not_tagged", "not_tagged"))
        ),
    ]
    return operations.create_sequence(actor=rita.actor, draft=draft, steps=steps)


def seen(client, url: str) -> str:
    return unescape(client.get(url).text)


def test_the_page_of_a_tag_says_which_sequences_go_by_it_and_what_follows(rita, sign_in):
    tag, other = TagFactory(name="speaks", owner=rita), TagFactory(name="speaker")
    sequence = write(rita, tag)
    write(rita, other, "Another")
    Sequence.objects.filter(id=write(rita, tag, "Old").id).update(state="archived")
    client, page = sign_in(rita), f"/tags/{tag.id}/"
    shown = seen(client, page)
    assert f'href="/sequences/{sequence.id}/">Nurture</a><span class="meta">ends for whoever has it' in shown
    assert "step 2 is for those who have it, steps 3 and 4 are for those who have it not</span>" in shown
    follows = (
        "“Nurture” goes on for those whom the tag would have ended it for; in “Nurture” step 2 goes to nobody; "
        "in “Nurture” steps 3 and 4 go to everybody."
    )
    assert shown.count(follows) == 2  # beside the button, and where it asks
    assert f'data-confirm="0 people lose the tag speaks. {follows} This cannot be undone; a merge can."' in shown
    assert "One sequence goes by it: whoever has the tag that stays counts there as well." in shown
    assert not {"Old", "Another"} & set(re.findall(r">(\w+)</a>", shown))
    answer = client.post(page, {"do": "merge", "into": "speaker"})
    (told,) = get_messages(answer.wsgi_request)
    assert str(told).startswith("speaks is now a spelling of speaker. One sequence goes by it:")


def test_the_pairs_that_are_alike_say_which_sequences_go_by_the_one_that_is_merged(rita, sign_in):
    """As the tag's own page does before it is merged; in as many statements for many pairs as for few."""
    client, counts = sign_in(rita), []
    for names in (("presenting",), ("mentoring", "relocating")):
        for name in names:
            write(rita, TagFactory(name=name, owner=rita), f"By {name}")
            write(rita, TagFactory(name=f"{name}x", owner=rita), f"By {name} too")
        with CaptureQueriesContext(connection) as asked:
            shown = seen(client, "/tags/?show=alike")
        counts.append(len(asked))
    uses = re.findall(r'<ul class="tag-uses.*?</ul>', shown)
    assert len(uses) == shown.count('data-confirm="One sequence goes by it:') == 3
    named = [
        re.findall(r"(By [a-z ]+)</a> ends for whoever has it, step 2 is for those who have it", use) for use in uses
    ]
    assert sorted(named) == [["By mentoring"], ["By presenting"], ["By relocating"]]
    assert counts[0] == counts[1]


def test_a_tag_that_no_sequence_goes_by_says_nothing_of_them(rita, sign_in):
    shown = seen(sign_in(rita), f"/tags/{TagFactory(owner=rita).id}/")
    assert ("Sequences that go by it" in shown, "by it:" in shown) == (False, False)
    assert 'data-confirm="0 people lose the tag' in shown


def test_a_tag_takes_those_along_that_were_merged_into_it(rita):
    tag, into, last = (TagFactory(name=name, owner=rita) for name in ("talks", "speaks", "speaker"))
    sequence = write(rita, tag)
    candidates.merge_tags(actor=rita.actor, tag_id=tag.id, into_id=into.id)
    candidates.merge_tags(actor=rita.actor, tag_id=into.id, into_id=last.id)
    (use,) = list_tag_uses(rita.actor, last.id)
    assert (use.sequence, use.ends, use.with_it, use.without_it) == (sequence, True, (2,), (3, 4))
    candidates.delete_tag(actor=rita.actor, tag_id=last.id)
    sequence.refresh_from_db()
    assert (sequence.stop_tag_id, sequence.stop_tag_name, list_tag_uses(rita.actor, last.id)) == (None, "talks", [])


def test_sequences_for_jobs_that_one_may_not_see_are_not_told_of(rita, make_user, sign_in):
    tag = TagFactory(name="speaks", owner=rita)
    SequenceFactory(name="Secret", stop_tag=tag, job=JobFactory(is_confidential=True))
    assert list_tag_uses(rita.actor, tag.id) == []
    assert list_tag_uses(make_user("hugo", "hiring_manager").actor, tag.id) == []
    assert "Secret" not in seen(sign_in(rita), f"/tags/{tag.id}/")


def test_the_uses_of_a_tag_take_as_many_statements_for_many_as_for_few(rita):
    counts = []
    for number in (2, 20):
        tag = TagFactory()
        for place in range(number):
            write(rita, tag, f"Number {number}.{place}")
        with CaptureQueriesContext(connection) as asked:
            assert len(list_tag_uses(rita.actor, tag.id)) == number
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_sequence_says_that_its_tag_is_gone_until_another_is_chosen(rita, sign_in):
    tag = TagFactory(name="speak", owner=rita)
    sequence, client = write(rita, tag), sign_in(rita)
    candidates.rename_tag(actor=rita.actor, tag_id=tag.id, name="speaks")
    while react():
        pass
    page = reverse("outreach:detail", args=[sequence.id])
    assert "was deleted" not in seen(client, page)
    candidates.delete_tag(actor=rita.actor, tag_id=tag.id)
    shown = seen(client, page)
    assert "The tag speaks, which ended it, was deleted: no tag ends it any more." in shown
    assert "Step 2 was for those who have the tag speaks, which was deleted: nobody gets it now." in shown
    assert "Step 4 was not for those who have the tag speaks, which was deleted: everybody gets it now." in shown
    assert "only for those who have the tag speaks, which was deleted</span>" in shown
    assert "The tag speaks, which ended it, was deleted. Choose another" in seen(client, f"{page}edit")

    other = TagFactory(name="found a job")
    draft = operations.SequenceDraft(name="Nurture", stop_tag_id=other.id)
    steps = [operations.StepDraft(subject="Hello", body="Hi", id=sequence.steps.get(position=1).id)]
    operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=steps)
    sequence.refresh_from_db()
    assert ("was deleted" in seen(client, page), sequence.stop_tag_name) == (False, "found a job")


def test_the_page_of_a_sequence_names_what_its_tag_was_merged_into(rita, sign_in):
    tag, into = TagFactory(name="speaks", owner=rita), TagFactory(name="speaker")
    sequence = write(rita, tag)
    candidates.merge_tags(actor=rita.actor, tag_id=tag.id, into_id=into.id)
    shown = seen(sign_in(rita), reverse("outreach:detail", args=[sequence.id]))
    assert "ends with the tag speaks, now speaker</span>" in shown
    assert "only for those who have the tag speaks, now speaker</span>" in shown


def test_a_step_keeps_the_name_of_its_lost_tag_when_it_is_saved_as_it_is(rita):
    tag = TagFactory(name="speaks", owner=rita)
    sequence = write(rita, tag)
    candidates.delete_tag(actor=rita.actor, tag_id=tag.id)
    steps = [
        operations.StepDraft(subject="Again", body="Hi", id=step.id, only_if=step.only_if)
        for step in sequence.steps.order_by("position")[:3]
    ]
    draft = operations.SequenceDraft(name="Nurture")
    operations.save_sequence(actor=rita.actor, sequence_id=sequence.id, draft=draft, steps=steps)
    names = sequence.steps.filter(retired_at=None).order_by("position").values_list("only_if_tag_name", flat=True)
    sequence.refresh_from_db()
    assert (list(names), sequence.stop_tag_name) == (["", "speaks", "speaks"], "")
