from datetime import UTC, datetime, timedelta

import pytest

from rapport.activity.models import Activity
from rapport.candidates import operations, reactions
from rapport.candidates.tests.factories import CandidateFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def happened(verb: str, candidate, at: datetime) -> Activity:
    return Activity(verb=verb, occurred_at=at, subjects={"candidate": str(candidate.id)})


def test_contact_moves_forward_only_and_to_the_latest_of_a_batch() -> None:
    carl = CandidateFactory(last_contact_at=None)
    early, late = NOW - timedelta(days=2), NOW

    reactions.follow_contact([happened("message.sent", carl, late), happened("message.received", carl, early)])
    reactions.follow_contact([happened("message.sent", carl, early)])

    carl.refresh_from_db()
    assert carl.last_contact_at == late
    assert Activity.objects.filter(verb="candidate.touched").count() == 1


def test_being_dealt_with_is_activity_but_a_tag_is_not() -> None:
    before = NOW - timedelta(days=9)
    carl, dora = CandidateFactory(last_activity_at=before), CandidateFactory(last_activity_at=before)

    reactions.follow_activity(
        [happened("note.added", carl, NOW), happened("tag.added", dora, NOW), happened("job.opened", dora, NOW)]
    )

    carl.refresh_from_db()
    dora.refresh_from_db()
    assert (carl.last_activity_at, dora.last_activity_at) == (NOW, before)


def test_nothing_to_move_moves_nobody() -> None:
    assert operations.touch_last_activity(moments={}) == []
