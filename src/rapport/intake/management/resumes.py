"""`rapport import resumes PATH`: a file, a folder or a ZIP of résumés into the pool."""

import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rapport.intake import import_files, operations
from rapport.intake.archives import Loader, list_folder, read_limited
from rapport.intake.document import Refusal
from rapport.intake.management import progress
from rapport.lib.actors import COMMAND
from rapport.lib.errors import InvalidInput

in_words = progress.in_words
HELP = "résumé files: PDF, Word, OpenDocument, RTF, text, HTML, or a ZIP or folder of them"
ZIP_START = b"PK\x03\x04"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="a file, a folder or a ZIP")
    parser.add_argument("--source", default="", metavar="NAME", help="where these people come from")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="NAME", help="a tag for all of them; may be repeated"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object with counts and every row that asks for a look"
    )


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Import and return the report. Raises InvalidInput when there is nothing to read at the path."""
    path: Path = options["path"]
    if not path.exists():
        raise InvalidInput({"path": f"There is no file or folder {path}."})
    try:
        item = operations.import_resume_files(
            actor=COMMAND,
            name=path.resolve().name,
            files=_files(path),
            options={"source": options["source"], "tags": options["tag"]},
            token=f"command-{secrets.token_hex(8)}",
            progress=progress.show,
        )
    except Refusal as refusal:
        raise InvalidInput({"path": str(refusal)}) from refusal
    finally:
        progress.end()
    return progress.report(item)


def _files(path: Path) -> Iterator[tuple[str, Loader]]:
    if path.is_dir():
        for name, load in list_folder(path):
            yield str(Path(name).relative_to(path)), load
        return
    if _is_zip(path):
        with path.open("rb") as file:
            yield from import_files.list_resumes(file)
        return
    yield path.name, partial(read_limited, path)


def _is_zip(path: Path) -> bool:
    """A ZIP that is no office document."""
    from rapport.intake.filetypes import tell_type

    with path.open("rb") as file:
        if file.read(4) != ZIP_START:
            return False
    try:
        return path.stat().st_size > 20_000_000 or tell_type(path.read_bytes()) == "zip"
    except Refusal:
        return False
