"""Overlapping sequences over the same people for a year: no rule is ever broken. `bench governor` runs fifty of them."""

import pytest

from rapport.outreach import conditions, governor, operations, sorting
from rapport.outreach.tests.year import Year, everybody_is_accounted_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("tags", [0, 3])
def test_no_cap_no_quiet_hour_and_no_wish_is_ever_broken(tags):
    year = Year(people=40, sequences=8, seed=1, days=40, haste=4, tags=tags)
    year.run()
    assert year.broken == []
    assert everybody_is_accounted_for(year) == []
    assert year.sent > 60
    assert year.put_off > 25
    assert sum(count > 0 for count in year.happened.values()) >= 12


@pytest.mark.parametrize(("rule", "broken"), [("_too_often", "cap"), ("_quiet_hours", "quiet hours")])
def test_the_judge_notices_a_governor_without_a_rule(rule, broken, monkeypatch):
    for name in ("STOPS", "WAITS"):
        rules = tuple(pair for pair in getattr(governor, name) if pair[1].__name__ != rule)
        monkeypatch.setattr(governor, name, rules)
    year = Year(people=40, sequences=8, seed=3, days=12, haste=20)
    year.run()
    assert any(broken in complaint for complaint in year.broken)


def is_for_the_others(step, **what):
    return not SOUND(step, **what) if step.only_if else True


SOUND = conditions._is_for


def nobody(*_, **__):
    return {}


def for_any_job(job_id, candidate_ids, ask=conditions.who_applied):
    return ask(None, candidate_ids)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ([(sorting, "list_passed_over")], "a step for others"),
        ([(conditions, "_is_for")], "a step for others"),
        ([(conditions, "who_applied")], "a step for others"),
        ([(sorting, "list_over"), (operations, "exit_tagged")], "a tag that ends it"),
        ([(operations, "exit_applied")], "an application that ends it"),
    ],
    ids=[
        "a condition that is not asked",
        "a condition turned round",
        "an application for another job",
        "a tag that ends nothing",
        "an application that ends nothing",
    ],
)
def test_the_judge_notices_a_broken_condition(broken, told, monkeypatch):
    for module, name in broken:
        stand_in = {"_is_for": is_for_the_others, "who_applied": for_any_job}.get(name, nobody)
        monkeypatch.setattr(module, name, stand_in)
    year = Year(people=40, sequences=8, seed=2, days=40, haste=4, tags=3)
    year.run()
    assert {complaint.rpartition(": ")[2] for complaint in year.broken} == {told}
