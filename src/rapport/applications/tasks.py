"""Work by the clock."""

from rapport.applications import promise_operations
from rapport.lib.queue import every


@every("10 * * * *", "applications.break_due_promises")
def break_due_promises(timestamp: int) -> None:
    """Every hour, because the organisation's midnight is none in UTC; running it twice changes nothing."""
    promise_operations.break_due_promises()
