"""Queued work of the record."""

from uuid import UUID

from procrastinate import RetryStrategy

from rapport.activity import operations
from rapport.lib.loops import loop
from rapport.lib.queue import every, task


@task("activity.retry_reaction", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def retry_reaction(reaction: str, activity_ids: list[str]) -> None:
    operations.retry_reaction(reaction=reaction, activity_ids=[UUID(identifier) for identifier in activity_ids])


@every("5 0 * * *", "activity.ensure_partitions")
def ensure_partitions(timestamp: int) -> None:
    operations.ensure_partitions()


@loop("activity.reactions")
def react() -> int:
    return operations.react()
