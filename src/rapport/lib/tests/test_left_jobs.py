"""Jobs of workers that were killed are queued anew, once; what kills its worker again and again is given up."""

import pytest
from django.db import connection

from rapport.lib.left_jobs import MOST_TIMES, LeftJobs
from rapport.lib.queue import enqueue

pytestmark = pytest.mark.django_db
TASK = "mail.fetch"


def sql(text: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


def make_worker(silent_s: int) -> int:
    [(worker_id,)] = sql(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
        silent_s,
    )
    return worker_id


def begin_job(worker_id: int | None, attempts: int = 0, once: str | None = None) -> int:
    """A job that this worker was at."""
    enqueue(TASK, once=once, mailbox_id="00000000-0000-0000-0000-000000000000")
    [(job_id,)] = sql(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s, abort_requested = true"
        " WHERE status = 'todo' RETURNING id",
        worker_id,
        attempts,
    )
    return job_id


def jobs() -> dict[int, tuple[str, int, int | None]]:
    rows = sql("SELECT id, status::text, attempts, worker_id FROM procrastinate_jobs")
    return {key: (status, attempts, worker_id) for key, status, attempts, worker_id in rows}


def test_a_job_is_queued_anew_when_its_worker_is_silent_on_two_looks() -> None:
    silent, gone, alive = make_worker(31), None, make_worker(5)
    left = [begin_job(silent), begin_job(gone)]
    at_work = begin_job(alive)
    looks = LeftJobs()

    looks.take_up()
    assert {jobs()[key][0] for key in left} == {"doing"}
    looks.take_up()

    assert [jobs()[key] for key in left] == [("todo", 1, None)] * 2
    assert jobs()[at_work] == ("doing", 0, alive)
    looks.take_up()
    assert [jobs()[key] for key in left] == [("todo", 1, None)] * 2


def test_a_worker_that_is_heard_again_keeps_its_job() -> None:
    worker = make_worker(3600)  # the machine was asleep
    job = begin_job(worker)
    looks = LeftJobs()

    looks.take_up()
    sql("UPDATE procrastinate_workers SET last_heartbeat = now()")
    looks.take_up()

    assert jobs() == {job: ("doing", 0, worker)}


def test_a_job_that_waits_anew_already_is_not_queued_twice() -> None:
    begin_job(make_worker(60), once="mail.fetch:1")
    enqueue(TASK, once="mail.fetch:1", mailbox_id="00000000-0000-0000-0000-000000000000")
    looks = LeftJobs()

    looks.take_up()
    looks.take_up()

    assert [row[:2] for row in jobs().values()] == [("todo", 0)]


def test_a_job_that_was_left_again_and_again_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    job = begin_job(make_worker(60), attempts=MOST_TIMES - 1)
    looks = LeftJobs()

    looks.take_up()
    looks.take_up()

    assert jobs()[job][0] == "failed"
    assert f"job left by its worker job={job} task={TASK} now=failed" in caplog.text
