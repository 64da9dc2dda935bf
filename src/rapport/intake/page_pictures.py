"""The pages of PDF résumés for the review: drawn on demand in the sandbox, kept on this machine for a day.

What is kept lies in the data folder under `pages/<import>/<row>/` and can be thrown away at any time; another machine draws its own. It is
reached only through a row that the reader may see. What could not be drawn is remembered too: a hostile file is tried once.
"""

import base64
import contextlib
import json
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from rapport.intake.document import Refusal
from rapport.intake.limits import DRAWING_LIMIT_S, MAX_PAGES_SHOWN, TIME_LIMIT_S
from rapport.intake.models import ImportRow
from rapport.intake.sandbox import SandboxPool
from rapport.lib.errors import NotFound, TemporaryFailure

logger = logging.getLogger(__name__)

# Pixels across, for a phone or half a screen, and for a sharp screen.
WIDTHS = (800, 1400)
KEPT_S = 24 * 3600
MOST_BYTES = 300_000_000
SWEPT_EVERY_S = 600
WAIT_S = 8
IDLE_S = 60
# So long what could not be drawn is not tried again; for these reasons no page of the file is.
REFUSED_S = 600
COSTLY = ("timeout", "crashed", "memory")


class Drawers:
    """One process of this machine's web server that draws; it ends when nobody has asked for a while."""

    def __init__(self, command: tuple[str, ...] | None = None) -> None:
        self._command = command
        self._pool: SandboxPool | None = None
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def ask(self, question: dict[str, Any], data: bytes) -> dict[str, Any]:
        """See SandboxPool.ask; a page has less time than a whole file."""
        limit_s = DRAWING_LIMIT_S if question["do"] == "draw" else TIME_LIMIT_S
        with self._lock:
            self._pool = self._pool or SandboxPool(size=1, command=self._command)
            pool = self._pool
        try:
            return pool.ask(question, data, timeout_s=limit_s, wait_s=WAIT_S)
        finally:
            with self._lock:
                if self._timer:
                    self._timer.cancel()
                self._timer = threading.Timer(IDLE_S, pool.let_idle_end)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        with self._lock:
            if self._timer:
                self._timer.cancel()
            if self._pool:
                self._pool.close()


_drawers = Drawers()
_swept_at = [-float(SWEPT_EVERY_S)]


def find_words(
    row: ImportRow, load: Callable[[], bytes], spans: Sequence[tuple[int, int]], text_hash: str
) -> dict[str, Any]:
    """Pages and boxes of a row's PDF (see pdf_pages.find_words), `load` gives the file. Raises Refusal, TemporaryFailure."""
    found: dict[str, Any] = json.loads(
        _kept(row, "words.json", {"do": "find", "spans": spans, "hash": text_hash}, load)
    )
    return found


def draw_page(row: ImportRow, load: Callable[[], bytes], number: int, width: int) -> bytes:
    """A page of a row's PDF as PNG. Raises NotFound with the reason when it cannot be drawn, TemporaryFailure."""
    if not 1 <= number <= MAX_PAGES_SHOWN:
        raise NotFound("There is no such page.")
    try:
        return _kept(row, f"{number}-{width}.png", {"do": "draw", "page": number, "width": width}, load)
    except Refusal as refusal:
        raise NotFound(str(refusal)) from refusal


def _kept(row: ImportRow, name: str, question: dict[str, Any], load: Callable[[], bytes]) -> bytes:
    """What is kept under a name, or what the sandbox answers now."""
    path = folder_of(row) / name
    with contextlib.suppress(OSError):
        return path.read_bytes()
    _raise_again(path)
    try:
        answer = _drawers.ask(question, load())
    except Refusal as refusal:
        if refusal.code == "busy":
            raise TemporaryFailure(str(refusal), retry_after_s=5) from refusal
        logger.warning("page not drawn import_id=%s row=%s code=%s", row.source_import_id, row.number, refusal.code)
        _keep(_refusal(path, is_whole=refusal.code in COSTLY), str(refusal).encode())
        raise
    content = base64.b64decode(answer["picture"]) if "picture" in answer else json.dumps(answer).encode()
    _keep(path, content)
    return content


def _refusal(path: Path, *, is_whole: bool) -> Path:
    """Where it is noted why something could not be drawn: for the whole file, or for this page."""
    return path.with_name("all.refused") if is_whole else path.with_suffix(".refused")


def _raise_again(path: Path) -> None:
    for is_whole in (True, False):
        noted = _refusal(path, is_whole=is_whole)
        with contextlib.suppress(OSError):
            if time.time() - noted.stat().st_mtime < REFUSED_S:
                raise Refusal("refused", noted.read_text())


def folder_of(row: ImportRow) -> Path:
    return _folder() / str(row.source_import_id) / str(row.number)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "pages"


def forget(row: ImportRow) -> None:
    """Throw away what is kept of a row's pages."""
    shutil.rmtree(folder_of(row), ignore_errors=True)


def forget_import(import_id: UUID) -> None:
    shutil.rmtree(_folder() / str(import_id), ignore_errors=True)


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; on a full or read-only disk nothing is kept, and drawn again the next time."""
    passing = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        passing.write_bytes(content)
        os.replace(passing, path)
    except OSError:
        logger.warning("page not kept path=%s", path.name, exc_info=True)
    if time.monotonic() - _swept_at[0] > SWEPT_EVERY_S:
        _swept_at[0] = time.monotonic()
        sweep()


def sweep(kept_s: float = KEPT_S, most_bytes: int = MOST_BYTES) -> int:
    """Throw away pages that were drawn over a day ago, and the oldest where they are too many; how many files."""
    files = []
    for path in _folder().glob("*/*/*"):
        with contextlib.suppress(OSError):
            found = path.stat()
            files.append((found.st_mtime, found.st_size, path))
    gone, size, now = 0, 0, time.time()
    for changed, bytes_there, path in sorted(files, reverse=True):
        size += bytes_there
        if size > most_bytes or now - changed > kept_s:
            path.unlink(missing_ok=True)
            gone += 1
    for folder in (*_folder().glob("*/*"), *_folder().glob("*")):
        with contextlib.suppress(OSError):
            folder.rmdir()  # only where it is empty
    return gone
