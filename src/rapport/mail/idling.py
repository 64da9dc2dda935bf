"""New mail at once: a thread for each mailbox waits with IMAP IDLE (RFC 2177) and has the mailbox fetched when something comes.

It only wakes the fetching, which is idempotent and also runs every minute: a server without IDLE is polled, and whatever
happens to a watch (a drop, a kill) costs at most that minute. One process watches a mailbox, by a lease on its row
that runs out when the process dies. Processes share the mailboxes evenly: one that has fewer than its share takes what
nobody watches, and then from those that have more than theirs.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connections, transaction

from rapport.lib import clock
from rapport.lib.errors import PermanentFailure
from rapport.mail import imap
from rapport.mail.models import Mailbox
from rapport.mail.operations.mailboxes import imap_settings

logger = logging.getLogger(__name__)

WAIT_S = 60.0  # then the server is asked again: a line that died without a word is noticed
LEASE = timedelta(seconds=90)
BACK_OFF_S = (1.0, 5.0, 15.0, 60.0, 300.0)
MOST_WATCHED = 200  # mailboxes of one process; others are polled
Wake = Callable[[UUID], None]


@dataclass(slots=True)
class Watch:
    """A mailbox under watch; `wake` is called when there may be new mail, also after each connecting."""

    mailbox_id: UUID
    settings: imap.ImapSettings
    folder: str
    wake: Wake
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self.run, name="mail.idle", daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Until stopped, or until the server turns out not to know IDLE."""
        failures = 0
        while not self.stop.is_set():
            try:
                with imap.ImapConnection(self.settings) as connection:
                    if not connection.can_idle():
                        logger.info("mailbox is polled, no IDLE mailbox=%s", self.mailbox_id)
                        return
                    connection.open_folder(self.folder)
                    self._wake()  # what came while we were not looking
                    while not self.stop.is_set():
                        if connection.wait_for_news(WAIT_S):
                            self._wake()
                        failures = 0  # not before: there are servers that take everybody in and let nobody wait
            except Exception as error:
                if not isinstance(error, imap.FAILURES):
                    logger.exception("watch failed mailbox=%s", self.mailbox_id)
                rest = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                logger.info(
                    "watch dropped mailbox=%s error=%s again_in=%s", self.mailbox_id, type(error).__name__, rest
                )
                self.stop.wait(rest)

    def _wake(self) -> None:
        try:
            self.wake(self.mailbox_id)
        except Exception:  # a database that is away: the minute's fetching makes up for it
            logger.exception("watch could not wake mailbox=%s", self.mailbox_id)
        finally:
            connections.close_all()


def share_of(token: str, watched_by: Mapping[UUID, str], most: int) -> set[UUID]:
    """What a process is to watch, of mailboxes and whoever watches them ("" for nobody). Pure.

    It takes its share of what nobody watches, and then from who has most while that is more even than before. The other
    finds out at its next turn: nothing is unwatched meanwhile, and who has nothing yet need not be known to anybody.
    """
    held: dict[str, list[UUID]] = {token: [], "": []}
    for key, holder in watched_by.items():
        held.setdefault(holder, []).append(key)
    ours, free = held.pop(token), held.pop("")
    share = min(most, -(-len(watched_by) // (len(held) + 1)))
    ours += free[: max(0, share - len(ours))]
    while held and len(ours) < most:
        richest = max(held.values(), key=len)
        if len(richest) < len(ours) + 2:
            break
        ours.append(richest.pop())
    return set(ours)


class Watches:
    """The watches of this process; `step` takes up what is new, lets go of what is gone, and keeps the leases."""

    def __init__(self, wake: Wake) -> None:
        self.token = secrets.token_hex(16)
        self.wake = wake
        self.running: dict[UUID, Watch] = {}

    def step(self) -> int:
        """Returns how many watches began or ended."""
        wanted = self._claim()
        changed = 0
        for key, watch in list(self.running.items()):
            given = wanted.get(key)
            if given is None or (watch.settings, watch.folder) != given:
                watch.stop.set()
                del self.running[key]
                changed += 1
        for key, (settings, folder) in wanted.items():
            if key not in self.running:
                watch = self.running[key] = Watch(key, settings, folder, self.wake)
                watch.start()
                changed += 1
        return changed

    def close(self) -> None:
        """Let go of everything, so that another process need not wait for the leases to run out."""
        for watch in self.running.values():
            watch.stop.set()
        self.running.clear()
        Mailbox.objects.filter(watched_by=self.token).update(watched_by="", watched_until=None)

    @transaction.atomic
    def _claim(self) -> dict[UUID, tuple[imap.ImapSettings, str]]:
        """The mailboxes that are ours to watch for another while."""
        now = clock.now()
        usable = Mailbox.objects.usable().exclude(imap_host="").order_by("id")
        rows = list(usable.select_for_update(no_key=True))  # one process shares at a time; mail goes out meanwhile
        live = {row.id: row.watched_by if row.watched_until and row.watched_until >= now else "" for row in rows}
        ours = share_of(self.token, live, MOST_WATCHED)
        Mailbox.objects.filter(id__in=ours).update(watched_by=self.token, watched_until=now + LEASE)
        found = {}
        for mailbox in (row for row in rows if row.id in ours):
            try:
                found[mailbox.id] = (imap_settings(mailbox), mailbox.imap_folders[0])
            except PermanentFailure:  # its password cannot be read; fetching tells the owner
                continue
        return found
