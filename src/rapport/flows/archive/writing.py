"""`rapport export`: everything into a folder, as the database stood at one moment.

One read-only transaction with a snapshot (it holds back no follower, for it has no number of its own), cursors on the
server and files in pieces: memory stays flat however many people there are.
"""

import hashlib
import json
import os
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.db import connection, transaction

from rapport.flows.archive.manifest import CHUNK, FILES, MANIFEST, RESUMES, Listed, Manifest, is_plain_name
from rapport.flows.archive.nouns import STORAGE, Noun, all_nouns
from rapport.flows.archive.resumes import all_resumes
from rapport.lib.errors import Conflict, PermanentFailure

ROWS = 2000
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows of each noun, files and résumés; and the names of files that the storage did not have."""

    rows: dict[str, int]
    files: int
    resumes: int
    missing: list[str]


class ListFile:
    """A list that is being written, with its count and sha256."""

    def __init__(self, folder: Path, path: str, columns: tuple[str, ...] = ()) -> None:
        self.path, self.columns, self.count, self._digest = path, columns, 0, hashlib.sha256()
        self._file = _create(folder / path)

    def add(self, line: str) -> None:
        content = line.encode() + b"\n"
        self._file.write(content)
        self._digest.update(content)
        self.count += 1

    def close(self) -> Listed:
        _flush(self._file)
        return Listed(self.path, self.count, self._digest.hexdigest(), self.columns)


def export_archive(*, folder: Path, progress: Callable[[str, int], None] = lambda *_: None) -> Exported:
    """Write everything into a new or empty folder that only its owner can read.

    Raises Conflict when something is in the folder, PermanentFailure when it cannot be written.
    """
    try:
        _make(folder)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SNAPSHOT)
                cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            nouns = {noun.label: _write_noun(folder, noun, progress) for noun in all_nouns()}
            resumes = _write_resumes(folder, progress)
            files, missing = _write_files(folder, progress)
        manifest = Manifest(nouns, files, resumes)
        file = _create(folder / MANIFEST)
        file.write(manifest.as_bytes())
        _flush(file)
    except OSError as error:
        raise PermanentFailure(
            f"The archive cannot be written: {error.filename or folder}: {error.strerror or error}."
        ) from error
    counts = {label: listed.count for label, listed in nouns.items()}
    return Exported(counts, files.count - len(missing), resumes.count, missing)


def _make(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty. Name a new folder for the export.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _stream(sql: str) -> Generator[Any]:
    """The only column of a query, by a cursor on the server."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(ROWS):
            for (value,) in rows:
                yield value


def _write_noun(folder: Path, noun: Noun, progress: Callable[[str, int], None]) -> Listed:
    target = ListFile(folder, noun.path, noun.columns)
    sql = f"SELECT row_to_json(t)::text FROM (SELECT {noun.listed} FROM {noun.table} ORDER BY {noun.order}) t"
    with closing(_stream(sql)) as lines:
        for line in lines:
            target.add(line)
            if target.count % 10_000 == 0:
                progress(noun.label, target.count)
    return target.close()


def all_file_names() -> Generator[str]:
    """The names of all files that rows name, by their bytes, each once."""
    parts = [f"SELECT {STORAGE} FROM {noun.table} WHERE {STORAGE} <> ''" for noun in all_nouns() if noun.has_files]
    return _stream(f'SELECT {STORAGE} FROM ({" UNION ".join(parts)}) t ORDER BY {STORAGE} COLLATE "C"')


def _write_files(folder: Path, progress: Callable[[str, int], None]) -> tuple[Listed, list[str]]:
    target, missing = ListFile(folder, FILES), []
    with closing(all_file_names()) as names:
        for name in names:
            if not is_plain_name(name):
                raise PermanentFailure(f"A file has the name {name!r} in the storage, which no archive can hold.")
            told: dict[str, Any] = {"path": f"files/{name}"}
            copied = _copy(name, folder / "files" / name)
            if copied is None:
                missing.append(name)
            target.add(json.dumps(told | (copied or {"missing": True})))
            if target.count % 1000 == 0:
                progress("files", target.count)
    return target.close(), missing


def _copy(name: str, path: Path) -> dict[str, Any] | None:
    digest, size = hashlib.sha256(), 0
    try:
        source = default_storage.open(name)
    except FileNotFoundError:
        return None
    with source, _create(path) as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return {"size_bytes": size, "sha256": digest.hexdigest()}


def _write_resumes(folder: Path, progress: Callable[[str, int], None]) -> Listed:
    target = ListFile(folder, RESUMES)
    for key, content in all_resumes():
        path = f"resumes/{key.hex[-2:]}/{key}.json"
        with _create(folder / path) as file:
            file.write(content)
        told = {"path": path, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        target.add(json.dumps(told))
        if target.count % 1000 == 0:
            progress("resumes", target.count)
    return target.close()
