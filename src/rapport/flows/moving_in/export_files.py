"""An export as people have it: a folder, a ZIP or single files; tables as CSV, JSON or JSON Lines.

Everything is read in pieces. What cannot be read is told by file and place, and reading goes on behind it where that is
possible. Members of a ZIP are never unpacked to disk under their names.
"""

import hashlib
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from rapport.intake.document import Refusal
from rapport.intake.limits import MAX_FILE_BYTES
from rapport.intake.table_files import detect_encoding, detect_format, name_columns, read_records
from rapport.intake.zip_files import DAMAGED, is_folder
from rapport.lib.errors import InvalidInput

TABLES = (".csv", ".json", ".jsonl", ".ndjson", ".sql", ".tsv", ".txt")
MOST_MEMBERS = 3_000_000
MOST_RATIO = 200
LONGEST_OBJECT = 32_000_000
CHUNK = 1 << 20
MOST_BROKEN = 100
NO_OBJECT = "This entry is no object with named values."
_BLANK = re.compile(r"[\s,]*")
_NEXT_OBJECT = re.compile(r"\n[ \t]{0,4}\{")
_ENVELOPE = re.compile(
    r'\s*\{\s*"(?:data|results|items|records|candidates|applications|jobs|users|opportunities|postings|stages)"\s*:\s*\[\s*(?=[{\]])'
)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an export by its path in it."""

    path: str
    size: int
    mark: str  # what tells a changed file from an unchanged one: a checksum, or the time of the last change

    @property
    def stem(self) -> str:
        """The name of the table: "Candidates.csv" is "candidates"."""
        return PurePosixPath(self.path.lower()).name.partition(".")[0].replace("-", "_").replace(" ", "_")

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path.lower()).suffix


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, or why it cannot be read; `number` counts rows or lines from 1."""

    number: int
    row: dict[str, Any] | None
    problem: str = ""


class Export:
    """The files of an export. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive: zipfile.ZipFile | None = None
        if path.is_dir():
            self.members = _list_folder(path)
        elif not path.is_file():
            raise InvalidInput({"path": f"There is no file or folder {path}."})
        elif zipfile.is_zipfile(path):
            self._archive = _open_zip(path)
            self.members = _list_zip(self._archive)
        else:
            stat = path.stat()
            self.members = [Member(path.name, stat.st_size, str(stat.st_mtime_ns))]
        self._by_path = {member.path: member for member in self.members}
        self._by_end: dict[str, list[str]] | None = None

    def __enter__(self) -> "Export":
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive:
            self._archive.close()

    @property
    def mark(self) -> str:
        """The same for the same files, and another one when any of them has changed."""
        digest = hashlib.sha256()
        for member in sorted(self.members, key=lambda member: member.path):
            digest.update(f"{member.path}\0{member.size}\0{member.mark}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def open(self, member: Member) -> BinaryIO:
        """The file's bytes. Raises Refusal for a member that cannot be opened or unpacks to far too much."""
        if self._archive is None:
            return (self.path / member.path if self.path.is_dir() else self.path).open("rb")
        info = self._archive.getinfo(member.path)
        if info.flag_bits & 1:
            raise Refusal("encrypted", "This file is locked with the archive's password.")
        if info.file_size > CHUNK and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise Refusal("archive", "This file unpacks to far more than a table holds; it was not opened.")
        try:
            return cast(BinaryIO, self._archive.open(info))
        except DAMAGED as error:
            raise Refusal("corrupt", "This file is damaged inside the archive.") from error

    def read(self, path: str) -> bytes:
        """The content of a file, of a résumé for example. Raises Refusal too_large, corrupt."""
        member = self._by_path[path]
        if member.size > MAX_FILE_BYTES:
            raise Refusal(
                "too_large", f"This file has {member.size // CHUNK} MB; up to {MAX_FILE_BYTES // CHUNK} are read."
            )
        try:
            with self.open(member) as file:
                return file.read(MAX_FILE_BYTES)
        except DAMAGED as error:
            raise Refusal("corrupt", "This file is damaged.") from error

    def find(self, *ends: str) -> str:
        """The path of the only file whose path ends so ("17/resume.pdf"), the first of `ends` that tells; else ""."""
        if self._by_end is None:
            self._by_end = {}
            for member in self.members:
                name = PurePosixPath(member.path).name.casefold()
                self._by_end.setdefault(name, []).append(member.path)
        for end in ends:
            wanted = PurePosixPath(end.replace("\\", "/").strip("/").casefold())
            if ".." in wanted.parts or not wanted.name:
                continue
            found = [p for p in self._by_end.get(wanted.name, ()) if f"/{p.casefold()}".endswith(f"/{wanted}")]
            if len(found) == 1:
                return found[0]
        return ""

    def lines(self, member: Member) -> Iterator[Line]:
        """The rows of a table. A file that is no table gives one line with the reason."""
        try:
            with closing(self.open(member)) as file:
                if member.suffix in (".json", ".jsonl", ".ndjson"):
                    yield from _json_lines(file)
                else:
                    yield from _csv_lines(file)
        except (Refusal, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as problem:
            reason = str(problem) if isinstance(problem, Refusal) else "The rest of this file is damaged."
            yield Line(0, None, reason)


def _list_folder(folder: Path) -> list[Member]:
    root = folder.resolve()
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if any(part.startswith(".") for part in relative.parts) or not path.is_file():
            continue
        if path.resolve().is_relative_to(root):
            stat = path.stat()
            found.append(Member(relative.as_posix(), stat.st_size, str(stat.st_mtime_ns)))
    return found


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except DAMAGED as error:
        raise InvalidInput({"path": "This archive is damaged and cannot be opened. Ask for a new copy."}) from error


def _list_zip(archive: zipfile.ZipFile) -> list[Member]:
    infos = [info for info in archive.infolist() if not is_folder(info)]
    if len(infos) > MOST_MEMBERS:
        raise InvalidInput({"path": f"This archive holds {len(infos):,} files; up to {MOST_MEMBERS:,} are read."})
    own = [
        info
        for info in infos
        if not PurePosixPath(info.filename).name.startswith(".") and not info.filename.startswith("__MACOSX/")
    ]
    return [Member(info.filename, info.file_size, f"{info.CRC:08x}") for info in own]


def _seekable(file: BinaryIO) -> BinaryIO:
    """Tables are looked at before they are read; members of a ZIP can go back too, only slowly."""
    return file if file.seekable() else io.BytesIO(file.read())


def _csv_lines(file: BinaryIO) -> Iterator[Line]:
    source = _seekable(file)
    form = detect_format(source)
    columns: list[str] = []
    for record in read_records(source, form):
        if record.problem:
            yield Line(record.number, None, record.problem)
        elif not columns:
            columns = [_column(name) for name in name_columns(record.cells)]
        elif any(cell.strip() for cell in record.cells[len(columns) :]):
            yield Line(
                record.number, None, f"This row has {len(record.cells)} cells, but there are {len(columns)} columns."
            )
        else:
            yield Line(record.number, dict(zip(columns, record.cells, strict=False)))


def _column(name: str) -> str:
    return name.strip().strip('"').lower().replace(" ", "_")


def _json_lines(file: BinaryIO) -> Iterator[Line]:
    """The objects of an array, of {"data": [...]}, of JSON Lines, or one after the other, read in pieces."""
    source = _seekable(file)
    encoding = detect_encoding(source)
    source.seek(0)
    with io.TextIOWrapper(source, encoding, errors="replace", newline=None) as stream:
        head = stream.readline(LONGEST_OBJECT)
        if head.lstrip("\ufeff").startswith("{") and _is_object(head):
            yield from _by_line(head, stream)
        else:
            yield from _objects(head, stream)


def _is_object(text: str) -> bool:
    """Whether a first line is a whole object, and not the envelope of a list ({"data": [...]})."""
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not _ENVELOPE.match(text.lstrip("\ufeff"))


def _by_line(head: str, stream: io.TextIOWrapper) -> Iterator[Line]:
    line, number = head, 0
    while line:
        number += 1
        if line.strip("\ufeff \t\r\n,"):
            try:
                value = json.loads(line.strip("\ufeff \t\r\n,"))
                is_row = isinstance(value, dict)
                yield Line(number, value if is_row else None, "" if is_row else NO_OBJECT)
            except (ValueError, RecursionError):
                yield Line(number, None, "This line is no JSON.")
        line = stream.readline(LONGEST_OBJECT)


def _objects(head: str, stream: io.TextIOWrapper) -> Iterator[Line]:
    buffer = head + stream.read(CHUNK)
    buffer, in_envelope = _enter(buffer)
    number = broken = 0
    while True:
        buffer = buffer[_BLANK.match(buffer).end() :]  # type: ignore[union-attr]  # it matches nothing, too
        if not buffer:
            buffer = stream.read(CHUNK)
            if not buffer:
                return
            continue
        if buffer[0] == "]" and not in_envelope:
            buffer = buffer[1:]
            continue
        if buffer[0] in "]}":
            return
        try:
            value, end = _DECODER.raw_decode(buffer)
        except (ValueError, RecursionError) as error:
            more = stream.read(max(CHUNK, len(buffer))) if _may_go_on(error, buffer) else ""
            buffer += more
            if not more:
                number, broken = number + 1, broken + 1
                yield Line(number, None, "This entry is no JSON, or the file ends in it.")
                following = _NEXT_OBJECT.search(buffer)
                if following is None or broken >= MOST_BROKEN:
                    return
                buffer = buffer[following.end() - 1 :]
            continue
        number += 1
        buffer = buffer[end:]
        if isinstance(value, dict):
            yield Line(number, value)
        elif isinstance(value, list) and all(isinstance(row, dict) for row in value):
            yield from (Line(number, row) for row in value)
        else:
            yield Line(number, None, NO_OBJECT)


def _may_go_on(error: Exception, buffer: str) -> bool:
    """Whether what is missing may follow: the error stands at the end, or in a text that is not closed yet."""
    if not isinstance(error, json.JSONDecodeError) or len(buffer) >= LONGEST_OBJECT:
        return False
    return error.pos >= len(buffer) - 16 or error.msg.startswith("Unterminated")


def _enter(buffer: str) -> tuple[str, bool]:
    """Behind the bracket that opens the list, and whether the list stands in an envelope ({"data": [...]})."""
    bare = buffer.lstrip("\ufeff \t\r\n")
    if bare.startswith("["):
        return bare[1:], False
    found = _ENVELOPE.match(bare)
    return (bare[found.end() :], True) if found else (bare, False)
