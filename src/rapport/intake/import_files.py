"""Files of imports in the storage: the upload itself until 30 days after the end, and résumés that wait to be looked at."""

import logging
import secrets
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from rapport.intake.archives import Loader, list_zip
from rapport.intake.document import Refusal
from rapport.intake.filetypes import tell_type
from rapport.intake.limits import MAX_FILES_OF_ARCHIVES

logger = logging.getLogger(__name__)
FOLDER = "imports"
CHUNK = 1_000_000


def _new_name() -> str:
    return f"{FOLDER}/{secrets.token_hex(1)}/{secrets.token_hex(20)}"


def store(file: BinaryIO) -> str:
    """Put a file into the storage under a random name, which is returned."""
    file.seek(0)
    return default_storage.save(_new_name(), File(file))


def store_bytes(content: bytes) -> str:
    return default_storage.save(_new_name(), ContentFile(content))


def read_bytes(storage_name: str) -> bytes:
    with default_storage.open(storage_name) as file:
        return file.read()


def open_stored(storage_name: str) -> BinaryIO:
    return cast(BinaryIO, default_storage.open(storage_name))


def delete(storage_name: str) -> None:
    """Remove a file; one that is gone already is fine, one that cannot be removed is logged."""
    if not storage_name:
        return
    try:
        default_storage.delete(storage_name)
    except OSError:
        logger.exception("file could not be deleted storage_name=%s", storage_name)


def store_together(files: Iterable[tuple[str, BinaryIO]]) -> str:
    """Put several files into the storage as one archive, uncompressed, in their order."""
    with tempfile.TemporaryFile() as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            for name, file in files:
                file.seek(0)
                with archive.open(zipfile.ZipInfo(name.replace("\\", "/").lstrip("/")[:255] or "file"), "w") as member:
                    while chunk := file.read(CHUNK):
                        member.write(chunk)
        return store(cast(BinaryIO, whole))


def list_resumes(source: BinaryIO) -> Iterator[tuple[str, Loader]]:
    """(name, loader) of every file of an archive; archives inside it are opened, one level deep.

    An archive inside that cannot be opened is a file whose loader raises its Refusal; so is the first file beyond
    MAX_FILES_OF_ARCHIVES, which is also the last.
    """
    for number, (name, load) in enumerate(_list_all(source)):
        if number == MAX_FILES_OF_ARCHIVES:
            limit = f"{MAX_FILES_OF_ARCHIVES:,}"
            yield (
                name,
                partial(
                    _refuse,
                    Refusal("archive", f"These archives hold more than {limit} files; import the rest in parts."),
                ),
            )
            return
        yield name, load


def _list_all(source: BinaryIO) -> Iterator[tuple[str, Loader]]:
    for name, load in list_zip(source):
        try:
            content = load()
            inner = content[:2] == b"PK" and tell_type(content) == "zip"
        except Refusal:
            inner = False  # whatever is wrong is said again, and kept for the file's own row, when it is loaded
        if inner:
            yield from _list_inner(name, content)
        else:
            yield name, load


def _list_inner(name: str, content: bytes) -> Iterator[tuple[str, Loader]]:
    """The files of an archive inside another one, unpacked one after the other: together they may be of any size."""
    is_empty = True
    try:
        for inner_name, load in list_zip(content):
            is_empty = False
            yield f"{name}/{inner_name}", load
    except Refusal as refusal:
        yield name, partial(_refuse, refusal)
    else:
        if is_empty:
            yield name, partial(_refuse, Refusal("archive", "This archive holds no files."))


def _refuse(refusal: Refusal) -> bytes:
    raise refusal
