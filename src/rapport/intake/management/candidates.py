"""`rapport import candidates FILE.csv`: a table of people into the pool."""

import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from rapport.intake import operations, queries
from rapport.intake.column_guesses import FIELDS
from rapport.intake.management import progress
from rapport.intake.models import Import, MappingProfile
from rapport.lib.actors import COMMAND
from rapport.lib.errors import InvalidInput

in_words = progress.in_words
HELP = "a CSV file of people; columns are recognised by their names"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="FILE.csv")
    parser.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD",
        help=f"what a column holds, where its name does not tell; an empty FIELD leaves it out. Fields: {', '.join(FIELDS)}",
    )  # fmt: skip
    parser.add_argument("--profile", default="", metavar="NAME", help="a saved mapping that says what the columns hold")
    parser.add_argument("--source", default="", metavar="NAME", help="where these people come from")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="NAME", help="a tag for all of them; may be repeated"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, store nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object with counts and every row that failed")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Import, or with --dry-run only look, and return the report."""
    path: Path = options["path"]
    if not path.is_file():
        raise InvalidInput({"path": f"There is no file {path}."})
    named, profile = _named(options["map"]), _profile(options["profile"])
    shared = {"source": options["source"], "tags": options["tag"]}
    with path.open("rb") as file:
        if options["dry_run"]:
            return operations.try_csv(actor=COMMAND, file=file, named=named, options=shared, profile=profile)
        item = operations.create_csv_import(actor=COMMAND, name=path.name, file=file)
    if profile:
        item = operations.use_profile(actor=COMMAND, import_id=item.id, profile_id=profile.id)
    try:
        mapping = operations.apply_named(item.format["columns"], item.mapping, named)
        operations.save_mapping(actor=COMMAND, import_id=item.id, mapping=mapping, options=shared)
    except InvalidInput:
        operations.cancel_import(actor=COMMAND, import_id=item.id)
        raise
    return progress.report(_run(item))


def _run(item: Import) -> Import:
    token = f"command-{secrets.token_hex(8)}"
    operations.start_import(actor=COMMAND, import_id=item.id, lease_token=token)
    try:
        return operations.finish_with(import_id=item.id, token=token, progress=progress.show)
    finally:
        progress.end()


def _profile(name: str) -> MappingProfile | None:
    if not name:
        return None
    found = queries.find_profile_named(COMMAND, name)
    if found is None:
        known = ", ".join(profile.name for profile in queries.list_profiles(COMMAND)) or "none yet"
        raise InvalidInput({"profile": f"There is no saved mapping {name!r}. Saved: {known}."})
    return found


def _named(pairs: list[str]) -> dict[str, str]:
    """--map "Handy=phone" as {"Handy": "phone"}."""
    named = {}
    for pair in pairs:
        column, found, field = pair.rpartition("=")
        if not found:
            raise InvalidInput({"map": f"--map wants COLUMN=FIELD, not {pair!r}."})
        named[column] = field.strip()
    return named
