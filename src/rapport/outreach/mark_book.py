"""Marks in the ledger: what became of the last messages and which are in flight, durable before a connection goes on."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from rapport.lib.copy_text import texts_array
from rapport.lib.ids import array_of

MARK = """
UPDATE outreach_delivery d SET state = v.now, code = v.code, reason = v.reason,
  started_at = CASE WHEN v.now = 'in_flight' THEN clock_timestamp() ELSE d.started_at END,
  finished_at = CASE WHEN v.now IN ('in_flight', 'claimed') THEN NULL ELSE clock_timestamp() END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[]) WITH ORDINALITY
  AS v(id, was, now, code, reason, place)
WHERE d.id = v.id AND d.state = v.was AND d.lease = $6 RETURNING v.place
"""
# After a lost connection nobody knows whether the commit went through: a row that stands there already is ours, too.
MARK_AGAIN = MARK.replace("d.state = v.was", "d.state IN (v.was, v.now)")
PATIENCE_S = 120.0
PLANNING = {
    "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "plan_cache_mode": "force_generic_plan",
}  # fmt: skip


@dataclass(slots=True)
class Change:
    """One row's move in the ledger; `won` tells afterwards whether the row was still ours."""

    id: UUID
    was: str
    now: str
    code: int = 0
    reason: str = ""
    won: bool = False


class MarkBook:
    """Writes the marks of all connections of a worker, several at once in one commit, over a connection of its own.

    The planner is told to go by the primary key, because with statistics of an empty table it would read the whole one, and
    to plan once: to plan anew for each commit takes a fifth of the time that the server takes for it.
    """

    def __init__(self, lease: int) -> None:
        self.lease = lease
        self._cursor: psycopg.RawCursor | None = None
        self._lock = threading.Lock()
        self.is_broken = self._is_closed = False

    def write(self, changes: Sequence[Change]) -> None:
        """Return once these changes are durable; each says whether its row was still ours. Raises psycopg.Error.

        After an error nobody knows what stands in the ledger: the book is broken, and its lease has to run out, so that
        what it held is taken over.
        """
        try:
            with self._lock:
                self._commit(changes)
        except BaseException:
            self.is_broken = True
            raise
        finally:
            if self.is_broken or self._is_closed:
                self._disconnect()

    def close(self) -> None:
        """Keep no connection any more; lanes that are still at a message open one for the mark alone."""
        self._is_closed = True
        self._disconnect()

    def _disconnect(self) -> None:
        """Unless it is used at this moment: to free it then could end the process, and whoever uses it disconnects."""
        if self._lock.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._lock.release()

    def _drop(self) -> None:
        left, self._cursor = self._cursor, None
        if left is not None:
            left.connection.close()

    def _commit(self, changes: Sequence[Change]) -> None:
        parameters = (
            array_of([change.id for change in changes]),
            texts_array([change.was for change in changes]),
            texts_array([change.now for change in changes]),
            texts_array([str(change.code) for change in changes]),
            texts_array([change.reason for change in changes]),
            self.lease,
        )
        for place in self._execute(parameters):
            changes[place - 1].won = True

    def _execute(self, parameters: tuple[Any, ...]) -> list[int]:
        """Run the statement, waiting for a database that has gone away; meanwhile nothing is sent."""
        statement, deadline = MARK, time.monotonic() + PATIENCE_S
        while True:
            try:
                return [place for (place,) in self._connected().execute(statement, parameters, prepare=True)]
            except psycopg.OperationalError:
                statement = MARK_AGAIN
                self._drop()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _connected(self) -> psycopg.RawCursor:
        """One cursor for all marks: making one for each took most of the time that a mark takes here."""
        found = self._cursor
        if found is None or found.connection.closed:
            opened = open_connection()
            found = self._cursor = psycopg.RawCursor(opened)
            for name, value in PLANNING.items():
                opened.execute(f"SET {name} = {value}")
        return found


def open_connection() -> psycopg.Connection:
    """A connection beside Django's, in autocommit."""
    parameters = connections["default"].get_connection_params()
    wanted = {
        key: value
        for key, value in parameters.items()
        if key not in ("pool", "context", "cursor_factory", "server_side_binding") and value is not None
    }
    return psycopg.connect(**wanted, autocommit=True)
