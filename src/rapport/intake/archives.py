"""Folders and ZIP files as rows of files to parse, safely."""

import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from rapport.intake.document import Refusal
from rapport.intake.limits import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS, MAX_COMPRESSION_RATIO, MAX_FILE_BYTES
from rapport.intake.zip_files import is_folder, open_zip, read_member

Loader = Callable[[], bytes]
_IGNORED_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def list_folder(folder: Path) -> Iterator[tuple[str, Loader]]:
    """(path, loader) of every file below a folder, sorted by path; hidden files and links that lead outside are left out."""
    root = folder.resolve()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or path.name.lower() in _IGNORED_NAMES:
            continue
        if path.resolve().is_relative_to(root):
            yield str(path), partial(read_limited, path)


def read_limited(path: Path) -> bytes:
    """Content of a file. Raises Refusal too_large before reading more than is ever parsed, also from a pipe or device."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise Refusal(
            "too_large", f"This file has {size // 1048576} MB; up to {MAX_FILE_BYTES // 1048576} MB are read."
        )
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise Refusal("too_large", f"This file is larger than {MAX_FILE_BYTES // 1048576} MB.")
    return data


def list_zip(source: Path | bytes | BinaryIO) -> Iterator[tuple[str, Loader]]:
    """(name, loader) of every file in a ZIP, in its order. Names are only labels: members are read into memory, never unpacked to disk.

    Raises Refusal archive when it holds too many files or claims to unpack to too much, corrupt when it cannot be opened. A member that is
    itself a ZIP of files, is encrypted, or unpacks to far more than its packed size gets a row with that refusal.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from list_zip(file)
        return
    with open_zip(source) as archive:
        members = [member for member in archive.infolist() if not is_folder(member)]
        if len(members) > MAX_ARCHIVE_MEMBERS:
            raise Refusal(
                "archive",
                f"This archive holds {len(members):,} files; up to {MAX_ARCHIVE_MEMBERS:,} are imported at once.",
            )
        if sum(member.file_size for member in members) > MAX_ARCHIVE_BYTES:
            raise Refusal(
                "archive",
                f"This archive unpacks to more than {MAX_ARCHIVE_BYTES // 1073741824} GB; import it in parts.",
            )
        for member in members:
            base = member.filename.rsplit("/", 1)[-1]
            if base.startswith(".") or base.lower() in _IGNORED_NAMES or member.filename.startswith("__MACOSX/"):
                continue
            yield member.filename or "file", _loaded(archive, member)


def _loaded(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Loader:
    """The member's content, read now because the archive is open only while it is being listed; a refusal is kept for its row."""
    try:
        data = _read_member(archive, member)
    except Refusal as refusal:
        return partial(_raise, refusal)
    return partial(bytes, data)


def _raise(refusal: Refusal) -> bytes:
    raise refusal


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 1:
        raise Refusal("encrypted", "This file is locked with the archive's password.")
    if member.file_size > MAX_FILE_BYTES:
        raise Refusal(
            "too_large",
            f"This file has {member.file_size // 1048576} MB; up to {MAX_FILE_BYTES // 1048576} MB are read.",
        )
    if member.file_size > 1048576 and member.file_size > MAX_COMPRESSION_RATIO * max(member.compress_size, 1):
        raise Refusal("archive", "This file unpacks to far more than a document holds; it was not opened.")
    data = read_member(archive, member, MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise Refusal("too_large", f"This file is larger than {MAX_FILE_BYTES // 1048576} MB.")
    return data
