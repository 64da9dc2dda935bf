"""Followers never skip a late commit and never see a row twice."""

import random
import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from rapport.activity import followers
from rapport.activity.operations import record
from rapport.activity.verbs import declare
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import InvalidInput

TRIED = declare("thing.tried", "tried {number}", "circle", data=("number",))


def _record(number: int) -> None:
    record(TRIED, actor=SYSTEM, subjects={"candidate": uuid4()}, data={"number": number})


def _read_all(token: str, limit: int = 7) -> tuple[list[int], str]:
    numbers: list[int] = []
    while True:
        rows, token = followers.read_after(token, limit)
        numbers += [row.data["number"] for row in rows]
        if not rows:
            return numbers, token


@pytest.mark.django_db(transaction=True)
def test_row_of_a_transaction_that_commits_late_is_read_after_it_commits():
    started, go_on = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            _record(1)
            started.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    token = followers.newest_token()
    writer.start()
    assert started.wait(10)
    _record(2)
    before, token = _read_all(token)
    go_on.set()
    writer.join()
    after, token = _read_all(token)
    assert before == []
    assert sorted(after) == [1, 2]
    assert _read_all(token)[0] == []


@pytest.mark.django_db(transaction=True)
def test_follower_sees_each_row_of_concurrent_writers_exactly_once():
    token = followers.newest_token()
    writers_done = threading.Event()
    seen: list[int] = []

    def write(start: int) -> None:
        dice = random.Random(start)
        for number in range(start, start + 50):
            with transaction.atomic():
                _record(number)
                threading.Event().wait(dice.random() / 300)
        connection.close()

    def follow() -> None:
        nonlocal token
        while True:
            done = writers_done.is_set()
            numbers, token = _read_all(token)
            seen.extend(numbers)
            if done:
                break
        connection.close()

    writers = [threading.Thread(target=write, args=[start * 1000]) for start in range(6)]
    follower = threading.Thread(target=follow)
    for thread in (*writers, follower):
        thread.start()
    for thread in writers:
        thread.join()
    writers_done.set()
    follower.join()
    assert len(seen) == 300
    assert sorted(seen) == sorted(number for start in range(6) for number in range(start * 1000, start * 1000 + 50))


@pytest.mark.django_db
def test_token_of_somebody_else_is_refused():
    with pytest.raises(InvalidInput):
        followers.read_after("nonsense.token", 10)
