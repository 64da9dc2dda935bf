"""Mail about accounts, and tidying up after rate limits."""

from uuid import UUID

from procrastinate import RetryStrategy

from rapport.accounts import operations
from rapport.lib.queue import every, task


@task("accounts.mail_password_link", retry=RetryStrategy(max_attempts=6, exponential_wait=5))
def mail_password_link(user_id: str, sender: str) -> None:
    """Six attempts over about an hour; after that the person's page can send another link."""
    operations.mail_password_link(user_id=UUID(user_id), sender=sender)


@every("27 * * * *", "accounts.forget_expired_limits")
def forget_expired_limits(timestamp: int) -> None:
    operations.forget_expired_limits()
