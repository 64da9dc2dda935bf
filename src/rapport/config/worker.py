"""rapport worker: queued tasks, schedules, and the loops that follow the record."""

import argparse
import asyncio
import logging
import signal
import threading
from typing import Any, cast

from rapport.config import embedded, environment, lifeline

logger = logging.getLogger(__name__)
RETRY_S = 1.0


def run(arguments: list[str]) -> int:
    """Work until stopped by SIGTERM or SIGINT; a database that goes away is waited for."""
    parser = argparse.ArgumentParser(prog="rapport worker", description="Run queued work, schedules and followers.")
    parser.add_argument("--concurrency", type=int, default=environment.number("WORKER_CONCURRENCY", 4, low=1, high=64))
    options = parser.parse_args(arguments)
    lifeline.watch()
    import django
    from django.conf import settings

    if not settings.DATABASE_URL:
        embedded.start(settings.DATA_DIR)
        settings.DATABASES["default"]["HOST"] = embedded.socket_folder(settings.DATA_DIR)
    django.setup()
    from rapport.lib.loops import all_loops

    stop = threading.Event()
    loops = [threading.Thread(target=_run_loop, args=[loop, stop], name=loop.name, daemon=True) for loop in all_loops()]
    for thread in loops:
        thread.start()
    try:
        asyncio.run(_run_queue(options.concurrency, stop))
    finally:
        stop.set()
        for thread in loops:
            thread.join(timeout=5)
    return 0


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
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError
    from psycopg_pool import PoolTimeout

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    while not ended.is_set():
        app = _worker_app()
        try:
            async with app.open_async():
                work = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=concurrency, install_signal_handlers=False, delete_jobs="successful",
                        shutdown_graceful_timeout=20, fetch_job_polling_interval=2,
                    )
                )  # fmt: skip
                waiting = asyncio.create_task(ended.wait())
                await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if not work.done():
                    work.cancel()
                await asyncio.gather(work, return_exceptions=ended.is_set())
        except (ConnectorException, OperationalError, PoolTimeout) as error:
            logger.warning("queue waits for the database error=%s", type(error).__name__)
            await asyncio.sleep(RETRY_S)
    stop.set()


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
