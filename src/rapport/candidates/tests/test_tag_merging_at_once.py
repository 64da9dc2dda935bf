"""Tagging and merging at the same moment: nobody is left with a tag that is gone."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from rapport.candidates import operations, tag_queries
from rapport.candidates.drafts import CandidateDraft
from rapport.candidates.models import CandidateTag, Tag
from rapport.candidates.operations import storing
from rapport.candidates.tests.factories import CandidateFactory, TagFactory
from rapport.lib.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def in_other_connection(work: Callable[[], object]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_a_tag_that_is_merged_between_the_look_and_the_write_gives_the_other_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person, one, other = CandidateFactory(), TagFactory(), TagFactory()
    became = tag_queries._became

    def merged_meanwhile(tag: Tag) -> Tag:
        found = became(tag)
        if Tag.objects.get(id=one.id).merged_into_id is None:
            in_other_connection(lambda: operations.merge_tags(actor=SYSTEM, tag_id=one.id, into_id=other.id))
        return found

    monkeypatch.setattr(tag_queries, "_became", merged_meanwhile)
    operations.tag_candidates(actor=SYSTEM, candidate_ids=[person.id], tag_id=one.id)
    assert list(CandidateTag.objects.values_list("tag_id", flat=True)) == [other.id]


def test_an_import_whose_tag_is_merged_meanwhile_gives_the_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = TagFactory(name="one"), TagFactory(name="other")
    ensure = storing._ensure

    def merged_meanwhile(rows: Any, *args: Any, **options: Any) -> Any:
        found = ensure(rows, *args, **options)
        if rows.model is Tag:
            in_other_connection(lambda: operations.merge_tags(actor=SYSTEM, tag_id=one.id, into_id=other.id))
        return found

    monkeypatch.setattr(storing, "_ensure", merged_meanwhile)
    operations.bulk_create_candidates(actor=SYSTEM, drafts=[CandidateDraft(full_name="Carl Candidate", tags=("one",))])
    assert list(CandidateTag.objects.values_list("tag_id", flat=True)) == [other.id]
