"""`rapport resume parse PATH --json`: files to JSON Resume on standard output; needs no database and no settings."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rapport.intake.sandbox import Outcome

_ARCHIVE_START = b"PK\x03\x04"


def run(arguments: list[str]) -> int:
    """Run `parse PATH [--json]`. Returns the exit status: 0, 1 when the only file cannot be read, 2 for a wrong call.

    A file gives one JSON object, a folder or a ZIP of files one object a line, sorted by path, with `path` and either the résumé or `error`.
    """
    parser = argparse.ArgumentParser(prog="rapport resume", description="Read résumés without storing anything.")
    commands = parser.add_subparsers(dest="command", required=True)
    parse = commands.add_parser("parse", help="a résumé file, a folder or a ZIP of them to JSON Resume 1.0.0")
    parse.add_argument("path", type=Path)
    parse.add_argument("--json", action="store_true", help="JSON on standard output (the only form there is)")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    path: Path = options.path
    if path.is_dir() or (path.is_file() and _is_archive(path)):
        return _parse_many(path)
    return _parse_file(path)


def _is_archive(path: Path) -> bool:
    """A ZIP that is no office document."""
    with path.open("rb") as file:
        if file.read(4) != _ARCHIVE_START:
            return False
    from rapport.intake.document import Refusal
    from rapport.intake.filetypes import tell_type

    try:
        return path.stat().st_size > 20 * 1024 * 1024 or tell_type(path.read_bytes()) == "zip"
    except Refusal:
        return False


def _parse_file(path: Path) -> int:
    from rapport.intake.archives import read_limited
    from rapport.intake.document import Refusal
    from rapport.intake.sandbox import parse_one

    try:
        outcome = parse_one(str(path), read_limited(path))
    except Refusal as refusal:
        return _complain(path, str(refusal))
    except OSError as error:
        return _complain(path, f"This file could not be opened: {error.strerror or error}.")
    if outcome.resume is None:
        return _complain(path, outcome.message)
    _write(_as_row(outcome))
    return 0


def _parse_many(path: Path) -> int:
    from rapport.intake.archives import list_folder, list_zip
    from rapport.intake.document import Refusal
    from rapport.intake.sandbox import SandboxPool

    with SandboxPool() as pool:
        try:
            for outcome in pool.parse_many(list_folder(path) if path.is_dir() else list_zip(path)):
                _write(_as_row(outcome))
        except Refusal as refusal:
            return _complain(path, str(refusal))
    return 0


def _as_row(outcome: "Outcome") -> dict[str, Any]:
    if outcome.resume is None:
        return {"path": outcome.name, "error": outcome.message, "code": outcome.code}
    return {"path": outcome.name, **outcome.resume}


def _write(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _complain(path: Path, message: str) -> int:
    sys.stderr.write(f"{path}: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
