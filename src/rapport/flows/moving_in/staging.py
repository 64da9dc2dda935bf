"""The rows of an export in a file on disk, found by their id and by what they belong to: memory stays flat.

Exports keep what belongs to a person in a dozen tables in any order; SQLite joins them without holding them. The file is
temporary: after an interruption it is made anew from the export, whose rows are then in the same order.
"""

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

BATCH = 5000
MOST_PROBLEMS = 1000
SCHEMA = """
CREATE TABLE entry (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT, parent TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX entry_id ON entry (kind, id);
CREATE TABLE seen (value TEXT PRIMARY KEY, owner TEXT) WITHOUT ROWID;
"""
# The place of the first stays, so that the order does not depend on how often a row stands there; the last one counts.
ADD = """
INSERT INTO entry (kind, id, parent, body) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET parent = excluded.parent, body = excluded.body
"""
ADD_MISSING = "INSERT INTO entry (kind, id, parent, body) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO NOTHING"


class Staging:
    """Rows by kind, each with an id or none and the id of what it belongs to. Use it as a context manager."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="rapport-moving-in-")
        os.close(handle)
        self._path = Path(name)
        self._base = sqlite3.connect(name, isolation_level=None)
        self._base.execute("PRAGMA journal_mode = OFF")
        self._base.execute("PRAGMA synchronous = OFF")
        self._base.execute("PRAGMA temp_store = FILE")
        self._base.executescript(SCHEMA)
        self._base.execute("BEGIN")
        self._waiting: list[tuple[str, str | None, str, str]] = []
        self.problems: list[dict[str, Any]] = []
        self.problem_count = 0
        self.files_read = 0
        self.unread: list[str] = []  # files that hold no table we know

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()
        self._path.unlink(missing_ok=True)

    def add(self, kind: str, row: Mapping[str, Any], *, key: str = "", parent: str = "") -> None:
        """Keep a row; of two with one id the later counts."""
        self._waiting.append((kind, key or None, parent, json.dumps(row, ensure_ascii=True)))
        if len(self._waiting) >= BATCH:
            self._flush()

    def add_missing(self, kind: str, row: Mapping[str, Any], *, key: str, parent: str = "") -> None:
        """Keep a row unless there is one with this id: what others only mention."""
        self._flush()
        self._base.execute(ADD_MISSING, (kind, key, parent, json.dumps(row, ensure_ascii=True)))

    def complain(self, file: str, number: int, problem: str) -> None:
        """Note why a row of a file was not read."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append({"file": file, "row": number, "message": problem})

    def finish(self) -> None:
        """Everything is there: make what finding needs."""
        self._flush()
        self._base.execute("CREATE INDEX IF NOT EXISTS entry_parent ON entry (kind, parent)")

    def _flush(self) -> None:
        if self._waiting:
            self._base.executemany(ADD, self._waiting)
            self._waiting = []

    def count(self, kind: str) -> int:
        return int(self._base.execute("SELECT count(*) FROM entry WHERE kind = ?", (kind,)).fetchone()[0])

    def find(self, kind: str, key: str) -> dict[str, Any] | None:
        found = self._base.execute("SELECT body FROM entry WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(found[0]) if found else None

    def children(self, kind: str, parent: str) -> list[dict[str, Any]]:
        """The rows of a kind that belong to something, in the order of the export."""
        rows = self._base.execute("SELECT body FROM entry WHERE kind = ? AND parent = ? ORDER BY place", (kind, parent))
        return [json.loads(body) for (body,) in rows]

    def all_of(self, kind: str, skip: int = 0) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(id, parent, row) of every row of a kind from a position on, in the order of the export."""
        rows = self._base.cursor().execute(
            "SELECT id, parent, body FROM entry WHERE kind = ? ORDER BY place LIMIT -1 OFFSET ?", (kind, skip)
        )
        for key, parent, body in rows:
            yield key or "", parent, json.loads(body)

    def derive(self, kind: str, from_kind: str) -> None:
        """Keep as one kind every parent that rows of another name, in the order in which they are named first."""
        self._flush()
        self._base.execute(
            """INSERT INTO entry (kind, id, parent, body)
            SELECT ?, parent, '', '{}' FROM entry WHERE kind = ? AND parent <> '' GROUP BY parent ORDER BY min(place)""",
            (kind, from_kind),
        )

    def parents_missing(self, kinds: Iterable[str], parent_kind: str) -> None:
        """Keep as kind "missing" every parent that rows of these kinds name and the export does not hold; sorted."""
        wanted = list(kinds)
        self._base.execute(
            f"""INSERT INTO entry (kind, id, parent, body)
            SELECT DISTINCT 'missing', parent, '', '{{}}' FROM entry c
            WHERE kind IN ({",".join("?" * len(wanted))}) AND parent <> ''
              AND NOT EXISTS (SELECT 1 FROM entry p WHERE p.kind = ? AND p.id = c.parent)
            ORDER BY parent""",
            (*wanted, parent_kind),
        )

    def see(self, value: str) -> bool:
        """Whether a value was seen before; it is from now on."""
        return self._base.execute("INSERT OR IGNORE INTO seen VALUES (?, '')", (value,)).rowcount == 0

    def find_seen(self, values: Iterable[str]) -> str:
        """Whose the first of these values is that somebody has, or ""."""
        for value in values:
            found = self._base.execute("SELECT owner FROM seen WHERE value = ?", (value,)).fetchone()
            if found:
                return str(found[0])
        return ""

    def note_seen(self, values: Iterable[str], owner: str) -> None:
        """These values are somebody's, unless they have an owner."""
        self._base.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(value, owner) for value in values])
