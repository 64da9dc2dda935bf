"""Where the index of this node lies, who may write to it, and how readers notice that it changed. Pure: files only.

| in the folder    | is                                                                              |
|------------------|---------------------------------------------------------------------------------|
| `current`        | the name of the index in use; replaced in one step when a new one is ready      |
| `<version>-<id>` | an index; `cursor` in it says up to where it holds what the record tells        |
| `follow.lock`    | locked by the one process that follows the record                               |
| `rebuild.lock`   | locked by the process that builds a new index                                   |
"""

import fcntl
import json
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rapport.lib.ids import new_id
from rapport.search.engine import Engine
from rapport.search.profiles import SCHEMA_VERSION

logger = logging.getLogger(__name__)
CURRENT, CURSOR, META = "current", "cursor", "meta.json"
FOLLOW, REBUILD = "follow", "rebuild"


class IndexFolder:
    """The folder of all that search keeps on a node; everything in it can be thrown away."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find_current(self) -> Path | None:
        """The index in use; None when there is none, its files are gone, or another version laid it out."""
        try:
            name = (self.path / CURRENT).read_text().strip()
        except OSError:
            return None
        index = self.path / name
        is_ours = name.startswith(f"{SCHEMA_VERSION}-") and "/" not in name
        return index if is_ours and (index / META).exists() else None

    def new_index(self) -> Path:
        """A name for an index to be built; nothing is made yet."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what résumés say
        return self.path / f"{SCHEMA_VERSION}-{new_id().hex}"

    def use(self, index: Path) -> None:
        """Make an index the one in use, and delete all others; readers keep open files until they reopen."""
        _write(self.path / CURRENT, index.name)
        self.tidy()

    def tidy(self) -> None:
        """Delete what is not the index in use."""
        current = self.find_current()
        for other in self.path.iterdir():
            if other.is_dir() and other != current:
                shutil.rmtree(other, ignore_errors=True)

    @contextmanager
    def locked(self, name: str) -> Iterator[bool]:
        """Whether the lock could be had; it is let go at the end, also by the death of the process."""
        file = self.try_lock(name)
        try:
            yield file is not None
        finally:
            if file:
                file.close()

    def try_lock(self, name: str) -> IO[str] | None:
        """The open lock file as long as it is kept, None when another process has the lock."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what résumés say
        file = (self.path / f"{name}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file


def read_cursor(index: Path) -> str:
    """The follower's token of an index, "" without one."""
    try:
        return (index / CURSOR).read_text().strip()
    except OSError:
        return ""


def read_commit(index: Path) -> str:
    """What changes with every commit of an index, "" when it cannot be told."""
    try:
        return str(json.loads((index / META).read_text())["opstamp"])
    except (OSError, ValueError, KeyError):
        return ""


def write_cursor(index: Path, token: str) -> None:
    _write(index / CURSOR, token)


def _write(path: Path, text: str) -> None:
    """Replace a file in one step, so that nobody ever reads half of it."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(text)
    new.replace(path)


class Reader:
    """The engine of a process that only reads: opened once, and again when something was committed or swapped."""

    def __init__(self, folder: IndexFolder) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._opened: tuple[Path, int] | None = None
        self._seen: int | None = None

    def engine(self) -> Engine | None:
        """The index in use as it is now; None when there is none, or it cannot be read. Three looks at the disk."""
        pointer = _stamp(self.folder.path / CURRENT)
        with self._lock:
            if pointer is None:
                self._forget()
                return None
            if self._opened is None or self._opened[1] != pointer:
                self._open(pointer)
            if self._opened is None or self._engine is None:
                return None
            seen = _stamp(self._opened[0] / META)
            if seen is None:
                self._forget()
                return None
            if seen != self._seen:
                self._engine.refresh()
                self._seen = seen
            return self._engine

    def _open(self, pointer: int) -> None:
        index = self.folder.find_current()
        self._forget()
        if index is None:
            return
        seen = _stamp(index / META)
        try:
            self._engine = Engine.open(index)
        except (OSError, ValueError):
            logger.warning("search index cannot be read index=%s", index.name)
            return
        self._opened, self._seen = (index, pointer), seen

    def _forget(self) -> None:
        self._engine, self._opened, self._seen = None, None, None


def _stamp(path: Path) -> int | None:
    """Changes whenever the file is replaced or written; None without a file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return hash((stat.st_mtime_ns, stat.st_ino, stat.st_size))
