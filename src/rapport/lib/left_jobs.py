"""Jobs whose worker is gone, because it was killed or told to stop while it was at one: they are queued anew.

procrastinate keeps such a job as being done for ever. Every task may be run twice, so it is taken up once its worker has
given no sign of life on two looks in a row (after a sleep of the whole machine the first look is too early). A job that
was left MOST_TIMES may be what kills the worker: it is given up as failed, and `rapport doctor` says so.
"""

import logging

from django.db import IntegrityError, connection, transaction

logger = logging.getLogger(__name__)
LOOK_EVERY_S = 15.0
SILENT_S = 30  # three beats of a worker's heart
MOST_TIMES = 5
LEFT = """
SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - %s * interval '1 second') ORDER BY j.id
"""
QUEUE_ANEW = """
UPDATE procrastinate_jobs SET attempts = attempts + 1, scheduled_at = now(), worker_id = NULL, abort_requested = false,
  status = (CASE WHEN attempts + 1 < %(most)s THEN 'todo' ELSE 'failed' END)::procrastinate_job_status
WHERE id = %(id)s AND status = 'doing' RETURNING task_name, status
"""
FORGET = "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'doing'"


class LeftJobs:
    """What one worker saw on its last look."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def take_up(self) -> int:
        """Queue anew what was left on this look and the one before; returns 0, so that the loop rests."""
        with connection.cursor() as cursor:
            cursor.execute(LEFT, [SILENT_S])
            left = {row[0] for row in cursor.fetchall()}
        for job_id in sorted(left & self.seen):
            _take_up(job_id)
        self.seen = left
        return 0


def _take_up(job_id: int) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(QUEUE_ANEW, {"id": job_id, "most": MOST_TIMES})
            row = cursor.fetchone()
    except IntegrityError:  # the same waits already (a queueing lock): that one stands for it
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [job_id])
        return
    if row:
        level = logging.ERROR if row[1] == "failed" else logging.WARNING
        logger.log(level, "job left by its worker job=%s task=%s now=%s", job_id, *row)
