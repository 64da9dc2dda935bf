"""What `record` writes, what a timeline reads, and that reactions run once each."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import transaction

from rapport.activity import hiding, operations, queries, registry
from rapport.activity.models import Activity, ActivitySubject, Cursor
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
    timeline = queries.list_timeline(SYSTEM, candidate)
    assert [row.data["colour"] for row in timeline.activities] == ["blue", "red"]
    assert timeline.activities[1].occurred_at == past


def test_timeline_pages_without_gap_and_leaves_out_what_is_quiet(django_assert_num_queries):
    candidate = uuid4()
    subjects = {"candidate": candidate}
    record_many(PAINTED, actor=SYSTEM, happenings=[Happening(subjects, {"colour": str(n)}) for n in range(25)])
    record(WHISPERED, actor=SYSTEM, subjects=subjects)
    with django_assert_num_queries(1):
        first = queries.list_timeline(SYSTEM, candidate, limit=10)
    second = queries.list_timeline(SYSTEM, candidate, limit=10, before=first.next_before)
    third = queries.list_timeline(SYSTEM, candidate, limit=10, before=second.next_before)
    pages = [[row.data["colour"] for row in page.activities] for page in (first, second, third)]
    assert [colour for page in pages for colour in page] == [str(n) for n in reversed(range(25))]
    assert third.next_before is None
    assert queries.count_by_group(SYSTEM, candidate) == {"changes": 25}


def test_what_a_rule_hides_is_on_no_timeline_of_the_actor(monkeypatch, django_assert_num_queries):
    candidate, rita, omar = uuid4(), Actor(kind="user", id=uuid4()), Actor(kind="user", id=uuid4())
    for colour in ("gold", "grey"):
        subjects = {"candidate": candidate, "frame": rita.id if colour == "gold" else omar.id}
        record(PAINTED, actor=SYSTEM, subjects=subjects, data={"colour": colour})

    def rule(actor):
        return hiding.names("frame", [actor.id])

    monkeypatch.setattr(hiding, "_rules", [rule])
    for actor, seen in ((rita, ["grey"]), (omar, ["gold"]), (SYSTEM, ["grey", "gold"])):
        with django_assert_num_queries(2):
            assert [row.data["colour"] for row in queries.list_timeline(actor, candidate).activities] == seen
            assert queries.count_by_group(actor, candidate) == {"changes": len(seen)}


def test_what_happens_in_a_sequence_or_to_a_task_is_not_listed_under_its_job():
    ids = {kind: uuid4() for kind in ("candidate", "job", "application", "enrollment", "sequence", "task", "message")}

    def listed(*kinds: str) -> set[str]:
        key = record(WHISPERED, actor=SYSTEM, subjects={kind: ids[kind] for kind in kinds})
        assert set(Activity.objects.get(id=key).subjects) == set(kinds)
        return set(ActivitySubject.objects.filter(activity_id=key).values_list("kind", flat=True))

    assert listed("candidate", "job", "application", "message") == {"candidate", "job", "application"}
    assert listed("candidate", "job", "enrollment", "message") == {"candidate"}
    assert listed("sequence", "job") == {"sequence"}
    assert listed("candidate", "task", "job", "application") == {"candidate", "task"}


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


def test_what_rules_ask_they_ask_once_for_a_page(monkeypatch):
    asked = []
    ask = hiding.once(lambda actor: asked.append(actor) or [actor.id])
    monkeypatch.setattr(hiding, "_rules", [lambda actor: hiding.names("frame", ask(actor))] * 2)
    rita, omar = Actor(kind="user", id=uuid4()), Actor(kind="user", id=uuid4())
    with hiding.asking_once():
        for actor in (rita, rita, omar, SYSTEM):
            hiding.hidden_from(actor)
        assert asked == [rita, omar]
    hiding.hidden_from(rita)
    hiding.hidden_from(rita)
    assert asked == [rita, omar, rita, rita]
