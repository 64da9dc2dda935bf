"""Building a new index from the database. Needs no Django: large pools are built by processes of this module.

    python -m rapport.search.building FOLDER AFTER UNTIL

reads how to reach the database from its standard input, builds an index of the candidates with ids above AFTER up to
UNTIL, and writes how many there are. It ends at once when whoever started it ends.
"""

import gc
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from rapport.search.engine import Engine
from rapport.search.folder import META
from rapport.search.reading import FIRST, LAST, read_everybody

HEAP_MB = 400
MANAGED = ".managed.json"


def build(index: Path, cursor: Any, after: UUID = FIRST, until: UUID = LAST) -> int:
    """Build an index of a range of ids; returns how many people it holds."""
    writer = Engine.create(index).writer(memory_mb=HEAP_MB)
    count = sum(writer.add(people) for people in read_everybody(cursor, after, until))
    writer.commit()
    writer.close()
    return count


def build_side_by_side(index: Path, ranges: Sequence[tuple[UUID, UUID]], conninfo: str) -> int:
    """Build one index of all ranges, each in a process of its own; raises RuntimeError when one of them fails."""
    parts = [index.with_name(f"{index.name}.{number}") for number in range(len(ranges))]
    with ExitStack() as running:  # leaving it closes the children's standard input, which ends those still at work
        children = [
            running.enter_context(_start([str(part), str(after), str(until)], conninfo))
            for part, (after, until) in zip(parts, ranges, strict=True)
        ]
        counts = [int(child.stdout.read() or 0) if child.stdout else 0 for child in children]
        if any(child.wait() for child in children):
            raise RuntimeError("A process that builds the search index has failed; its error is on standard error.")
    combine(parts, index)
    return sum(counts)


def _start(arguments: list[str], conninfo: str) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-m", "rapport.search.building", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if child.stdin:
        child.stdin.write(f"{conninfo}\n")
        child.stdin.flush()
    return child


def combine(parts: Sequence[Path], index: Path) -> None:
    """Put the segments of several indexes of one layout into one new index; the parts are used up.

    A Tantivy index is a folder of segments, whose names are unique, and a list of them.
    """
    index.mkdir(parents=True)
    metas = [json.loads((part / META).read_text()) for part in parts]
    managed: list[str] = []
    for part in parts:
        for file in part.iterdir():
            if file.name not in (META, MANAGED) and not file.name.endswith(".lock"):
                file.rename(index / file.name)
                managed.append(file.name)
    segments = [segment for meta in metas for segment in meta["segments"]]
    (index / MANAGED).write_text(json.dumps([*managed, META]))
    (index / META).write_text(json.dumps({**metas[0], "segments": segments, "opstamp": 0}))


def main() -> None:
    gc.disable()  # everything made here is free of cycles, and there is much of it
    conninfo = sys.stdin.readline().strip()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder, after, until = sys.argv[1:]
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.cursor(binary=True) as cursor:
        count = build(Path(folder), cursor, UUID(after), UUID(until))
    sys.stdout.write(f"{count}\n")


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
