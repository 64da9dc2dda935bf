from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from rapport.activity.models import Activity
from rapport.candidates import operations, reactions
from rapport.candidates.models import ContactPoint
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


def test_mail_to_many_is_neither_activity_nor_moved_here_as_contact() -> None:
    before = NOW - timedelta(days=9)
    carl = CandidateFactory(last_activity_at=before, last_contact_at=None)
    bulk = happened("message.sent", carl, NOW)
    bulk.data = {"is_bulk": True}

    reactions.follow_activity([bulk])
    reactions.follow_contact([bulk])

    carl.refresh_from_db()
    assert (carl.last_activity_at, carl.last_contact_at) == (before, None)
    assert not Activity.objects.filter(verb="candidate.touched").exists()


def test_nothing_to_move_moves_nobody() -> None:
    assert operations.touch_last_activity(moments={}) == []


def address_of(candidate, status: str = "unverified") -> ContactPoint:
    return ContactPoint.objects.create(
        candidate=candidate,
        kind="email",
        value="carl@example.org",
        normal="carl@example.org",
        status=status,
        created_at=NOW,
    )


def test_a_dead_address_shows_on_the_profile_and_comes_back_when_the_suppression_is_lifted() -> None:
    point = address_of(CandidateFactory())
    data = {"address": "carl@example.org", "reason": "hard_bounce"}
    for _ in range(2):
        reactions.follow_dead_address(Activity(verb="suppression.added", subjects={}, data=data))
    point.refresh_from_db()
    assert (point.status, point.status_note) == ("bounced", "Mail came back: there is no such address.")
    assert Activity.objects.filter(verb="contact_point.changed").count() == 1

    reactions.follow_revived_address(Activity(verb="suppression.lifted", subjects={}, data=data))
    point.refresh_from_db()
    assert point.status == "unverified"


def test_other_suppressions_say_nothing_about_the_address() -> None:
    point = address_of(CandidateFactory())
    for data in ({"address": "carl@example.org", "reason": "unsubscribed"}, {"address": "", "reason": "hard_bounce"}):
        reactions.follow_dead_address(Activity(verb="suppression.added", subjects={}, data=data))
    point.refresh_from_db()
    assert point.status == "unverified"


def test_an_address_that_somebody_answered_from_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    point, asked = address_of(CandidateFactory()), []
    monkeypatch.setattr(
        reactions, "senders_of", lambda ids: asked.extend(ids) or {"carl@example.org"} if ids else set()
    )
    human, machine = uuid4(), uuid4()
    reactions.follow_answers(
        [
            Activity(verb="message.received", subjects={"message": str(human)}, data={"kind": "reply"}),
            Activity(verb="message.received", subjects={"message": str(machine)}, data={"kind": "auto_reply"}),
        ]
    )
    point.refresh_from_db()
    assert (point.status, asked) == ("in_use", [human])
