"""Building a new index beside the one in use, and putting it in its place.

Large pools are built by processes side by side: each reads a range of ids and writes an index of its own, whose
segments are then listed in one index (a Tantivy index is a folder of segments and a list of them).
"""

import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from uuid import UUID

from django.conf import settings
from django.db import connection

from rapport.activity.followers import newest_token
from rapport.lib.errors import Conflict
from rapport.search import reading
from rapport.search.engine import Engine
from rapport.search.folder import META, REBUILD, IndexFolder, write_cursor

SMALL = 20_000  # not worth starting processes
HEAP_MB = 300
MANAGED = ".managed.json"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did."""

    people: int
    seconds: float


def rebuild(folder: IndexFolder, *, processes: int = 0) -> Rebuilt:
    """Build an index of everybody and use it; readers and the follower go on with the old one until then.

    What changes meanwhile is caught up with by the follower, from where the record stood at the start.
    Raises Conflict while another process on this node does the same.
    """
    started = perf_counter()
    with folder.locked(REBUILD) as is_ours:
        if not is_ours:
            raise Conflict("The search index is being rebuilt already. Wait until it is done.")
        token = newest_token()
        index = folder.new_index()
        wanted = processes or (1 if reading.count_everybody() < SMALL else max(2, os.cpu_count() or 1))
        try:
            people = _build_here(index) if wanted == 1 else _build_side_by_side(index, wanted)
        except BaseException:
            shutil.rmtree(index, ignore_errors=True)
            raise
        write_cursor(index, token)
        folder.use(index)
    return Rebuilt(people, perf_counter() - started)


def _build_here(index: Path, after: UUID = reading.FIRST, until: UUID = reading.LAST) -> int:
    """Build an index of a range of ids in this process."""
    engine = Engine.create(index)
    writer = engine.writer(memory_mb=HEAP_MB)
    count = 0
    for people in reading.read_everybody(after, until):
        count += writer.add(people)
    writer.commit()
    writer.close()
    return count


def _build_side_by_side(index: Path, processes: int) -> int:
    parts = [index.with_name(f"{index.name}.{number}") for number in range(processes)]
    host = str(connection.settings_dict["HOST"])
    name = str(connection.settings_dict["NAME"])
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            ranges = reading.split_everybody(processes)
            counts = list(pool.map(_build_part, parts, ranges, [(host, name)] * processes))
        combine(parts, index)
    finally:
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
    return sum(counts)


def _build_part(index: Path, limits: tuple[UUID, UUID], database: tuple[str, str]) -> int:
    """In a process of its own: the settings know the database, but not where the embedded one listens."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django

    settings.DATABASES["default"]["HOST"], settings.DATABASES["default"]["NAME"] = database
    django.setup()
    return _build_here(index, *limits)


def combine(parts: Sequence[Path], index: Path) -> None:
    """Put the segments of several indexes of one layout into one new index; the parts are used up."""
    index.mkdir(parents=True)
    metas = [json.loads((part / META).read_text()) for part in parts]
    managed: list[str] = []
    for part in parts:
        for file in part.iterdir():
            if file.name not in (META, MANAGED) and not file.name.endswith(".lock"):
                file.rename(index / file.name)
                managed.append(file.name)
    whole = {**metas[0], "segments": [segment for meta in metas for segment in meta["segments"]], "opstamp": 0}
    (index / MANAGED).write_text(json.dumps([*managed, META]))
    (index / META).write_text(json.dumps(whole))
