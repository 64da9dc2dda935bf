"""The folder of an archive: its manifest, its lists of files, and the only ways to a file in it.

```
manifest.json        format, version, and for each list its columns, count and sha256
nouns/*.jsonl        one object a line, a file for each table, in the order of the key
files.jsonl          path, size and sha256 of each file below files/, by name; `missing` where the storage had none
files/…              documents, raw mail and uploads under the names they have in the storage
resumes.jsonl        the same for resumes/
resumes/xx/ID.json   one JSON Resume for each candidate, for other programs; it is not read back
```
The manifest is written last: a folder without one is an export that was not finished. Nothing in it tells when or where
it was made, so that the same data give the same bytes.
"""

import hashlib
import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rapport.lib.errors import InvalidInput

FORMAT, VERSION = "rapport-archive", 1
MANIFEST, FILES, RESUMES = "manifest.json", "files.jsonl", "resumes.jsonl"
CHUNK = 1_000_000
LONGEST_LINE = 256_000_000
LONGEST_MANIFEST = 5_000_000
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}){0,8}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the manifest says of one list."""

    path: str
    count: int
    sha256: str
    columns: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"path": self.path, "count": self.count, "sha256": self.sha256}
        return shown | ({"columns": list(self.columns)} if self.columns else {})


@dataclass(frozen=True, slots=True)
class Manifest:
    nouns: dict[str, Listed]
    files: Listed
    resumes: Listed

    def as_bytes(self) -> bytes:
        shown = {
            "format": FORMAT,
            "version": VERSION,
            "nouns": {label: listed.as_json() for label, listed in self.nouns.items()},
            "files": self.files.as_json(),
            "resumes": self.resumes.as_json(),
        }
        return json.dumps(shown, indent=1).encode() + b"\n"


def is_plain_name(name: str) -> bool:
    """Whether a name of a file stays below its folder, whatever system reads it."""
    return bool(_NAME.fullmatch(name))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Raises InvalidInput for a folder that is none, of another version, or broken."""
    path = folder / MANIFEST
    if not path.exists():
        raise InvalidInput({"path": f"{folder} has no {MANIFEST}: it is no archive, or its export was not finished."})
    with open_inside(folder, MANIFEST) as file:
        content = file.read(LONGEST_MANIFEST + 1)
    try:
        loaded = json.loads(content)
        if loaded["format"] != FORMAT:
            raise InvalidInput({MANIFEST: f"The format is {loaded['format']!r}, not {FORMAT!r}."})
        if loaded["version"] != VERSION:
            raise InvalidInput(
                {
                    MANIFEST: f"The archive has format version {loaded['version']!r}; this version of Rapport reads {VERSION}."
                }
            )
        nouns = {str(label): _listed(told) for label, told in loaded["nouns"].items()}
        return Manifest(nouns, _listed(loaded["files"]), _listed(loaded["resumes"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput({MANIFEST: "The manifest is broken. Take a new export."}) from error


def _listed(told: dict[str, Any]) -> Listed:
    path, count, sha256 = told["path"], told["count"], told["sha256"]
    columns = tuple(told.get("columns", ()))
    if not (isinstance(path, str) and type(count) is int and count >= 0 and _SHA256.fullmatch(sha256)):
        raise ValueError(path)
    if not all(isinstance(column, str) for column in columns):
        raise ValueError(path)
    return Listed(path, count, sha256, columns)


def open_inside(folder: Path, name: str) -> BinaryIO:
    """Open a file of the archive. Raises InvalidInput when it is not there, or not a plain file inside the folder."""
    path = folder.resolve() / name
    if not is_plain_name(name) or path.resolve() != path:
        raise InvalidInput({name: "This path leads out of the archive. Nothing was imported."})
    if not path.is_file():
        raise InvalidInput({name: "The archive names this file, but does not hold it. Nothing was imported."})
    return path.open("rb")


def read_lines(folder: Path, listed: Listed) -> Generator[tuple[int, bytes, dict[str, Any]]]:
    """(number, line, object) of a list, and at the end a check of count and sha256. Raises InvalidInput."""
    digest, number = hashlib.sha256(), 0
    with open_inside(folder, listed.path) as file:
        while line := file.readline(LONGEST_LINE):
            number += 1
            digest.update(line)
            yield number, line, _object(listed.path, number, line)
    if number != listed.count:
        raise InvalidInput({listed.path: f"It has {number:,} lines, the manifest says {listed.count:,}."})
    if digest.hexdigest() != listed.sha256:
        raise InvalidInput({listed.path: "Its sha256 is not that of the manifest: it was changed or damaged."})


def _object(path: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput({path: f"Line {number:,} is not JSON. Nothing was imported."}) from error
    if not isinstance(found, dict) or not line.endswith(b"\n"):
        raise InvalidInput({path: f"Line {number:,} is not one whole JSON object. Nothing was imported."})
    return found
