"""rapport worker: queued tasks, schedules, and the loops that follow the record, in a few processes.

One runs the queue and all loops but sending; sending has as many as RAPPORT_SENDERS says, each with a lease of its own.
Where forking is not safe (macOS), or with RAPPORT_SENDERS=0, all of it is one process.
"""

import argparse
import asyncio
import logging
import signal
import sys
import threading
from functools import partial
from typing import Any, cast

from rapport.config import environment, lifeline, opening
from rapport.config.herd import Herd, Work

logger = logging.getLogger(__name__)
RETRY_S = 1.0
# How long a busy loop computes while another, whose answer from the database has come, waits for its turn. Each statement
# costs such a wait or two; with Python's own 5 ms a batch of fifty statements waits longer than it works.
TURN_S = 0.001


def run(arguments: list[str]) -> int:
    """Work until stopped by SIGTERM or SIGINT; a database that goes away is waited for."""
    parser = argparse.ArgumentParser(
        prog="rapport worker", description="Run queued work, send mail and keep the search index."
    )
    concurrency = environment.number("WORKER_CONCURRENCY", 4, low=1, high=64)
    senders = environment.number("SENDERS", 2, low=0, high=32)
    parser.add_argument(
        "--concurrency", type=int, default=concurrency, metavar="N", help="tasks side by side (%(default)s)"
    )
    parser.add_argument(
        "--senders", type=int, default=senders, metavar="N", help="processes that send sequences (%(default)s)"
    )
    options = parser.parse_args(arguments)
    parent = lifeline.inherited()
    import django
    from django.conf import settings

    if not settings.DATABASE_URL:
        opening.start_embedded(settings)
    django.setup()
    from django.urls import get_resolver

    from rapport.lib import left_jobs
    from rapport.lib.collecting import collect_seldom
    from rapport.lib.loops import Loop, all_loops

    _ = get_resolver().url_patterns  # links in mails need all of them; loaded once for all processes
    collect_seldom()
    left = Loop("queue.left_jobs", left_jobs.LeftJobs().take_up, left_jobs.LOOK_EVERY_S)
    loops, senders = [*all_loops(), left], options.senders if sys.platform.startswith("linux") else 0
    if not senders:
        lifeline.watch(parent)
        _work(options.concurrency, loops, _signalled())
        return 0
    works: dict[str, Work] = {
        "queue": partial(_work, options.concurrency, [loop for loop in loops if loop.shares_process])
    }
    for loop in loops:
        if not loop.shares_process:
            works |= {f"{loop.name} {number}": partial(_run_alone, loop) for number in range(1, senders + 1)}
    return Herd(works, parent).run()


def _signalled() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _work(concurrency: int, loops: list[Any], stop: threading.Event) -> None:
    """The queue, and each loop in a thread beside it."""
    sys.setswitchinterval(TURN_S)
    threads = [threading.Thread(target=_run_loop, args=[loop, stop], name=loop.name, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_run_queue(concurrency, stop))
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)
        for loop in loops:
            if loop.at_end:
                loop.at_end()


def _run_alone(loop: Any, stop: threading.Event) -> None:
    _run_loop(loop, stop)
    if loop.at_end:
        loop.at_end()


def _run_loop(loop: Any, stop: threading.Event) -> None:
    from django.db import DatabaseError, close_old_connections
    from psycopg_pool import PoolTimeout

    while not stop.is_set():
        try:
            done = loop.step()
        except (DatabaseError, PoolTimeout) as error:
            logger.warning("loop waits for the database loop=%s error=%s", loop.name, type(error).__name__)
            stop.wait(RETRY_S)
            done = 0
        except Exception:
            logger.exception("loop failed loop=%s", loop.name)
            stop.wait(RETRY_S)
            done = 0
        close_old_connections()
        if not done:
            stop.wait(loop.rest_s)


async def _run_queue(concurrency: int, stop: threading.Event) -> None:
    """Run procrastinate's worker; when the database fails it, start it again until we are told to stop."""
    try:
        await _run_queue_until(asyncio.create_task(asyncio.to_thread(stop.wait)), concurrency)
    finally:
        stop.set()  # the thread that waits for it would be waited for


async def _run_queue_until(ended: asyncio.Task[bool], concurrency: int) -> None:
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError
    from psycopg_pool import PoolTimeout

    while not ended.done():
        app = _worker_app()
        try:
            async with app.open_async():
                work = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=concurrency, install_signal_handlers=False, delete_jobs="successful",
                        shutdown_graceful_timeout=20, fetch_job_polling_interval=2,
                    )
                )  # fmt: skip
                await asyncio.wait({work, ended}, return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    work.cancel()
                await asyncio.gather(work, return_exceptions=ended.done())
        except (ConnectorException, OperationalError, PoolTimeout) as error:
            logger.warning("queue waits for the database error=%s", type(error).__name__)
            await asyncio.sleep(RETRY_S)


def _worker_app() -> Any:
    """A second app over the same tasks with an asynchronous connector.

    Tasks stay tied to the first one, whose connector is Django's, so that what a task queues is part of its transaction.
    """
    from procrastinate import App
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    django_connector = cast(DjangoConnector, app.connector)
    worker_app = App(connector=django_connector.get_worker_connector())
    worker_app.tasks = app.tasks
    worker_app.periodic_registry = app.periodic_registry
    return worker_app
