"""Queued work of e-mail."""

from uuid import UUID

from rapport.lib import clock
from rapport.lib.loops import loop
from rapport.lib.queue import enqueue, every, task
from rapport.mail import operations
from rapport.mail.idling import Watches
from rapport.mail.models import Mailbox


@task("mail.deliver")
def deliver(message_id: str) -> None:
    """Send one message; what must wait is queued again by the operation, with its own time."""
    operations.deliver(message_id=UUID(message_id))


@task("mail.fetch")
def fetch(mailbox_id: str) -> None:
    """Take in a mailbox's new mail; a failure is kept at the mailbox, and the next minute tries again."""
    operations.fetch_mailbox(mailbox_id=UUID(mailbox_id))


@task("mail.work_on_call")
def work_on_call(call_id: str) -> None:
    """Work on what a mail service delivered; what cannot be read stays, for its page."""
    operations.work_on_call(call_id=UUID(call_id))


@every("17 3 * * *", "mail.forget_unreadable")
def forget_unreadable(timestamp: int) -> None:
    operations.forget_unreadable()


@task("mail.read_original")
def read_original(message_id: str) -> None:
    """Read a reply's original that was never read; what is read already stays."""
    operations.read_original(message_id=UUID(message_id))


@every("* * * * *", "mail.fetch_all")
def fetch_all(timestamp: int) -> None:
    """One job for each mailbox, so that a slow server holds up no other; not while the last one still waits."""
    for mailbox_id in Mailbox.objects.usable().exclude(imap_host="").values_list("id", flat=True):
        enqueue("mail.fetch", once=f"mail.fetch:{mailbox_id}", mailbox_id=mailbox_id)


def _wake(mailbox_id: UUID) -> None:
    enqueue("mail.fetch", once=f"mail.fetch:{mailbox_id}", mailbox_id=mailbox_id)


_watches = Watches(_wake)


@loop("mail.idle", rest_s=15, at_end=_watches.close)
def idle() -> int:
    """Wait for new mail of all mailboxes at once; beside it they are fetched every minute."""
    _watches.step()
    return 0


@loop("mail.visits", rest_s=1)
def judge_visits() -> int:
    """Tell who followed the links that were followed just now."""
    return operations.judge_visits()


@every("23 3 * * *", "mail.forget_buckets")
def forget_buckets(timestamp: int) -> None:
    operations.forget_buckets(clock.now())


@every("*/5 * * * *", "mail.mark_lost_unclear")
def mark_lost_unclear(timestamp: int) -> None:
    operations.mark_lost_unclear()
