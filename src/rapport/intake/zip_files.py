"""ZIP files opened with care: whatever is wrong with one is a Refusal, and its list of contents has an end.

Python reads the whole list (the central directory) before it says how long it is: 20 MB of it are 400,000 entries, most
of a minute and 200 MB. A list that is longer than that of any honest archive is not read.
"""

import io
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from rapport.intake.document import Refusal
from rapport.intake.limits import MAX_ARCHIVE_MEMBERS, MAX_DIRECTORY_BYTES

# What the standard library raises while it opens or unpacks what is damaged, or was made to do harm.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError, OSError,
    ValueError, IndexError, OverflowError, MemoryError,
)  # fmt: skip


class _Careful:
    """A file of which no more than a sane list of contents is read at once, until it `is_open`."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.is_open = file, False
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        is_sane = self.is_open or 0 <= size <= MAX_DIRECTORY_BYTES
        data = self.file.read(size if is_sane else MAX_DIRECTORY_BYTES + 1)
        if not self.is_open and len(data) > MAX_DIRECTORY_BYTES:
            raise Refusal(
                "archive", f"This archive lists far more files than the {MAX_ARCHIVE_MEMBERS:,} imported at once."
            )
        return data


def open_zip(source: bytes | BinaryIO) -> zipfile.ZipFile:
    """A ZIP whose list of contents is read. Raises Refusal: corrupt, or archive where the list is far too long.

    The file stays open when the archive is closed.
    """
    file = _Careful(io.BytesIO(source) if isinstance(source, bytes) else source)
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, file))
    except DAMAGED as error:
        raise Refusal("corrupt", "This archive is damaged and cannot be opened. Ask for a new copy.") from error
    file.is_open = True
    return archive


def is_folder(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a folder; `ZipInfo.is_dir` breaks on one without a name."""
    return member.filename.endswith("/")


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str, most: int) -> bytes:
    """Up to so many bytes of a member. Raises Refusal corrupt; KeyError where there is none of this name."""
    try:
        with archive.open(member) as source:
            return source.read(most)
    except KeyError:
        raise
    except DAMAGED as error:
        raise Refusal("corrupt", "This file is damaged inside the archive.") from error
