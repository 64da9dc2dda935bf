"""Linkage of the whole pool and the audits, nightly and on demand, and the loop that looks at who is new or changed."""

import logging
import subprocess
import sys
from uuid import UUID

from procrastinate import RetryStrategy

from rapport.hygiene import operations, queries
from rapport.hygiene.following import follow_changes
from rapport.hygiene.models import AuditRun, LinkageRun
from rapport.lib.actors import SYSTEM
from rapport.lib.errors import TemporaryFailure
from rapport.lib.loops import loop
from rapport.lib.queue import AWAY, every, task

logger = logging.getLogger(__name__)
# A process that was killed, or whose database went away, could not say that it failed: it begins again, four times.
BEGIN_AGAIN = RetryStrategy(max_attempts=4, exponential_wait=5, retry_exceptions=(TemporaryFailure, *AWAY))


@loop("hygiene.follow", rest_s=1.0)
def follow() -> int:
    return follow_changes()


@task("hygiene.link_pool", retry=BEGIN_AGAIN)
def link_pool(run_id: str) -> None:
    """In a process of its own: the memory of a large pool is given back when it is done."""
    done = subprocess.run(
        [sys.executable, "-m", "rapport", "linkpool", "--run", run_id],
        check=False, stdout=subprocess.DEVNULL, timeout=4 * 3600,
    )  # fmt: skip
    if done.returncode:
        logger.error("linkage failed run=%s status=%d", UUID(run_id), done.returncode)
        if queries.is_under_way(LinkageRun, UUID(run_id)):
            raise TemporaryFailure("The process that looks for duplicates was killed.", retry_after_s=0)


@every("40 1 * * *", "hygiene.link_nightly")
def link_nightly(timestamp: int) -> None:
    operations.ask_for_linkage(actor=SYSTEM)


@task("hygiene.audit", retry=BEGIN_AGAIN)
def audit(run_id: str) -> None:
    """In a process of its own, like linkage: reading the titles of a large pool keeps a processor busy."""
    done = subprocess.run(
        [sys.executable, "-m", "rapport", "hygiene", "audit", "--run", run_id],
        check=False, stdout=subprocess.DEVNULL, timeout=3600,
    )  # fmt: skip
    if done.returncode:
        logger.error("audit failed run=%s status=%d", UUID(run_id), done.returncode)
        if queries.is_under_way(AuditRun, UUID(run_id)):
            raise TemporaryFailure("The process that runs the audits was killed.", retry_after_s=0)


@every("20 3 * * *", "hygiene.audit_nightly")
def audit_nightly(timestamp: int) -> None:
    """After the linkage, whose duplicates it counts."""
    operations.ask_for_audit(actor=SYSTEM)
