"""Queueing work by name, so that operations need not import tasks.

`enqueue("notifications.send_digest", …)` is part of the caller's transaction: it rolls back with it. Tasks are declared with
`@task("notifications.send_digest")` in an app's tasks.py; a test checks that every enqueued name exists.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg_pool import PoolTimeout

# A database that is restarted under a task: once more after 2, 4, 8 … seconds, eight and a half minutes in all.
AWAY = (OperationalError, InterfaceError, PoolTimeout)
DATABASE_AWAY = RetryStrategy(max_attempts=8, exponential_wait=2, retry_exceptions=AWAY)


def task(name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task under a name; options are procrastinate's (retry, queue, lock, pass_context …).

    It may be run twice: when the database goes away under it, and when its worker is killed (left_jobs.py).
    """
    return app.task(name=name, **{"retry": DATABASE_AWAY, **options})


def every(cron: str, name: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task that also runs by the clock (UTC cron); it gets the due time as unix `timestamp`."""

    def declare(function: Callable[..., Any]) -> Any:
        return app.periodic(cron=cron)(task(name, queueing_lock=name, **options)(function))

    return declare


def enqueue(name: str, /, *, run_at: datetime | None = None, once: str | None = None, **arguments: Any) -> None:
    """Queue a task in the present transaction; with `once`, not if a job with that key waits already."""
    plain = {key: str(value) if isinstance(value, UUID) else value for key, value in arguments.items()}
    try:
        app.configure_task(name, schedule_at=run_at, queueing_lock=once).defer(**plain)
    except AlreadyEnqueued:
        return
