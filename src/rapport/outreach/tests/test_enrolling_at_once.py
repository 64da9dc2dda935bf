"""Enrolling while somebody else puts the sequence away: nobody is left in one that is over."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from rapport.lib.actors import SYSTEM
from rapport.lib.errors import Conflict
from rapport.outreach import operations
from rapport.outreach.models import Enrollment, Sequence
from rapport.outreach.operations import enrolling
from rapport.outreach.tests.factories import SequenceFactory, make_person, make_step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], threading.Thread]:
    """Lets the first enrollment look at its people, then do something in another connection until it waits or is done."""

    def let(work: Callable[[], object]) -> threading.Thread:
        sort, threads = enrolling._sort, []
        backend: list[int] = []

        def run() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    backend.append(cursor.fetchone()[0])
                work()
            except Conflict:
                pass
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)

        def look(*args: Any) -> object:
            found = sort(*args)
            if not threads:
                threads.append(thread)
                thread.start()
                while thread.is_alive() and not is_waiting(backend):
                    thread.join(0.01)
            return found

        monkeypatch.setattr(enrolling, "_sort", look)
        return thread

    return let


def is_waiting(backend: list[int]) -> bool:
    """Whether it waits for a lock that somebody else holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity as it was at its first look
        cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = ANY(%s)", [backend])
        return cursor.fetchone() == ("Lock",)


def enroll(sequence: Sequence, person) -> operations.EnrollResult:
    return operations.enroll(actor=SYSTEM, sequence_id=sequence.id, candidate_ids=[person.id])


def test_a_sequence_put_away_at_the_same_moment_leaves_nobody_in_it(meanwhile) -> None:
    sequence, person = SequenceFactory(), make_person()
    make_step(sequence)
    other = meanwhile(lambda: operations.archive_sequence(actor=SYSTEM, sequence_id=sequence.id))

    enroll(sequence, person)

    other.join(20)
    assert Sequence.objects.get().state == "archived"
    assert list(Enrollment.objects.values_list("state", "exit_reason")) == [("exited", "sequence_archived")]
    with pytest.raises(Conflict, match="is not active"):
        enroll(sequence, make_person())
