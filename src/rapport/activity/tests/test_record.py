"""What `record` writes, what a timeline reads, and that reactions run once each."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction

from rapport.activity import operations, queries, registry
from rapport.activity.models import Activity, Cursor
from rapport.activity.operations import Happening, record, record_many
from rapport.activity.verbs import all_verbs, declare
from rapport.lib.actors import SYSTEM, Actor

PAINTED = declare("wall.painted", "painted it {colour}", "brush", data=("colour", "smell"), personal=("smell",))
WHISPERED = declare("wall.whispered", "whispered", "ear", quiet=True)
pytestmark = pytest.mark.django_db


def test_record_keeps_actor_subjects_and_data():
    candidate, user = uuid4(), uuid4()
    actor = Actor(kind="user", id=user, role="recruiter")
    identifier = record(PAINTED, actor=actor, subjects={"candidate": candidate}, data={"colour": "green"})
    row = Activity.objects.get(id=identifier)
    assert (row.verb, row.actor_kind, row.actor_id) == ("wall.painted", "user", user)
    assert row.subjects == {"candidate": str(candidate)}
    assert row.data == {"colour": "green"}
    assert row.subject_id("candidate") == candidate


def test_undeclared_data_is_refused_and_nothing_written():
    with pytest.raises(ValueError, match="size"):
        record(PAINTED, actor=SYSTEM, subjects={"candidate": uuid4()}, data={"size": 3})
    assert not Activity.objects.exists()


def test_personal_keys_must_be_among_the_data():
    with pytest.raises(ValueError, match="personal"):
        declare("wall.broken", "broke", "x", data=("a",), personal=("b",))


def test_happening_in_the_past_goes_to_the_partition_before():
    candidate = uuid4()
    past = datetime(2019, 5, 4, 12, tzinfo=UTC)
    record(PAINTED, actor=SYSTEM, subjects={"candidate": candidate}, data={"colour": "red"}, at=past)
    record(PAINTED, actor=SYSTEM, subjects={"candidate": candidate}, data={"colour": "blue"})
    timeline = queries.list_timeline(candidate)
    assert [row.data["colour"] for row in timeline.activities] == ["blue", "red"]
    assert timeline.activities[1].occurred_at == past


def test_timeline_pages_without_gap_and_leaves_out_what_is_quiet(django_assert_num_queries):
    candidate = uuid4()
    subjects = {"candidate": candidate}
    record_many(PAINTED, actor=SYSTEM, happenings=[Happening(subjects, {"colour": str(n)}) for n in range(25)])
    record(WHISPERED, actor=SYSTEM, subjects=subjects)
    with django_assert_num_queries(1):
        first = queries.list_timeline(candidate, limit=10)
    second = queries.list_timeline(candidate, limit=10, before=first.next_before)
    third = queries.list_timeline(candidate, limit=10, before=second.next_before)
    pages = [[row.data["colour"] for row in page.activities] for page in (first, second, third)]
    assert [colour for page in pages for colour in page] == [str(n) for n in reversed(range(25))]
    assert third.next_before is None
    assert queries.count_by_group(candidate) == {"changes": 25}


def test_timeline_hides_what_belongs_to_hidden_jobs():
    candidate, secret = uuid4(), uuid4()
    record(PAINTED, actor=SYSTEM, subjects={"candidate": candidate, "job": secret}, data={"colour": "gold"})
    record(PAINTED, actor=SYSTEM, subjects={"candidate": candidate}, data={"colour": "grey"})
    assert [row.data["colour"] for row in queries.list_timeline(candidate, hidden_job_ids=[secret]).activities] == [
        "grey"
    ]


@pytest.mark.django_db(transaction=True)
def test_reactions_run_once_and_a_failing_one_does_not_stop_the_others(monkeypatch):
    heard: list[str] = []

    def listen(activities):
        heard.extend(row.data["colour"] for row in activities)

    def fail(activities):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(
        registry, "_handlers",
        {"a.fail": (frozenset({"wall.painted"}), fail), "b.listen": (frozenset({"wall.painted"}), listen)},
    )  # fmt: skip
    queued: list[str] = []
    monkeypatch.setattr(operations, "enqueue", lambda name, **arguments: queued.append(arguments["reaction"]))
    while operations.react():
        pass
    heard.clear()
    queued.clear()
    with transaction.atomic():
        record(PAINTED, actor=SYSTEM, subjects={"candidate": uuid4()}, data={"colour": "white"})
    assert operations.react() == 1
    assert operations.react() == 0
    assert heard == ["white"]
    assert queued == ["a.fail"]
    assert Cursor.objects.get(name="reactions").token


def test_every_verb_has_an_icon_and_a_sentence_of_its_own_data():
    for verb in all_verbs():
        assert verb.icon
        verb.sentence.format_map(dict.fromkeys(verb.data, ""))


def test_partitions_for_the_coming_year_are_there():
    assert operations.ensure_partitions() == []


@pytest.mark.django_db(transaction=True)
def test_history_that_was_skipped_calls_no_reaction(monkeypatch):
    heard: list[str] = []
    monkeypatch.setattr(
        registry, "_handlers", {"a": (frozenset({"*"}), lambda rows: heard.extend(r.verb for r in rows))}
    )
    record(PAINTED, actor=SYSTEM, subjects={"candidate": uuid4()}, data={"colour": "old"})
    operations.skip_reactions()
    record(WHISPERED, actor=SYSTEM, subjects={"candidate": uuid4()})
    assert operations.react() == 1
    assert heard == ["wall.whispered"]
