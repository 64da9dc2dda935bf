"""Digests by mail, and news in chats."""

from uuid import UUID

from procrastinate import RetryStrategy

from rapport.lib import clock
from rapport.lib.queue import enqueue, every, task
from rapport.notifications import operations, queries


@every("*/10 * * * *", "notifications.send_digests")
def send_digests(timestamp: int) -> None:
    for user_id in queries.list_users_with_news():
        enqueue("notifications.send_digest", once=f"digest-{user_id}", user_id=user_id)


@task("notifications.post", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def post(user_id: str) -> None:
    """Tell a chat what is new; after six tries in a quarter of an hour it waits for the next news."""
    operations.post_news(user_id=UUID(user_id))


@task("notifications.send_digest", retry=RetryStrategy(max_attempts=3, wait=60))
def send_digest(user_id: str) -> None:
    operations.send_digest(user_id=UUID(user_id), now=clock.now())
