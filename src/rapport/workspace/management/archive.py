"""`rapport import archive DIR`: what `rapport export` has written, into an empty installation."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rapport.flows.archive.reading import import_archive

HELP = "the folder that `rapport export` has written, into an empty installation"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="DIR")
    parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object with the count of each noun")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Import, or with --dry-run only check, and return the report."""
    restored = import_archive(folder=options["path"], dry_run=options["dry_run"], progress=show)
    end()
    return {
        "dry_run": options["dry_run"],
        "rows": restored.rows,
        "files": restored.files,
        "missing_files": restored.missing,
    }


def in_words(found: dict[str, Any]) -> str:
    """The report for people, with what to do next."""
    counted = f"{sum(found['rows'].values()):,} rows, {found['files']:,} files"
    if found["missing_files"]:
        counted += f"; {len(found['missing_files']):,} files were missing when the archive was written"
    if found["dry_run"]:
        return f"The archive is whole and fits: {counted}. Nothing was stored."
    return (
        f"Imported {counted}. Nobody has a password yet: run `rapport createadmin` with an address of your own, and send the "
        "others their links (Settings, People). Stop the old installation before you start the worker here: both would "
        "send the same mail."
    )


def show(what: str, count: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{what} {count:,}")


def end() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
