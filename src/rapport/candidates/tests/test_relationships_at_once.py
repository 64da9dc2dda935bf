"""Counting the same people in several places at once: the follower of the record, the demo, an upgrade."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from rapport.activity.operations import Happening, record_many
from rapport.candidates.models import Candidate, Relationship, Signal
from rapport.candidates.operations import recount_relationships
from rapport.candidates.tests.factories import CandidateFactory
from rapport.lib import clock
from rapport.lib.actors import SYSTEM
from rapport.mail.activities import MESSAGE_RECEIVED

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, DAYS, ROUNDS = 40, 10, 15


def test_nobody_waits_for_ever_and_nothing_counts_twice() -> None:
    people = [person.id for person in CandidateFactory.create_batch(PEOPLE)]
    now = clock.now()
    record_many(
        MESSAGE_RECEIVED,
        actor=SYSTEM,
        happenings=[
            Happening({"candidate": person}, {"kind": "reply"}, at=now - timedelta(days=day))
            for day in range(DAYS)
            for person in people
        ],
    )
    failures: list[BaseException] = []

    def count(dice: random.Random, holds_people: bool) -> None:
        try:
            for _ in range(ROUNDS):
                chosen = dice.sample(people, PEOPLE - 10)
                with transaction.atomic():
                    if holds_people:  # as a reaction does that has changed them before, in the same transaction
                        list(Candidate.objects.select_for_update().filter(id__in=chosen).order_by("id"))
                    recount_relationships(candidate_ids=chosen)
            recount_relationships(candidate_ids=people)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=count, args=[random.Random(seed), seed > 0]) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert (Signal.objects.count(), Relationship.objects.count()) == (PEOPLE * DAYS, PEOPLE)
