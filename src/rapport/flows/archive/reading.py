"""`rapport import archive`: an archive into an empty installation, whole or not at all.

Everything is one transaction: rows in the order of dependence, each list checked against the manifest while it is read,
then the files, then the commit. Whatever is wrong rolls it back and removes the files; after a killed process the same
command starts again (files of the first try are written over). Ids and times stay; the record's transactions get new
numbers (docs/decisions/0001), and followers begin behind it.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from rapport.activity.operations import ensure_partitions, skip_own
from rapport.flows.archive.manifest import CHUNK, Manifest, is_plain_name, open_inside, read_lines, read_manifest
from rapport.flows.archive.nouns import REPLACED, Noun, all_nouns, filled_columns
from rapport.flows.archive.writing import all_file_names
from rapport.lib.errors import Conflict, InvalidInput, RapportError
from rapport.mail.operations import requeue_waiting
from rapport.search.folder import IndexFolder
from rapport.search.rebuilding import rebuild

BATCH_ROWS, BATCH_BYTES = 1000, 4_000_000


@dataclass(slots=True)
class Restored:
    """How many rows of each noun and files were brought in, and the names of files that the export did not find."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing: list[str] = field(default_factory=list)


class _LookedOnly(Exception):
    """Takes back a dry run."""


def import_archive(
    *, folder: Path, dry_run: bool = False, progress: Callable[[str, int], None] = lambda *_: None
) -> Restored:
    """Bring an archive into an empty installation; `dry_run` does all of it, files aside, and takes it back.

    Raises InvalidInput for whatever is wrong with the archive, Conflict when the installation is not empty.
    """
    manifest = read_manifest(folder)
    _check_shape(manifest)
    restored, stored = Restored(), list[str]()
    try:
        with transaction.atomic():
            _bring_in(folder, manifest, restored, None if dry_run else stored, progress)
            if dry_run:
                raise _LookedOnly
    except _LookedOnly:
        return restored
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise
    rebuild(IndexFolder(settings.SEARCH_DIR))
    return restored


def _bring_in(
    folder: Path,
    manifest: Manifest,
    restored: Restored,
    stored: list[str] | None,
    progress: Callable[[str, int], None],
) -> None:
    _make_room()
    for noun in all_nouns():
        restored.rows[noun.label] = _load(folder, manifest, noun, progress)
    for _, _, told in read_lines(folder, manifest.resumes):
        _check_file(folder, told, "resumes/").close()
    _take_files(folder, manifest, restored, stored, progress)
    if stored is not None:
        ensure_partitions()
        skip_own()
        requeue_waiting()


def _check_shape(manifest: Manifest) -> None:
    """The archive has the very nouns and columns of this version."""
    ours = {noun.label: noun for noun in all_nouns()}
    strange = sorted(set(manifest.nouns) ^ set(ours))
    strange += [
        label for label in ours if label in manifest.nouns and manifest.nouns[label].columns != ours[label].columns
    ]
    if strange:
        raise InvalidInput(
            {"path": f"The archive is of another version of Rapport ({', '.join(strange[:5])} differ). Import it with the "
             "version that wrote it, and upgrade then."}
        )  # fmt: skip


def _make_room() -> None:
    """Keep everybody else out, be sure that nothing is there, and remove what migrations have put in."""
    nouns = all_nouns()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checks put off to the end would be kept in memory
        cursor.execute(f"LOCK TABLE {', '.join(noun.table for noun in nouns)} IN SHARE ROW EXCLUSIVE MODE")
        for noun in nouns:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {noun.table})")
            if cursor.fetchone()[0] and noun.label not in REPLACED:
                name = str(noun.model._meta.verbose_name_plural)
                raise Conflict(
                    f"This installation is not empty: it has {name}. An archive goes into an empty one only."
                )
        for noun in reversed(nouns):
            if noun.label in REPLACED:
                cursor.execute(f"DELETE FROM {noun.table}")


def _load(folder: Path, manifest: Manifest, noun: Noun, progress: Callable[[str, int], None]) -> int:
    listed = manifest.nouns[noun.label]
    columns, batch, size, number = set(noun.columns), list[bytes](), 0, 0
    own = _own_constraints(noun)
    _set_constraints(own, "DEFERRED")
    for number, line, row in read_lines(folder, listed):
        if row.keys() != columns:
            raise InvalidInput({listed.path: f"Line {number:,} has other columns than the manifest says."})
        _check_name(noun, listed.path, number, row)
        batch.append(line)
        size += len(line)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            _insert(noun, listed.path, number, batch)
            batch, size = [], 0
            progress(noun.label, number)
    if batch:
        _insert(noun, listed.path, number, batch)
    try:
        with transaction.atomic():
            _set_constraints(own, "IMMEDIATE")
    except DatabaseError as error:
        raise InvalidInput(
            {listed.path: "A row points to one that is not in the archive. Nothing was imported."}
        ) from error
    if noun.counter:
        _count_on(noun)
    return number


def _own_constraints(noun: Noun) -> list[str]:
    """Foreign keys of a table to itself: such a row may come before the one that it points to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(conname) FROM pg_constraint"
            " WHERE contype = 'f' AND condeferrable AND conrelid = %s::regclass AND confrelid = conrelid",
            [noun.table],
        )
        return [name for (name,) in cursor.fetchall()]


def _set_constraints(names: list[str], when: str) -> None:
    if names:
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {', '.join(names)} {when}")


def _check_name(noun: Noun, path: str, number: int, row: dict[str, Any]) -> None:
    if noun.has_files and row["storage_name"] and not is_plain_name(str(row["storage_name"])):
        raise InvalidInput({path: f"Line {number:,}: storage_name leads out of the storage. Nothing was imported."})


def _insert(noun: Noun, path: str, last: int, batch: list[bytes]) -> None:
    filled = filled_columns(noun)
    targets = ", ".join([noun.listed, *(f'"{column}"' for column in filled)])
    values = ", ".join([noun.listed, *("%s" for _ in filled)])
    sql = f"INSERT INTO {noun.table} ({targets}) SELECT {values} FROM json_populate_recordset(NULL::{noun.table}, %s::json)"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [*filled.values(), "[" + b",".join(batch).decode() + "]"])
    except (DatabaseError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()[0]
        first = last - len(batch) + 1
        raise InvalidInput(
            {path: f"Lines {first:,} to {last:,} cannot be stored: {reason}. Nothing was imported."}
        ) from error


def _count_on(noun: Noun) -> None:
    """New rows go on counting behind those that were brought in."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), max({noun.counter})) FROM {noun.table} HAVING count(*) > 0",
            [noun.table, noun.counter],
        )


def _take_files(
    folder: Path,
    manifest: Manifest,
    restored: Restored,
    stored: list[str] | None,
    progress: Callable[[str, int], None],
) -> None:
    """Exactly the files that the rows name, in the same order."""
    listed = manifest.files
    with closing(all_file_names()) as names, closing(read_lines(folder, listed)) as lines:
        pairs: Iterator[tuple[Any, Any]] = zip_longest(names, lines)
        for count, (name, told) in enumerate(pairs, start=1):
            if name is None or told is None or told[2].get("path") != f"files/{name}":
                place = f"line {told[0]:,}" if told else "the end"
                raise InvalidInput({listed.path: f"At {place} it does not list the files that the rows name."})
            if told[2].get("missing") is True:
                restored.missing.append(name)
                continue
            with _check_file(folder, told[2], "files/") as source:
                if stored is not None:
                    stored.append(name)
                    _store(name, source)
            restored.files += 1
            if count % 1000 == 0:
                progress("files", count)


def _check_file(folder: Path, told: dict[str, Any], below: str) -> BinaryIO:
    """The file of a line, checked, at its beginning. Raises InvalidInput when it is not what the line says."""
    path, digest, size = told.get("path"), hashlib.sha256(), 0
    if not isinstance(path, str) or not path.startswith(below):
        raise InvalidInput({"path": f"{path!r} is not below {below}. Nothing was imported."})
    file = open_inside(folder, path)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    if size != told.get("size_bytes") or digest.hexdigest() != told.get("sha256"):
        file.close()
        raise InvalidInput({path: "Its size or sha256 is not what the archive says: it was changed or damaged."})
    file.seek(0)
    return file


def _store(name: str, source: BinaryIO) -> None:
    if default_storage.exists(name):  # of a try that was killed: nothing in an empty installation names it
        default_storage.delete(name)
    if default_storage.save(name, File(source)) != name:
        raise RapportError(f"The storage does not take a file under the name {name}.")
