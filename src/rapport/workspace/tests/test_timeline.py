from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from rapport.accounts.models import User
from rapport.activity.models import Activity
from rapport.workspace import timeline

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "data", "said"),
    [
        ("moved to {to_stage}", {"to_stage": "Offer"}, "moved to Offer"),
        ("archived: {reason}", {"reason": ""}, "archived"),
        ("archived: {reason}", {}, "archived"),
        ("changed {changed}", {"changed": ["title", "place"]}, "changed title, place"),
        ("promised {hear_by_on}", {"hear_by_on": "2026-11-27"}, "promised Fri 27 Nov"),
        ("given until {expires_at}", {"expires_at": "2026-11-22T23:30:00+00:00"}, "given until today"),
        ("noted {due_on}", {"due_on": "nonsense"}, "noted nonsense"),
    ],
)
def test_a_sentence_takes_the_values_of_what_happened(sentence: str, data: dict, said: str) -> None:
    with time_machine.travel(NOW, tick=False), timezone.override("Europe/Berlin"):
        assert timeline.fill(sentence, timeline.shown_data(data)) == said


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 11, 23), "Today, Mon 23 Nov"),
        (date(2026, 11, 22), "Yesterday, Sun 22 Nov"),
        (date(2026, 11, 20), "Fri 20 Nov"),
    ],
)
def test_a_day_has_a_head(day: date, label: str) -> None:
    assert timeline.day_label(day, date(2026, 11, 23)) == label


@pytest.mark.django_db
def test_who_did_it_is_said_for_every_kind_of_actor(rita: User) -> None:
    def by(kind: str, verb: str = "tag.added", actor_id=None) -> Activity:
        return Activity(
            id=uuid4(), verb=verb, actor_kind=kind, actor_id=actor_id, occurred_at=NOW, subjects={}, data={"tag": "x"}
        )

    activities = [
        by("user", actor_id=rita.id),
        by("user", actor_id=uuid4()),
        by("candidate"),
        by("system"),
        by("command"),
        by("system", "message.received"),
    ]
    names = [entry.actor_name for entry in timeline.make_entries(rita.actor, activities, "Carl")]
    assert names == ["Rita Example", "A former colleague", "Carl", "Rapport", "Command line", "Carl"]
